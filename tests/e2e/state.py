"""Exports for state.t with a truth that one can see: state.py FOLDER CASE. Nobody in it is real."""
import json
import os
import sys

out, case = sys.argv[1], sys.argv[2]
os.makedirs(out, exist_ok=True)
KEY = "5f0c1d5a1c0f4d0e9b7a66a3f2f0c1d2e3f4a5b6c7d8e9f00112233445566778"


def write(name, rows):
    with open(os.path.join(out, name), "w") as f:
        f.write("".join(json.dumps(r) + "\n" for r in rows))


def call(n, time, **more):
    row = {"id": "call-%d" % n, "litellm_call_id": "call-%d" % n, "trace_id": "t-%d" % n, "call_type": "acompletion", "stream": False, "response_cost": 0.25,
           "status": "success", "custom_llm_provider": "openai", "prompt_tokens": 60, "completion_tokens": 40, "total_tokens": 100,
           "startTime": "2026-06-03 " + time, "endTime": "2026-06-03 " + time, "response_time": 0.5, "model": "gpt-4.1-2025-04-14",
           "model_group": "chat-premium", "messages": [], "response": {}, "error_str": None, "model_parameters": {}, "hidden_params": {},
           "metadata": {"user_api_key_hash": KEY, "user_api_key_alias": "svc-a", "user_api_key_team_id": "team-a"}}
    for k, v in more.items():
        if isinstance(v, dict):
            row.setdefault(k, {}).update(v)
        else:
            row[k] = v
    return row


def refused(n, time, code="429", error="RateLimitError", by="", **more):
    return call(n, time, **dict({"status": "failure", "response_cost": 0, "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "response": None,
                                 "error_str": "no", "error_information": {"error_code": code, "error_class": error, "llm_provider": by, "error_message": "no"}},
                                **more))


def event(n, time, kind, target, before, after, **more):
    return dict({"audit_event_id": "ae-%s" % n, "actor_id": "job:deploy", "actor_role": "automation", "target_type": kind, "target_id": target, "action": kind + ".update",
                 "before": before, "after": after, "reason": "planned", "request_id": None, "created_at": "2026-06-03T" + time + "Z"}, **more)


def snapshot(n, time, **more):
    return dict({"snapshot_id": "cfg-%d" % n, "captured_at": "2026-06-03T" + time + "Z", "system": "gw"}, **more)


def versions():
    """The route at noon, the budget at one, payload mode at two."""
    write("calls.jsonl", [call(1, "11:59:00.000000"), call(2, "12:01:00.000000"), call(3, "12:00:00.000000"), call(4, "15:00:00.000000"), call(5, "07:00:00.000000")])
    write("events.jsonl", [
        event(1, "12:00:00", "route", "chat-premium", {"models": ["gpt-4.1"], "version": "v11"}, {"models": ["gpt-4.1-2025-04-14"], "version": "v12"}, ticket_id="CHG-1"),
        event(2, "13:00:00", "budget", "team-a", {"cap": "100"}, {"cap": "250"}, budget_policy_version="b-8"),
        event(3, "14:00:00", "payload_logging", "gw", {"payload_logging": "metadata"}, {"payload_logging": "full"}),
        event(4, "09:00:00", "api_key", "svc-a", {"owner": "team-a"}, {"owner": "team-b"}),
        event(5, "16:00:00", "route", "chat-premium", None, {"models": ["gpt-5"]}, outcome="failure")])
    write("snapshots.jsonl", [snapshot(1, "08:00:00", payload_logging="metadata", retention_days=90, budget_policy_version="b-7",
                                       settings={"roles": {"auditor": ["logs.read"]}}),
                              snapshot(2, "20:00:00", payload_logging="full", retention_days=90, budget_policy_version="b-8")])


REPLAY = [event("a", "10:00:00", "route", "chat-premium", {"fallback": "chat-a"}, {"fallback": "chat-b"}),
          event("b", "11:00:00", "route", "chat-premium", {"fallback": "chat-b"}, {"fallback": "chat-c"}),
          event("c", "12:00:00", "budget", "team-a", {"limit": 100}, {"limit": 250}),
          event("d", "13:00:00", "payload_logging", "gw", {"payload_logging": "metadata"}, {"payload_logging": "full"}),
          event("e", "13:30:00", "system", "gw", {"retention_days": 90}, {"retention_days": "30"})]


