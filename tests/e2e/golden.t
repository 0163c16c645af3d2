#!/bin/sh
# Golden cases of packet verify (golden.tsv), a byte in each file, and bytes at random: all cases and 10,000 bytes with AK_LONG.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ex=$AK_SRCDIR/samples
"$AUDITKIT" init w >/dev/null 2>&1
# A small packet, since each case reads it: few records, and a view without the longest tables.
mkdir -p small/litellm w/templates
gzip -dc "$ex"/litellm/slp-2026-06-01_07.jsonl.gz | head -n 30 >small/litellm/slp-1.jsonl && gzip small/litellm/slp-1.jsonl
sed -e "s#path: litellm/slp#path: $PWD/small/litellm/slp#" -e "s#path: \\([a-z]\\)#path: $ex/\\1#" -e '/^  \(openai-[a-z]*\|app-spans\|litellm-audit\|tickets\|access-review\|key-inventory\):/d' "$ex/policy.yaml" >w/policy.yaml
printf '%s\n' 'title: Small' 'audience: nobody' 'leaves_out: {tables: [fields, field_values, classes, checklists, over_time]}' >w/templates/view-small.yaml
build() { "$AUDITKIT" -w w packet build --allow-gaps -q --view small --sample 1 --from 2026-06-01 --to 2026-06-02 "$@" >/dev/null; }
"$AUDITKIT" -w w ingest "$ex/gateway" "$ex/assistant" >/dev/null 2>&1
build -o first.tar
"$AUDITKIT" -w w ingest >/dev/null 2>&1
build --previous first.tar -o good
cp good/signatures/allowed_signers mine
: >nobody

# Authorities for timestamps: one that may stamp today, one whose certificate ended years ago.
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
[ca]
default_ca = c
[c]
database = index
serial = certs
new_certs_dir = .
default_md = sha256
policy = any
x509_extensions = tsa_ext
[any]
commonName = supplied
[tsa]
default_tsa = t
[t]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
C
echo 01 >serial && echo 01 >certs && : >index
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -config ca.cnf -extensions ca_ext 2>/dev/null
for who in today past; do
	[ $who = today ] && set -- -days 30 || set -- -startdate 20200101000000Z -enddate 20210101000000Z
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $who.key -out csr -config ca.cnf -subj "/CN=$who" 2>/dev/null
	openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key "$@" -in csr -out $who.pem 2>/dev/null
done
digest=$(sha256sum good/tagmanifest-sha256.txt | cut -c1-64)
sed "s/DIGEST/$digest/; s/DIG_UPPER/$(echo "$digest" | tr a-f A-F)/" "$AK_SRCDIR/tests/e2e/golden.tsv" >golden-cases
python3 "$AK_SRCDIR/tests/e2e/golden.py" "$AUDITKIT" good golden-cases ${AK_LONG:+10000}
