#!/bin/sh
# The page of a packet: valid, alone, for every eye; equal to its twins; in a browser narrow, dark and on paper, where there is one.
. "$AK_SRCDIR/tests/tap.sh"
mkdir "$tap_dir/a"
cp -r "$AK_SRCDIR/samples" "$tap_dir/a/ex"
chmod -R u+w "$tap_dir/a"
cd "$tap_dir/a" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
sed 's#path: \([a-z]\)#path: ../ex/\1#; s#^  export_approvers: .*#&\n  attestations: [{what: roles of the dashboard, on: 2020-01-02, by: sec-ops}, {what: fire drill, on: 2020-01-02}]#' ex/policy.yaml >w/policy.yaml
printf 'version: 1\nresponses:\n  key-no-owner: {text: "the key is revoked on Friday", owner: platform-head, due: 2026-07-31}\n' >w/responses.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
"$AUDITKIT" -w w packet build --allow-gaps --reviewer 'Example Assurance' --approved-by platform-head -q -o p >said 2>&1 || cat said
python3 "$AK_SRCDIR/tests/e2e/page.py" p w >lines || cat lines
grep -E '^(not )?ok|^#' lines >kept
tap_n=$(grep -cE '^(not )?ok' kept)
cat kept
is "the matrix is that of check --matrix" "$("$AUDITKIT" -w w check --matrix --profile vendor-risk --json | jq -S .areas | sha256sum)" "$(jq -S .areas p/data/08-requests/matrix.json | sha256sum)"
is "the questions are those of check --questions" "$("$AUDITKIT" -w w check --questions --profile vendor-risk --json | jq -S .questions | sha256sum)" "$(jq -S .questions p/data/08-requests/questions.json | sha256sum)"
is "this copy goes 365 days after its checkpoint" "$(jq -r .delete_by p/data/00-cover.json) $(grep -c "Delete this copy by <b class=\"w\">$(jq -r .delete_by p/data/00-cover.json)" p/index.html)" \
	"$(date -u -d "$(jq -r .as_of p/data/packet.json) + 365 days" +%F) 1"
is "an attestation is dated, an old one stale, one by nobody says so, the others are asked for" \
	"$(jq -r '.attestations.rows | [(.[] | select(.what == "roles of the dashboard") | .topic + "=" + .state), (.[] | select(.what == "fire drill") | .state), (map(select(.state == "not attested")) | length)] | join(",")' p/data/00-cover.json)" \
	"role permissions=stale,by nobody,7"
"$AUDITKIT" -w w packet build --allow-gaps --reviewer 'Example Assurance' --approved-by platform-head -q -o again >/dev/null 2>&1
is "ids and all else stay in a second build" "$(diff -r p again)" ""

# An order of time that cannot be is said beside the rule: here the inventory has keys that were used before.
mkdir early
sed 's/2026-01-10T00:00:00Z/2026-06-08T00:00:00Z/' ex/grc/key-inventory.csv >early/key-inventory.csv
"$AUDITKIT" init e >/dev/null 2>&1
"$AUDITKIT" -w e ingest early/key-inventory.csv ex/litellm/slp-2026-06-01_07.jsonl.gz >/dev/null 2>&1
is "keys used before they were there are counted" "$("$AUDITKIT" -w e check revoked-key-use --json | jq -r '.checks[0].note' | grep -oE '^chronology: of [0-9]+ keys [0-9]+ used before the first record of their creation')" \
	"chronology: of $(tail -n +2 ex/grc/key-inventory.csv | wc -l) keys $(sqlite3 e/workspace.db "SELECT count(DISTINCT y.key_id) FROM api_key y JOIN request r ON r.key_hash = y.key_hash WHERE r.event_start < y.created_at") used before the first record of their creation"

"$AUDITKIT" init states >/dev/null 2>&1
"$AUDITKIT" -w states ingest ex/grc >/dev/null 2>&1
is "inventories, tickets and grants alone are no period" "$("$AUDITKIT" -w states packet build --draft -o s 2>&1 | grep -oE 'no event: its [0-9]+ records') $(jq -c '.period | [.first, .last]' s/data/packet.json)" \
	"no event: its $(for t in ticket access_grant api_key; do sqlite3 states/workspace.db "SELECT count(*) FROM $t"; done | awk '{ n += $1 } END { print n }') records [null,null]"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { finish; exit 0; }
# The copy may run a script that measures; it is the same page otherwise.
sed 's/<meta http-equiv="Content-Security-Policy"[^>]*>//; s#</body>#<script>let o = [...document.querySelectorAll("body *")].filter(e => !e.closest(".wide, pre, svg, .hide, .skip") \&\& e.getBoundingClientRect().right > innerWidth + 1); document.title = "wide=" + document.documentElement.scrollWidth + " of " + innerWidth + " clipped=" + o.map(e => e.tagName + ":" + e.textContent.slice(0, 40)).slice(0, 3).join("|");</script></body>#' p/index.html >p/measure.html
see() { timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --hide-scrollbars --user-data-dir="$PWD/profile" --enable-logging=stderr "$@" 2>said; }
see --window-size=360,800 --dump-dom "file://$PWD/p/measure.html" | grep -o '<title>wide=[^<]*' >narrow
case $(cat narrow) in
*wide=*) is "nothing is wider than a phone" "$(sed 's/.*wide=\([0-9]*\) of \([0-9]*\) clipped=\(.*\)/\1 <= \2 "\3"/' narrow | awk '{ print ($1 <= $3), $4 }')" '1 ""' ;;
*) finish; exit 0 ;; # this browser shows nothing
esac
see --log-net-log="$PWD/net.json" --print-to-pdf="$PWD/page.pdf" --no-pdf-header-footer "file://$PWD/p/index.html" >/dev/null
is "no word on the console, nothing refused" "$(grep -ciE 'CONSOLE|content security policy|refused to' said)" 0
is "and nothing is asked of any other place" "$(python3 -c '
import re; own = r"file:|chrome|data:|devtools|about:|https?://[a-z0-9.-]*\.(google|googleapis|gvt1)\.com/"  # what a browser asks its maker
print(*sorted({u for u in re.findall(r"\"url\": ?\"([^\"]*)\"", open("net.json").read()) if not re.match(own, u)}))')" ""
is "it prints" "$(head -c 5 page.pdf) $(($(grep -ac '/Type /Page\b' page.pdf) < 60))" "%PDF- 1"
finish
