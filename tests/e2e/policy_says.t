#!/bin/sh
# What policy.yaml says is printed as it was said: an answer that looks like a secret's line, a line that nobody has filled in, a name that is no source.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
mkdir in
gzip -dc "$AK_SRCDIR/samples/litellm/slp-2026-06-01_07.jsonl.gz" | head -n 30 >in/calls.jsonl
cp "$AK_SRCDIR/samples/grc/key-inventory.csv" in/
{ "$AUDITKIT" init --discover in && "$AUDITKIT" ingest; } >out 2>&1
policy=.auditkit/policy.yaml
cp $policy keep.yaml
verdict() { jq -r ".checks[] | select(.check == \"$1\") | .verdict"; }
build() { # build: the draft, with its texts in said
	rm -rf d.zip* d.annex.zip d
	"$AUDITKIT" packet build --draft -o d.zip >out 2>err
	echo $?
	unzip -q d.zip 'd/data/0*.json' 'd/data/tables/*' 2>/dev/null
	jq -r '.statements[]?.text, .gaps[]?.text' d/data/0[1-7]*.json >said 2>/dev/null
}

"$AUDITKIT" verify >out 2>&1
is "one of a thing is singular" "$(grep -c '^sealed  *1 signed checkpoint, the last covers [0-9,]* of [0-9,]* leaves$' out)" 1

# ---- an api_key line ----
is "init asks for the life of key records" "$(grep -c '^  api_key: {keep: unknown' $policy)" 1
while IFS='|' read -r why delete; do
	sed "s/^  api_key: .*/  api_key: {keep: 90d, why: \"$why\", delete: \"$delete\"}/" keep.yaml >$policy
	is "why: $why" "$(build) $(grep -cxF "api_key, why: $why" said) $(grep -cxF "api_key, delete: $delete" said)" "0 1 1"
done <<'WORDS'
contract|automatic
audit|us
the contract of 2024 asks for it|by hand, every month
WORDS
secret=$(printf 'Zq7%s' Lm9Kp4Wd6Hb1Vn8Tc3)
for name in 'api_key: ' api_key= password=; do
	sed "s/^  api_key: .*/  api_key: {keep: 90d, why: '$name$secret', delete: automatic}/" keep.yaml >$policy
	is "a secret behind $name is still one" "$(build) $(grep -c '^api_key, why: .*REDACTED:' said) $(unzip -p d.zip | grep -ac "$secret")" "0 1 0"
done
cp keep.yaml $policy

# ---- lines that nobody has filled in ----
sed 's/^    - prod$//; s/^  environments:.*/  environments: unknown/; /^  apps:/,/^  keys:/{/^    /d; s/^  apps:.*/  apps: unknown/}' keep.yaml >$policy
is "draft without answers" "$(build)" 0
is "provider: listed by init, not declared" "$("$AUDITKIT" check --json | verdict provider-undeclared)" "not evaluable"
is "scope: no list, no verdict" "$("$AUDITKIT" check --json | verdict scope-undeclared)" "not evaluable"
is "what is missing is said" "$("$AUDITKIT" check --json | jq -r '.checks[] | select(.check == "scope-undeclared").why' | grep -c '^missing: scope.apps (.* of 30 requests name an application), scope.environments (')" 1
is "the packet says the same" "$(jq -c '[.checks.rules[] | select(.check | test("-undeclared$")).verdict]' d/data/00-cover.json)" '["not evaluable","not evaluable"]'
sed 's/contract: unknown/contract: DPA-1/' keep.yaml >$policy
is "an answer makes a declaration" "$("$AUDITKIT" check --json | verdict provider-undeclared)" met
cp keep.yaml $policy

# ---- the same number twice ----
is "an owner that is asked for is one gap" "$(build) $(grep -c 'has no owner' said) $(grep -c '\.owner is not answered' said)" "0 0 2"
"$AUDITKIT" check --json >check.json
is "check and packet differ where they say it" "$(jq -r '.checks.rules[] | "\(.check) \(.verdict)"' d/data/00-cover.json | sort >a; jq -r '.checks[] | "\(.check) \(.verdict)"' check.json | sort | diff - a | grep '^[<>]' | tr '\n' ' ')" \
	"< evidence-missing not evaluable > evidence-missing not met "
is "each has the reason" "$(jq -r '.checks[] | select(.check == "evidence-missing").why' check.json | grep -c 'a packet is judged for the review of its view') $(jq -r '.checks.rules[] | select(.check == "evidence-missing").note' d/data/00-cover.json | grep -c "'auditkit check' alone says not evaluable")" "1 1"
is "findings of rules are counted beside the packet's own" "$(tr -s '\n ' ' ' <out | grep -c "beside them $(jq '[.checks.rules[].found] | add' d/data/00-cover.json) of the rules ('auditkit check')")" 1

# ---- names that are no source ----
sed 's/control_point: unknown/control_point: litellm/; s/roles_from: unknown/roles_from: none/' keep.yaml >$policy
is "a control point that is no source is a gap, not a fact" "$(build) $(grep -c '^control_point: \|^figures of bypass' said) $(grep -c '^control_point names litellm, which is no source (policy.yaml:' said)" "0 0 1"
is "so is who brings the roles" "$(grep -c '^roles_from names none, which is no source' said)" 1
sed 's/control_point: unknown/control_point: litellm-slp/' keep.yaml >$policy
is "one that is a source says what figures make of it" "$(build) $(grep -c '^control_point: litellm-slp$' said) $(grep -c '^figures of bypass take .* the 1 source with requests, .*; litellm-slp decides' said)" "0 1 1"
finish
