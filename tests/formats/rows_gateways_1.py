"""What LiteLLM's side tables, Cloudflare, Vercel, OpenRouter, Portkey and Helicone say, per record (see check_fixtures.py)."""
import json
from decimal import Decimal

from check_fixtures import blank, csv_rows, dig, epoch, first, json_rows, json_values, number

VENDORS = {
    "azure": "azure.ai.openai", "azure-openai": "azure.ai.openai", "bedrock": "aws.bedrock", "amazon bedrock": "aws.bedrock",
    "mistral": "mistral_ai",
}
NOBODY = "00000000-0000-0000-0000-000000000000"
DAY = 86400


def vendor(name):
    return VENDORS.get((name or "").lower(), (name or "").lower()) or None


def inside(v):
    """An object, also where it is the text of one."""
    return json.loads(v, parse_float=Decimal) if isinstance(v, str) and v[:1] in "{[" else v


def yes(v):
    return str(v).lower() in ("true", "t", "1")


def unwrapped(read):
    def rows(text):
        for r in read(text):
            yield r["data"] if isinstance(r, dict) and isinstance(r.get("data"), dict) else r
    return rows


def outcome(status):
    return "success" if 200 <= int(status) < 400 else "failure"


# ---- LiteLLM ----

def key(r):
    meta = inside(r.get("metadata")) or {}
    return "api_key", {
        "key_hash": r["token"], "key_alias": blank(r.get("key_alias")), "owner_id": first(r.get("user_id"), r.get("team_id")),
        "created_at": r.get("created_at"), "expires_at": r.get("expires"), "last_used_at": r.get("last_active"),
        "team_id": r.get("team_id"), "app": meta.get("app"), "environment": meta.get("env"), "cost_center": meta.get("cost_center"),
    }


def key_event(r):
    deleted = "deleted_at" in r
    return "audit_event", {
        "event_id": r["id"], "event_start": r["deleted_at"] if deleted else r["created_at"], "key_hash": r["token"],
        "action": "key.deleted" if deleted else "key.rotated", "category": "keys",
        "actor_id": first(r.get("litellm_changed_by"), r.get("deleted_by")),
        "actor_asserted_by": "header" if r.get("litellm_changed_by") else None,
    }


def user(r):
    where = "gateway" if "user_email" in r else "team" if "team_id" in r else "organization"
    return "access_grant", {
        "actor_id": r["user_id"], "actor_email": r.get("user_email"), "role": r.get("user_role", "member"), "resource_type": where,
        "resource_id": {"gateway": "litellm", "team": r.get("team_id"), "organization": r.get("organization_id")}[where],
    }


def setting(r):
    what = next(w for w in ("project", "team", "organization") if w + "_alias" in r)
    return "config_snapshot", {"resource_type": what, "resource_id": r[what + "_id"], "event_id": r[what + "_id"]}


def daily(r):
    master = r["api_key"] == "litellm_proxy_master_key"
    table = next((t for t in ("tag", "team_id", "organization_id", "end_user_id", "agent_id") if r.get(t)), "user_id")
    return "usage", {
        "event_id": r["id"], "event_start": epoch(r["date"] + "T00:00:00Z"), "event_end": epoch(r["date"] + "T00:00:00Z") + DAY,
        "usage_type": "gateway_daily_" + table.replace("_id", ""), "provider": vendor(r.get("custom_llm_provider")), "cost_billed": None,
        "response_model": blank(r.get("model")), "key_hash": None if master else blank(r["api_key"]), "input_tokens": number(r["prompt_tokens"]),
        "output_tokens": number(r["completion_tokens"]), "request_count": number(r["api_requests"]), "cost_estimated": number(r["spend"]),
    }


def failed(r):
    status = r["status_code"]
    guarded = r["exception_type"] in ("GuardrailRaisedException", "BlockedPiiEntityError", "GuardrailInterventionNormalStringError")
    return "request", {
        "event_id": r["request_id"], "gateway_request_id": r["request_id"], "event_start": r["startTime"], "event_end": r["endTime"],
        "outcome": "failure", "status_code": number(status) if status.isdigit() else None, "error_type": r["exception_type"],
        "duration_ms": (epoch(r["endTime"]) - epoch(r["startTime"])) * 1000, "request_model": blank(r.get("model_group")),
        "payload_prompt": "present" if dig(inside(r["request_kwargs"]), "messages") else "absent",
        "policy_verdict": "blocked" if guarded else None, "reason_code": "gateway" if guarded else None,
    }


