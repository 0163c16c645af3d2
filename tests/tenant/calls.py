"""The calls of the tenant and what each of its systems wrote down about them, with the ids as exports mangle them."""
import json
from datetime import timedelta

from world import APPS, GATEWAY, GROUPS, ORG, PRICES, SONNET, b64, iso

SLP, SPEND, KONG = "litellm/slp.jsonl", "litellm/spendlogs.csv", "kong/requests.jsonl"
TRAIL, BEDROCK, DLP, QUOTA = "aws/cloudtrail.json", "aws/bedrock-invocations.jsonl", "dlp/verdicts.csv", "gateway/quota-events.jsonl"
SPANS, EVENTS = "app/spans.jsonl", "app/events.csv"
EVENT_COLUMNS = ["time", "app", "event", "event_id", "trace_id", "traceparent", "request_id", "response_id", "provider_request_id",
                 "session_id", "user", "status", "env", "model"]
SPEND_COLUMNS = ["request_id", "call_type", "api_key", "spend", "total_tokens", "prompt_tokens", "completion_tokens", "startTime", "endTime",
                 "completionStartTime", "model", "model_id", "model_group", "custom_llm_provider", "api_base", "user", "metadata",
                 "cache_hit", "cache_key", "request_tags", "team_id", "organization_id", "end_user", "requester_ip_address", "messages",
                 "response", "session_id", "status"]
DLP_COLUMNS = ["verdict_id", "time", "request_id", "response_id", "trace_id", "verdict", "dlp_result", "rule", "rule_version", "checked",
               "findings"]
NIL = ["00000000-0000-0000-0000-000000000000", "None", "null", "-", "00000000000000000000000000000000"]


def kv(key, value):
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": key, "value": {kind: str(value)}}


class Call:
    """One call of an application: its ids, its attempts at the gateway, and the records that tell of it."""

    def __init__(self, w, t, key, group, trace=None):
        self.t, self.key, self.group, self.app = t, key, group, key["app"]
        self.trace, self.span, self.litellm = trace or w.hex(32), w.hex(16), w.uuid()
        self.session = "sess-%d" % w.rng.randint(1, 6)
        self.mode = w.rng.choices(["own", "header", "spend", "app", "none"], [6, 4, 3, 3, 2])[0]
        self.attempts, self.members, self.gateway, self.ids = [], [], [], set()
        self.whole = True  # do all its records meet by exact ids?
        self.free = False
        self.user = "user%d@example.org" % w.rng.randint(1, 20)

    def seen(self):
        """Does the gateway's record hold the application's trace id?"""
        return self.mode != "none"


