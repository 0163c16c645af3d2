"""The calls of a StandardLoggingPayload export as a dump of the gateway's own database: the same attempts, told again.
usage: spendlogs.py [--cost-differs ID] [--without ID] [--model NAME] < slp.jsonl > spendlogs.csv"""
import csv
import datetime
import json
import sys

columns = ["request_id", "call_type", "api_key", "spend", "total_tokens", "prompt_tokens", "completion_tokens", "startTime",
           "endTime", "model", "model_group", "model_id", "custom_llm_provider", "user", "metadata", "cache_hit", "team_id",
           "organization_id", "end_user", "requester_ip_address", "session_id", "status", "messages", "response"]


def text_time(t):
    t = datetime.datetime.fromtimestamp(t, datetime.timezone.utc)
    return t.strftime("%Y-%m-%d %H:%M:%S.%f")


options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
out = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
out.writeheader()
for line in sys.stdin:
    try:
        r = json.loads(line)
    except ValueError:
        continue
    # The primary key of the table is never empty.
    if not r["id"] or r["id"] == options.get("--without"):
        continue
    m = r["metadata"]
    info = {k: m.get(k) for k in ("user_api_key_alias", "user_api_key_team_alias", "applied_guardrails", "attempted_retries",
                                  "attempted_fallbacks", "original_model_group", "spend_logs_metadata", "error_information")}
    info["error_information"] = r.get("error_information")
    spend = r["response_cost"]
    if r["id"] == options.get("--cost-differs"):
        spend = 12.5
    out.writerow({
        "request_id": r["id"] if r["status"] == "success" else r["call_id"], "call_type": r["call_type"],
        "api_key": m["user_api_key_hash"], "spend": spend, "total_tokens": r["total_tokens"],
        "prompt_tokens": r["prompt_tokens"], "completion_tokens": r["completion_tokens"],
        "startTime": text_time(r["startTime"]), "endTime": text_time(r["endTime"]), "model": options.get("--model", r["model"]),
        "model_group": r["model_group"], "model_id": r.get("model_id"), "custom_llm_provider": r["custom_llm_provider"],
        "user": m.get("user_api_key_user_id"), "metadata": json.dumps(info), "cache_hit": str(r["cache_hit"]),
        "team_id": m.get("user_api_key_team_id"), "organization_id": m.get("user_api_key_org_id"),
        "end_user": r.get("end_user"), "requester_ip_address": m.get("requester_ip_address"),
        "session_id": r["trace_id"], "status": r["status"], "messages": "{}", "response": "{}"})
