#!/bin/sh
# What others make over a packet: timestamps of an authority made here, CMS, counter-signatures. The digest stays.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" -w w ingest "$AK_SRCDIR/samples/gateway" >/dev/null 2>&1
SOURCE_DATE_EPOCH=1600000000 "$AUDITKIT" -w w packet build --allow-gaps -q -o p.zip >/dev/null # says that it is of 2020
digest=$(sed -n 's/^digest   sha256 //p' p.zip.receipt.txt)

# An authority, and another one.
cat >ca.cnf <<'C'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = test
[ca_ext]
basicConstraints = critical, CA:TRUE
[tsa_ext]
extendedKeyUsage = critical, timeStamping
[server_ext]
subjectAltName = DNS:localhost, IP:127.0.0.1
[mail_ext]
extendedKeyUsage = emailProtection
[tsa]
default_tsa = t
[t]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
C
echo 01 >serial
certify() { # certify NAME ISSUER EXTENSIONS
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -config ca.cnf -subj "/CN=$1" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 30 -extfile ca.cnf -extensions "$3" -out "$1.pem" 2>/dev/null
}
for ca in ca foreign; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.pem -days 30 -config ca.cnf -extensions ca_ext -subj "/CN=$ca" 2>/dev/null; done
unzip -p p.zip p/signatures/allowed_signers >t.signers
certify tsa ca tsa_ext
certify other ca tsa_ext
certify mail ca mail_ext
stamp() { # stamp DIGEST OUT
	openssl ts -query -digest "$1" -sha256 -cert -out q.tsq 2>/dev/null
	openssl ts -reply -config ca.cnf -section t -queryfile q.tsq -signer tsa.pem -inkey tsa.key -out "$2" 2>/dev/null
}
level() { name=$1; shift; "$AUDITKIT" packet verify "$@" --json | jq -r --arg n "$name" '.checks[] | select(.name == $n) | .result + " " + .detail'; }
attach() { "$AUDITKIT" packet sign "$@" >out 2>err; }

is "no timestamp yet" "$(level timestamp p.zip | cut -d' ' -f1) $(level timestamp p.zip --tsa ca.pem | cut -d' ' -f1)" "skipped fail"
stamp "$digest" p.tsr
attach p.zip --attach p.tsr -o t.zip
is "a timestamp is attached" "$? $(unzip -l t.zip | grep -c 'signatures/tagmanifest-sha256.txt.tsr')" "0 1"
is "without an authority it is not believed" "$(level timestamp t.zip | cut -d' ' -f1)" skipped
is "with its authority it is" "$(level timestamp t.zip --tsa ca.pem | sed 's/[0-9]/N/g')" "pass existed at NNNN-NN-NNTNN:NN:NNZ, says the authority given"
is "its time is the one that openssl reads" "$(date -u -d "$(openssl ts -reply -in p.tsr -text 2>/dev/null | sed -n 's/^Time stamp: //p')" +%Y-%m-%dT%H:%M:%SZ)" "$(level timestamp t.zip --tsa ca.pem | grep -o '[0-9-]*T[0-9:]*Z')"
is "with another authority it is not" "$(level timestamp t.zip --tsa foreign.pem | cut -d' ' -f1)" fail
is "its own certificate is one of it, that of another authority is none" "$(level timestamp t.zip --tsa tsa.pem | cut -d' ' -f1) $(level timestamp t.zip --tsa other.pem | cut -d' ' -f1)" "pass fail"
is "nor by a file without a certificate" "$(level timestamp t.zip --tsa serial | cut -d' ' -f1)" fail
is "all of it still holds" "$("$AUDITKIT" packet verify t.zip --tsa ca.pem --digest "$digest" --json | jq -c '[.ok, .digest]')" "[true,\"$digest\"]"
unzip -q t.zip
ok "openssl ts says so too" sh -c 'cd p && openssl ts -verify -data tagmanifest-sha256.txt -in signatures/tagmanifest-sha256.txt.tsr -CAfile ../ca.pem'
ok "the first signature is still there" sh -c 'cd p && sh VERIFY.txt'
stamp 00000000000000000000000000000000000000000000000000000000deadbeef other.tsr
attach p.zip --attach other.tsr -o no.zip
is "a timestamp of something else is not attached: exit 4" "$? $(ls no.zip 2>/dev/null)" "4 "
cp other.tsr p/signatures/tagmanifest-sha256.txt.tsr
is "and fails where it was put by hand" "$(level timestamp p --tsa ca.pem)" "fail the timestamp is of something else than this packet"
head -c 100 p.tsr >p/signatures/tagmanifest-sha256.txt.tsr
is "as does half of one" "$(level timestamp p --tsa ca.pem | cut -d' ' -f1)" fail
attach t.zip --attach p.tsr -o no.zip
is "a second one is refused: exit 2" "$?" 2

