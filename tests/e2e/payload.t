#!/bin/sh
# Payload is counted as it arrives, before it is removed, and looked for in what was kept.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1

# 1,000 calls of a log that is declared metadata-only; five come with their prompt.
rows() { # rows PROMPT-FIELD: litellm payloads, every 200th with a prompt there
	python3 - "$1" <<'PY'
import json, sys
for i in range(1000):
    r = {"id": "c%d" % i, "call_type": "acompletion", "response_cost": 0.01, "startTime": 1780300000 + i, "endTime": 1780300001 + i, "status": "success",
         "model_parameters": {}, "hidden_params": {}, "metadata": {"user_api_key_team_alias": "team-%d" % (i % 7)}, "model": "m-1", "model_group": "m",
         "custom_llm_provider": "openai", "messages": "redacted-by-litellm", "response": "redacted-by-litellm", "prompt_tokens": 11, "completion_tokens": 3}
    if i % 200 == 7:
        if sys.argv[1] == "messages":
            r["messages"] = [{"role": "user", "content": "what did the committee decide %d" % i}]
        else:
            r["metadata"]["user_api_key_team_alias"] = "please tell me what the committee has decided about our office"
    print(json.dumps(r))
PY
}
verdict() { "$AUDITKIT" -w "$1" status --json | jq -r '.questions[] | select(.number == 3) | .verdict + ": " + .measured'; }
mode() { "$AUDITKIT" init "$1" >/dev/null 2>&1; sed "s/payload_mode: unknown/payload_mode: $2/" "$1/policy.yaml" >p && cat p >"$1/policy.yaml"; }
rows messages >five.jsonl
mode w metadata-only
"$AUDITKIT" -w w ingest five.jsonl >/dev/null 2>&1
is "five of 1,000 with prompts: question 3 is not met" "$(verdict w | grep -c '^not met: 5 of 1,000 .*declared mode: metadata-only')" 1
is "and none of them is stored" "$(grep -rlF committee w | wc -l)" 0
"$AUDITKIT" -w w packet build --draft -o p.d >/dev/null 2>&1
cell() { python3 -c 'import csv, sys; print(*[r[sys.argv[4]] for r in csv.DictReader(open("%s/data/tables/%s.csv" % (sys.argv[1], sys.argv[2]), newline="")) if sys.argv[3] in r.values()])' "$@"; }
is "present, masked and absent, by path, are all records" "$(cell p.d payload /messages present) $(cell p.d payload /messages masked) $(cell p.d payload /messages absent)" "5 995 0"
is "the packet says so" "$(jq -r '.statements[].text' p.d/data/04-redaction.json | grep -c 'five: 5 of 1000 attempts arrived with a prompt or completion, 995 with one masked\|litellm.*: 5 of 1000 attempts arrived with a prompt or completion, 995 with one masked')" 1
is "what was kept has no such shape" "$(jq -r '.statements[].text' p.d/data/04-redaction.json | grep -c '^0 of [0-9]* stored texts in 1000 records have the shape')" 1

# A field that is kept gets prompts; nothing is counted as payload, the search finds them.
rows alias >kept.jsonl
mode k metadata-only
"$AUDITKIT" -w k ingest kept.jsonl >/dev/null 2>&1
is "nothing arrived as payload" "$(verdict k | grep -c '^met: 0 of 1,000')" 1
"$AUDITKIT" -w k packet build --draft -o k.d >/dev/null 2>&1
is "but five kept texts look like it" "$(jq -r '.statements[].text' k.d/data/04-redaction.json | grep -c '^5 of [0-9]* stored texts in 1000 records have the shape')" 1
field=$(tail -n 1 k.d/data/tables/payload_shapes.csv | cut -d, -f2)
is "the table has field, count and the first record" "$(cell k.d payload_shapes "$field" n) $(cell k.d payload_shapes "$field" first | grep -c '^[a-z-]*:[0-9]*$')" "5 1"
is "that record has it" "$("$AUDITKIT" -w k show "$(cell k.d payload_shapes "$field" first)" --json | grep -c 'committee has decided')" 1

is "the sample tenant has none" "$(cp -r "$AK_SRCDIR/samples" ex && chmod -R u+w ex && "$AUDITKIT" init t >/dev/null 2>&1 &&
	sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >t/policy.yaml && "$AUDITKIT" -w t ingest >/dev/null 2>&1
	"$AUDITKIT" -w t packet build --draft -o t.d >/dev/null 2>&1
	jq -r '.statements[].text' t.d/data/04-redaction.json | grep -c '^0 of [0-9]* stored texts in [0-9]* records have the shape')" 1
finish
