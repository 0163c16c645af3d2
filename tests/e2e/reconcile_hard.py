"""reconcile_hard.py DIR: exports of cases whose truth is known, each in a folder: spend.jsonl (LiteLLM), kong.jsonl, usage.json (OpenAI)."""
import json, os, random, sys

DAY, HOUR, START = 86400, 3600, 1788220800  # 2026-09-01T00:00:00Z


def stamp(t):
    import time
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(int(t))) + ".%06d" % round(t % 1 * 1e6)


def spend(calls):
    for i, (start, end, n, out) in enumerate(calls):
        yield {"request_id": "chatcmpl-%024x" % (i + 1), "call_type": "acompletion", "api_key": "5f" * 32, "spend": 0.001, "prompt_tokens": n,
               "completion_tokens": out, "total_tokens": n + out, "startTime": stamp(start), "endTime": stamp(end), "model": "gpt-5-mini",
               "custom_llm_provider": "openai", "cache_hit": "None", "session_id": "%032x" % (i + 1), "status": "success", "metadata": "{}"}


def kong(calls):
    for i, (start, end, n, out) in enumerate(calls):
        yield {"started_at": int(start * 1000), "client_ip": "10.1.2.3", "request": {"id": "%032x" % (0xabc000 + i), "method": "POST", "uri": "/chat", "headers": {}},
               "response": {"status": 200, "headers": {}}, "latencies": {"kong": 3, "proxy": 990, "request": 1000, "receive": 1},
               "ai": {"proxy": {"meta": {"provider_name": "openai", "request_model": "gpt-5-mini", "response_model": "gpt-5-mini"},
                                "usage": {"prompt_tokens": n, "completion_tokens": out, "cost": 0}}}}


def usage(calls, size, when=lambda c: c[1], shift=0):
    """What the provider counts: when(call) + shift says in which bucket."""
    sums = {}
    for c in calls:
        t = when(c) + shift
        s = sums.setdefault(int(t - t % size), [0, 0, 0])
        for k, v in enumerate((1, c[2], c[3])):
            s[k] += v
    return {"object": "page", "has_more": False, "data": [
        {"object": "bucket", "start_time": b, "end_time": b + size, "results": [
            {"object": "organization.usage.completions.result", "input_tokens": s[1], "input_cached_tokens": 0, "output_tokens": s[2], "num_model_requests": s[0],
             "project_id": None, "user_id": None, "api_key_id": None, "model": "gpt-5-mini", "batch": None}]} for b, s in sorted(sums.items())]}


def write(name, counted, *logs):
    os.makedirs(os.path.join(sys.argv[1], name))
    json.dump(counted, open(os.path.join(sys.argv[1], name, "usage.json"), "w"))
    for file, rows in logs:
        with open(os.path.join(sys.argv[1], name, file), "w") as f:
            f.writelines(json.dumps(r) + "\n" for r in rows)


draw = random.Random(7)
# Two calls at the end of each hour, counted in the next; one call that went past the gateway.
edges = [(START + h * HOUR - 1.2, START + h * HOUR + 1.2, 100 + h, 10) for h in range(3, 20) for _ in range(2)]
write("edges", usage(edges + [(START + 9.5 * HOUR, START + 9.5 * HOUR + 1, 777, 77)], HOUR), ("spend.jsonl", spend(edges)))
# Days of an account whose clock is eight hours ahead, and twenty calls past the gateway on one of them.
week = sorted((START + t, START + t + 1, draw.randrange(100, 3000), draw.randrange(10, 400)) for t in (draw.randrange(900, 6 * DAY - 900) for _ in range(150)))
past = [(START + 2 * DAY + 6 * HOUR + 60 * i, START + 2 * DAY + 6 * HOUR + 60 * i + 1, 500, 50) for i in range(20)]
for name, shift in ("zone", 8 * HOUR), ("nozone", 0):
    write(name, usage(week + past, DAY, lambda c: c[0], shift), ("spend.jsonl", spend(week)))
# Two gateways with the same times, models and tokens, and no identifier in common: calls of each, or one log of the other's.
day = sorted((START + t, START + t + 1, draw.randrange(100, 3000), draw.randrange(10, 400)) for t in range(1200, DAY, 1437))
write("each", usage(day + day, HOUR, lambda c: c[0]), ("spend.jsonl", spend(day)), ("kong.jsonl", kong(day)))
write("same", usage(day, HOUR, lambda c: c[0]), ("spend.jsonl", spend(day)), ("kong.jsonl", kong(day)))
write("past", usage(day + [(a - 2 * DAY, b - 2 * DAY, n, out) for a, b, n, out in past[:3]], HOUR, lambda c: c[0]), ("spend.jsonl", spend(day)), ("kong.jsonl", kong(day)))
# One row again with another figure.
again = list(spend(day))
again[11]["completion_tokens"] += 7
again[11]["total_tokens"] += 7
again.append(dict(again[12], startTime=stamp(START + DAY + 60), endTime=stamp(START + DAY + 61), completion_tokens=1))  # an id used again is no version
write("versions", usage(day, HOUR, lambda c: c[0]), ("spend.jsonl", spend(day)), ("spend-again.jsonl", again))
