#!/bin/sh
# Values nested in changes go by JSON Pointer (F167), as another implementation takes them away; siblings stay.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1

python3 - <<'PY'
import csv, json
before = {"max_budget": 50, "metadata": {"customer": {"name": "acme", "tier": "gold"}, "ticket": "CHG-1"}, "models": ["m-1", "m-2", {"alias": "fast", "note": "x"}],
          "a/b": {"m~n": 1, "left": 2}, "*": {"x": "star"}, "both": "one"}
after = {"max_budget": 80, "metadata": {"customer": {"name": "other", "tier": "gold", "size": 3}, "ticket": "CHG-2"}, "models": ["m-1", "m-9", {"alias": "slow", "note": "y"}],
         "a/b": {"m~n": 5, "left": 6}, "*": {"x": "moon"}, "both": "two"}
with open("changes.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow("audit_event_id actor_id actor_role actor_ip organization_id target_type target_id action before after reason request_id created_at".split())
    for i, (b, a) in enumerate(((before, after), ({}, after), (before, {}), ({"metadata": "plain"}, {"metadata": {"customer": "x"}}))):
        w.writerow(["ae-%d" % i, "ops@example.org", "owner", "", "org-brindle", "budget", "bud-%d" % i, "quota.update", json.dumps(b), json.dumps(a), "raise", "",
                    "2026-06-03T00:00:0%dZ" % i])
PY
policy() { # policy WORKSPACE RULES: a new one with these rules
	"$AUDITKIT" init "$1" >/dev/null 2>&1
	sed "s|^  payload_mode: unknown.*|&\\n  pointers: [$2]|" "$1/policy.yaml" >p && cat p >"$1/policy.yaml"
}
changes() { sqlite3 "$1/workspace.db" "SELECT changes FROM audit_event ORDER BY event_id"; }
rules='{field: changes, pointer: /metadata/customer, action: remove, why: names a customer}, {field: changes, pointer: /models/2/alias, action: mask}'
rules="$rules, {field: changes, pointer: /models/1, action: remove}, {field: changes, pointer: /a~1b/m~0n, action: mask}, {field: changes, pointer: /nowhere/at/all, action: remove}"
rules="$rules, {field: changes, pointer: /max_budget, action: remove}, {field: settings, pointer: /both, action: remove}"
"$AUDITKIT" init none >/dev/null 2>&1
policy some "$rules"
for w in none some; do "$AUDITKIT" -w $w ingest changes.csv >/dev/null 2>&1; done
changes none >none.jsonl
changes some >some.jsonl

# The same rules on what is stored without them, done here.
cat >apply.py <<'PY'
import json, sys
RULES = [("/metadata/customer", None), ("/models/2/alias", "***"), ("/models/1", None), ("/a~1b/m~0n", "***"), ("/nowhere/at/all", None), ("/max_budget", None)]
done = {None: 0, "***": 0}
def names(pointer): return [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]
def inside(v, path, mask):
    for name in path[:-1]:
        v = v[int(name)] if isinstance(v, list) and name.isdigit() and int(name) < len(v) else v.get(name) if isinstance(v, dict) else None
    if isinstance(v, list) and int(path[-1]) < len(v):
        v[int(path[-1])] = mask
        done[mask] += 1
    elif isinstance(v, dict) and path[-1] in v:
        done[mask] += 1
        if mask: v[path[-1]] = mask
        else: del v[path[-1]]
def apply(entries, pointer, mask):
    want, out, single = names(pointer), [], None
    for e in entries:
        path = names(e["path"])
        if path[:len(want)] == want:
            if single is None:
                single = {"path": pointer}
                out.append(single)
            done[mask] += ("before" in e) + ("after" in e)
            if mask: single.update({s: mask for s in ("before", "after") if s in e})
            continue
        if want[:len(path)] == path:
            for s in ("before", "after"):
                if s in e: inside(e[s], want[len(path):], mask)
        out.append(e)
    return out
for line in sys.stdin:
    entries = json.loads(line)
    for pointer, mask in RULES: entries = apply(entries, pointer, mask)
    print(json.dumps(entries, sort_keys=True))
print(done[None], done["***"], file=sys.stderr)
PY
is "as another implementation does it" "$(jq -cS . some.jsonl)" "$(python3 apply.py <none.jsonl 2>counts | jq -cS .)"
is "the customer is nowhere" "$(grep -c 'acme\|gold' none.jsonl) $(grep -rlF -e acme -e gold some | wc -l)" "3 0"
is "its neighbours are" "$(grep -c CHG-2 some.jsonl) $(grep -c '"left"' some.jsonl | head -c 1)" "2 $(grep -c '"left"' none.jsonl | head -c 1)"
is "a star is a name like any other" "$(grep -o moon some.jsonl | wc -l)" "$(grep -o moon none.jsonl | wc -l)"
policy star '{field: changes, pointer: /metadata/*, action: remove}, {field: changes, pointer: /*, action: mask}'
"$AUDITKIT" -w star ingest changes.csv >/dev/null 2>&1
is "a rule for it takes nothing else" "$(changes star | grep -c CHG-2) $(changes star | grep -c 'moon\|star')" "2 0"
is "twice is once" "$(for n in 1 2 3 4; do sed -n "${n}p" some.jsonl; done | "$AUDITKIT" -w some redact try --field changes 2>/dev/null)" "$(cat some.jsonl)"
is "the content is another with no rule" "$(sqlite3 none/workspace.db 'SELECT count(DISTINCT resource_id) FROM audit_event') $(sqlite3 some/workspace.db 'SELECT count(*) FROM audit_event')" "4 4"

# The statement and the ledger.
is "a packet is built" "$("$AUDITKIT" -w some packet build --draft -o p.d >/dev/null 2>&1; echo $?)" 0
is "it lists the rules" "$(python3 -c 'import csv; print(*[r["field"] + r["pointer"] + "=" + r["action"] for r in csv.DictReader(open("p.d/data/tables/redaction_pointers.csv", newline=""))])')" \
	"changes/metadata/customer=remove changes/models/2/alias=mask changes/models/1=remove changes/a~1b/m~0n=mask changes/nowhere/at/all=remove changes/max_budget=remove settings/both=remove"
is "with the reason and the line" "$(python3 -c 'import csv; r = next(csv.DictReader(open("p.d/data/tables/redaction_pointers.csv", newline=""))); print(r["why"], r["line"])')" \
	"names a customer $(grep -n '^  pointers' some/policy.yaml | cut -d: -f1)"
counted() { python3 -c 'import csv, sys; print(*[r["n"] for r in csv.DictReader(open("p.d/data/tables/redaction.csv", newline="")) if r["rule"] == "pointer" and r["action"] == sys.argv[1]])' "$1"; }
is "and counts what they did" "$(counted removed) $(counted masked)" "$(cat counts)"
is "verify agrees" "$("$AUDITKIT" packet verify p.d >/dev/null 2>&1; echo $?)" 0
is "explain names them" "$("$AUDITKIT" -w some redact explain changes --json | jq -r '.pointers | length, .[0].pointer, .[0].why') $("$AUDITKIT" -w some redact explain settings | grep -c 'remove /both: no reason')" "6
/metadata/customer
names a customer 1"

# A mistake stops every command that would redact.
refused() { # refused RULE: exit code and what is said
	policy bad "$1"
	"$AUDITKIT" -w bad ingest changes.csv >/dev/null 2>said
	printf '%s ' $?
	cat said
	rm -rf bad
}
for rule in '{field: changes, pointer: metadata, action: remove}' '{field: changes, pointer: /a~2b, action: remove}' '{field: changes, pointer: "", action: mask}' \
	'{field: changes, pointer: /a, action: hash}' '{field: request_model, pointer: /a, action: remove}' '{field: chnges, pointer: /a, action: remove}' \
	'{pointer: /a, action: remove}' '{field: changes, pointer: /a, action: remove, star: 1}'; do
	refused "$rule" >out
	is "refused: $rule" "$(head -c 2 out)$(grep -cE 'policy.yaml:[0-9]+: ' out) $(grep -c '^hint: ' out)" "2 1 1"
done
finish
