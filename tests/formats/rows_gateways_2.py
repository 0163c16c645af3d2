"""What Kong, Envoy, LLM Gateway, Langfuse, Bifrost, TensorZero, one-api, new-api, ToolHive and OpenInference say, per record
(see check_fixtures.py). Lengths are taken off the times by which these sources write a row: its end."""
import json
from decimal import Decimal

from check_fixtures import blank, csv_rows, dig, epoch, first, json_rows, json_values, number

AZURE = {"azure": "azure.ai.openai", "aws_bedrock": "aws.bedrock", "bedrock": "aws.bedrock"}


def vendor(name):
    return AZURE.get(name, name)


def before(end, length, per_second=1000):
    """Seconds since 1970 of a start, the end and the length of the call given; microseconds, floored."""
    ms = number(length)
    return epoch(end) - (ms / per_second if ms else 0)


def traceparent(text):
    return text.split("-")[1] if text else None


def yes(v):
    return str(v).lower() in ("true", "t")


def present(*texts):
    return "present" if any(texts) else "absent"


# ---- Kong ----

def kong(r):
    ai = r.get("ai") or {}
    inner = next((v for v in ai.values() if isinstance(v, dict) and "meta" in v), {})
    meta, usage = inner.get("meta", {}), inner.get("usage", {})
    known = {k: None if v == "UNSPECIFIED" else v for k, v in meta.items()}
    return "request", {
        "event_id": r["request"]["id"], "event_start": Decimal(r["started_at"]) / 1000, "status_code": r["response"]["status"],
        "provider": known.get("provider_name"), "request_model": known.get("request_model"),
        "response_model": known.get("response_model"), "client_address": r.get("client_ip"),
        "duration_ms": r["latencies"]["request"], "gateway_overhead_ms": r["latencies"]["kong"],
        "trace_id": first(traceparent(dig(r, "request", "headers", "traceparent")), (dig(r, "trace_id", "w3c") or "").lower()),
        "input_tokens": usage.get("prompt_tokens"), "output_tokens": usage.get("completion_tokens"),
        "cost_estimated": number(usage.get("cost")) or None, "category": "ai_interaction" if "ai" in r else None,
        "attempt_retries": len(r["tries"]) - 1 if r.get("tries") else None,
        "error_type": "gateway_rate_limit" if r["response"]["status"] == 429 and r.get("source") == "kong" else None,
    }


def kong_request(r):
    return "audit_event", {
        "event_id": r["request_id"], "gateway_request_id": r["request_id"], "event_start": r["request_timestamp"],
        "action": r["method"], "endpoint": r["path"], "status_code": r["status"], "actor_id": first(r.get("rbac_user_name"), r.get("rbac_user_id")),
        "client_address": r["client_ip"], "project_id": r.get("workspace"),
        "outcome": "success" if r["status"] < 400 else "failure",
    }


def kong_object(r):
    return "audit_event", {
        "event_id": r["id"], "gateway_request_id": r["request_id"], "event_start": r.get("request_timestamp"),
        "action": r["operation"], "resource_type": r["dao_name"], "resource_id": r["entity_key"],
    }


def envoy(r):
    return "request", {
        "event_id": r["x-request-id"], "event_start": r["start_time"], "status_code": r["response_code"],
        "request_model": r.get("gen_ai.request.model"), "response_model": r.get("gen_ai.response.model"), "provider": None,
        "route_id": r.get("gen_ai.provider.name"), "input_tokens": r.get("gen_ai.usage.input_tokens"),
        "output_tokens": r.get("gen_ai.usage.output_tokens"), "duration_ms": number(r.get("duration")),
        "trace_id": traceparent(r.get("traceparent")), "cost_estimated": None,
        "client_address": (r.get("x-forwarded-for") or "").split(",")[0],
    }


# ---- LLM Gateway ----

def llmgateway_log(r):
    failed = {True: "failure", False: "success"}[yes(r["hasError"])]
    return "request", {
        "event_id": r["id"], "gateway_event_id": r["requestId"], "event_start": before(r["createdAt"], r["duration"]),
        "event_end": r["createdAt"], "outcome": failed, "provider": vendor(r["usedProvider"]),
        "request_model": r["requestedModel"], "response_model": r["usedModel"], "input_tokens": number(r.get("promptTokens")),
        "output_tokens": number(r.get("completionTokens")), "cache_read_tokens": number(r.get("cachedTokens")),
        "cost_estimated": number(r.get("cost")), "duration_ms": number(r["duration"]), "key_id": r["apiKeyId"],
        "attempt_retries": len(dig(r, "routingMetadata", "routing")) - 1 if dig(r, "routingMetadata", "routing") else None,
        "payload_prompt": present(r.get("messages")),
    }


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(w.capitalize() for w in rest)


def llmgateway_row(r):
    return llmgateway_log({camel(k): v for k, v in r.items()})


def stream_events(text):
    for value in json_values(text):
        for event in value.get("events", [value]):
            yield value.get("source") if "events" in value else None, event