def replay(without="", more=(), settings=None, second=None):
    settings = settings or {"routes": {"chat-premium": {"fallback": "chat-a"}}, "budgets": {"team-a": {"limit": 100, "password": "hunter2hunter2x"}}}
    second = second or {"routes": {"chat-premium": {"fallback": "chat-c"}}, "budgets": {"team-a": {"limit": 250, "password": "correcthorse9x"}}}
    write("events.jsonl", [e for e in REPLAY if e["audit_event_id"] != "ae-" + without] + list(more))
    write("snapshots.jsonl", [snapshot(1, "08:00:00", payload_logging="metadata", retention_days=90, settings=settings),
                              snapshot(2, "18:00:00", payload_logging="full", retention_days=30, settings=second)])


def explain():
    far = {"user_api_key_team_id": "team-far", "user_api_key_alias": "svc-f", "user_api_key_hash": KEY.replace("5", "7")}
    write("calls.jsonl", [
        refused(1, "10:00:00.000000", trace_id="t-1", by="openai"),
        call(2, "10:00:01.000000", trace_id="t-1", custom_llm_provider="bedrock", model="eu.anthropic.claude-x", model_group="chat-eu",
             metadata={"attempted_fallbacks": 1, "original_model_group": "chat-premium"}),
        call(3, "10:01:00.000000"), call(4, "10:02:00.000000", model_group="chat-other", model="mystery-1"),
        call(5, "10:03:00.000000", model_group="gpt-4.1"),
        refused(6, "10:04:00.000000"), refused(7, "10:05:00.000000", hidden_params={"additional_headers": {"llm_provider-x-request-id": "req_7"}}),
        refused(8, "10:06:00.000000", by=None, metadata={"user_api_key_team_id": "team-nolimit", "user_api_key_alias": "svc-n", "user_api_key_hash": KEY.replace("5", "6")}),
        refused(9, "10:07:00.000000", code="400", error="BudgetExceededError"),
        refused(10, "10:08:00.000000", code="400", error="GuardrailRaisedException"),
        refused(11, "10:09:00.000000", code="500", error="InternalServerError"),
        refused(12, "10:10:00.000000"),
        call(13, "10:11:00.000000", model_group="gpt-4.1-2025-04-14"),
        refused(14, "10:12:00.000000", code="500", error="", error_str=None),
        refused(15, "10:13:00.000000", by="openai", metadata=far), refused(16, "10:14:00.000000", metadata=far)])
    write("events.jsonl", [event(1, "09:00:00", "route", "chat-premium", {"models": ["old"]}, {"models": ["gpt-4.1-2025-04-14"]}, ticket_id="CHG-7"),
                           event(2, "09:30:00", "team", "team-a", {"rpm_limit": 100, "max_budget": "50"}, {"rpm_limit": 5, "max_budget": "0.5"}),
                           event(4, "09:35:00", "team", "team-far", {"rpm_limit": 100, "max_budget": "50"}, {"rpm_limit": 90, "max_budget": "40"}),
                           event(3, "09:40:00", "budget", "bud-x", {"limit": 100, "unit": "requests", "window": "1m"}, {"limit": 7, "unit": "requests", "window": "1m"})])
    write("dlp.jsonl", [{"verdict_id": "v-1", "time": "2026-06-03T10:08:00Z", "request_id": "call-10", "verdict": "blocked", "rule": "pii-ssn", "rule_version": "7",
                         "checked": "prompt", "dlp_result": "blocked:ssn"}])
    write("quota.jsonl", [{"event_id": "q-1", "time": "2026-06-03T10:10:00Z", "scope": "team", "scope_id": "bud-x", "limit": 7, "used": 7, "unit": "requests", "window": "1m",
                           "decision": "throttled", "policy_version": "b-9", "request_id": "call-12"}])


def quota():
    """Three calls a minute for team-a until 11:00, one USD a day for its key: the fourth call of 10:00 is let through, that of 10:01 refused."""
    write("calls.jsonl", [call(i, "10:00:%02d.000000" % (10 * i)) for i in range(1, 5)] +
          [call(10 + i, "10:01:%02d.000000" % i, metadata={"user_api_key_alias": "svc-b", "user_api_key_hash": None}) for i in range(0, 3)] +
          [refused(20, "10:01:30.000000"), call(21, "10:02:00.000000", metadata={"user_api_key_alias": "svc-b", "user_api_key_hash": None}),
           call(22, "10:02:01.000000", metadata={"attempted_retries": 1, "user_api_key_alias": "svc-b", "user_api_key_hash": None}),
           call(30, "12:00:00.000000"), call(31, "12:00:01.000000", metadata={"user_api_key_team_id": "team-z"})])
    write("snapshots.jsonl", [snapshot(1, "08:00:00", settings={"teams": {"team-a": {"rpm_limit": 3}}, "keys": {"svc-a": {"limit": "1", "unit": "USD", "window": "1d"}}})])
    write("events.jsonl", [event(1, "11:00:00", "team", "team-a", {"rpm_limit": 3}, {"rpm_limit": 100})])


