#!/bin/sh
# The page of `serve`: who may ask, what is shown, that it says what search says, to the byte. F178 to F193 in a browser.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
cat >night.csv <<'END'
audit_event_id,actor_id,actor_role,actor_ip,user_agent,organization_id,target_type,target_id,action,before,after,reason,request_id,created_at
ae-n1,ada@example.org,owner,192.0.2.207,curl/8.5.0,org-brindle,api_key,key_77,key.rotated,"{""alias"": ""old""}","{""alias"": ""new""}",leak,req-n1,2026-06-10T03:14:00Z
ae-n2,ada@example.org,"""><img src=x onerror=alert(1)>",192.0.2.207,curl/8.5.0,<script>alert(1)</script>,api_key,key_77,key.deleted,,,=HYPERLINK,req-n2,2026-06-10T03:15:00Z
END
sed '1p; $!d; s/ae-n2/late-1/; s/2026-06-10/2026-06-02/' night.csv >late.csv
"$AUDITKIT" -w w ingest "$AK_SRCDIR"/samples/litellm "$AK_SRCDIR"/samples/grc "$AK_SRCDIR"/samples/gateway >/dev/null 2>&1
"$AUDITKIT" -w w ingest night.csv >/dev/null 2>&1
exec python3 "$AK_SRCDIR/tests/e2e/serve.py" "$AUDITKIT" w late.csv
