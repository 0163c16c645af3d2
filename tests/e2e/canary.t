#!/bin/sh
# A unique string in every string position of the samples: in what is printed and in the workspace only those that
# stand where a mapping keeps the field. Prompts, completions, headers and free text are never among them.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
mark=ZQ$$CANARY
python3 "$AK_SRCDIR/tests/samples/generate.py" --canary "$mark" ex >/dev/null || exit 1
"$AUDITKIT" init w >out 2>&1
"$AUDITKIT" -w w ingest -v ex/app ex/gateway ex/litellm ex/openai ex/grc ex/assistant >>out 2>&1
for c in status sources verify "sources --json"; do
	# shellcheck disable=SC2086
	"$AUDITKIT" -w w $c >>out 2>&1
done
"$AUDITKIT" -w w packet build --draft -o packet >>out 2>&1
is "many strings were planted" "$(($(jq length ex/canaries.json) > 10000))" 1
cat out $(find packet -type f) w/* config/auditkit/*/* config/auditkit/*/*/* 2>/dev/null | grep -ao "$mark[0-9]\{6\}" | sort -u >kept
is "fields that are kept are there" "$(($(wc -l <kept) > 1000))" 1
python3 - >verdict <<'PY'
import json
where = json.load(open("ex/canaries.json"))
kept = set(open("kept").read().split())
never = ("message", "prompt", "content", "completion", "response", "input", "output", "email", "header", "body", "text",
         "choices", "note", "comment", "description", "cookie", "authorization", "password")
bad = sorted({where[k] for k in kept if any(w in where[k].split("/")[-1].lower().replace("input_", "").replace("output_", "")
              for w in never) or any("/%s/" % w in where[k].lower() for w in ("messages", "response", "headers"))})
print(" ".join(bad))
PY
is "no payload, header or free text is kept" "$(cat verdict)" ""
finish
