#!/usr/bin/env python3
"""The sample exports of Brindle Labs, a tenant that does not exist: 14 days, 3 apps, 7 keys, 2 providers, about 2,000 requests.

usage: generate.py OUTDIR [--seed N] [--canary PREFIX] [--with-secrets]

The same seed gives the same content. truths.json counts what is planted, for tests. --canary puts PREFIX and a running number
into every string position that does not decide how a file is read; canaries.json says where each stands: format and path. --with-secrets
plants secrets, put together from pieces, into error texts. Nobody and nothing in these files is real.
"""
import argparse
import csv
import gzip
import io
import json
import os
import random
import subprocess
from datetime import datetime, timedelta, timezone
from decimal import Decimal

START = datetime(2026, 6, 1, tzinfo=timezone.utc)
DAYS = 14
APPS = {"support-bot": ("team-support", "CC-410", "ticket.summarise"), "doc-search": ("team-search", "CC-422", "answer.search"),
        "invoice-reader": ("team-fin", "CC-431", "invoice.extract")}
# key alias, app, provider key id
KEYS = [("svc-support", "support-bot", "key_a1f0c2d4"), ("svc-support-batch", "support-bot", "key_b7e1d3c5"),
        ("svc-search", "doc-search", "key_c2d3e4f5"), ("svc-search-eval", "doc-search", "key_d4c3b2a1"),
        ("svc-invoice", "invoice-reader", "key_e5f6a7b8"), ("svc-invoice-eu", "invoice-reader", "key_f1e2d3c4")]
BYPASS_KEY = "key_15b3785b"  # the seventh: used at the provider, never seen by the gateway
PRICES = {"gpt-4.1-2025-04-14": ("0.000002", "0.000008"), "gpt-4.1-mini-2025-04-14": ("0.0000004", "0.0000016"),
          "eu.anthropic.claude-sonnet-4-20250514-v1:0": ("0.000003", "0.000015")}
GROUPS = {"chat-premium": "gpt-4.1-2025-04-14", "chat-fast": "gpt-4.1-mini-2025-04-14",
          "chat-eu": "eu.anthropic.claude-sonnet-4-20250514-v1:0"}
SONNET = GROUPS["chat-eu"]


def iso(t, digits=3):
    text = t.strftime("%Y-%m-%dT%H:%M:%S")
    return text + (".%06d" % t.microsecond)[:digits + 1] + "Z" if digits else text + "Z"


