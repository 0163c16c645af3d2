#!/usr/bin/env python3
"""Compares what auditkit stores with values computed here from the raw files, without reading the mappings.

usage: check_fixtures.py AUDITKIT SHARED_DIR

Inputs are the fixtures in SHARED_DIR/fixtures (skipped where absent) and the inputs of the inline samples of
src/formats/*.yaml (skipped without PyYAML). Each one is ingested into a workspace of its own with --format; the rows
are read from its database. People, addresses and keys are compared by shape only. Prints TAP.
"""
import base64
import csv
import datetime
import glob
import importlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from decimal import Decimal

TABLES = ("request audit_event app_event usage ticket access_grant api_key provider_call dlp_verdict quota_event settlement "
          "price config_snapshot").split()
TIMES = {"delete_at", "event_start", "event_end", "created_at", "expires_at", "last_used_at", "reviewed_at"}
TOKENS = {
    "actor_id": "email|user", "actor_email": "email", "end_user_id": "email|user", "approver_id": "email|user",
    "owner_id": "email|user", "client_address": "ip", "key_hash": "key", "conversation_id": "id", "tenant_id": "id",
}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def point(self, good, name, *notes):
        self.count += 1
        self.failed += not good
        print(f"{'' if good else 'not '}ok {self.count} - {name}")
        for note in () if good else notes:
            print(f"# {note}")


# ---- values ----

def epoch(text):
    """Seconds since 1970 of a time as any source writes it: number, RFC 3339, naive UTC text, date."""
    if isinstance(text, (int, Decimal)):
        return Decimal(text)
    if re.fullmatch(r"-?[0-9.]+", text):
        return Decimal(text)
    if "/" in text:
        month, day, year = (int(x) for x in text.split("/"))
        text = f"{year % 100 + 2000:04}-{month:02}-{day:02}"
    text = text.removesuffix(" UTC")
    m = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", text)
    part = [int(x or 0) for x in m.groups()[:6]]
    at = datetime.datetime(*part, tzinfo=datetime.timezone.utc) - EPOCH
    zone = m[8] if m[8] and m[8] != "Z" else "+00:00"
    offset = (int(zone[1:3]) * 60 + int(zone[4:6])) * (-60 if zone[0] == "-" else 60)
    return Decimal(at.days * 86400 + at.seconds - offset) + Decimal(m[7] or 0)


def nanos(text):
    return Decimal(text) / 1000000000 if text not in (None, "") else None


def blank(v):
    return None if v in (None, "", "None", "null", "-") else v


def first(*values):
    return next((v for v in values if blank(v) is not None), None)


def number(v):
    return None if blank(v) is None else Decimal(str(v).replace(",", "").lstrip("$"))


def dig(value, *path):
    for key in path:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return None
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def equal(column, want, got):
    if blank(want) is None:
        return got is None
    if got is None:
        return False
    if column in TIMES:
        return epoch(got) == epoch(want)
    if column in TOKENS:
        return got == want or re.fullmatch(f"({TOKENS[column]}):[0-9a-f]{{32}}", got) is not None
    if isinstance(want, bool):
        return got == int(want)
    if isinstance(want, (int, Decimal)):
        return Decimal(str(got)) == want
    return str(got) == want


class Row(dict):
    """A record; what it does not say is nothing."""
    def __missing__(self, key):
        return None


# ---- readers ----

def json_values(text):
    decoder = json.JSONDecoder(parse_float=Decimal)
    text = text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        text = text[end:].strip()
        yield value


def json_rows(*containers):
    """Records under one of the containers, of a top-level array, or the values themselves."""
    def read(text):
        for value in json_values(text):
            for item in value if isinstance(value, list) else [value]:
                inside = [item[c] for c in containers if c in item]
                yield from (inside[0] if inside else [item])
    return read


def buckets(text):
    for page in json_values(text):
        for bucket in page["data"]:
            for result in bucket["results"] or [{}]:
                yield bucket, result


def csv_rows(text):
    return csv.DictReader(io.StringIO(text.lstrip("\ufeff")))