def changed(r):
    is_key = r["table_name"] == "LiteLLM_VerificationToken"
    return "audit_event", {
        "event_id": r["id"], "event_start": r["updated_at"], "action": r["action"], "actor_id": r["changed_by"],
        "resource_type": r["table_name"], "resource_id": None if is_key else r["object_id"], "actor_asserted_by": "unknown",
        "ticket_id": dig(inside(r["updated_values"]), "metadata", "ticket"),
    }


# ---- Cloudflare ----

def cloudflare(r):
    meta = inside(r.get("metadata")) or {}
    return "request", {
        "event_id": r["id"], "gateway_request_id": r["id"], "event_start": r["created_at"], "provider": vendor(r["provider"]),
        "response_model": r["model"], "outcome": "success" if r["success"] else "failure", "attempt_fallbacks": r.get("step"),
        "fallback_used": r["step"] > 0, "cache_status": "hit" if r["cached"] else "miss", "status_code": r["status_code"],
        "duration_ms": r["duration"], "input_tokens": r["tokens_in"], "output_tokens": r["tokens_out"],
        "cost_estimated": number(r["cost"]), "trace_id": meta.get("trace_id"), "team_id": meta.get("team"), "end_user_id": meta.get("user"),
    }


def pushed(r):
    body, meta = inside(r["ResponseBody"]), inside(r["Metadata"])
    shut = "key" in inside(r["RequestBody"])
    return "request", {
        "provider": vendor(r["Provider"]), "response_model": r["Model"], "route_id": r["Gateway"], "trace_id": meta.get("trace_id"),
        "team_id": meta.get("team"), "response_id": body.get("id"), "input_tokens": dig(body, "usage", "prompt_tokens"),
        "payload_prompt": "encrypted" if shut else "present", "status_code": 429 if r["RateLimited"] else None, "event_start": None,
    }


def account(r):
    return "audit_event", {
        "event_id": r["id"], "event_start": r["when"], "action": r["action"]["type"], "actor_id": r["actor"].get("id"),
        "actor_email": r["actor"].get("email"), "client_address": r["actor"].get("ip"), "resource_type": r["resource"]["type"],
        "resource_id": r["resource"].get("id"), "outcome": "success" if r["action"]["result"] else "failure",
    }


def account_pushed(r):
    when = r["When"]
    return "audit_event", {
        "event_id": r["ID"], "event_start": Decimal(when) / 10**9 if isinstance(when, int) else when, "action": r["ActionType"],
        "actor_id": blank(r["ActorID"]), "actor_email": blank(r["ActorEmail"]), "client_address": blank(r["ActorIP"]),
        "resource_type": r["ResourceType"], "resource_id": r["ResourceID"], "organization_id": r["OwnerID"],
    }


def account_2(r):
    actor = r["actor"]
    return "audit_event", {
        "event_id": r["id"], "event_start": r["action"]["time"], "action": r["action"]["type"], "outcome": r["action"]["result"],
        "actor_id": actor.get("id"), "actor_email": actor.get("email"), "client_address": actor.get("ip_address"),
        "resource_type": r["resource"]["type"], "status_code": dig(r, "raw", "status_code"), "endpoint": dig(r, "raw", "uri"),
    }


def account_2_pushed(r):
    return "audit_event", {
        "event_id": r["AuditLogID"], "event_start": r["ActionTimestamp"], "action": r["ActionType"], "outcome": r["ActionResult"],
        "actor_id": r["ActorID"], "actor_email": r["ActorEmail"], "client_address": r["ActorIPAddress"], "resource_id": r["ResourceID"],
        "organization_id": r["AccountID"],
    }


# ---- Vercel and OpenRouter: the same names, another meaning ----

