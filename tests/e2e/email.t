#!/bin/sh
# redaction.email: addresses without a dot, and local parts that differ in case only.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@" >out 2>err; rc=$?; }
try() { printf '%s\n' "$@" | "$AUDITKIT" -w w redact try 2>err; }
policy() { sed "s/^redaction:.*/&\n  email: {$1}/" base.yaml >w/policy.yaml; }
token() { # by Python, as SECURITY has it
	python3 - "$XDG_CONFIG_HOME"/auditkit/keys/*/pseudonym "$1" <<'PY'
import hashlib, hmac, sys
mac = lambda key, text: hmac.new(key, text, hashlib.sha256).digest()
key = mac(mac(bytes(32), bytes.fromhex(open(sys.argv[1]).read().strip())), b"auditkit/1/token\x01")
print("email:" + mac(key, b"auditkit/1/email\0" + sys.argv[2].encode()).hex()[:32])
PY
}
"$AUDITKIT" init w >out 2>err
cp w/policy.yaml base.yaml
hosts='mail ada@ws12 today
<ada@mailhost>
user=ada@intra-net&x=1
"ada@ws12"
ssh ada@build.local
mailto:ada%40ws12'
others='npm i lodash@latest react@next pkg@1.2.3 a@v2
registry.example.org/app@sha256:0011223344556677
git@forge:org/repo.git and @scope/package
text-bison@001 claude@20240620 x@y
docker pull image@sha512 tool@stable
@media print'
is "without a dot an address stays" "$(try "$hosts" | grep -c 'ada@ws12')" 2
policy 'hosts: any'
is "with hosts: any none does" "$(try "$hosts" | grep -c 'ada[@%]') $(try "$hosts" | grep -c 'email:[0-9a-f]\{32\}')" "0 6"
is "nor changes a second time" "$(try "$(try "$hosts")")" "$(try "$hosts")"
is "tags, versions, digests and scopes stay" "$(try "$others")" "$others"
is "a chain of them leaves no host" "$(try 'ada@ws12@ws13' | grep -c 'ws1')" 0
is "the token is that of the address" "$(try 'Ada@WS12')" "$(token ada@ws12)"
printf 'reviewed_at,system,principal,principal_type,role,log_scope,state,last_used_at\n2026-06-12T09:00:00Z,gateway,Ada@ws12,human,viewer,metadata,keep,2026-06-01T00:00:00Z\n' >in.csv
ak ingest in.csv
is "in a column it is the same" "$rc $(sqlite3 w/workspace.db "SELECT coalesce(actor_email, actor_id) FROM access_grant")" "0 $(token ada@ws12)"
ak packet build --draft --allow-gaps -q -o p.tar
is "a packet is built and looked through with it" "$rc" 0
policy 'hosts: any, local_part: exact'
is "exact: the local part keeps its case" "$(try 'Ada@WS12')" "$(token Ada@ws12)"
is "of addresses with a dot too" "$(try 'Ada%40Example.ORG')" "$(token Ada@example.org)"
is "a quoted one with a sign in it" "$(try '"Ada@home"@Example.org' | grep -c 'Ada')" 0
policy 'local_part: exact'
is "two people" "$(try 'Ada@example.org' | cut -c1-38)" "$(token Ada@example.org)"
ak show ada@example.org
is "a search looks for one of them" "$rc" 3
policy 'local_part: fold, hosts: dotted'
is "said as it is without" "$(try 'Ada@example.org ada@ws12')" "$(token ada@example.org) ada@ws12"
policy 'hosts: all'
is "another word is refused with its line" "$(try x; echo $?) $(grep -c "policy.yaml:[0-9]*: 'redaction.email.hosts' must be dotted or any" err)" "2 1"
finish
