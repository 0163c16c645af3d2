#!/bin/sh
# packet sign: later, elsewhere, by every kind of key; the digest stays, and what must not be signed is not.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
cp -r "$AK_SRCDIR/samples" ex
{ cat "$AK_SRCDIR/samples/policy.yaml" && echo "exports: ../ex"; } >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
build() { "$AUDITKIT" -w w packet build --allow-gaps --force "$@" >out.txt 2>err.txt; }
sign() { "$AUDITKIT" packet sign "$@" >out.txt 2>err.txt; }
check() { "$AUDITKIT" packet verify "$@" --json | jq -r '.checks[] | select(.name == "signature").result'; }
digest() { "$AUDITKIT" packet verify "$1" --json | jq -r .digest; }
has() { grep -c -- "$1" "$2"; }
key=$XDG_CONFIG_HOME/auditkit/keys/$(ls "$XDG_CONFIG_HOME/auditkit/keys")/packet

mkdir signed
build -o signed/p.tar
build --unsigned -o p.tar
is "an unsigned packet says how to sign it" "$(has 'packet sign p.tar --key FILE' err.txt) $(has 'signer   none yet' p.tar.receipt.txt)" "1 1"
is "it has no signature" "$(tar -tf p.tar | grep -c signatures/)" 0
"$AUDITKIT" packet verify p.tar >out.txt
is "and does not verify" "$? $(has '^FAIL      signature .*packet sign' out.txt)" "4 1"
is "the last line says what failed" "$(tail -n 1 out.txt | tr -s ' ' | sed 's/AK-[0-9a-f]*/ID/; s/of [0-9]*/of N/')" "NOT VERIFIED ID: 0 of N files altered; failed: signature"
cp p.tar unsigned.tar
want=$(digest p.tar)
is "its digest is that of the signed one" "$want" "$(digest signed/p.tar)"
sign p.tar --key "$key"
is "sign with the workspace's own key" "$?" 0
ok "the same bytes as if it had been signed at once" cmp p.tar signed/p.tar
is "the receipt has the same digest and the signer" "$(sed -n 's/^digest   sha256 //p; s/^signer   //p' p.tar.receipt.txt | tr '\n' ' ')" \
	"$want $(sed -n 's/^signer   //p' signed/p.tar.receipt.txt) "
ok "and is the receipt of the other" cmp p.tar.receipt.txt signed/p.tar.receipt.txt

# ---- F350: which program it was, outside of what the digest covers ----
"$AUDITKIT" version --sbom >bom.json
is "the receipt names the build that readelf reads" "$(sed -n 's/^program .*build ID //p' p.tar.receipt.txt)" "$(readelf -n "$AUDITKIT" 2>/dev/null | sed -n 's/.*Build ID: //p')"
is "and the bill of materials by its SHA-256" "$(sed -n 's/^sbom     sha256 \([0-9a-f]*\) .*/\1/p' p.tar.receipt.txt)" "$(sha256sum <bom.json | cut -d' ' -f1)"
is "which is CycloneDX with a version and a build ID" "$(jq -r '[.bomFormat, .specVersion, .metadata.component.name, (.metadata.component.properties[0].value | length > 8)] | join(" ")' bom.json)" "CycloneDX 1.5 auditkit true"
is "it has the libraries that ldd lists" "$(jq -r '.components[] | select(.scope != "optional")."bom-ref"' bom.json | sort | tr '\n' ' ')" "$(ldd "$AUDITKIT" | sed -n 's#^\t*\(.* => \)*\(/[^ ]*\) (.*#\2#p' | xargs -n 1 basename | sort | tr '\n' ' ')"
is "with the versions that they say" "$(jq -r '.components[] | select(.name == "openssl" or .name == "sqlite").version' bom.json | tr '\n' ' ')" "$(openssl version | sed 's/.*Library: OpenSSL \([^ ]*\).*/\1/') $(sqlite3 --version | cut -d' ' -f1) "
is "and hangs together" "$(jq '[.dependencies[0].dependsOn[] as $r | any(.components[]; ."bom-ref" == $r)] | all' bom.json) $(LC_ALL=C.UTF-8 TZ=Asia/Tokyo "$AUDITKIT" version --sbom | cmp - bom.json && echo same)" "true same"
is "neither is in the packet" "$(grep -ac "$(sed -n 's/^program .*build ID //p' p.tar.receipt.txt)\|CycloneDX" p.tar)" 0

