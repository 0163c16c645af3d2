#!/bin/sh
# config check and show: policy.yaml as it is in force, and its mistakes by line (F346).
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
cp "$AK_SRCDIR/samples/policy.yaml" w/policy.yaml
sum=$(sha256sum w/policy.yaml | cut -d' ' -f1)
is "it can be read" "$("$AUDITKIT" -w w config check --json | jq -c '[.policy_sha256, (.answers > 50), .unknown, .checks, .targets]') $?" "[\"$sum\",true,3,0,1] 0"
is "every value has its line" "$("$AUDITKIT" -w w config show --json | jq -r '.values[] | select(.value | type == "string") | "\(.line)\t\(.path | split(".") | last)\t\(.value)"' |
	while IFS='	' read -r line name value; do sed -n "${line}p" w/policy.yaml | grep -qF "$name: $value" || sed -n "${line}p" w/policy.yaml | grep -qF "$value" || echo "$line $name"; done)" ""
is "unknown ones say so" "$("$AUDITKIT" -w w config show --json | jq -c '[.unknown, ([.values[] | select(.unknown) | .path] | sort)]')" \
	'[3,["access.log_access_monitoring","retention.usage.delete","scope.apps.invoice-reader.cost_center"]]'
cp -r w manual
sed -n '/^checks:/,/^notify:/p' "$AK_SRCDIR/man/auditkit-policy.5" | sed '$d; s/\\-/-/g' >>manual/policy.yaml
is "the rules of the manual are rules" "$("$AUDITKIT" -w manual config check --json | jq .checks) $?" "2 0"
is "for people" "$("$AUDITKIT" -w w config show | grep -c '^8  *scope.system: Brindle Assist$')" 1
while IFS='|' read -r edit words; do
	sed "$edit" "$AK_SRCDIR/samples/policy.yaml" >w/policy.yaml
	"$AUDITKIT" -w w config check >out 2>err
	is "$words" "$? $(tr '\n' ' ' <err | tr -s ' ' | grep -c "$words")" "2 1"
done <<'EDITS'
s/^retention:/retension:/|policy.yaml:[0-9]*: unknown key 'retension' (did you mean 'retention'?)
s/max_rejects: 0.1%/max_rejects: few/|policy.yaml:[0-9]*: 'limits.max_rejects' must be
s/type: sendmail/type: pager/|policy.yaml:[0-9]*: 'type' must be webhook
s/control_point: litellm-prod/control_point: litellm/|policy.yaml:10: scope.control_point names 'litellm', which is no source hint: there are, nearest first: litellm-prod,
s/roles_from: access-review/roles_from: none/|policy.yaml:53: access.roles_from names 'none', which is no source
s/^limits:/checks: {x: {layer: planet, count: {over: 1}}}\nlimits:/|policy.yaml:[0-9]*: 'layer' is no kind of record
EDITS
cp "$AK_SRCDIR/samples/policy.yaml" w/policy.yaml
printf 'version: 1\nsuppressions:\n  - {id: 0011, owner: me}\n' >w/suppressions.yaml
"$AUDITKIT" -w w config check >out 2>err
is "the files beside it too" "$? $(grep -c 'suppressions.yaml:3' err)" "2 1"
rm w/policy.yaml w/suppressions.yaml
"$AUDITKIT" -w w config check >out 2>err
is "no policy.yaml" "$? $(grep -c 'the workspace has no policy.yaml' err)" "3 1"
finish