def spans(text):
    for traces in json_values(text):
        for resource in traces["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    yield attributes(resource.get("resource", {})), span


def attributes(owner):
    pairs = owner.get("attributes", {})
    if isinstance(pairs, dict):
        return pairs
    return {p["key"]: next(iter(p["value"].values()), None) for p in pairs}


# ---- what each format says, per record ----

def openai_audit(r):
    actor = r.get("actor") or {}
    session, key = actor.get("session") or {}, actor.get("api_key") or {}
    body = next((v for k, v in r.items() if k.replace("_", ".") == r["type"].replace("_", ".")), None) or {}
    who = session.get("user") or key.get("user") or key.get("service_account") or {}
    return "audit_event", {
        "event_id": r["id"], "event_start": r["effective_at"], "action": r["type"], "provider": "openai",
        "project_id": dig(r, "project", "id"), "actor_id": who.get("id"), "actor_email": who.get("email"),
        "client_address": session.get("ip_address"), "resource_id": first(body.get("id"), *[c["id"] for c in body.get("certificates", []) + body.get("configs", [])]),
        "error_type": body.get("error_code"),
    }


def openai_usage(pair):
    bucket, r = pair
    return "usage", {
        "event_start": bucket["start_time"], "event_end": bucket["end_time"], "input_tokens": r.get("input_tokens"),
        "output_tokens": r.get("output_tokens"), "cache_read_tokens": r.get("input_cached_tokens"),
        "request_count": r.get("num_model_requests"), "project_id": r.get("project_id"), "key_id": r.get("api_key_id"),
        "response_model": r.get("model"), "service_tier": r.get("service_tier"), "provider": "openai",
    }


def openai_costs(pair):
    bucket, r = pair
    return "usage", {
        "event_start": bucket["start_time"], "event_end": bucket["end_time"], "usage_type": "costs",
        "cost_billed": number(dig(r, "amount", "value")), "cost_currency": (dig(r, "amount", "currency") or "").upper() or None,
        "line_item": r.get("line_item"), "project_id": r.get("project_id"), "key_id": r.get("api_key_id"),
        "quantity": number(r.get("quantity")), "quantity_unit": r.get("quantity_unit"),
    }


def openai_cost_csv(r):
    return "usage", {
        "event_start": r["start_time"], "event_end": r["end_time"], "cost_billed": number(r["amount_value"]),
        "cost_currency": (r["amount_currency"] or "").upper() or None, "line_item": r["line_item"], "actor_email": r.get("user_email"),
        "actor_id": r.get("user_id"), "quantity": number(r.get("quantity")), "project_id": r["project_id"],
    }


def openai_usage_csv(r):
    return "usage", {
        "event_start": r["start_time"], "event_end": r["end_time"], "input_tokens": number(r.get("input_tokens")),
        "output_tokens": number(r.get("output_tokens")), "cache_read_tokens": number(r.get("input_cached_tokens")),
        "request_count": number(r.get("num_model_requests")), "response_model": r.get("model"), "key_id": r.get("api_key_id"),
    }


# Raised by a guardrail of the gateway itself, whatever provider the call was for.
GUARDRAIL_ERRORS = {"GuardrailRaisedException", "BlockedPiiEntityError", "GuardrailInterventionNormalStringError"}
PROVIDERS = {"azure": "azure.ai.openai", "bedrock": "aws.bedrock", "vertex_ai": "gcp.vertex_ai"}


def litellm(r, ident, key):
    meta = r.get("metadata") or {}
    start, end = epoch(r["startTime"]), epoch(r["endTime"])
    failed = r.get("status") == "failure"
    provider = blank(r.get("custom_llm_provider")) or blank(dig(meta, "error_information", "llm_provider"))
    master = key == "litellm_proxy_master_key"
    refused = dig(meta, "error_information", "error_class") or dig(r, "error_information", "error_class")
    guarded = {"policy_verdict": "blocked", "reason_code": "gateway"} if refused in GUARDRAIL_ERRORS else {}
    return start, end, {
        **guarded,
        "event_id": ident, "event_start": start, "event_end": end, "category": "ai_interaction",
        "response_id": ident if re.match("chatcmpl-", ident) and "_cache_hit" not in ident else None,
        "outcome": "failure" if failed else "success", "provider": PROVIDERS.get(provider, provider),
        "request_model": first(r.get("model_group"), r["model"]), "response_model": r["model"],
        "input_tokens": number(r.get("prompt_tokens")), "output_tokens": number(r.get("completion_tokens")),
        "total_tokens": number(r.get("total_tokens")), "cost_currency": "USD", "key_hash": None if master else key,
        "attempt_retries": number(dig(meta, "attempted_retries")),
        "attempt_fallbacks": number(dig(meta, "attempted_fallbacks")),
        "fallback_from": dig(meta, "original_model_group") if dig(meta, "attempted_fallbacks") else None,
        "route_id": r.get("model_id"),
    }


def spend_logs(r):
    error = dig(r.get("metadata"), "error_information") or {}
    start, end, want = litellm(r, r["request_id"], first(r["api_key"]))
    want.update({
        "cost_estimated": number(r["spend"]), "session_id": r.get("session_id"), "duration_ms": (end - start) * 1000,
        "team_id": r.get("team_id"), "status_code": number(error.get("error_code")),
        "gateway_request_id": r["request_id"] if want["outcome"] == "failure" else None,
    })
    return "request", want


def logging_payload(r):
    meta = r["metadata"]
    start, end, want = litellm(r, r["id"], meta.get("user_api_key_hash"))
    whole = (end - start) * 1000
    want.update({
        "cost_estimated": number(r["response_cost"]), "stream": r.get("stream"),
        "duration_ms": whole if r.get("stream") else number(r["response_time"]) * 1000,
        "team_id": meta.get("user_api_key_team_id"), "actor_email": meta.get("user_api_key_user_email"),
        "client_address": r.get("requester_ip_address"),
        "status_code": number(dig(r, "error_information", "error_code")),
        "payload_prompt": payload(r.get("messages")), "payload_completion": payload(r.get("response")),
    })
    return "request", want


def payload(value):
    """present, masked or absent, by the texts under `content`."""
    found = set()

    def look(v):
        if isinstance(v, dict):
            found.update([v["content"]] if isinstance(v.get("content"), str) else [])
            v = list(v.values())
        for item in v if isinstance(v, list) else []:
            look(item)
    look(value)
    found.discard("")
    return "absent" if not found else "masked" if found == {"redacted-by-litellm"} else "present"


def litellm_audit(r):
    token = r["table_name"] == "LiteLLM_VerificationToken"
    return "audit_event", {
        "event_id": r["id"], "event_start": r["updated_at"], "action": r["action"], "actor_id": r["changed_by"],
        "resource_type": r["table_name"], "resource_id": None if token else r["object_id"],
        "key_hash": r["object_id"] if token else r["changed_by_api_key"],
    }


def hex_id(text):
    if text and not re.fullmatch("(?:[0-9A-Fa-f]{16}){1,2}", text):
        return base64.b64decode(text).hex()
    return text.lower() if text else None


def span(pair):
    resource, s = pair if isinstance(pair, tuple) else ({}, pair)
    a, context = attributes(s), s.get("spanContext", {})
    start, end = nanos(s.get("startTimeUnixNano")), nanos(s.get("endTimeUnixNano"))
    code = str(dig(s, "status", "code") or "")
    return "app_event", {
        "trace_id": hex_id(first(s.get("traceId"), context.get("traceId"))), "event_start": start, "event_end": end,
        "span_id": hex_id(first(s.get("spanId"), context.get("spanId"))), "action": s["name"],
        "parent_span_id": hex_id(s.get("parentSpanId")), "app": resource.get("service.name"),
        "duration_ms": (end - start) * 1000 if start and end else None,
        "response_id": first(a.get("gen_ai.response.id"), a.get("ai.response.id")),
        "input_tokens": number(first(a.get("gen_ai.usage.input_tokens"), a.get("llm.token_count.prompt"),
                                     a.get("ai.usage.promptTokens"))),
        "output_tokens": number(first(a.get("gen_ai.usage.output_tokens"), a.get("llm.token_count.completion"),
                                      a.get("ai.usage.completionTokens"))),
        "reasoning_tokens": number(first(a.get("gen_ai.usage.reasoning.output_tokens"),
                                         a.get("llm.token_count.completion_details.reasoning"))),
        "cache_read_tokens": number(first(a.get("gen_ai.usage.cache_read.input_tokens"),
                                          a.get("llm.token_count.prompt_details.cache_read"))),
        "total_tokens": number(a.get("llm.token_count.total")),
        "response_model": first(a.get("gen_ai.response.model"), a.get("ai.response.model"), a.get("llm.model_name")),
        **({"outcome": "failure"} if code in ("2", "STATUS_CODE_ERROR") else {}),
        **({"outcome": "success"} if code in ("1", "STATUS_CODE_OK") else {}),
    }


def flat_attributes(a):
    return "app_event", {
        "response_id": a["gen_ai.response.id"], "provider": a["gen_ai.provider.name"],
        "request_model": a["gen_ai.request.model"], "response_model": a.get("gen_ai.response.model"),
        "input_tokens": number(a.get("gen_ai.usage.input_tokens")),
        "output_tokens": number(a["gen_ai.usage.output_tokens"]), "payload_prompt": "present",
    }


def admin_audit(r):
    return "audit_event", {
        "event_id": r["audit_event_id"], "event_start": r["created_at"], "action": r["action"],
        "actor_id": r["actor_id"], "actor_role": r["actor_role"], "client_address": r["actor_ip"],
        "organization_id": r["organization_id"], "resource_type": r["target_type"], "resource_id": r["target_id"],
        "reason_code": r["reason"], "gateway_request_id": r["request_id"],
    }


def assistant_audit(r):
    r = {re.sub("[^a-z]+", "_", k.lower()).strip("_"): v for k, v in r.items()}
    request = r["action"] in ("chat.completion", "skill.run", "automation.execute")
    dlp = blank(r["dlp_result"])
    want = {
        "event_start": r["timestamp"], "action": r["action"], "actor_id": r["user"], "client_address": r["ip_address"],
        "policy_verdict": {"clean": "allowed"}.get(dlp, dlp and dlp.split(":")[0]),
    }
    if request:
        want.update({
            "input_tokens": number(r["tokens_input"]), "output_tokens": number(r["tokens_output"]),
            "cost_estimated": number(r["cost"]), "request_model": r["model"], "dlp_result": dlp,
        })
    else:
        want["resource_id"] = r["resource"]
    return "request" if request else "audit_event", want


PERMISSIONS = {"yes": "allowed", "no": "denied", "false": "denied", "approval": "with_approval"}


def fate(r):
    """What becomes of a record, and the files that went along with it, by the plain names."""
    files, types = r.get("attachments") or [], blank(r.get("attachment_types"))
    may = first(r.get("export_permission"), dig(r, "settings", "export_permission") if isinstance(r.get("settings"), dict) else None)
    may = str(may).lower() if may not in (None, "") else None
    return {
        "attachments_present": True if files or (r.get("has_attachments") or "").lower() in ("yes", "true") else None,
        "attachment_count": number(first(r.get("attachment_count"), r.get("file_count"))),
        "attachment_types": json.dumps(types.split(";") if types else [f["mime_type"] for f in files], separators=(",", ":"))
                            if types or files else None,
        "retention_class": r.get("retention_class"), "delete_at": first(r.get("delete_at"), r.get("deletion_date")),
        "archive_location": r.get("archive_location"), "export_permission": PERMISSIONS.get(may, may),
    }


def app_event(r):
    parent = (r.get("traceparent") or "").split("-")
    return "app_event", {
        "event_id": r["event_id"], "event_start": first(r.get("time"), r.get("timestamp")), "app": r["app"],
        "action": first(r.get("event"), r.get("action")), "status_code": number(r.get("status")),
        "trace_id": parent[1] if len(parent) == 4 else r.get("trace_id"), "gateway_request_id": r.get("request_id"),
        "actor_id": r.get("user"), "environment": r.get("env"),
        **fate(r),
    }


def ticket(r):
    return "ticket", {
        "ticket_id": first(r.get("ticket_id"), r.get("ticket")), "state_value": r["state"].lower(),
        "event_start": first(r.get("approved_at") if r["state"].lower().startswith("approved") else None, r.get("closed_at"), r.get("closed"),
                             r.get("created_at"), r.get("created")),
        "approver_id": r["approver"], "actor_id": r.get("requested_by"), "deployment_ref": r.get("deployment"),
        "rollback_ref": r.get("rollback"), "resource_id": first(r.get("resource_id"), r.get("resource")),
        **fate(r),
    }


def grant(r):
    return "access_grant", {
        "reviewed_at": r["reviewed_at"], "resource_id": r["system"], "role": r["role"], "actor_id": r["principal"],
        "log_scope": r.get("log_scope"), "state_value": (r.get("state") or "").lower() or None, "last_used_at": r.get("last_used_at"),
        **fate(r),
    }


def api_key(r):
    return "api_key", {
        "key_id": r["key_id"], "key_alias": r["alias"], "key_hash": r["key_hash"], "owner_id": r["owner"],
        "app": r["app"], "cost_center": r["cost_center"], "created_at": r["created_at"], "state_value": r["state"],
        "expires_at": r.get("expires_at"), "environment": r["environment"],
    }


CALLS = {"InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream"}


def cloudtrail(r):
    who = r.get("userIdentity") or {}
    bedrock = r["eventSource"].startswith("bedrock")
    call = bedrock and r["eventName"] in CALLS
    model = dig(r, "requestParameters", "modelId")
    want = {
        "event_id": r["eventID"], "event_start": r["eventTime"], "provider_request_id": r.get("requestID"),
        "action": r["eventName"], "outcome": "failure" if r.get("errorCode") else "success",
        "error_type": r.get("errorCode"), "region": r["awsRegion"], "project_id": r.get("recipientAccountId"),
        "actor_id": first(who.get("arn"), who.get("invokedBy")), "provider": "aws.bedrock" if bedrock else None,
        "actor_role": dig(who, "sessionContext", "sessionIssuer", "userName"), "key_hash": who.get("accessKeyId"),
    }
    if call:
        want.update({"category": "ai_interaction", "request_model": model})
    elif model:
        want["resource_id"] = model
    return ("provider_call" if call else "audit_event"), want


def invocation(r):
    answer = dig(r, "output", "outputBodyJson")
    counts = [v for v in (dig(r, "input", k + "TokenCount") for k in ("input", "cacheReadInput", "cacheWriteInput")) if v is not None]
    return "provider_call", {
        "event_start": r["timestamp"], "provider_request_id": r["requestId"], "request_model": r["modelId"],
        "input_tokens": sum(counts) if counts else None, "output_tokens": dig(r, "output", "outputTokenCount"),
        "cache_read_tokens": dig(r, "input", "cacheReadInputTokenCount"), "project_id": r.get("accountId"),
        "actor_id": dig(r, "identity", "arn"), "trace_id": dig(r, "requestMetadata", "trace"),
        "error_type": r.get("errorCode"), "outcome": "failure" if r.get("errorCode") else "success",
        "payload_prompt": "present" if dig(r, "input", "inputBodyJson") else "absent",
        "payload_completion": "present" if answer and answer != {"stopReason": "guardrail_intervened"} else "absent",
        "response_id": dig(r, "output", "outputBodyJson", "id"),
        "archive_location": first(dig(r, "input", "inputBodyS3Path"), dig(r, "output", "outputBodyS3Path")),
    }


CLOUDS = {"Amazon Web Services": "aws", "AWS": "aws", "Microsoft": "azure", "Google Cloud": "gcp"}


def null(v):
    return None if v in (None, "", "NULL") else v


def focus(r):
    tags = json.loads(null(r.get("Tags")) or "{}")
    provider = r["ProviderName"]
    return "usage", {
        "event_start": r["ChargePeriodStart"], "event_end": r["ChargePeriodEnd"], "charge_category": r["ChargeCategory"].lower(),
        "charge_class": (null(r.get("ChargeClass")) or "").lower() or None, "cost_currency": r["BillingCurrency"].upper(),
        "cost_billed": number(r["BilledCost"]), "cost_effective": number(null(r.get("EffectiveCost"))),
        "cost_list": number(null(r.get("ListCost"))), "project_id": null(r.get("SubAccountId")),
        "quantity": number(null(first(null(r.get("ConsumedQuantity")), null(r.get("PricingQuantity"))))),
        "quantity_unit": first(null(r.get("ConsumedUnit")), null(r.get("PricingUnit"))), "billed_service": null(r["ServiceName"]),
        "provider": "aws.bedrock" if r["ServiceName"] == "Amazon Bedrock" else CLOUDS.get(provider, provider.lower()),
        "region": null(r.get("RegionId")), "environment": first(tags.get("environment"), tags.get("env")), "app": first(tags.get("app"), tags.get("application")),
        "team_name": tags.get("business_unit"), "team_id": tags.get("team"), "organization_id": r["BillingAccountId"],
    }


KINDS = {"manual_adjustment": "adjustment"}


def settlement(r):
    return "settlement", {
        "settlement_id": r["settlement_id"], "event_start": first(r.get("settled_at"), r.get("created_at")),
        "settlement_type": KINDS.get(r["type"], r["type"]), "cost_billed": number(r["amount"]), "cost_currency": "EUR",
        "gateway_request_id": r.get("request_id"), "invoice_id": r.get("invoice_id"), "approver_id": r.get("approved_by"),
        "approval_event_id": r.get("approval_event_id"), "reason_code": r.get("reason"), "ticket_id": r.get("ticket_id"),
        "state_value": (blank(r.get("state")) or "").lower() or None, "actor_id": r.get("actor_id"),
    }


def price(r):
    return "price", {
        "event_start": r["valid_from"], "event_end": r.get("valid_to"), "created_at": r.get("captured_at"),
        "provider": PROVIDERS.get(r["provider"].lower(), r["provider"].lower()), "response_model": r["model"],
        "price_item": {"cached_input": "cache_read"}.get(r["item"], r["item"]), "price": number(r["price"]),
        "price_per": number(r["per"]), "price_unit": r["unit"], "cost_currency": r["currency"].upper(),
        "service_tier": r.get("tier"),
    }


MODES = {"metadata": "metadata-only", True: "full"}


def snapshot(r):
    return "config_snapshot", {
        "event_id": r.get("snapshot_id"), "event_start": r["captured_at"], "resource_id": r["system"],
        "payload_mode": MODES.get(r["payload_logging"]), "config_version": r.get("config_version"),
        "retention_days": number(first(r.get("retention_days"), dig(r, "settings", "retention_days"))),
        "actor_id": r.get("captured_by"), "environment": r.get("environment"),
        **fate(r),
    }


def log_access(r):
    return "audit_event", {
        "event_id": r["event_id"], "event_start": r["time"], "actor_id": r["viewer"], "action": r["action"],
        "actor_role": r.get("viewer_role"), "log_scope": r["log_class"].lower(), "resource_id": r["log"],
        "category": "data_access", "ticket_id": r.get("ticket_id"), "approver_id": r.get("approved_by"),
        "gateway_request_id": r.get("request_id"), "outcome": {"denied": "failure"}.get(r.get("outcome")),
        "client_address": r.get("ip"),
        **fate(r),
    }


VERDICTS = {"clean": "allowed"}
SIDES = {"output": "completion", "response": "completion"}


def dlp_verdict(r):
    side = first(r.get("checked"), r.get("direction"))
    return "dlp_verdict", {
        "event_id": r["verdict_id"], "event_start": r["time"], "gateway_request_id": r.get("request_id"),
        "trace_id": r.get("trace_id"), "policy_verdict": VERDICTS.get(r["verdict"].lower(), r["verdict"].lower()),
        "dlp_result": r.get("dlp_result"), "rule_name": r["rule"], "checked": SIDES.get(side, side),
        "rule_version": r.get("rule_version"), "findings": number(r.get("findings")), "actor_id": r.get("user"),
        **fate(r),
    }


def quota_event(r):
    threshold = blank(r.get("threshold"))
    return "quota_event", {
        "event_id": r["event_id"], "event_start": r["time"], "quota_scope": r["scope"].lower(), "resource_id": r["scope_id"],
        "quota_limit": number(r["limit"]), "quota_used": number(r["used"]), "quota_unit": r["unit"],
        "quota_window": r["window"], "budget_policy_version": r["policy_version"], "gateway_request_id": r.get("request_id"),
        "quota_decision": {"alert": "warned"}.get(r["decision"], r["decision"]), "status_code": number(r.get("status")),
        "quota_threshold": number(str(threshold).rstrip("%")) if threshold else None, "key_alias": r.get("key_alias"),
    }


YES = {"yes": True, "no": False, "": None}


def proxy_log(r):
    r = {re.sub("[^a-z]+", "_", k.lower()).strip("_"): v for k, v in r.items()}
    status, percent = blank(r.get("status_code")), blank(r.get("rate_limit"))
    failed = r["log_type"].lower() == "error" or (status and int(status) >= 400)
    return "request", {
        "facet": r["log_type"].lower(), "event_start": r["timestamp"], "gateway_request_id": r["request_id"],
        "request_model": r.get("model"), "response_model": r.get("model_version"), "status_code": number(status),
        "http_method": (r.get("method") or "").lower() or None, "endpoint": r.get("endpoint"), "actor_id": r.get("user_id"),
        "outcome": "failure" if failed else "success" if status else None, "error_type": r.get("error_type"),
        "total_tokens": number(r.get("tokens_used")), "input_tokens": number(r.get("prompt_tokens")),
        "attempt_retries": number(r.get("retry_count")), "fallback_used": YES[(r.get("fallback_used") or "").lower()],
        "rate_limit_used": number(percent.rstrip("%")) if percent else None, "risk_score": number(r.get("anomaly_score")),
        "client_address": r.get("client_ip"), "client_country": (r.get("geo_location") or "").split("/")[0] or None,
        "cost_estimated": number(r.get("cost_usd")), "key_id": r.get("key_id"),
        **fate(r),
    }


FORMATS = {
    "settlements": (json_rows("data"), settlement),
    "settlements-csv": (csv_rows, settlement),
    "price-catalog": (json_rows("data"), price),
    "price-catalog-csv": (csv_rows, price),
    "config-snapshot": (json_rows("snapshots"), snapshot),
    "log-access": (json_rows("data"), log_access),
    "log-access-csv": (csv_rows, log_access),
    "dlp-verdicts": (json_rows("data"), dlp_verdict),
    "dlp-verdicts-csv": (csv_rows, dlp_verdict),
    "quota-events": (json_rows("data"), quota_event),
    "quota-events-csv": (csv_rows, quota_event),
    "proxy-log": (json_rows("logs"), proxy_log),
    "proxy-log-csv": (csv_rows, proxy_log),
    "aws-cloudtrail": (json_rows("Records"), cloudtrail),
    "aws-cloudtrail-lookup": (json_rows("Events"), lambda r: cloudtrail(json.loads(r["CloudTrailEvent"]))),
    "bedrock-invocations": (json_rows(), invocation),
    "bedrock-invocations-logs": (json_rows("events"), lambda r: invocation(json.loads(r["message"]))),
    "focus-csv": (csv_rows, focus),
    "openai-audit": (json_rows("data"), openai_audit),
    "openai-usage": (buckets, openai_usage),
    "openai-costs": (buckets, openai_costs),
    "openai-cost-csv": (csv_rows, openai_cost_csv),
    "openai-usage-csv": (csv_rows, openai_usage_csv),
    "litellm-spendlogs": (json_rows("data"), spend_logs),
    "litellm-spendlogs-csv": (csv_rows, spend_logs),
    "litellm-slp": (json_rows(), logging_payload),
    "litellm-audit": (json_rows("data", "audit_logs"), litellm_audit),
    "otlp-spans": (spans, span),
    "otlp-span-lines": (json_rows(), span),
    "otlp-attributes": (json_rows(), flat_attributes),
    "admin-audit": (json_rows("data"), admin_audit),
    "admin-audit-csv": (csv_rows, admin_audit),
    "ai-audit": (json_rows("data"), assistant_audit),
    "ai-audit-csv": (csv_rows, assistant_audit),
    "app-events": (json_rows("events"), app_event),
    "app-events-csv": (csv_rows, app_event),
    "tickets": (json_rows("data"), ticket),
    "tickets-csv": (csv_rows, ticket),
    "access-review": (json_rows("data"), grant),
    "access-review-csv": (csv_rows, grant),
    "key-inventory": (json_rows("data"), api_key),
    "key-inventory-csv": (csv_rows, api_key),
}
FIXTURES = [
    ("aws-cloudtrail", "aws/cloudtrail-bedrock-invoke-model.json"),
    ("focus-csv", "focus/focus_sample.csv"),
    ("litellm-spendlogs", "litellm/spend_logs_payload.json"),
    ("litellm-slp", "litellm/standard_logging_payload.json"),
    ("otlp-spans", "otlp/trace.json"),
    ("otlp-attributes", "otlp/genai-client-span.json"),
    ("otlp-span-lines", "envoy-openinference/azure-chat-basic.json"),
    ("otlp-span-lines", "envoy-openinference/chat-bad-request.json"),
    ("otlp-span-lines", "envoy-openinference/chat-basic.json"),
    ("otlp-span-lines", "envoy-openinference/chat-streaming.json"),
]


def more_formats():
    """Formats of one vendor stand in a file rows_VENDOR.py beside this one, as FORMATS."""
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "rows_*.py"))):
        FORMATS.update(importlib.import_module(os.path.basename(path)[:-3]).FORMATS)


