"""What exports of Azure, Google Cloud, AWS billing, DeepSeek and Langdock say, per record (see check_fixtures.py)."""
import datetime

from check_fixtures import csv_rows, dig, first, json_rows, number

ERA = datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc)
START = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def ticks(v):
    """Ticks of 100 ns since the year 1 as seconds since 1970."""
    return None if v is None else (number(v) - (START - ERA).days * 86400 * 10 ** 7) / 10 ** 7


def low(v):
    return v.lower() if v else None


def subscription(rid):
    parts = (rid or "").lower().split("/")
    return parts[2] if len(parts) > 2 else None


def positive(v):
    v = number(v)
    return None if v is None or v < 0 else v


def azure_line(r, category, props, name):
    """name: how the columns of this shape are called."""
    oid, status = dig(r, props, "objectId"), r.get(name["status"])
    status = status if status and status.isdigit() else None
    want = {
        "action": r[name["action"]], "actor_id": oid, "event_end": None,
        "resource_id": low(r.get(name["resource"])), "project_id": subscription(r.get(name["resource"])),
    }
    start = first(ticks(dig(r, props, "requestTime")), r.get(name["time"]))
    if r[category] == "AzureOpenAIRequestUsage":
        return "usage", {"event_start": start, "input_tokens": dig(r, props, "promptTokens"),
                         "output_tokens": dig(r, props, "completionTokens"), "response_model": dig(r, props, "modelName")}
    if r[category] != "RequestResponse":
        return "audit_event", dict(want, event_start=start, outcome="unknown", category="keys" if "Key" in r[name["action"]] else "other")
    del want["resource_id"]
    return "provider_call", dict(
        want, event_start=start, event_end=ticks(dig(r, props, "responseTime")), duration_ms=positive(r.get(name["ms"])),
        provider_request_id=r.get(name["call"]), request_model=first(dig(r, props, "modelDeploymentName"), dig(r, props, "modelName")),
        response_model=dig(r, props, "modelName"), status_code=number(status), outcome="success" if status < "400" else "failure",
        region=r.get(name["region"]), client_address=None, auth_method="entra_id" if oid else "api_key", input_tokens=None)


LINE = {"status": "resultSignature", "action": "operationName", "resource": "resourceId", "time": "time", "ms": "durationMs",
        "call": "correlationId", "region": "location"}
ROW = {"status": "ResultSignature", "action": "OperationName", "resource": "ResourceId", "time": "TimeGenerated", "ms": "DurationMs",
       "call": "CorrelationId", "region": "location_s"}


def openai_log(r):
    return azure_line(r, "category", "properties", LINE)


def diagnostics(r):
    return azure_line(r, "Category", "properties_s", ROW)


# By a part of the operation's name; the first that is in it counts.
ACTIVITIES = (("listkeys", "keys"), ("regeneratekey", "keys"), ("deployments", "routing"), ("roleassignments", "admin_access"))
ENDS = {"succeeded": "success", "success": "success", "failed": "failure", "failure": "failure"}


def activity_meaning(action, status):
    return {"action": action, "category": next(c for part, c in ACTIVITIES if part in action.lower()),
            "outcome": ENDS.get(status.lower(), "unknown")}


def activity(r):
    return "audit_event", dict(
        activity_meaning(r["operationName"]["value"], r["status"]["value"]), event_id=r["eventDataId"], event_start=r["eventTimestamp"],
        provider_request_id=r["correlationId"], actor_id=r["caller"], resource_id=low(r["resourceId"]),
        project_id=first(r.get("subscriptionId"), subscription(r["resourceId"])), client_address=dig(r, "httpRequest", "clientIpAddress"))


def activity_row(r):
    return "audit_event", dict(
        activity_meaning(r["OperationNameValue"], r["ActivityStatusValue"]), event_id=r["EventDataId"], event_start=r["TimeGenerated"],
        provider_request_id=r["CorrelationId"], actor_id=r.get("Caller"), client_address=r.get("CallerIpAddress"),
        resource_id=low(r.get("_ResourceId")))


def there(v):
    return "present" if v and v != "null" else "absent"