ssh-keygen -q -t ed25519 -N '' -C 'audit key' -f plain
echo "brindle namespaces=\"auditkit-packet\" $(cut -d' ' -f1,2 plain.pub)" >vendors
for form in p.zip p.tar.gz p.tar.zst folder; do
	build --unsigned -o "$form"
	sign "$form" --key plain
	is "$form: an OpenSSH key, in place" "$? $("$AUDITKIT" packet verify "$form" --signers vendors --digest "$want" --json | jq -c '[.ok, .signer_name]')" '0 [true,"brindle"]'
done
is "the fingerprint is that of ssh-keygen" "$(sed -n 's/^signer    //p' out.txt)" "$(ssh-keygen -lf plain.pub | cut -d' ' -f2)"
(cd folder && sh -eu VERIFY.txt >/dev/null 2>&1)
is "VERIFY.txt agrees: openssl and ssh-keygen" "$?" 0
sign unsigned.tar --key plain -o copy.tar
is "a copy, the original stays" "$? $(check copy.tar) $(tar -tf unsigned.tar | grep -c signatures/)" "0 pass 0"
sign unsigned.tar --key plain -o copy.tar
is "nothing is overwritten unasked" "$? $(has force err.txt)" "2 1"

eval "$(ssh-agent -s)" >/dev/null
ssh-add -q plain
mkdir away && cp plain.pub away/
build --unsigned -o agent
sign agent --key away/plain.pub
is "a key in the agent" "$? $(check agent --signers vendors)" "0 pass"
is "has no raw signature" "$(ls agent/signatures | tr '\n' ' ')" "allowed_signers tagmanifest-sha256.txt.sshsig "
(cd agent && sh -eu VERIFY.txt >/dev/null 2>&1)
is "and VERIFY.txt does without" "$?" 0
is "the digest is the same" "$(digest agent)" "$want"
kill "$SSH_AGENT_PID"
unset SSH_AUTH_SOCK
cp unsigned.tar dead.tar
sign dead.tar --key away/plain.pub
is "without the agent: refused, with a next step, nothing changed" "$? $(has 'ssh-add' err.txt) $(cmp dead.tar unsigned.tar && echo same)" "6 1 same"
PATH=/nowhere sign dead.tar --key away/plain.pub
is "without ssh-keygen" "$? $(has "cannot run 'ssh-keygen'" err.txt)" "71 1"
rm -r agent/data/tables
sign agent --key plain
is "a packet that is not as it was packed" "$? $(has 'not as it was packed' err.txt)" "4 1"

printf '#!/bin/sh\necho secret words\n' >ask && chmod +x ask
ssh-keygen -q -t ed25519 -N 'secret words' -f locked
cp unsigned.tar locked.tar
# The sandbox runs programs of the system only, and this asker is none.
AUDITKIT_SANDBOX=off DISPLAY=:0 SSH_ASKPASS=$PWD/ask SSH_ASKPASS_REQUIRE=force sign locked.tar --key locked
is "a key with a passphrase, which ssh-keygen asks for" "$? $(check locked.tar)" "0 pass"

refused() { # refused NAME EXIT PATTERN ARGUMENT...
	name=$1 want=$2 pattern=$3
	shift 3
	sign "$@"
	is "$name" "$? $(has "$pattern" err.txt)" "$want 1"
}
"$AUDITKIT" -w w packet build --draft -o draft.zip >/dev/null 2>&1
refused "a draft" 6 'a draft is never signed' draft.zip --key plain
refused "a signed one" 6 'signed already' p.tar --key plain
refused "no key" 2 '--key FILE' unsigned.tar
refused "no such key" 5 "cannot read 'nokey'" unsigned.tar --key nokey
refused "a file that is no key" 6 "not a key that signs packets" unsigned.tar --key draft.zip.receipt.txt
chmod 644 draft.zip.receipt.txt
cp plain open && chmod 666 open
refused "a key that others can write" 6 "open" unsigned.tar --key open
ssh-keygen -q -t rsa -b 2048 -N '' -f rsa
refused "a key of another kind" 6 "not by an Ed25519 key" unsigned.tar --key rsa
head -c 200 plain >broken && chmod 600 broken
refused "a broken key" 6 "not a key" unsigned.tar --key broken
cp unsigned.tar unsigned.zip
refused "a name that says another form" 2 "is a tar and its name says zip" unsigned.zip --key plain
refused "no packet" 5 "cannot read" nothing.tar --key plain
is "what was refused is as it was" "$(cmp unsigned.tar unsigned.zip && echo same)" same
finish
