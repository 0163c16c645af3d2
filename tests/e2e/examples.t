#!/bin/sh
# Every command that README and the manual pages show is run as it stands there, on the samples.
. "$AK_SRCDIR/tests/tap.sh"
mkdir "$tap_dir/bin" "$tap_dir/here"
ln -s "$AUDITKIT" "$tap_dir/bin/auditkit"
PATH=$tap_dir/bin:$PATH
AUDITKIT_DATA=$AK_SRCDIR
export PATH AUDITKIT_DATA
cd "$tap_dir/here" || exit 1
mkdir exports
for d in "$AK_SRCDIR"/samples/*/; do cp -r "$d" exports; done
page() { sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' "$AK_SRCDIR/man/$1"; }
# In the samples one line is broken: 3 says so; and a check finds what is planted: 1.
run() { # run WHERE COMMAND
	out=$(echo "$2" | sed -n 's/.* -o \([^ ]*\).*/\1/p')
	[ -z "$out" ] || rm -rf "$out" "$out.receipt.txt" "${out%.*}.annex.${out##*.}"
	rm -rf ws auditkit-demo copy.tar ./*.p7m ./*.tsq
	sh -c "$2" >out.txt 2>&1
	rc=$?
	case $2 in 'auditkit check'*) [ "$rc" != 1 ] || rc=0 ;; esac
	tap "$((rc != 0 && rc != 3))" "$1: $2"
	[ "$rc" = 0 ] || [ "$rc" = 3 ] || sed "s/^/# exit $rc: /" out.txt | tail -n 5
}

sed -n 's/^    \(auditkit [^ ].*[^ ]\)  *[A-Za-z,].*/\1/p' "$AK_SRCDIR/README" | sed 's/   .*//' >commands
is "README shows commands" "$(($(wc -l <commands) >= 8))" 1
is "those of redaction among them" "$(grep -c '^auditkit redact' commands)" 4
is "it fits 80 columns" "$(awk 'length > 80' "$AK_SRCDIR/README")" ""
while read -r c; do run README "$c"; done <commands

sed 's#path: \([a-z]\)#path: ../exports/\1#' "$AK_SRCDIR/samples/policy.yaml" >.auditkit/policy.yaml
auditkit packet build --allow-gaps -o packet.tar >/dev/null 2>&1
auditkit packet build --allow-gaps -o packet.zip >/dev/null 2>&1
auditkit packet build --allow-gaps --unsigned -o unsigned.zip >/dev/null 2>&1
auditkit search --layer request --status '$status' --save refused >/dev/null 2>&1
auditkit search --outcome failure --save old >/dev/null 2>&1
ssh-keygen -q -t ed25519 -N '' -f id_ed25519
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout cert.key -out cert.pem -days 2 -subj /CN=reader 2>/dev/null
page auditkit-formats.5 | sed -n '/^id: example-gateway/,/^\.fi/p' | grep -v '^\.fi' >gateway.yaml
sed -n 's/^ \{6\}//; /^{"calls/,/^expect\|^    expect/p' gateway.yaml | grep -v expect >calls.json
is "the example's own input is JSON" "$(jq -r '.calls[0].call' calls.json)" c-1
printf '%%PDF-1.4\n' >retention.pdf
printf 'ada@example.org\ngrace@example.org\n' >names.txt
cp "$AK_SRCDIR"/templates/report-usage.md.mustache .
for f in "$AK_SRCDIR"/man/*.[15]; do
	n=$(basename "$f")
	page "$n" | sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/p' | sed -n 's/^  \(auditkit .*\)/\1/p' >commands
	case $n in auditkit.1 | auditkit-policy.5) ;; *) is "$n has examples" "$(($(wc -l <commands) > 0))" 1 ;; esac
	while read -r c; do run "$n" "$c"; done <commands
done
is "the made-up gateway's record is as its page says" \
	"$(sqlite3 .auditkit/workspace.db "SELECT response_model || ' ' || cost_estimated || ' ' || payload_prompt || ' ' || trace_id FROM request WHERE event_id = 'c-1'")" \
	"gpt-4.1 0.015 present 4bf92f3577b34da6a3ce929d0e0e4736"
auditkit init other >/dev/null 2>&1
page auditkit-policy.5 | sed -n '/^version: 1/,/^\.fi/p' | grep -v '^\.fi' >other/policy.yaml
is "the policy of its page is one" "$(auditkit -w other status --json | jq '.policy_answers > 5')" true
finish