def llmgateway_event(pair):
    source, r = pair
    if r.get("test"):
        return "app_event", {"event_id": r["id"], "action": "test", "environment": "test"}
    if source == "audit_logs" or "resourceType" in r:
        return "audit_event", {
            "event_id": r["id"], "event_start": r["timestamp"], "action": r["action"], "actor_id": r["userId"],
            "resource_type": r["resourceType"], "resource_id": r["resourceId"], "client_address": dig(r, "metadata", "ipAddress"),
        }
    length = first(r.get("durationMs"), r.get("duration"))
    return "request", {
        "event_id": r["id"], "gateway_event_id": r["requestId"], "event_start": before(r["timestamp"], length),
        "duration_ms": number(length), "provider": vendor(r["usedProvider"]), "input_tokens": number(r["promptTokens"]),
        "output_tokens": number(r["completionTokens"]), "cost_estimated": number(r["cost"]),
        "outcome": "failure" if r["hasError"] else "success", "key_id": r["apiKeyId"],
        "payload_prompt": present(r.get("messages")),
    }


def llmgateway_audit(r):
    return "audit_event", {
        "event_id": r["id"], "event_start": r["createdAt"], "action": r["action"], "actor_id": r["userId"],
        "actor_email": dig(r, "user", "email"), "resource_type": r["resourceType"], "resource_id": r["resourceId"],
        "client_address": dig(r, "metadata", "ipAddress"), "organization_id": r["organizationId"],
    }


def violation(r):
    return "dlp_verdict", {
        "event_id": r["id"], "event_start": r["createdAt"], "gateway_request_id": r["logId"], "dlp_result": r["category"],
        "policy_verdict": {"blocked": "blocked", "warned": "flagged", "redacted": "redacted"}[r["actionTaken"]],
    }


# ---- Langfuse ----

def observations(text):
    for value in json_values(text):
        for o in value.get("observations", [value]):
            yield value.get("trace", {}), o


def total(usage, side):
    """Langfuse takes the parts of a side off it."""
    parts = dig(usage, "u") if isinstance(dig(usage, "u"), dict) else json.loads(usage["u"] or "{}")
    given = [number(v) for k, v in parts.items() if k == side or k.startswith(side + "_")]
    return sum(given) if given else None


def observation(pair):
    trace, o = pair if isinstance(pair, tuple) else ({}, pair)
    start, end = first(o.get("start_time"), o.get("startTime")), first(o.get("end_time"), o.get("endTime"))
    usage = {"u": first(o.get("usage_details"), o.get("usageDetails"))}
    return "app_event", {
        "event_id": o["id"], "trace_id": first(o.get("trace_id"), o.get("traceId")), "event_start": start, "event_end": end,
        "duration_ms": (epoch(end) - epoch(start)) * 1000 if end else None, "action": o["name"],
        "request_model": first(o.get("provided_model_name"), o.get("model")), "input_tokens": total(usage, "input"),
        "output_tokens": total(usage, "output"), "cache_read_tokens": number(dig(usage, "u", "input_cached_tokens")),
        "cost_estimated": number(dig(o, "cost_details", "total")), "actor_id": trace.get("userId"),
        "session_id": trace.get("sessionId"), "outcome": "failure" if o["level"] == "ERROR" else "success",
        "payload_prompt": present(blank(o.get("input")), trace.get("input")),
    }


def trace(r):
    return "app_event", {
        "event_id": r["id"], "trace_id": r["id"], "event_start": r["timestamp"], "action": r["name"],
        "actor_id": first(r.get("user_id"), r.get("userId")), "session_id": first(r.get("session_id"), r.get("sessionId")),
        "duration_ms": r["latency"] * 1000 if "latency" in r else None, "cost_estimated": r.get("totalCost"),
    }


def score(r):
    return "app_event", {"event_id": r["id"], "trace_id": r["trace_id"], "event_start": r["timestamp"], "action": r["name"],
                         "actor_id": r["author_user_id"], "actor_type": {"ANNOTATION": "human"}.get(r["source"], "automation")}


def langfuse_audit(r):
    return "audit_event", {
        "event_id": r["id"], "event_start": r["createdAt"], "action": r["action"], "actor_id": first(r["userId"], r["apiKeyId"]),
        "key_id": r["apiKeyId"], "resource_type": r["resourceType"], "resource_id": r["resourceId"], "organization_id": r["orgId"],
        "project_id": r["projectId"], "actor_role": first(r.get("userProjectRole"), r.get("userOrgRole")),
    }


# ---- others ----