# ---- DSSE and in-toto, checked by Python and openssl ----
ssh-keygen -q -t ed25519 -N '' -f plain
"$AUDITKIT" -w w packet build --allow-gaps -q --unsigned -o att >/dev/null
cp -r att own
"$AUDITKIT" packet sign att --dsse --key plain >out 2>err
is "an unsigned packet is signed and attested at once" "$? $("$AUDITKIT" packet verify att --json | jq -r '[.checks[] | select(.name == "attestation" or .name == "signature").result] | join(" ")')" "0 pass pass"
is "its digest stays" "$(sha256sum <att/tagmanifest-sha256.txt)" "$(sha256sum <own/tagmanifest-sha256.txt)"
python3 - att >pae <<'P'
import base64, hashlib, json, sys
e = json.load(open(sys.argv[1] + "/signatures/attestation.intoto.json"))
body, kind = base64.b64decode(e["payload"]), e["payloadType"].encode()
open("pae.sig", "wb").write(base64.b64decode(e["signatures"][0]["sig"]))
sys.stdout.buffer.write(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body))
s, p = json.loads(body), json.load(open(sys.argv[1] + "/data/packet.json"))
sha = hashlib.sha256(open(sys.argv[1] + "/tagmanifest-sha256.txt", "rb").read()).hexdigest()
good = (s["_type"] == "https://in-toto.io/Statement/v1" and s["subject"] == [{"name": "tagmanifest-sha256.txt", "digest": {"sha256": sha}}] and kind == b"application/vnd.in-toto+json"
        and s["predicateType"] == "urn:auditkit:packet:1" and s["predicate"]["id"] == p["id"] and all(p[k] == v for k, v in s["predicate"].items()) and len(s["predicate"]) >= 8)
