"""What OpenAI's inventories and other exports say, per record (see check_fixtures.py)."""
import json

from check_fixtures import csv_rows, dig, first, json_rows, number, openai_audit


def key(r):
    owner = r["owner"]
    who = owner.get("user") or owner.get("service_account") or owner
    return "api_key", {
        "key_id": r["id"], "key_alias": r.get("name"), "created_at": r["created_at"], "expires_at": r.get("expires_at"),
        "last_used_at": r.get("last_used_at"), "owner_id": who["id"], "state_value": r.get("owner_project_access"),
        "owner_type": "human" if owner["type"] == "user" else owner["type"],
    }


def member(r):
    machine = r["object"].endswith("service_account") or r.get("is_service_account")
    return "access_grant", {
        "event_id": r["id"], "actor_id": r["id"], "actor_email": r.get("email"), "role": r["role"],
        "event_start": first(r.get("added_at"), r.get("created_at")), "last_used_at": r.get("api_key_last_used_at"),
        "actor_type": "service_account" if machine else "human",
        "resource_type": "organization" if r["object"] == "organization.user" else "project",
    }


def invite(r):
    return "access_grant", {
        "event_id": r["id"], "actor_email": r["email"], "role": r["role"], "state_value": r["status"],
        "created_at": r["created_at"], "expires_at": r["expires_at"],
    }


def role(r):
    if r.get("object") == "role":
        return "config_snapshot", {"event_id": r["id"], "resource_id": r["id"], "resource_type": r["resource_type"]}
    return "access_grant", {
        "event_id": r["id"], "role": r["name"], "created_at": r.get("created_at"), "resource_type": r["resource_type"],
        "actor_id": dig((r.get("assignment_sources") or [{}])[0], "principal_id"),
    }


def setting(r):
    return "config_snapshot", {
        "event_id": r.get("id"), "resource_id": r.get("id", r["object"]), "resource_type": r["object"],
        "project_id": r["id"] if r["object"] == "organization.project" else None,
    }


def spend(r):
    return "quota_event", {
        "event_id": r.get("id"), "action": r["object"], "quota_limit": number(r["threshold_amount"]) / 100,
        "quota_unit": r["currency"].lower(), "quota_window": r["interval"],
    }


def cost_day(r):
    return "usage", {
        "event_start": r["usage_date_utc"], "response_model": r["model"], "line_item": r["usage_type"],
        "cost_billed": number(r["cost_usd"]), "cost_currency": "USD",
    }


FORMATS = {
    "openai-keys": (json_rows("data"), key),
    "openai-members": (json_rows("data"), member),
    "openai-invites": (json_rows("data"), invite),
    "openai-roles": (json_rows("data"), role),
    "openai-settings": (json_rows("data"), setting),
    "openai-spend-limits": (json_rows("data"), spend),
    "openai-cost-days-csv": (csv_rows, cost_day),
    "openai-audit-elastic": (json_rows(), lambda r: openai_audit(json.loads(r["event"]["original"]))),
}