def vercel(r):
    return "request", {
        "event_id": r["id"], "response_id": r["id"], "event_start": r["created_at"], "provider": vendor(r["provider_name"]),
        "response_model": r["model"], "duration_ms": number(r["generation_time"]), "time_to_first_chunk_ms": number(r["latency"]),
        "input_tokens": r["native_tokens_prompt"], "output_tokens": r["native_tokens_completion"], "cost_estimated": number(r["total_cost"]),
        "outcome": "failure" if r["finish_reason"] == "error" else "success",
    }


def report(r):
    start, length = (r["hour"], 3600) if "hour" in r else (r["day"] + "T00:00:00Z", DAY)
    return "usage", {
        "event_start": epoch(start), "event_end": epoch(start) + length, "response_model": r.get("model"), "actor_id": r.get("user"),
        "input_tokens": r.get("input_tokens"), "request_count": r["request_count"], "cost_billed": number(r["total_cost"]),
        "cost_list": number(r.get("market_cost")),
    }


def openrouter(r):
    tried = r.get("provider_responses")
    return "request", {
        "event_id": r["id"], "response_id": r["id"], "upstream_id": r.get("upstream_id"), "event_start": r["created_at"],
        "provider": vendor(r["provider_name"]), "response_model": r["model"], "duration_ms": r["latency"], "time_to_first_chunk_ms": None,
        "input_tokens": first(r.get("native_tokens_prompt"), r["tokens_prompt"]), "cost_estimated": number(r["total_cost"]),
        "output_tokens": first(r.get("native_tokens_completion"), r["tokens_completion"]), "attempt_fallbacks": len(tried) - 1,
        "outcome": "failure" if r["cancelled"] else "success", "end_user_id": r.get("external_user"),
    }


def openrouter_csv(r):
    return "request", {
        "event_id": r["generation_id"], "response_id": r["generation_id"], "event_start": r["created_at"].replace(" ", "T") + "Z",
        "provider": vendor(r["provider_name"]), "response_model": r["model_permaslug"], "duration_ms": None,
        "time_to_first_chunk_ms": number(r["time_to_first_token_ms"]), "input_tokens": number(r["tokens_prompt"]),
        "output_tokens": number(r["tokens_completion"]), "cache_read_tokens": number(r["tokens_cached"]),
        "reasoning_tokens": number(r["tokens_reasoning"]), "cost_estimated": number(r["cost_total"]),
        "outcome": "failure" if r["cancelled"].lower() == "true" else "success", "end_user_id": r["user"],
    }


def activity(r):
    start = epoch(r["date"] + "T00:00:00Z")
    return "usage", {
        "event_start": start, "event_end": start + DAY, "provider": vendor(r["provider_name"]), "input_tokens": number(r["prompt_tokens"]),
        "response_model": first(r.get("model_permaslug"), r["model"]), "output_tokens": number(r["completion_tokens"]),
        "request_count": number(r["requests"]), "cost_billed": number(r["usage"]), "cost_estimated": number(r.get("byok_usage_inference")),
    }


def openrouter_key(r):
    return "api_key", {
        "key_hash": r["hash"], "key_alias": r["name"], "state_value": "disabled" if r["disabled"] else "active",
        "created_at": r["created_at"], "owner_id": r["creator_user_id"], "project_id": r["workspace_id"],
    }


# ---- Portkey: money in cents ----

def portkey(r):
    status = first(r.get("response_status_code"), r.get("status_code"))
    good = r["is_success"] if "is_success" in r else 200 <= status < 400
    cost = number(r.get("cost"))
    return "request", {
        "event_id": r["id"], "event_start": r["created_at"], "trace_id": r.get("trace_id"), "status_code": status,
        "provider": vendor(first(r.get("ai_org"), r.get("ai_provider"))), "response_model": r["ai_model"],
        "input_tokens": first(r.get("req_units"), r.get("request_tokens")), "output_tokens": first(r.get("res_units"), r.get("response_tokens")),
        "cost_estimated": None if cost is None else cost / 100, "duration_ms": r.get("response_time"),
        "outcome": "success" if good else "failure", "end_user_id": dig(r, "metadata", "_user"),
    }