def bifrost(r):
    return "request", {
        "event_id": r["id"], "gateway_event_id": first(r.get("parent_request_id"), r["id"]), "event_start": r["timestamp"].replace("+00", ""),
        "outcome": {"success": "success", "error": "failure"}.get(r["status"], "unknown"), "provider": vendor(r["provider"]),
        "response_model": r["model"], "attempt_retries": number(r["number_of_retries"]),
        "attempt_fallbacks": number(r["fallback_index"]), "duration_ms": number(r.get("latency")),
        "cost_estimated": number(r.get("cost")), "input_tokens": number(dig(r, "token_usage", "prompt_tokens")),
        "output_tokens": number(dig(r, "token_usage", "completion_tokens")), "key_id": r.get("virtual_key_id"),
        "status_code": number(dig(r, "error_details", "status_code")), "payload_prompt": present(r.get("content_summary")),
    }


def model_inference(r):
    made = r["created_at"].replace("+00", "")
    return "request", {
        "event_id": r["id"], "gateway_event_id": r["inference_id"], "event_start": before(made, r["response_time_ms"]),
        "provider": vendor(r["model_provider_name"]), "response_model": r["model_name"], "input_tokens": number(r["input_tokens"]),
        "output_tokens": number(r["output_tokens"]), "cost_estimated": number(r["cost"]),
        "duration_ms": number(r["response_time_ms"]), "cache_status": "hit" if yes(r["cached"]) else "miss",
    }


def inference(r):
    return "app_event", {
        "event_id": r["id"], "gateway_request_id": r["id"], "event_start": before(r["created_at"], r["processing_time_ms"]),
        "action": r["function_name"], "trace_id": dig(r, "tags", "trace_id"), "duration_ms": r["processing_time_ms"],
    }


def billed(length, per_second):
    """A row of one-api or new-api; 500,000 units of quota are one US dollar."""
    def meaning(r):
        kind = int(r["type"])
        ms = number(r[length]) * 1000 / per_second
        call = kind in (2, 5)
        want = {
            "event_start": before(r["created_at"], r[length], per_second), "actor_id": r["username"], "key_alias": r["token_name"],
            "cost_estimated": number(r["quota"]) / 500000 if kind == 2 else None,
            "input_tokens": number(r["prompt_tokens"]) if call else None, "duration_ms": ms if call else None,
        }
        if kind == 6:
            want["cost_billed"] = number(r["quota"]) / 500000
        table = "request" if call else "settlement" if kind in (1, 6) else "audit_event"
        columns = {"settlement": {"event_start", "actor_id", "cost_billed"}, "audit_event": {"event_start", "actor_id"}}
        return table, {k: v for k, v in want.items() if k in columns.get(table, want)}
    return meaning


def api_rows(text):
    for value in json_values(text):
        data = value.get("data", [value])
        yield from data["items"] if isinstance(data, dict) else data


def toolhive(r):
    return "audit_event", {
        "event_id": r["metadata"]["auditId"], "event_start": r["loggedAt"], "action": r["type"], "resource_id": r["component"],
        "actor_id": r["subjects"].get("user"), "outcome": "success" if r["outcome"] == "success" else "failure",
        "client_address": r["source"]["value"] if r["source"]["type"] == "network" else None,
    }


def openinference(a):
    return "app_event", {
        "response_model": a["llm.model_name"], "input_tokens": a["llm.token_count.prompt"], "output_tokens": a["llm.token_count.completion"],
        "total_tokens": a["llm.token_count.total"], "reasoning_tokens": a["llm.token_count.completion_details.reasoning"],
        "cache_read_tokens": a["llm.token_count.prompt_details.cache_read"], "session_id": a["session.id"], "actor_id": a["user.id"],
    }


FORMATS = {
    "kong-ai": (json_rows("data"), kong),
    "kong-audit-requests": (json_rows("data"), kong_request),
    "kong-audit-objects": (json_rows("data"), kong_object),
    "envoy-ai-access": (json_values, envoy),
    "llmgateway-logs": (json_rows("logs", "data"), llmgateway_log),
    "llmgateway-logs-csv": (csv_rows, llmgateway_row),
    "llmgateway-stream": (stream_events, llmgateway_event),
    "llmgateway-audit": (json_rows("auditLogs", "data"), llmgateway_audit),
    "llmgateway-violations": (json_rows("violations"), violation),
    "langfuse-observations": (observations, observation),
    "langfuse-observations-csv": (csv_rows, observation),
    "langfuse-traces": (json_rows("data"), trace),
    "langfuse-scores": (json_rows("data"), score),
    "langfuse-audit": (json_rows("data"), langfuse_audit),
    "bifrost-logs": (json_rows("logs"), bifrost),
    "bifrost-logs-csv": (csv_rows, bifrost),
    "tensorzero-model-inferences": (json_rows("data"), model_inference),
    "tensorzero-model-inferences-csv": (csv_rows, model_inference),
    "tensorzero-inferences": (json_rows("data"), inference),
    "oneapi-logs": (api_rows, billed("elapsed_time", 1000)),
    "oneapi-logs-csv": (csv_rows, billed("elapsed_time", 1000)),
    "newapi-logs": (api_rows, billed("use_time", 1)),
    "newapi-logs-csv": (csv_rows, billed("use_time", 1)),
    "toolhive-audit": (json_values, toolhive),
    "openinference-attributes": (json_values, openinference),
}
