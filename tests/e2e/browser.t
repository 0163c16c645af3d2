#!/bin/sh
# The page of `serve` in a browser, where there is one: its policy lets its own style in, forms end at tokens.
. "$AK_SRCDIR/tests/tap.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip_all 'no chromium here'
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
cat >events.csv <<'END'
audit_event_id,actor_id,actor_role,actor_ip,user_agent,organization_id,target_type,target_id,action,before,after,reason,request_id,created_at
ae-n1,ada@example.org,owner,192.0.2.207,curl/8.5.0,org-brindle,api_key,key_77,key.rotated,"{""alias"": ""old""}","{""alias"": ""new""}",leak,req-n1,2026-06-10T03:14:00Z
ae-n2,bob@example.org,<script>alert(1)</script>,192.0.2.208,curl/8.5.0,org-brindle,api_key,key_78,key.deleted,,,x,req-n2,2026-06-10T03:15:00Z
END
"$AUDITKIT" -w w ingest events.csv >/dev/null 2>&1
"$AUDITKIT" -w w serve --idle 20s >url 2>err &
server=$!
until [ -s url ]; do
	kill -0 $server 2>/dev/null || skip_all 'built without libmicrohttpd'
	sleep 0.1
done
url=$(cat url)
see() { # see ADDRESS: its document as the browser has it, what it complained of in said
	timeout 30 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --enable-logging=stderr --dump-dom "$1" 2>said
}
see "$url?layer=audit_event" >all
skip=$(grep -c '<table' all)
[ "$skip" != 0 ] || { kill $server; skip_all 'this chromium shows nothing'; }
is "both records are there" "$(grep -c 'class="cite" href="./record/' all)" 2
is "hostile text is text" "$(grep -c '&lt;script&gt;' all) $(grep -c '<script' all)" "1 0"
is "nothing is refused by the page's own policy" "$(grep -ciE 'content security policy|refused to' said)" 0
see "$url?user=ada%40example.org&from=&text=" >hers
is "who is typed is found, and her address is in no page" "$(grep -c 'class="cite" href="./record/' hers) $(grep -c 'ada@' hers)" "1 0"
see "${url}record/$(sed -n 's/.*href=".\/record\/\([^"]*\)".*/\1/p' hers | head -n 1)" >one
is "a record shows what changed" "$(grep -oE '<(del|ins)>[a-z]*' one | tr '\n' ' ')" "<del>old <ins>new "
kill $server
wait $server
is "and the server ends well" "$?" 0
finish