def portkey_file(r):
    asked, got = r["request"], r["response"]
    return "request", {
        "event_id": r["_id"], "event_start": r["created_at"], "organization_id": r["organisation_id"], "status_code": got["status"],
        "trace_id": asked["portkeyHeaders"]["x-portkey-trace-id"], "provider_request_id": got["headers"]["x-request-id"],
        "response_id": got["body"]["id"], "request_model": asked["body"]["model"], "response_model": got["body"]["model"],
        "duration_ms": got["responseTime"], "input_tokens": got["body"]["usage"]["prompt_tokens"], "outcome": outcome(got["status"]),
        "output_tokens": got["body"]["usage"]["completion_tokens"], "cache_status": got["headers"]["x-portkey-cache-status"].lower(),
    }


def portkey_change(r):
    return "audit_event", {
        "event_id": r["request_id"], "event_start": r["timestamp"], "action": r["action"], "actor_id": r["user_id"],
        "resource_type": r["resource_type"], "client_address": r.get("client_ip"), "client_country": r.get("country"),
        "status_code": r["response_status_code"], "outcome": outcome(r["response_status_code"]), "organization_id": r["organisation_id"],
    }


# ---- Helicone: billionths, and caches beside the prompt ----

def helicone(status, length, scale):
    def meaning(r):
        parts = [number(r.get(n)) for n in ("prompt_tokens", "prompt_cache_read_tokens", "prompt_cache_write_tokens")]
        cost = number(r.get("cost"))
        per = scale if scale else 10**9 if cost is not None and (cost >= 1000 or cost == int(cost)) else 1
        hit = r.get("cache_reference_id", NOBODY)
        return "request", {
            "event_id": r["request_id"], "event_start": r["request_created_at"], "provider": vendor(r["provider"]),
            "status_code": r[status] if r[status] > 0 else None, "duration_ms": number(r[length]), "output_tokens": number(r.get("completion_tokens")),
            "input_tokens": sum(p or 0 for p in parts) if any(p is not None for p in parts) else None,
            "cost_estimated": None if cost is None else cost / per, "cache_reference_id": None if hit == NOBODY else hit,
            "session_id": dig(r, "properties", "Helicone-Session-Id"),
        }
    return meaning


FORMATS = {
    "litellm-keys": (json_rows("keys"), key),
    "litellm-keys-csv": (csv_rows, key),
    "litellm-key-events": (json_rows("keys"), key_event),
    "litellm-users": (json_rows("users"), user),
    "litellm-settings": (json_rows("teams"), setting),
    "litellm-daily-spend": (json_rows("data"), daily),
    "litellm-daily-spend-csv": (csv_rows, daily),
    "litellm-errors": (json_rows("data"), failed),
    "litellm-errors-csv": (csv_rows, failed),
    "litellm-audit-csv": (csv_rows, changed),
    "cloudflare-aig-logs": (json_rows("result"), cloudflare),
    "cloudflare-aig-logpush": (json_values, pushed),
    "cloudflare-audit": (json_rows("result"), account),
    "cloudflare-audit-logpush": (json_values, account_pushed),
    "cloudflare-audit-v2": (json_rows("result"), account_2),
    "cloudflare-audit-v2-logpush": (json_values, account_2_pushed),
    "vercel-generation": (unwrapped(json_values), vercel),
    "vercel-report": (json_rows("results"), report),
    "openrouter-generation": (unwrapped(json_values), openrouter),
    "openrouter-generation-csv": (csv_rows, openrouter_csv),
    "openrouter-activity": (json_rows("data"), activity),
    "openrouter-activity-csv": (csv_rows, activity),
    "openrouter-keys": (json_rows("data"), openrouter_key),
    "portkey-logs": (json_values, portkey),
    "portkey-files": (json_values, portkey_file),
    "portkey-audit": (json_rows("records"), portkey_change),
    "helicone-requests": (json_rows("data"), helicone("response_status", "delay_ms", None)),
    "helicone-clickhouse": (json_values, helicone("status", "latency", 10**9)),
}
