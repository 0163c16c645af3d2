"""What Anthropic's exports say, per record (see check_fixtures.py)."""
from check_fixtures import csv_rows, dig, first, json_rows, json_values, number


def results(text):
    for page in json_values(text):
        for bucket in page["data"]:
            for result in bucket["results"] or [{}]:
                yield bucket, result


def known(v):
    return None if v == "not_available" else v


def joined(*values):
    return ", ".join(v for v in values if v) or None


def total(*values):
    given = [number(v) for v in values if number(v) is not None]
    return sum(given) if given else None


def usage(pair):
    bucket, r = pair
    written = [dig(r, "cache_creation", f"ephemeral_{age}_input_tokens") for age in ("5m", "1h")]
    return "usage", {
        "event_start": bucket["starting_at"], "event_end": bucket["ending_at"], "provider": "anthropic",
        "input_tokens": total(r.get("uncached_input_tokens"), r.get("cache_read_input_tokens"), *written),
        "cache_read_tokens": r.get("cache_read_input_tokens"), "cache_write_tokens": total(*written),
        "output_tokens": r.get("output_tokens"), "project_id": r.get("workspace_id"), "key_id": r.get("api_key_id"),
        "response_model": r.get("model"), "service_tier": r.get("service_tier"), "region": known(r.get("inference_geo")),
        "line_item": joined(r.get("context_window"), r.get("speed")), "request_count": None,
        "quantity": number(dig(r, "server_tool_use", "web_search_requests")),
    }


def cost(pair):
    bucket, r = pair
    cents = number(r.get("amount"))
    return "usage", {
        "event_start": bucket["starting_at"], "event_end": bucket["ending_at"], "project_id": r.get("workspace_id"),
        "cost_billed": None if cents is None else cents / 100, "cost_currency": (r.get("currency") or "").upper(),
        "line_item": joined(r.get("description"), r.get("token_type"), r.get("context_window")),
        "response_model": r.get("model"), "service_tier": r.get("service_tier"),
    }


def usage_csv(r):
    row = {k.lstrip("\ufeff"): v for k, v in r.items()}
    written = [row.get("usage_input_tokens_cache_write" + age) for age in ("", "_5m", "_1h")]
    return "usage", {
        "event_start": row["usage_date_utc"], "response_model": row["model_version"], "key_alias": row["api_key"],
        "project_name": row["workspace"], "output_tokens": number(row["usage_output_tokens"]),
        "input_tokens": total(row["usage_input_tokens_no_cache"], row["usage_input_tokens_cache_read"], *written),
        "cache_read_tokens": number(row["usage_input_tokens_cache_read"]), "cache_write_tokens": total(*written),
        "quantity": number(row.get("web_search_count")), "region": known(row.get("inference_geo")),
    }


def cost_csv(r):
    return "usage", {
        "event_start": r["usage_date_utc"], "response_model": r["model"], "key_alias": r["api_key"], "key_id": r.get("api_key_id"),
        "project_name": r["workspace"], "cost_billed": number(r["cost_usd"]), "cost_list": number(r.get("list_price_usd")),
        "cost_currency": "USD", "region": known(r.get("inference_geo")),
        "line_item": joined(r["token_type"], r["usage_type"], r["context_window"], r.get("speed"), r.get("cost_type")),
    }


ACTORS = {
    "user_actor": "human", "api_actor": "api_key", "unauthenticated_user_actor": "unauthenticated", "anthropic_actor": "vendor",
    "scim_directory_sync_actor": "automation",
}


def activity(r):
    actor = r["actor"]
    key = first(actor.get("api_key_id"), actor.get("admin_api_key_id"))
    return "audit_event", {
        "event_id": r["id"], "event_start": r["created_at"], "action": r["type"], "organization_id": r["organization_id"],
        "actor_type": ACTORS.get(actor["type"], "api_key" if key else "unknown"), "actor_id": actor.get("user_id"),
        "actor_email": first(actor.get("email_address"), actor.get("unauthenticated_email_address")),
        "client_address": actor.get("ip_address"), "key_id": first(key, r.get("api_key_id")), "provider": "anthropic",
        "project_id": r.get("workspace_id"),
    }


def claude_code(text):
    for page in json_values(text):
        for day in page["data"]:
            for model in day["model_breakdown"] or [{}]:
                yield day, model


def code_use(pair):
    day, r = pair
    tokens = r.get("tokens", {})
    cents = number(dig(r, "estimated_cost", "amount"))
    return "usage", {
        "event_start": day["date"], "actor_email": day["actor"].get("email_address"), "response_model": r.get("model"),
        "key_alias": day["actor"].get("api_key_name"), "organization_id": day["organization_id"],
        "input_tokens": total(*[tokens.get(k) for k in ("input", "cache_read", "cache_creation")]),
        "output_tokens": tokens.get("output"), "cache_read_tokens": tokens.get("cache_read"),
        "cost_estimated": None if cents is None else cents / 100, "cost_billed": None,
        "line_item": joined(day["customer_type"], day["terminal_type"]),
    }


def key(r):
    return "api_key", {
        "key_id": r["id"], "key_alias": r["name"], "created_at": r["created_at"], "expires_at": r.get("expires_at"),
        "state_value": r["status"], "owner_id": dig(r, "created_by", "id"), "project_id": r["workspace_id"],
    }


def member(r):
    workspace = r["type"] == "workspace_member"
    return "access_grant", {
        "event_id": r.get("id"), "role": r["workspace_role"] if workspace else r["role"], "actor_email": r.get("email"),
        "resource_id": r.get("workspace_id"), "resource_type": "workspace" if workspace else "organization",
        "actor_id": r["user_id"] if workspace else r["id"] if r["type"] == "user" else None, "state_value": r.get("status"),
        "created_at": first(r.get("added_at"), r.get("invited_at")),
    }


def workspace(r):
    return "config_snapshot", {"event_id": r["id"], "resource_id": r["id"], "project_id": r["id"]}


def audit_csv(r):
    who, what = dig(r["actor_info"], "uuid"), dig(r["entity_info"], "uuid")
    return "audit_event", {
        "event_start": r["created_at"], "action": r["event"], "actor_id": who, "resource_id": what,
        "client_address": r["ip_address"], "actor_type": "human" if who else "unknown",
        "actor_email": dig(r["actor_info"], "metadata", "email_address"),
    }


FORMATS = {
    "anthropic-keys": (json_rows("data"), key),
    "anthropic-members": (json_rows("data"), member),
    "anthropic-workspaces": (json_rows("data"), workspace),
    "anthropic-audit-csv": (csv_rows, audit_csv),
    "anthropic-activities": (json_rows("data"), activity),
    "anthropic-claude-code": (claude_code, code_use),
    "anthropic-usage": (results, usage),
    "anthropic-costs": (results, cost),
    "anthropic-usage-csv": (csv_rows, usage_csv),
    "anthropic-cost-csv": (csv_rows, cost_csv),
}