open("said", "w").write("right" if good else "wrong: %s" % s)
P
is "the statement is about this packet" "$(cat said)" right
ok "openssl verifies it over the encoding that Python made" openssl pkeyutl -verify -pubin -inkey att/signatures/ed25519.pub.pem -rawin -in pae -sigfile pae.sig
"$AUDITKIT" packet sign p.zip --dsse --key "$(echo "$XDG_CONFIG_HOME"/auditkit/keys/*/packet)" -o by_own.zip >out 2>err
is "one that is signed is attested by its own key" "$? $(unzip -l by_own.zip | grep -c attestation)" "0 1"
"$AUDITKIT" packet sign p.zip --dsse --key plain -o no.zip >out 2>err
is "and by no other: exit 4" "$? $(ls no.zip 2>/dev/null)" "4 "
attested() { level attestation f; }
edit() { rm -rf f; cp -r att f; python3 -c "
import base64, json
n = 'f/signatures/attestation.intoto.json'
e = json.load(open(n))
s = json.loads(base64.b64decode(e['payload']))
$1
e['payload'] = base64.b64encode(json.dumps(s, sort_keys=True, separators=(',', ':')).encode()).decode()
json.dump(e, open(n, 'w'))"; }
if [ -n "${AK_LONG-}" ]; then
	edit "pass"
	is "the same bytes again still hold" "$(attested | cut -d' ' -f1)" pass
	edit "e['payloadType'] = 'text/plain'"
	is "another type does not" "$(attested | cut -d' ' -f1)" fail
fi
edit "s['predicate']['ledger_size'] = 1"
is "another predicate is not signed" "$(attested)" "fail the in-toto statement is not signed by the key that signed the packet"
unzip -p by_own.zip p/signatures/attestation.intoto.json >f/signatures/attestation.intoto.json
"$AUDITKIT" packet verify f >out
is "nor is one by another key: exit 4" "$? $(grep -c '^FAIL *attestation' out)" "4 1"
rm -rf att own f

# ---- the question: as a file, and over https ----
cp p.zip u.zip
"$AUDITKIT" packet timestamp u.zip --query u.tsq >out 2>err
is "a question is written, the packet stays" "$? $(cmp u.zip p.zip && echo same)" "0 same"
asked() { openssl ts -query -in u.tsq -text 2>/dev/null; }
is "openssl reads it: the digest, a nonce, and the wish for a certificate" "$(asked | sed -n 's/^ *[0-9a-f]* - \([0-9a-f -]*\)   .*/\1/p' | tr -d ' \n-') $(asked | grep -c 'Nonce: 0x') $(asked | grep -c 'Certificate required: yes') $(asked | grep -c 'sha256')" "$digest 1 1 1"
"$AUDITKIT" packet timestamp u.zip --query again.tsq >out 2>err
is "no two questions are the same" "$(cmp -s u.tsq again.tsq; echo $?)" 1
reply() { openssl ts -reply -config ca.cnf -section t -queryfile "$1" -signer tsa.pem -inkey tsa.key -out "$2" 2>/dev/null; }
reply u.tsq u.tsr
reply again.tsq again.tsr
"$AUDITKIT" packet timestamp u.zip --query u.tsq --answer again.tsr >out 2>err
is "the answer to another question is refused by its nonce: exit 4" "$? $(grep -c nonce err) $(cmp u.zip p.zip && echo same)" "4 1 same"
"$AUDITKIT" packet timestamp u.zip --query u.tsq --answer u.tsr --tsa foreign.pem >out 2>err
is "and one of another authority" "$? $(cmp u.zip p.zip && echo same)" "4 same"
"$AUDITKIT" packet timestamp u.zip --query u.tsq --answer u.tsr --tsa ca.pem >out 2>err
is "the right one is attached" "$? $(level timestamp u.zip --tsa ca.pem | cut -d' ' -f1)" "0 pass"
"$AUDITKIT" packet timestamp p.zip --answer other.tsr -o no.zip >out 2>err
is "without its question the digest is looked at: exit 4" "$? $(ls no.zip 2>/dev/null)" "4 "

certify server ca server_ext
mkdir tsa && cp ca.cnf tsa.pem tsa.key serial tsa/ && cat server.pem server.key >tsa/server.pem
python3 "$AK_SRCDIR/tests/e2e/tsa_server.py" tsa 2>tsa/log &
tsa_pid=$!
trap 'kill $tsa_pid 2>/dev/null; rm -rf "$tap_dir"' EXIT
for _ in $(seq 100); do [ -e tsa/port ] && break; sleep 0.1; done
port=$(cat tsa/port)
url() { "$AUDITKIT" packet timestamp p.zip --url "https://127.0.0.1:$port/tsr" --ca-file ca.pem "$@" >out 2>err; }
url -o x.zip
is "an address of this machine is not spoken to unasked: exit 69" "$? $(ls x.zip tsa/asked 2>/dev/null)" "69 "
url -o x.zip --allow-private --tsa ca.pem --json
is "asked over https, its answer is attached" "$? $(jq -c '[.authority_checked, .digest]' out) $(level timestamp x.zip --tsa ca.pem | cut -d' ' -f1)" "0 [true,\"$digest\"] pass"
is "the authority was asked as RFC 3161 says, and told nothing else" "$(jq -c '[.path, .type, .bytes < 100]' tsa/asked)" '["/tsr","application/timestamp-query",true]'
sed 's/namespaces/valid-before="20210101Z",namespaces/' t.signers >ended
is "a packet that is dated back is judged at its checkpoint, which it cannot be older than" "$(level signature x.zip --signers ended | cut -d' ' -f1,8-)" "fail the time of the packet, by its own word: the list lets this key sign until 2021-01-01T00:00:00Z only"
is "and not by its timestamp" "$("$AUDITKIT" packet verify x.zip --tsa ca.pem --signers ended --json | jq -r '(.judged_at | .from + " " + .time), (.checks[] | select(.name == "signature") | .result + (.detail | contains("until 2021-01-01T00:00:00Z only") | tostring))' | tr '\n' ' ')" "timestamp $(jq -r .time out) failtrue "
rm -f no.zip
for how in 'old 4' 'words 4' '404 69' 'here 69'; do
	echo "${how% *}" >tsa/how
	url -o no.zip --allow-private
	is "an authority that answers ${how% *}: exit ${how#* }, no packet" "$? $(ls no.zip 2>/dev/null)" "${how#* } "
done
rm tsa/how
"$AUDITKIT" packet timestamp p.zip --url "http://127.0.0.1:$port/tsr" -o no.zip >out 2>err
is "http is not spoken: exit 2" "$?" 2
"$AUDITKIT" packet timestamp p.zip --url "https://127.0.0.1:$port/tsr" --allow-private -o no.zip >out 2>err
is "nor to who shows another certificate: exit 69" "$?" 69
"$AUDITKIT" -w w packet build --draft -q -o d.zip >/dev/null 2>&1
"$AUDITKIT" packet timestamp d.zip --query d.tsq >out 2>err
is "a draft is refused: exit 6" "$? $(ls d.tsq 2>/dev/null)" "6 "

(cd p && openssl cms -sign -binary -in tagmanifest-sha256.txt -signer ../mail.pem -inkey ../mail.key -outform DER -out ../p.p7s 2>/dev/null)
head -c 300 p.p7s >half.p7s
head -c 300 /dev/urandom >junk.p7s
echo more | cat p.p7s - >more.p7s
openssl cms -sign -binary -in ca.cnf -signer mail.pem -inkey mail.key -outform DER -out wrong.p7s 2>/dev/null
openssl cms -encrypt -binary -in ca.cnf -outform DER -out sealed.p7s mail.pem 2>/dev/null
(cd p && openssl cms -sign -binary -nodetach -in tagmanifest-sha256.txt -signer ../mail.pem -inkey ../mail.key -outform DER -out ../whole.p7s 2>/dev/null)
for f in half junk more wrong sealed whole; do attach t.zip --attach $f.p7s -o no.zip; echo "$f $? $(ls no.zip 2>/dev/null)"; done >refused
is "what is no CMS signature over the packet is not attached" "$(tr -s ' \n' ' ' <refused)" "half 4 junk 4 more 4 wrong 4 sealed 4 whole 4 "
attach t.zip --attach p.p7s -o c.zip
is "a CMS signature is attached" "$?" 0
is "verify names it, and whom it names" "$(level cms c.zip | cut -c1-85)$(level cms t.zip)" "skipped a CMS signature over this packet by a certificate that names CN = mail; whose"
rm -rf p && unzip -q c.zip
cp wrong.p7s p/signatures/tagmanifest-sha256.txt.p7s
is "one over something else fails, where it was put by hand" "$(level cms p)" "fail the CMS signature is of something else than this packet, or of a kind that is not known here"
cp p.p7s p/signatures/tagmanifest-sha256.txt.p7s
ok "and verified by openssl as VERIFY.txt says" sh -c "cd p && $(sed -n 's/^# *\(openssl cms .*\) -CAfile CA.pem/\1 -CAfile ..\/ca.pem/p' p/VERIFY.txt)"

# Two parties: the platform has signed, security countersigns, and the list that asks for both is the reviewer's own.
ssh-keygen -q -t ed25519 -N '' -f security
ssh-keygen -q -t ed25519 -N '' -f stranger
(cd p && ssh-keygen -q -Y sign -n auditkit-packet -f ../security <tagmanifest-sha256.txt >../security.sshsig 2>/dev/null; ssh-keygen -q -Y sign -n auditkit-packet -f ../stranger <tagmanifest-sha256.txt >../stranger.sshsig 2>/dev/null; ssh-keygen -q -Y sign -n file -f ../security <tagmanifest-sha256.txt >../wrong.sshsig 2>/dev/null)
{ cat p/signatures/allowed_signers; echo "security namespaces=\"auditkit-packet\" $(cut -d' ' -f1,2 security.pub)"; } >list
both() { level required "$1" --signers list --require auditkit,security; }
is "a missing counter-signature is reported" "$(both c.zip)" "fail security has not signed it by a key of your list"
"$AUDITKIT" packet verify c.zip --signers list --require auditkit,security >/dev/null
is "with exit 4" "$?" 4
attach c.zip --attach security.sshsig --name security
is "it is attached in place" "$? $(both c.zip)" "0 pass 2 of 2 required signatures, by keys of the list given"
is "without a list of one's own nobody is known" "$(level required c.zip --require security | cut -d' ' -f1)" fail
attach t.zip --attach stranger.sshsig --name security -o s.zip
is "somebody else's under that name does not count" "$? $(both s.zip | cut -d' ' -f1)" "0 fail"
attach t.zip --attach wrong.sshsig --name security -o no.zip
is "one of another namespace is not attached: exit 4" "$?" 4
attach t.zip --attach security.sshsig -o no.zip
is "nor one without a name: exit 2" "$?" 2
is "a packet sealed anew by a key that is not on the list: its own level fails" "$(rm -rf f; cp -r p f; cp stranger.sshsig f/signatures/tagmanifest-sha256.txt.sshsig; rm f/signatures/*ed25519*; level signature f --signers list | cut -d' ' -f1)" fail
finish