def noquota():
    write("calls.jsonl", [call(1, "10:00:00.000000")])
    write("events.jsonl", [event(1, "09:00:00", "quota", "team-a", {"cap": 3}, {"cap": 100})])


def verdicts():
    """A budget raised by a ticket that is for a route, a route changed by its own ticket, a key update that names one member and clears another; a daily row of
    the model's dated name."""
    write("calls.jsonl", [call(1, "03:14:00.000000", model="gpt-4.1", metadata={"requester_ip_address": "203.0.113.7"})])
    write("events.jsonl", [event(1, "02:00:00", "team", "team-a", {"max_budget": 100}, {"max_budget": 110}, ticket_id="CHG-1216"),
                           event(2, "02:10:00", "route", "chat-premium", {"version": "v1"}, {"version": "v2"}, ticket_id="CHG-1216")])
    write("tickets.jsonl", [{"ticket_id": "CHG-1216", "state": "Approved", "approver": "lea@example.org", "requested_by": "kim@example.org", "created_at": "2026-06-02T08:00:00Z",
                             "approved_at": "2026-06-02T09:00:00Z", "resource_type": "route", "resource_id": "chat-premium"}])
    write("audit.jsonl", [{"id": "rot-1", "updated_at": "2026-06-03T02:30:00.000Z", "changed_by": "kim@example.org", "changed_by_api_key": "", "action": "updated",
                           "table_name": "LiteLLM_VerificationToken", "object_id": KEY, "before_value": json.dumps({"key_alias": "svc-a", "tpm_limit": 9}),
                           "updated_values": json.dumps({"rotated": True, "tpm_limit": None})}])
    with open(os.path.join(out, "usage.csv"), "w") as f:
        f.write("start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,input_tokens,output_tokens,"
                "input_cached_tokens,input_audio_tokens,output_audio_tokens\n"
                "1780444800,1780531200,2026-06-03T00:00:00+00:00,2026-06-04T00:00:00+00:00,proj_1,1,,key_own,gpt-4.1-2025-04-14,False,60,40,0,0,0\n")


E = {"route": "chat-premium"}
CASES = {
    "verdicts": verdicts,
    "versions": versions, "explain": explain, "quota": quota, "noquota": noquota, "replay": replay,
    "mismatch": lambda: replay(more=[event("x", "15:00:00", "budget", "team-a", {"limit": 400}, {"limit": 250})]),
    "equal": lambda: replay(more=[event("x", "13:00:00", "budget", "team-a", {"limit": 250}, {"limit": 300}), event("y", "13:00:00", "budget", "team-a", {"limit": 300}, {"limit": 250})]),
    "conflict": lambda: replay(more=[event("x", "11:00:00", "route", "chat-premium", {"fallback": "chat-b"}, {"fallback": "chat-z"})]),
    "vague": lambda: replay(without="b", more=[event("x", "11:30:00", "route", "chat-premium", None, None)]),
    "two": lambda: (replay(without="c"), write("other.jsonl", [snapshot(3, "08:00:00", system="gw2", settings={"budgets": {"team-a": {"limit": 1}}})])),
    "undated": lambda: replay(without="c", more=[dict(event("x", "12:00:00", "budget", "team-a", {"limit": 100}, {"limit": 250}), created_at="")]),
}
def systems():
    """Two products have a route of one name, each with its own history."""
    write("events.jsonl", [event(1, "10:00:00", "route", "chat-premium", {"version": "v11"}, {"version": "v12"}),
                           event(2, "14:00:00", "route", "chat-premium", {"version": "v12"}, {"version": "v13"})])
    write("litellm.jsonl", [{"id": "la-%d" % n, "updated_at": "2026-06-03T1%d:00:00Z" % n, "changed_by": "job", "changed_by_api_key": "", "action": "updated",
                             "table_name": "LiteLLM_ProxyModelTable", "object_id": "chat-premium", "before_value": {"version": n}, "updated_values": {"version": n + 1}}
                            for n in (1, 2, 3)])


CASES["systems"] = systems
for letter in "abcde":
    CASES["without-" + letter] = lambda letter=letter: replay(without=letter)
CASES[case]()