# ---- auditkit ----

def stored(auditkit, form, text, exported_at=None):
    """Rows of a fresh workspace after one ingest, in record order: (table, {column: value})."""
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, XDG_CONFIG_HOME=os.path.join(home, "config"), HOME=home)
        work, path = os.path.join(home, "work"), os.path.join(home, "export")
        made = ["--exported-at", exported_at] if exported_at else []
        for args in (["init", work], ["-w", work, "ingest", "--format", form, *made, path]):
            if args[0] != "init":
                # An export of auditkit itself names the key of its workspace.
                db = sqlite3.connect(glob.glob(os.path.join(work, "*.db"))[0])
                kid = db.execute("SELECT value FROM meta WHERE key = 'key_id'").fetchone()[0]
                db.close()
                with open(path, "w", encoding="utf-8", newline="") as f:
                    f.write(text.replace("00aa11bb", kid))
            done = subprocess.run([auditkit, *args], env=env, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"{args[0] if args[0] == 'init' else 'ingest'} exits {done.returncode}: {done.stderr}")
        db = sqlite3.connect(glob.glob(os.path.join(work, "*.db"))[0])
        db.row_factory = sqlite3.Row
        rows = [(t, dict(r)) for t in TABLES for r in db.execute(f"SELECT * FROM {t}")]
        db.close()
    return sorted(rows, key=lambda row: row[1]["rec_no"])