class Calls:
    def __init__(self, w):
        self.w, self.all, self.cited = w, [], {}

    # ---- gateway ----

    def attempt(self, c, t, model=None, error=None, **more):
        w, rng = self.w, self.w.rng
        model = model or GROUPS[c.group]
        a = {"t": t, "model": model, "provider": "bedrock" if model == SONNET else "openai", "error": error, "uids": [],
             "call_id": more.get("call_id") or w.uuid(), "in": rng.randint(40, 2400), "out": rng.randint(20, 600), "cached": 0,
             "dur": round(0.4 + rng.expovariate(1.1), 3), "hit": more.get("hit"), "old": rng.random() < 0.1 and not more.get("call_id")}
        if error:
            a.update({"in": 0, "out": 0, "dur": 30.0 if error[0] == "408" else 0.181})
        elif a["provider"] == "openai" and rng.random() < 0.15 and a["in"] > 256:
            a["cached"] = 128
        if a["hit"]:
            a.update({"in": a["hit"]["in"], "out": a["hit"]["out"], "cached": 0, "dur": 0.012})
        a["rid"] = None if error or a["hit"] or more.get("null_id") else rng.choice(["chatcmpl-"] * 6 + ["resp_", "msg_"]) + w.hex(24)
        a["preq"] = None
        if not a["hit"] and not (error and error[0] in ("408", "400", "429")):
            a["preq"] = w.uuid() if a["provider"] == "bedrock" else "req_" + w.hex(32)
        if a["rid"] and more.get("rid_of"):
            a["rid"] = more["rid_of"]
        a["known"] = not a["old"] or bool(error)  # is the call id in the gateway's record?
        a["end"] = t + timedelta(seconds=a["dur"])
        c.attempts.append(a)
        self.slp(c, a, more)
        self.spendlogs(c, a, more)
        if model == "gpt-4.1-mini-2025-04-14" and not a["hit"] and not (error and error[0] in ("400", "429")):
            self.kong(c, a)
        if a["provider"] == "bedrock" and not error:
            self.aws(c, a)
        self.count(c, a)
        return a

    def cost(self, a):
        """What the gateway computes, in floats: no price of previews, cached input at the full price, nothing of hits."""
        if a["hit"] or a["error"]:
            return 0.0
        if a["model"].startswith("gpt-4.1-nano"):
            return None
        p = PRICES[a["model"]]
        return float(p[0]) * a["in"] + float(p[1]) * a["out"]

    def count(self, c, a):
        w, key = self.w, c.key["provider_key"]
        if not a["error"] and not a["hit"]:
            w.served.append({"t": a["t"], "key": key, "model": a["model"], "provider": a["provider"], "in": a["in"], "out": a["out"],
                             "cost": self.cost(a), "uid": a["uids"][0]})
        if a["provider"] != "openai" or a["hit"]:
            return
        row = {"t": a["end"], "key": key, "model": a["model"], "in": a["in"], "out": a["out"], "cached": a["cached"], "uid": a["uids"][0]}
        if a["error"] and a["error"][0] == "408":  # the gateway gave up, the provider went on and charged
            row.update({"in": w.rng.randint(40, 2400), "out": w.rng.randint(20, 600), "cause": "failed_but_billed"})
        elif a["error"]:
            return
        w.provider.append(row)

    def trace_at_gateway(self, c):
        """The trace_id member and the metadata of a payload, by the way the trace came to the gateway."""
        parent = "00-%s-%s-01" % (c.trace, c.span)
        meta = {"spend_logs_metadata": {"app": c.app, "env": "prod", "cost_center": APPS[c.app][2]}}
        if c.mode == "own":
            return c.trace, meta
        if c.mode == "header":
            meta["requester_custom_headers"] = {"traceparent": parent}
        elif c.mode == "spend":
            meta["spend_logs_metadata"]["traceparent"] = parent
        elif c.mode == "app":
            meta["spend_logs_metadata"]["app_trace_id"] = c.trace
        return c.litellm, meta

    def slp(self, c, a, more):
        w, err = self.w, a["error"]
        trace, meta = self.trace_at_gateway(c)
        start = w.at(GATEWAY, a["t"]).timestamp()
        rid = a["rid"]
        if a["hit"]:
            rid = a["hit"]["rid"] + ("_cache_hit%.6f" % (start + 0.01) if w.rng.random() < 0.5 else "")
        meta.update({"user_api_key_hash": c.key["hash"], "user_api_key_alias": c.key["alias"], "user_api_key_team_id": APPS[c.app][1],
                     "user_api_key_org_id": ORG, "user_api_key_user_id": c.key["alias"], "attempted_retries": more.get("retries", 0),
                     "attempted_fallbacks": more.get("fallbacks", 0), "requester_metadata": {"session_id": c.session},
                     "original_model_group": c.group if more.get("fallbacks") else None,
                     "usage_object": {"prompt_tokens_details": {"cached_tokens": a["cached"]}} if a["cached"] else None})
        head = {}
        if a["preq"]:
            head["llm_provider-x-amzn-requestid" if a["provider"] == "bedrock" else "llm_provider-x-request-id"] = a["preq"]
        row = {"id": a["call_id"] if err else rid, "trace_id": trace, "call_id": a["call_id"], "call_type": "acompletion", "stream": False,
               "status": "failure" if err else "success", "custom_llm_provider": a["provider"], "saved_cache_cost": 0.0,
               "startTime": round(start, 3), "endTime": round(start + a["dur"], 3), "completionStartTime": round(start + a["dur"], 3),
               "response_time": a["dur"], "model": a["model"], "model_group": c.group, "model_id": "dep-" + a["model"].split(".")[-1][:12],
               "metadata": meta, "cache_hit": True if a["hit"] else w.rng.choice([False, None]), "cache_key": None,
               "response_cost": self.cost(a), "total_tokens": a["in"] + a["out"], "prompt_tokens": a["in"],
               "completion_tokens": a["out"], "request_tags": [], "end_user": "cust-%d" % w.rng.randint(1, 40), "messages": None,
               "response": None, "error_str": err and err[1], "model_parameters": {"temperature": 0.2},
               "error_information": err and {"error_code": err[0], "error_class": err[2], "error_message": err[1],
                                             "llm_provider": "" if more.get("by_gateway") else a["provider"]},
               "hidden_params": {"additional_headers": head, "litellm_overhead_time_ms": 3.5}}
        if a["old"]:
            del row["call_id"]
        if more.get("blocked"):
            row["guardrail_information"] = [{"guardrail_name": "pii", "guardrail_status": "guardrail_intervened"}]
        a["end_user"] = row["end_user"]
        uid = w.add(GATEWAY, SLP, row, {"id": row["id"], "call_id": a["call_id"]}, a["t"], kind="request", call=c)
        self.member(c, uid, a)
        if a["known"]:
            c.ids.add(a["call_id"])
        if a["preq"]:
            c.ids.add(a["preq"])
        if a["rid"] and not a["hit"] and not more.get("rid_of"):
            c.ids.add(a["rid"])
        if trace == c.litellm:
            c.ids.add(c.litellm)

    def member(self, c, uid, a=None):
        c.members.append(uid)
        if a is not None:
            a["uids"].append(uid)
            c.gateway.append(uid)

    def spendlogs(self, c, a, more):
        """The same attempts as the database has them, for the first three days: a second witness with gaps."""
        w, err = self.w, a["error"]
        if a["t"] >= w.start + timedelta(days=3) or w.rng.random() < 0.1 or more.get("rid_of"):
            return
        if a["old"] and more.get("null_id"):  # no id would say that the two are one: which of them to count, nobody could know
            return
        trace, meta = self.trace_at_gateway(c)
        t = w.at(GATEWAY, a["t"])
        text = t.strftime("%Y-%m-%d %H:%M:%S.") + "%03d" % (t.microsecond // 1000)
        end = (t + timedelta(seconds=a["dur"])).strftime("%Y-%m-%d %H:%M:%S.%f")
        rid = a["call_id"] if err or not a["rid"] else a["rid"]
        if a["hit"]:
            rid = a["hit"]["rid"] + "_cache_hit%.6f" % (t.timestamp() + 0.01)
        meta.update({"user_api_key_alias": c.key["alias"], "attempted_retries": more.get("retries", 0),
                     "status": "failure" if err else "success"})
        if err:
            meta["error_information"] = {"error_code": err[0], "error_class": err[2], "error_message": err[1]}
        row = [rid, "acompletion", c.key["hash"], repr(self.cost(a) or 0.0), a["in"] + a["out"], a["in"], a["out"], text, end, text,
               a["model"], "dep-" + a["model"].split(".")[-1][:12], c.group, a["provider"], "", c.key["alias"], json.dumps(meta), "True" if a["hit"] else "False", "Cache OFF",
               "[]", APPS[c.app][1], ORG, a["end_user"], "", "{}", "{}", trace, "failure" if err else "success"]
        uid = w.add("litellm-db", SPEND, row, {"request_id": rid}, a["t"], kind="request", witness=True, call=c)
        meets = (a["rid"] and not a["hit"]) or (err and a["known"]) or c.mode in ("spend", "app")
        if meets:
            self.member(c, uid, a)
        else:
            a["uids"].append(uid)  # it is of this call, though no id says so

    def kong(self, c, a):
        """The gateway behind the gateway: its own id looks like a trace id, the provider's id is what the two share."""
        w, err = self.w, a["error"]
        trace = c.seen() and not c.free and w.rng.random() < 0.7
        named = a["preq"] and w.rng.random() < 0.85
        rid, head = w.hex(32), {}
        t = a["t"] + timedelta(seconds=0.006)
        parent = "00-%s-%s-01" % (c.trace, w.hex(16))
        row = {"started_at": int(w.at("kong-edge", t).timestamp() * 1000), "client_ip": "203.0.113.5",
               "request": {"id": rid, "method": "POST", "uri": "/v1/chat/completions", "headers": head},
               "response": {"status": 504 if err and err[0] == "408" else 503 if err else 200, "headers": {"x-kong-request-id": rid}},
               "upstream_status": "503" if err else "200", "workspace": "ws-ai", "source": "upstream",
               "latencies": {"kong": 3, "proxy": int(a["dur"] * 1000) - 12, "request": int(a["dur"] * 1000) - 9, "receive": 2},
               "consumer": {"username": "litellm"}, "authenticated_entity": {"id": "cred-1"}, "service": {"name": "openai"},
               "tries": [{"ip": "203.0.113.80", "port": 443, "balancer_start": int(w.at("kong-edge", t).timestamp() * 1000)}],
               "ai": {"proxy": {"meta": {"provider_name": "openai", "request_model": a["model"], "response_model": a["model"],
                                         "request_mode": "oneshot"},
                                "usage": {"prompt_tokens": a["in"], "completion_tokens": a["out"], "total_tokens": a["in"] + a["out"],
                                          "cost": 0}}}}
        if trace and w.rng.random() < 0.3:
            row["trace_id"] = {"w3c": c.trace.upper()}
        elif trace:
            head["traceparent"] = parent
        if named:
            row["response"]["headers"]["x-request-id"] = a["preq"]
        linked = trace or named
        uid = w.add("kong-edge", KONG, row, {"id": rid}, t, kind="request", cls="second gateway", second=True, call=c,
                    state="linked" if linked else "unmatched", attempt=(c, a) if linked else None,
                    by="provider id" if named else "trace id", reasons=["not found", "no identifier"])
        if linked:
            c.members.append(uid)
            c.gateway.append(uid)
            c.ids.add(rid)

    def aws(self, c, a):
        """CloudTrail has every Bedrock call, the invocation log those of the last days; both to the second."""
        w = self.w
        t = (a["t"] + timedelta(seconds=0.02)).replace(microsecond=0)
        event = w.uuid()
        row = {"eventVersion": "1.10", "eventID": event, "eventTime": iso(t, 0), "eventName": "Converse", "eventSource": "bedrock.amazonaws.com",
               "eventType": "AwsApiCall", "eventCategory": "Management", "managementEvent": True, "readOnly": True,
               "awsRegion": "eu-central-1", "recipientAccountId": "111111111111", "requestID": a["preq"], "sourceIPAddress": "203.0.113.9",
               "userAgent": "Boto3/1.34.0", "requestParameters": {"modelId": SONNET}, "responseElements": None,
               "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/gateway/i-1",
                                "principalId": "AROAEXAMPLE:i-1", "accountId": "111111111111"}}
        uid = w.add("aws-trail", TRAIL, row, {"eventID": event}, t, kind="provider_call", cls="provider request id", state="linked",
                    attempt=(c, a))
        c.members.append(uid)
        if a["t"] < w.start + timedelta(days=2):
            return
        row = {"schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": iso(t, 0), "accountId": "111111111111",
               "identity": {"arn": "arn:aws:sts::111111111111:assumed-role/gateway/i-1"}, "region": "eu-central-1", "requestId": a["preq"],
               "operation": "Converse", "modelId": SONNET, "input": {"inputContentType": "application/json", "inputTokenCount": a["in"]},
               "output": {"outputContentType": "application/json", "outputBodyJson": {"id": "msg_bdrk_" + w.hex(20)},
                          "outputTokenCount": a["out"]}}
        if c.seen() and not c.free and w.rng.random() < 0.5:
            row["requestMetadata"] = {"trace_id": c.trace}
        uid = w.add("bedrock-log", BEDROCK, row, {"requestId": a["preq"]}, t, kind="provider_call", cls="provider request id",
                    state="linked", attempt=(c, a))
        c.members.append(uid)

    # ---- application ----

    def ends(self, c):
        """The last attempt is what the application saw."""
        return c.attempts[-1]

    def meets(self, c, by):
        """Do these ids of the application's record lead to exactly this call?"""
        a = self.ends(c)
        return {"trace": c.seen(), "call": a["known"], "response": bool(a["rid"]) and not a["hit"] and not a.get("shared"),
                "provider": bool(a["preq"])}[by]

    def span(self, c, by=("trace", "response"), cls="span", form=None):
        w, a = self.w, self.ends(c)
        form = form or w.rng.choice(["hex", "hex", "upper", "base64"])
        write = {"hex": lambda x: x, "upper": str.upper, "base64": b64}[form]
        t = c.t - timedelta(seconds=w.rng.uniform(0.02, 0.09))
        ok = not a["error"]
        attrs = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": c.group, "user.id": c.user,
                 "http.response.status_code": 200 if ok else int(a["error"][0]), "session.id": c.session,
                 "http.request.header.x-client-request-id": c.session}
        if "response" in by and (a["rid"] or a["hit"]):
            attrs["gen_ai.response.id"] = a["hit"]["rid"] if a["hit"] else a["rid"]
        if "call" in by:
            attrs["http.response.header.x-litellm-call-id"] = a["call_id"]
        if "provider" in by and a["preq"]:
            attrs["http.response.header.x-request-id"] = a["preq"]
        end = a["end"] + timedelta(seconds=0.05)
        row = {"traceId": write(c.trace), "spanId": write(c.span), "name": "llm.chat", "kind": 3,
               "startTimeUnixNano": str(int(w.at("app-spans", t).timestamp() * 1000) * 1000000),
               "endTimeUnixNano": str(int(w.at("app-spans", end).timestamp() * 1000) * 1000000),
               "attributes": [kv(k, v) for k, v in attrs.items()], "status": {"code": 1 if ok else 2}}
        linked = any(self.meets(c, x) for x in ("trace",) + tuple(by))
        uid = w.add("app-spans", SPANS, (c.app, row), {"spanId": c.span}, t, kind="app_event", cls="%s, %s ids" % (cls, form), call=c,
                    state="linked" if linked else "unmatched", reasons=["not found"],
                    weak=not any(self.meets(c, x) for x in ("trace",) + tuple(by) if x != "response"))
        self.told(c, uid, linked, [c.trace, c.span], a)
        return uid

    def told(self, c, uid, linked, ids, a):
        if linked:
            c.members.append(uid)
            c.ids.update(i for i in ids if i)
        else:
            c.whole = False

    def event(self, c, form, cls=None):
        """A row of the CSV of application events, with the ids this form has."""
        w, a = self.w, self.ends(c)
        row = dict.fromkeys(EVENT_COLUMNS, "")
        t = c.t - timedelta(seconds=w.rng.uniform(0.02, 0.09))
        eid = "ev-" + w.hex(12)
        row.update(time=iso(w.at("app-events", t)), app=c.app, event="answer.search", event_id=eid, user=c.user, env="prod", model=c.group,
                   status=200 if not a["error"] else a["error"][0], session_id=c.session)
        ids, by = [], []
        if form in ("trace", "upper", "dashed"):
            row["trace_id"] = {"trace": c.trace, "upper": c.trace.upper(),
                               "dashed": "-".join((c.trace[:8], c.trace[8:12], c.trace[12:16], c.trace[16:20], c.trace[20:]))}[form]
            by.append("trace")
            ids.append(c.trace)
        elif form == "traceparent":
            row["traceparent"] = "00-%s-%s-01" % (c.trace, c.span)
            by.append("trace")
            ids += [c.trace, c.span]
        elif form == "call":
            row["request_id"] = a["call_id"]
            by.append("call")
        elif form == "response" and (a["rid"] or a["hit"]):
            row["response_id"] = a["hit"]["rid"] if a["hit"] else a["rid"]
            by.append("response")
        elif form == "provider" and a["preq"]:
            row["provider_request_id"] = a["preq"]
            by.append("provider")
        elif form == "nil":
            row["trace_id"] = w.rng.choice(NIL)
            row["request_id"] = w.rng.choice(NIL)
        linked = any(self.meets(c, x) for x in by)
        reasons = ["not found"] if by else ["no identifier", "nil or sentinel id"]
        uid = w.add("app-events", EVENTS, [row[k] for k in EVENT_COLUMNS], {"event_id": eid}, t, kind="app_event",
                    cls=cls or "event, %s id" % form, call=c, state="linked" if linked else "unmatched", reasons=reasons,
                    weak=form == "response")
        self.told(c, uid, linked, ids, a)
        return uid

    def loose_event(self, t, cls, state, reasons=(), candidates=(), accept=(), env="prod", **columns):
        """An event that belongs to no call of the gateway's export."""
        w = self.w
        row = dict.fromkeys(EVENT_COLUMNS, "")
        eid = "ev-" + w.hex(12)
        row.update(time=iso(w.at("app-events", t)), app="doc-search", event="answer.search", event_id=eid, env=env, status=502,
                   model="chat-fast", **columns)
        return w.add("app-events", EVENTS, [row[k] for k in EVENT_COLUMNS], {"event_id": eid}, t, kind="app_event", cls=cls, state=state,
                     reasons=list(reasons), candidates=list(candidates), accept=list(accept))

    # ---- beside a call ----

    def verdict(self, c, a, verdict, form):
        w = self.w
        vid = "v-" + w.hex(10)
        t = a["t"] + timedelta(seconds=0.1)
        ids = {"call": [a["call_id"], "", ""], "response": ["", a["rid"] or "", ""], "trace": ["", "", c.trace]}[form]
        row = [vid, iso(w.at("dlp", t))] + ids + [verdict, verdict + ":pii", "pii-all", "7", "prompt", 1]
        linked = {"call": a["known"], "response": bool(a["rid"]) and not a.get("shared"), "trace": c.seen()}[form]
        uid = w.add("dlp", DLP, row, {"verdict_id": vid}, t, kind="dlp_verdict", cls="verdict, %s id" % form,
                    state="linked" if linked else "unmatched", attempt=(c, a), reasons=["not found"])
        self.told(c, uid, linked, [], a)
        return uid

    def quota(self, c, a):
        w = self.w
        qid = "q-" + w.hex(8)
        row = {"event_id": qid, "time": iso(w.at(GATEWAY, a["t"])), "scope": "key", "scope_id": c.key["provider_key"], "limit": 60,
               "used": 61, "unit": "requests", "window": "1m", "decision": "throttled", "policy_version": "b-2", "status": 429,
               "request_id": a["call_id"], "key_alias": c.key["alias"]}
        uid = w.add("quota", QUOTA, row, {"event_id": qid}, a["t"], kind="quota_event", cls="quota event", state="linked", attempt=(c, a))
        c.members.append(uid)
        return uid