def gateway_line(r):
    p = r["properties"]
    llm = r["category"] == "GatewayLlmLogs"
    call = first(r.get("correlationId"), p.get("correlationId"))
    counts = llm and p.get("deploymentName")
    body = p.get("backendResponseBody")
    return "request", {
        "event_id": f"{call}/{p['sequenceNumber']}" if llm else call, "event_start": r["time"], "gateway_request_id": call,
        "facet": "response" if llm else "request" if r["isRequestSuccess"] else "error", "response_id": first(p.get("requestId"), dig(body, "id")),
        "status_code": p.get("responseCode"), "duration_ms": r.get("durationMs"), "client_address": r.get("callerIpAddress"),
        "input_tokens": p.get("promptTokens") if counts else dig(body, "usage", "prompt_tokens"),
        "output_tokens": p.get("completionTokens") if counts else dig(body, "usage", "completion_tokens"),
        "request_model": p.get("deploymentName"), "response_model": first(p.get("modelName"), dig(body, "model")), "project_id": subscription(r.get("resourceId")),
        "payload_prompt": there(first(p.get("requestBody"), p.get("requestMessages"))),
        "payload_completion": there(first(p.get("backendResponseBody"), p.get("responseMessages"))),
    }


def gateway_row(r):
    good = str(r["IsRequestSuccess"]).lower() == "true"
    total, backend = number(r.get("TotalTime")), number(r.get("BackendTime"))
    return "request", {
        "event_start": r["TimeGenerated"], "gateway_request_id": r["CorrelationId"], "facet": "request" if good else "error",
        "outcome": "success" if good else "failure", "status_code": number(r["ResponseCode"]), "duration_ms": total,
        "gateway_overhead_ms": None if total is None else total - backend, "key_id": r.get("ApimSubscriptionId"),
        "route_id": r.get("BackendId"), "client_address": r.get("CallerIpAddress"), "project_id": subscription(r.get("_ResourceId")),
        "error_type": r.get("LastErrorReason"), "payload_prompt": there(r.get("RequestBody")), "payload_completion": there(r.get("BackendResponseBody")),
        "response_id": dig(r.get("BackendResponseBody"), "id"), "input_tokens": dig(r.get("BackendResponseBody"), "usage", "prompt_tokens"),
    }


def llm_row(r):
    counts = r.get("DeploymentName")
    return "request", {
        "event_id": f"{r['CorrelationId']}/{r['SequenceNumber']}", "event_start": r["TimeGenerated"], "facet": "response",
        "gateway_request_id": r["CorrelationId"], "response_id": r["RequestId"], "request_model": counts, "response_model": r.get("ModelName"),
        "input_tokens": number(r["PromptTokens"]) if counts else None, "output_tokens": number(r["CompletionTokens"]) if counts else None,
        "total_tokens": number(r["TotalTokens"]) if counts else None, "payload_prompt": there(r.get("RequestMessages")),
        "payload_completion": there(r.get("ResponseMessages")),
    }


def mcp_row(r):
    return "app_event", {
        "event_start": r["TimeGenerated"], "gateway_request_id": r["CorrelationId"], "action": r["Method"], "session_id": r["SessionId"],
        "operation": "execute_tool" if r["Method"] == "tools/call" else "other", "resource_id": first(r["ToolName"], r["ServerName"]),
        "app": r.get("ClientName"),
    }


def log_entry(r):
    p = r["protoPayload"]
    method, code = p["methodName"], dig(p, "status", "code")
    call = "PredictionService" in method or "LlmBidiService" in method
    call = call and "Count" not in method
    who, key = p.get("authenticationInfo", {}), dig(p, "authenticationInfo", "serviceAccountKeyName")
    operation = dig(r, "operation", "id")
    want = {
        "event_id": operation if "Bidi" in method else f"{r['timestamp']}/{r['insertId']}", "event_start": r["timestamp"],
        "provider_request_id": operation, "action": method, "outcome": "failure" if code else "success",
        "category": "ai_interaction" if call else "keys" if "AccountKey" in method else "other", "project_id": r["resource"]["labels"]["project_id"],
        "actor_id": who.get("principalEmail"), "client_address": None if dig(p, "requestMetadata", "callerIp") == "private" else
        dig(p, "requestMetadata", "callerIp"), "provider": "gcp.vertex_ai" if p["serviceName"].startswith("aiplatform") else None,
    }
    if call:
        return "provider_call", dict(want, request_model=p["resourceName"].rpartition("/")[2], input_tokens=None)
    return "audit_event", dict(want, resource_id=p["resourceName"], key_id=key.rpartition("/")[2] if key else None)


def vertex(r):
    use = dig(r, "full_response", "usage_metadata")
    parts = [number(use.get(k)) for k in ("candidates_token_count", "thoughts_token_count") if use.get(k) is not None]
    return "provider_call", {
        "event_start": r["logging_time"], "provider_request_id": str(r["request_id"]), "response_id": dig(r, "full_response", "response_id"),
        "duration_ms": dig(r, "metadata", "request_latency"), "input_tokens": number(use["prompt_token_count"]), "output_tokens": sum(parts),
        "reasoning_tokens": use.get("thoughts_token_count"), "total_tokens": use["total_token_count"],
        "cache_read_tokens": use.get("cached_content_token_count"), "project_id": r["endpoint"].split("/")[1],
        "request_model": dig(r, "full_request", "model").rpartition("/")[2],
    }