class Brindle:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.truths = {}
        self.requests, self.spans = [], []
        self.usage = {}

    def hex(self, n):
        return "%0*x" % (n, self.rng.getrandbits(4 * n))

    def attempt(self, t, trace, key, group, model, **more):
        alias, app, _ = key
        provider = "bedrock" if model == SONNET else "openai"
        tokens_in, tokens_out = self.rng.randint(40, 2400), self.rng.randint(20, 600)
        seconds = round(0.4 + self.rng.expovariate(1.1), 3)
        failed = more.get("error")
        if failed:
            tokens_in = tokens_out = 0
            seconds = 0.181
        price = PRICES[model]
        cost = Decimal(price[0]) * tokens_in + Decimal(price[1]) * tokens_out
        start = t.timestamp()
        rid = more.get("id", "chatcmpl-" + self.hex(24))
        row = {"id": rid, "trace_id": trace, "call_id": self.hex(32), "call_type": "acompletion",
               "stream": self.rng.random() < 0.3, "status": "failure" if failed else "success", "custom_llm_provider": provider,
               "saved_cache_cost": 0.0, "startTime": round(start, 3), "endTime": round(start + seconds, 3),
               "completionStartTime": round(start + seconds / 4, 3), "response_time": seconds, "model": model,
               "model_group": group, "model_id": "dep-" + model.split(".")[-1][:12], "api_base": "https://api.example.com/v1",
               "metadata": {"user_api_key_hash": "%064x" % (0x5f0c << 240 | sum(map(ord, alias)) ** 7),
                            "user_api_key_alias": alias, "user_api_key_team_id": APPS[app][0], "user_api_key_team_alias": APPS[app][0],
                            "user_api_key_org_id": "org-brindle", "user_api_key_user_id": alias,
                            "requester_ip_address": "203.0.113.%d" % self.rng.randint(1, 250),
                            "attempted_retries": more.get("retries", 0), "attempted_fallbacks": more.get("fallbacks", 0),
                            "original_model_group": group if more.get("fallbacks") else None,
                            "applied_guardrails": ["pii-mask"],
                            "spend_logs_metadata": {"app": app, "env": "prod", "cost_center": APPS[app][1]}},
               "cache_hit": bool(more.get("cache")), "cache_key": None, "response_cost": float(0 if more.get("cache") else cost),
               "total_tokens": tokens_in + tokens_out, "prompt_tokens": tokens_in, "completion_tokens": tokens_out,
               "request_tags": [], "end_user": "cust-%d" % self.rng.randint(1, 400),
               "messages": [{"role": "user", "content": "redacted-by-litellm"}],
               "response": {"text": "redacted-by-litellm"} if not failed else None,
               "error_str": failed and failed[1], "error_information": failed and {
                   "error_code": failed[0], "error_class": failed[2], "llm_provider": provider, "error_message": failed[1]},
               "model_parameters": {"temperature": 0.2},
               "hidden_params": {"additional_headers": {"x-request-id": ("req_" + self.hex(32)) if provider == "openai" else self.hex(8)},
                                 "litellm_overhead_time_ms": 3.5}}
        if more.get("guardrail"):
            row["status_fields"] = {"llm_api_status": "failure", "guardrail_status": "guardrail_intervened"}
        self.requests.append(row)
        if provider == "openai" and not failed and not more.get("cache") and not more.get("guardrail"):
            hour = t.replace(minute=0, second=0, microsecond=0)
            u = self.usage.setdefault((hour, key[2], model), [0, 0, 0])
            u[0] += 1
            u[1] += tokens_in
            u[2] += tokens_out
        return row

    def span(self, t, trace, app, row, user, skew=0.0, ok=True):
        start = t - timedelta(seconds=0.084) + timedelta(seconds=skew)
        attrs = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": row["model_group"],
                 "user.id": user, "url.path": "/v1/chat/completions", "http.response.status_code": 200 if ok else 502,
                 "team": APPS[app][0]}
        if row["id"] and ok:
            attrs["gen_ai.response.id"] = row["id"]
        end = start + timedelta(seconds=row["response_time"] + 0.2)
        self.spans.append((app, {"traceId": trace, "spanId": self.hex(16), "name": APPS[app][2], "kind": 3,
                                 "startTimeUnixNano": str(int(start.timestamp() * 1000) * 1000000),
                                 "endTimeUnixNano": str(int(end.timestamp() * 1000) * 1000000),
                                 "attributes": [kv(k, v) for k, v in attrs.items()], "status": {"code": 1 if ok else 2}}))

    def traffic(self):
        n = {"fallback": 0, "retry": 0, "rate_limited": 0, "cache_hit": 0, "dlp_block": 0}
        limit = ("429", "Rate limit reached, try again in 2 seconds", "RateLimitError")
        for i in range(1980):
            t = START + timedelta(seconds=int(i * (DAYS * 86400 - 600) / 1980) + self.rng.random() * 60)
            t = t.replace(microsecond=t.microsecond // 1000 * 1000)
            key = self.rng.choice(KEYS)
            app, group = key[1], self.rng.choice(["chat-premium", "chat-fast", "chat-fast", "chat-eu"])
            model, trace = GROUPS[group], self.hex(32)
            user = "user%d@example.org" % self.rng.randint(1, 30) if app == "support-bot" else "svc-" + app
            skew = -2.1 if app == "invoice-reader" else 0.0
            dice = self.rng.random()
            if dice < 0.03 and group == "chat-premium":
                self.attempt(t, trace, key, group, model, error=limit)
                row = self.attempt(t + timedelta(seconds=0.28), trace, key, group, SONNET, fallbacks=1)
                n["fallback"] += 1
                n["rate_limited"] += 1
            elif dice < 0.05:
                self.attempt(t, trace, key, group, model, error=("503", "Service unavailable", "ServiceUnavailableError"))
                row = self.attempt(t + timedelta(seconds=0.5), trace, key, group, model, retries=1)
                n["retry"] += 1
            elif dice < 0.06:
                row = self.attempt(t, trace, key, group, model, error=limit)
                n["rate_limited"] += 1
            elif dice < 0.11:
                row = self.attempt(t, trace, key, group, model, cache=True)
                n["cache_hit"] += 1
            elif dice < 0.112:
                row = self.attempt(t, trace, key, group, model, guardrail=True,
                                   error=("400", "Request blocked by guardrail", "GuardrailRaisedException"))
                n["dlp_block"] += 1
            else:
                row = self.attempt(t, trace, key, group, model)
            if self.rng.random() < 0.985:  # some applications lose a span now and then
                self.span(t, trace, app, row, user, skew, row["status"] == "success")
        self.truths.update(n)

    def oddities(self):
        t = START + timedelta(days=9, hours=3)
        odd = [self.attempt(t, self.hex(32), KEYS[0], "chat-fast", GROUPS["chat-fast"], id=None)]
        for i in range(3):
            odd.append(self.attempt(t + timedelta(minutes=1 + i), self.hex(32), KEYS[2], "chat-fast", GROUPS["chat-fast"],
                                    id="chatcmpl-213"))
        self.truths.update(null_ids=1, repeated_id={"id": "chatcmpl-213", "times": 3})
        self.requests.sort(key=lambda r: r["startTime"])

    def bypass(self):
        left = 58
        for day in range(6, 12):
            hour = START + timedelta(days=day, hours=2)
            n = min(left, 10)
            self.usage[(hour, BYPASS_KEY, "gpt-4.1-2025-04-14")] = [n, 900 * n, 100 * n]
            left -= n
        self.truths["bypass"] = {"key": BYPASS_KEY, "requests": 58 - left}


def kv(key, value):
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": key, "value": {kind: str(value) if kind == "intValue" else value}}


def usage_pages(b):
    data = []
    for h in range(DAYS * 24):
        hour = START + timedelta(hours=h)
        rows = [{"object": "organization.usage.completions.result", "input_tokens": v[1], "input_cached_tokens": 0,
                 "output_tokens": v[2], "num_model_requests": v[0], "project_id": "proj_brindle", "user_id": None,
                 "api_key_id": k[1], "model": k[2], "batch": False, "service_tier": "default"}
                for k, v in sorted(b.usage.items()) if k[0] == hour]
        data.append({"object": "bucket", "start_time": int(hour.timestamp()), "end_time": int(hour.timestamp()) + 3600, "results": rows})
    b.truths["usage_rows"] = sum(len(d["results"]) or 1 for d in data)
    b.truths["usage_requests"] = sum(v[0] for v in b.usage.values())
    return {"object": "page", "data": data, "has_more": False, "next_page": None}


def cost_pages(b):
    data, total = [], Decimal(0)
    for d in range(DAYS):
        day = START + timedelta(days=d)
        per = {}
        for (hour, key, model), v in b.usage.items():
            if hour.date() == day.date():
                p = PRICES[model]
                per[key] = per.get(key, Decimal(0)) + Decimal(p[0]) * v[1] + Decimal(p[1]) * v[2]
        rows = []
        for i, (key, amount) in enumerate(sorted(per.items())):
            total += amount
            rows.append({"object": "organization.costs.result",
                         "amount": {"value": str(amount) if i % 2 else float(amount), "currency": "usd"},
                         "line_item": "gpt-4.1, all tokens", "project_id": "proj_brindle", "api_key_id": key})
        data.append({"object": "bucket", "start_time": int(day.timestamp()), "end_time": int(day.timestamp()) + 86400, "results": rows})
    b.truths["billed_usd"] = str(total.normalize())
    return {"object": "page", "data": data, "has_more": False, "next_page": None}


def openai_audit(b):
    events, kinds = [], ["api_key.created", "project.updated", "user.added", "role.assignment.created", "rate_limit.updated",
                         "login.succeeded", "service_account.created"]
    for i in range(61):
        t = START + timedelta(hours=5 * i, minutes=b.rng.randint(0, 59))
        kind = kinds[i % len(kinds)]
        body = {"id": "obj_%d" % i}
        if kind == "api_key.created":
            body = {"id": KEYS[i % 6][2], "data": {"scopes": ["api.model.request"]}}
        if kind == "rate_limit.updated":
            body["changes_requested"] = {"max_requests_per_1_minute": 500 + i}
        e = {"object": "organization.audit_log", "id": "audit_log-" + b.hex(16), "type": kind, "effective_at": int(t.timestamp()),
             "project": {"id": "proj_brindle", "name": "Brindle"},
             "actor": {"type": "session", "session": {"user": {"id": "user-%d" % (i % 4), "email": "admin%d@example.org" % (i % 4)},
                                                      "ip_address": "198.51.100.%d" % (i % 9 + 1), "user_agent": "Mozilla/5.0 Firefox/128.0",
                                                      "ip_address_details": {"country": "CZ"}}}}
        if kind != "login.succeeded":
            e[kind] = body
        events.append(e)
    events.reverse()
    b.truths["openai_audit"] = {"events": 61, "overlap": 3}
    pages = [events[:33], events[30:]]
    return [{"object": "list", "data": p, "first_id": p[0]["id"], "last_id": p[-1]["id"], "has_more": i == 0} for i, p in enumerate(pages)]


def litellm_audit(b):
    rows, tables = [], ["LiteLLM_TeamTable", "LiteLLM_ProxyModelTable", "LiteLLM_UserTable"]
    for i in range(35):
        t = START + timedelta(hours=9 * i, minutes=12)
        rows.append({"id": b.hex(12), "updated_at": iso(t), "changed_by": "platform%d@example.org" % (i % 3), "changed_by_api_key": b.hex(64),
                     "action": "updated", "table_name": tables[i % 3], "object_id": ["team-support", "chat-premium", "svc-search"][i % 3],
                     "before_value": json.dumps({"version": i // 3, "max_budget": 50 + 5 * (i // 3)}),
                     "updated_values": json.dumps({"version": i // 3 + 1, "max_budget": 55 + 5 * (i // 3), "metadata": {"ticket": "CHG-%d" % (1183 + i)}})})
    for i, (day, ticket) in enumerate([(3, "CHG-1290"), (7, None)]):
        values = {"rotated": True}
        if ticket:
            values["metadata"] = {"ticket": ticket}
        rows.append({"id": "rot-%d" % i, "updated_at": iso(START + timedelta(days=day, hours=16, minutes=40)),
                     "changed_by": "platform0@example.org", "changed_by_api_key": b.hex(64), "action": "rotated",
                     "table_name": "LiteLLM_VerificationToken", "object_id": "%064x" % (0x5f0c << 240 | sum(map(ord, KEYS[i][0])) ** 7),
                     "before_value": json.dumps({"key_alias": KEYS[i][0]}), "updated_values": json.dumps(values)})
    b.truths["rotation_without_ticket"] = "rot-1"
    b.truths["litellm_audit"] = len(rows)
    return sorted(rows, key=lambda r: r["updated_at"])


def admin_audit(b):
    done = [r for r in b.requests if r["status"] == "success" and r["id"]][100]
    b.truths["refund"] = {"event": "ae-refund-1", "request": done["id"]}
    head = ["audit_event_id", "actor_id", "actor_role", "actor_ip", "organization_id", "target_type", "target_id", "action", "before",
            "after", "reason", "request_id", "created_at"]
    rows = [["ae-quota-1", "finance@example.org", "owner", "198.51.100.20", "org-brindle", "budget", "bud-support", "quota.update",
             '{"cap": 100}', '{"cap": 250}', "temporary_quota_raise_for_launch", "", iso(START + timedelta(days=2), 0)],
            ["ae-route-1", "job:nightly-router", "automation", "", "org-brindle", "route", "chat-premium", "routing.update",
             '{"fallback": null}', '{"fallback": "chat-eu", "version": "v12"}', "provider_outage_failover", "",
             iso(START + timedelta(days=3, hours=9, minutes=15), 0)],
            ["ae-refund-1", "finance@example.org", "billing_admin", "198.51.100.20", "org-brindle", "settlement", "st-1001", "refund.issue",
             "", '{"amount": "0.0083"}', "billing_dispute_credit", done["id"], iso(START + timedelta(days=10), 0)]]
    return [head] + rows


def assistant(b):
    head = ["User", "Action", "Resource", "Model", "Tokens (input)", "Tokens (output)", "Cost", "DLP Result", "IP Address", "User Agent",
            "Timestamp"]
    rows, dlp = [], ["clean", "clean", "redacted:credit_card", "clean"]
    for i in range(24):
        t = START + timedelta(hours=13 * i)
        rows.append(["staff%d@example.com" % (i % 5), "chat.completion", "chat:conv_%d" % i, "claude-sonnet-4", "1,%03d" % (200 + i), 300 + i,
                     "$0.0%d" % (142 + i), dlp[i % 4], "203.0.113.%d" % (40 + i), "Workjet Desktop/1.2.0", iso(t, 0)])
    rows[7][7] = "blocked:ssn"
    for i, a in enumerate(["login", "create", "export", "invite"]):
        rows.append(["staff%d@example.com" % i, a, "%s:x%d" % (a, i), "", "", "", "", "clean", "203.0.113.9", "Workjet Desktop/1.2.0",
                     iso(START + timedelta(days=i, hours=1), 0)])
    b.truths["assistant"] = {"interactions": 24, "admin": 4, "blocked": 1, "redacted": sum(r[7].startswith("redacted") for r in rows)}
    return [head] + rows


def grc(b):
    tickets = [["ticket_id", "title", "state", "resource_type", "resource_id", "requested_by", "approver", "created_at", "closed_at",
                "deployment", "rollback"]]
    for i in range(35):
        t = START + timedelta(hours=9 * i)
        tickets.append(["CHG-%d" % (1183 + i), "Change %d" % i, "approved" if i != 11 else "open", "route", "chat-premium",
                        "platform%d@example.org" % (i % 3), "platform-head@example.org" if i != 11 else "", iso(t, 0),
                        iso(t + timedelta(minutes=10), 0), "dep-%d" % i, "rb-%d" % i])
    tickets.append(["CHG-1290", "Key rotation", "approved", "key", "svc-support", "platform0@example.org", "platform-head@example.org",
                    iso(START + timedelta(days=3), 0), iso(START + timedelta(days=3, hours=16), 0), "dep-99", "rb-99"])
    review = [["reviewed_at", "system", "principal", "principal_type", "role", "log_scope", "state", "last_used_at"]]
    for i in range(14):
        review.append(["2026-06-12T09:00:00Z", ["gateway", "openai", "log-store"][i % 3], "member%d@example.org" % i, "human",
                       ["viewer", "admin", "auditor", "finance", "support"][i % 5], "metadata", "keep", iso(START + timedelta(days=i % 11), 0)])
    keys = [["key_id", "alias", "key_hash", "owner", "owner_type", "app", "team", "environment", "cost_center", "project_id", "created_at",
             "expires_at", "last_used_at", "state"]]
    for alias, app, kid in KEYS:
        keys.append([kid, alias, "%064x" % (0x5f0c << 240 | sum(map(ord, alias)) ** 7), APPS[app][0], "team", app, APPS[app][0], "prod",
                     APPS[app][1] if app != "invoice-reader" else "unknown", "proj_brindle", "2026-01-10T00:00:00Z", "", "2026-06-14T00:00:00Z", "active"])
    b.truths.update(tickets=len(tickets) - 1, grants=14, keys_with_owner=6, keys=7)
    return tickets, review, keys


SKIP = {"object", "type", "call_type", "status", "action", "table_name", "kind", "key", "traceId", "spanId", "startTimeUnixNano",
        "endTimeUnixNano", "currency", "value", "updated_at", "error_code", "custom_llm_provider", "intValue", "ip_address",
        "requester_ip_address", "before_value", "updated_values", "trace_id", "id"}


class Canaries:
    def __init__(self, prefix):
        self.prefix, self.n, self.where = prefix, 0, {}

    def new(self, where):
        self.n += 1
        name = "%s%06d" % (self.prefix, self.n)
        self.where[name] = where
        return name

    def plant(self, value, where, key=None):
        if isinstance(value, dict):
            out = {k: self.plant(v, where + "/" + k, k) for k, v in value.items()}
            if key in ("metadata", "spend_logs_metadata", "additional_headers", "session"):
                out["x-" + self.new(where + "/(key)")] = self.new(where + "/(extra)")
            return out
        if isinstance(value, list):
            return [self.plant(v, where + ("|kv/" + v["key"] if isinstance(v, dict) and "key" in v and "value" in v else "/[]"), key)
                    for v in value]
        if isinstance(value, str) and key == "stringValue":
            return value + " " + self.new(where[:-len("/value/stringValue")])
        if isinstance(value, str) and key not in SKIP:
            return self.new(where)
        return value

    def cells(self, rows, name):
        keep = {"action", "created_at", "closed_at", "reviewed_at", "last_used_at", "expires_at", "before", "after", "Action", "Timestamp",
                "Tokens (input)", "Tokens (output)", "Cost", "actor_ip", "IP Address", "audit_event_id", "ticket_id", "key_id"}
        head = rows[0]
        return [head] + [[c if head[i] in keep or c == "" else self.new("%s /%s" % (name, head[i])) for i, c in enumerate(r)]
                         for r in rows[1:]]


def secrets():
    """Put together here so that no scanner of a code host finds one in a file."""
    return ["sk-" + "proj-" + "A1b2C3d4E5" * 6 + "T3Blbk" + "FJ" + "F6g7H8i9J0" * 6,
            "AI" + "za" + "Sy" + "D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T",
            "AK" + "IA" + "Q7R2S5T4U6V3W2X7"]


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def jsonl(rows):
    return "".join(json.dumps(r) + "\n" for r in rows).encode()


def table(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def pack(data):
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as f:
        f.write(data)
    return out.getvalue()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out")
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--canary")
    ap.add_argument("--with-secrets", action="store_true")
    a = ap.parse_args()
    b = Brindle(a.seed)
    b.traffic()
    b.oddities()
    b.bypass()
    if a.with_secrets:
        failed = [r for r in b.requests if r["error_str"]]
        for r, s in zip(failed, secrets()):
            r["error_str"] = r["error_information"]["error_message"] = "Incorrect API key provided: " + s
        b.truths["secrets"] = 3
    half = START + timedelta(days=7)
    first = [r for r in b.requests if r["startTime"] < half.timestamp()]
    second = [r for r in b.requests if r["startTime"] >= half.timestamp()]
    admin, chat, costs, audit = admin_audit(b), assistant(b), cost_pages(b), litellm_audit(b)
    usage, pages, (tickets, review, keys) = usage_pages(b), openai_audit(b), grc(b)
    c = Canaries(a.canary) if a.canary else None
    if c:
        first, second, audit, pages = ([c.plant(doc, name + " ") for doc in docs] for docs, name in (
            (first, "litellm-slp"), (second, "litellm-slp"), (audit, "litellm-audit"), (pages, "openai-audit")))
        usage, costs = c.plant(usage, "openai-usage "), c.plant(costs, "openai-costs ")
        b.spans = [(app, c.plant(s, "otlp-spans /resourceSpans/[]/scopeSpans/[]/spans/[]")) for app, s in b.spans]
        admin, chat = c.cells(admin, "admin-audit-csv"), c.cells(chat, "ai-audit-csv")
        tickets, review, keys = c.cells(tickets, "tickets-csv"), c.cells(review, "access-review-csv"), c.cells(keys, "key-inventory-csv")
    duplicates = first[-4:] + second[:2]
    broken = json.dumps(dict(second[200], id="chatcmpl-broken", trace_id="cut"))[:900].encode()
    lines = jsonl(second[:300]) + broken + b"\n" + jsonl(second[300:])
    b.truths.update(requests=len(first) + len(second), duplicates=6, broken_lines=1, blank_lines=1, spans=len(b.spans),
                    skew={"app": "invoice-reader", "seconds": 2.1}, apps=3, providers=2)
    files = {"litellm/slp-2026-06-01_07.jsonl.gz": pack(jsonl(first)),
             "litellm/slp-2026-06-08_14.jsonl.gz": pack(jsonl(duplicates) + b"\n" + lines),
             "litellm/audit.jsonl": jsonl(audit), "openai/audit-page1.json": (json.dumps(pages[0], indent=1) + "\n").encode(),
             "openai/audit-page2.json": (json.dumps(pages[1], indent=1) + "\n").encode(),
             "openai/usage-completions.json": (json.dumps(usage) + "\n").encode(), "openai/costs.json": (json.dumps(costs) + "\n").encode(),
             "gateway/admin-audit.csv": table(admin), "assistant/ai-audit.csv": table(chat), "grc/tickets.csv": table(tickets),
             "grc/access-review-2026-06.csv": table(review), "grc/key-inventory.csv": table(keys)}
    batches = []
    for i in range(0, len(b.spans), 40):
        for app in sorted(APPS):
            spans = [s for ap_, s in b.spans[i:i + 40] if ap_ == app]
            if spans:
                batches.append({"resourceSpans": [{"resource": {"attributes": [kv("service.name", app), kv("deployment.environment.name", "prod")]},
                                                   "scopeSpans": [{"scope": {"name": "brindle"}, "spans": spans}]}]})
    for name, data in files.items():
        write(os.path.join(a.out, name), data)
    plain = jsonl(batches)
    zst = subprocess.run(["zstd", "-q", "-12", "-c"], input=plain, stdout=subprocess.PIPE, check=True).stdout
    write(os.path.join(a.out, "app/spans.jsonl.zst"), zst)
    write(os.path.join(a.out, "truths.json"), (json.dumps(b.truths, indent=1, sort_keys=True) + "\n").encode())
    if c:
        write(os.path.join(a.out, "canaries.json"), json.dumps(c.where).encode())


if __name__ == "__main__":
    main()