def check(tap, auditkit, form, name, text, exported_at=None):
    read, meaning = FORMATS[form]
    expected = [meaning(Row(r) if isinstance(r, dict) else r) for r in read(text)]
    try:
        got = stored(auditkit, form, text, exported_at)
    except RuntimeError as e:
        tap.point(False, f"{form}: {name}", *str(e).splitlines())
        return
    tap.point(len(got) == len(expected), f"{form}: {name}: records", f"got {len(got)}, want {len(expected)}")
    for i, ((table, want), (where, row)) in enumerate(zip(expected, got)):
        wrong = [f"{c}: got {row.get(c)!r}, want {v!r}" for c, v in want.items() if not equal(c, v, row.get(c))]
        if where != table:
            wrong.insert(0, f"is a {where}, not a {table}")
        tap.point(not wrong, f"{form}: {name}: record {i + 1}", *wrong)


def samples(tap):
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "formats")
    try:
        import yaml
    except ImportError:
        print("# inline samples skipped: no PyYAML")
        return
    files = sorted(glob.glob(os.path.join(folder, "*.yaml")))
    unknown = {os.path.basename(f)[:-5] for f in files} ^ set(FORMATS)
    tap.point(not unknown, "every mapping is known here", *sorted(unknown))
    for path in files:
        with open(path, encoding="utf-8") as f:
            mapping = yaml.load(f, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for sample in mapping["samples"] if mapping["id"] in FORMATS else []:
            if "instead" not in sample:
                yield mapping["id"], sample["name"], sample["input"], sample.get("exported_at")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tap, auditkit = Tap(), os.path.abspath(sys.argv[1])
    more_formats()
    for form, name in FIXTURES:
        path = os.path.join(sys.argv[2], "fixtures", name)
        if not os.path.exists(path):
            print(f"# skipped, not here: {name}")
            continue
        with open(path, encoding="utf-8") as f:
            check(tap, auditkit, form, name, f.read())
    for form, name, text, exported_at in samples(tap):
        check(tap, auditkit, form, name, text, exported_at)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed or not tap.count else 0)


if __name__ == "__main__":
    main()