CHARGES = {"Usage": "usage", "Credit": "credit", "Tax": "tax"}


def cur(name):
    def meaning(r):
        return "usage", {
            "event_id": r[name("identity", "line_item_id")], "event_start": r[name("line_item", "usage_start_date")],
            "event_end": r[name("line_item", "usage_end_date")], "charge_category": CHARGES[r[name("line_item", "line_item_type")]],
            "cost_billed": number(r[name("line_item", "unblended_cost")]), "cost_currency": "USD", "provider": "aws.bedrock",
            "quantity": number(r[name("line_item", "usage_amount")]), "quantity_unit": r[name("pricing", "unit")],
            "organization_id": r[name("bill", "payer_account_id")], "project_id": r[name("line_item", "usage_account_id")],
        }
    return meaning


def camel(text):
    head, *tail = text.split("_")
    return head + "".join(t.capitalize() for t in tail)


def legacy(group, column):
    return camel(group) + "/" + (column if group == "pricing" else camel("_" + column))


AZURE = {"Usage": "usage", "Refund": "adjustment", "UnusedReservation": "purchase"}


def azure_cost(r):
    r = {k.lower(): v for k, v in r.items()}
    ai = r["metercategory"].startswith("Azure OpenAI")
    return "usage", {
        "event_start": r["date"], "cost_billed": number(first(r.get("costinbillingcurrency"), r.get("cost"))), "cost_currency": "EUR",
        "quantity": number(r["quantity"]), "quantity_unit": r["unitofmeasure"], "charge_category": AZURE[r["chargetype"]],
        "provider": "azure.ai.openai" if ai else "azure", "project_id": low(r["subscriptionid"]), "resource_id": low(r["resourceid"]),
        "cost_list": number(r.get("paygcostinbillingcurrency")), "invoice_id": r.get("invoiceid"), "billed_service": r["metercategory"],
    }


def amounts(r):
    kind, n = r["type"], number(r["amount"])
    return "usage", {
        "event_start": r["start_time_iso"], "event_end": r["end_time_iso"], "response_model": r["model"], "key_alias": r["api_key_name"],
        "key_hash": r["api_key"], "line_item": kind, "request_count": n if kind == "request_count" else None,
        "input_tokens": n if kind.startswith("input_") else None, "cache_read_tokens": n if kind == "input_cache_hit_tokens" else None,
        "output_tokens": n if kind == "output_tokens" else None, "quantity": None,
    }


def deepseek_cost(r):
    return "usage", {"event_start": r["start_time_iso"], "event_end": r["end_time_iso"], "cost_billed": number(r["cost"]),
                     "cost_currency": r["currency"], "line_item": r["wallet_type"], "response_model": r["model"], "actor_id": r["user_id"]}


def langdock(r):
    return "request", {
        "event_start": r["date"], "provider": r["provider"].lower(), "request_model": r["model"], "key_id": r["api_key_id"],
        "input_tokens": number(r["input_tokens"]), "output_tokens": number(r["output_tokens"]), "duration_ms": number(r["completion_time_ms"]),
        "cost_estimated": None,
    }


def trail_digest(r):
    return "config_snapshot", {"event_start": r["digestEndTime"], "event_id": r["digestS3Object"], "project_id": r["awsAccountId"]}


FORMATS = {
    "aws-cloudtrail-digest": (json_rows(), trail_digest),
    "azure-openai-logs": (json_rows("records"), openai_log),
    "azure-activity": (json_rows("value"), activity),
    "apim-gateway-logs": (json_rows("records"), gateway_line),
    "gcp-audit": (json_rows("entries"), log_entry),
    "vertex-requests": (json_rows(), vertex),
    "aws-cur2-csv": (csv_rows, cur(lambda group, column: f"{group}_{column}")),
    "aws-cur-csv": (csv_rows, cur(legacy)),
    "azure-cost-csv": (csv_rows, azure_cost),
    "azure-cost-mca-csv": (csv_rows, azure_cost),
    "deepseek-amount-csv": (csv_rows, amounts),
    "deepseek-cost-csv": (csv_rows, deepseek_cost),
    "langdock-usage-csv": (csv_rows, langdock),
}
for name, table in (("azure-diagnostics", diagnostics), ("azure-activity-table", activity_row), ("apim-gateway-table", gateway_row),
                    ("apim-llm-table", llm_row), ("apim-mcp-table", mcp_row)):
    FORMATS[name] = (json_rows("value"), table)
    FORMATS[name + "-csv"] = (csv_rows, table)
