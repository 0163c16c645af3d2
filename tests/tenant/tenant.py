#!/usr/bin/env python3
"""The exports of a tenant that does not exist, in the formats their systems write, and what is true of them.

usage: tenant.py SEED DIR [--calls N] [--plant a,b,c | --plant none]

The same seed gives the same bytes. DIR gets exports, policy.yaml (whose paths are relative to DIR) and truth.json:
records (by uid: source, native key, file and line, and of those that should lead to a call: state, must: one of them has to be
among its targets, may: all that can be right, candidates, reasons), interactions (members and the ids that lead there),
reconcile (gap per bucket, key and model with its causes), findings, explain, clock, blast. Nobody in it is real.
"""
import argparse
import json
import os
import sys
from datetime import timedelta
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from books import Books  # noqa: E402
from calls import BEDROCK, DLP, DLP_COLUMNS, EVENTS, EVENT_COLUMNS, KONG, QUOTA, SLP, SPANS, SPEND, SPEND_COLUMNS, TRAIL, Calls, kv  # noqa: E402
from govern import (ADMIN, ADMIN_COLUMNS, LITELLM, OPENAI, SETTLEMENTS, SETTLEMENT_COLUMNS, SNAPSHOTS, TICKETS, TICKET_COLUMNS,  # noqa: E402
                    Govern)
from traffic import Traffic  # noqa: E402
from world import APPS, DEFAULT_PLANTS, GATEWAY, PLANTS, PRICES, World, iso, jsonl, put, table  # noqa: E402

SOURCES = {"litellm-prod": "litellm/slp-*.jsonl.gz", "litellm-db": "litellm/spendlogs.csv", "litellm-audit": "litellm/audit.jsonl",
           "kong-edge": "kong/requests.jsonl", "aws-trail": "aws/cloudtrail.json", "bedrock-log": "aws/bedrock-invocations.jsonl",
           "openai-usage": "openai/usage.json", "openai-costs": "openai/costs.json", "openai-audit": "openai/audit-*.json",
           "app-spans": "app/spans-*.jsonl", "app-events": "app/events.csv", "dlp": "dlp/verdicts.csv",
           "quota": "gateway/quota-events.jsonl", "gateway-admin": "gateway/admin-audit.csv", "settlements": "billing/settlements.csv",
           "tickets": "grc/tickets.csv", "access-review": "grc/access-review.csv", "key-inventory": "grc/key-inventory.csv",
           "prices": "grc/prices.csv", "config": "config/snapshots.jsonl"}
POLICY = """version: 1
declared: {by: security-lead, on: 2026-06-30, review_by: 2026-09-30}
scope:
  organization: Heron Works
  system: Heron Assist
  environments: [prod]
  control_point: litellm-prod
  apps:
%s  keys:
    cred-1: {owner: platform}
  providers:
    openai: {region: us, trains: false, keeps_days: 30, contract: DPA-1}
    bedrock: {region: eu-central-1, trains: false, keeps_days: 0, contract: DPA-2}
sources:
%sredaction: {ip_mask: 24/48, payload_mode: metadata-only, pseudonyms: per-packet}
retention:
  request: {keep: 3650d, why: known truth, delete: by hand}
  app_event: {keep: 3650d, why: known truth, delete: by hand}
  audit_event: {keep: 3650d, why: known truth, delete: by hand}
  usage: {keep: 3650d, why: known truth, delete: by hand}
  provider_call: {keep: 3650d, why: known truth, delete: by hand}
  dlp_verdict: {keep: 3650d, why: known truth, delete: by hand}
  quota_event: {keep: 3650d, why: known truth, delete: by hand}
limits: {min_link_coverage: 10%%}
"""


def last_provisional(w, traffic, calls):
    """Three calls of the last hour: the usage, read soon after, has two of them."""
    for minutes in (50, 40, 12):
        c = traffic.new(w.end - timedelta(minutes=minutes), "chat-premium", w.keys[1])
        calls.attempt(c, c.t)
        traffic.tell(c)


class Writer:
    def __init__(self, w, folder):
        self.w, self.folder, self.after = w, folder, w.end + timedelta(days=1)

    def put(self, name, data, mtime=None):
        put(os.path.join(self.folder, name), data, mtime or self.after)

    def sorted(self, name):
        return sorted(self.w.rows.get(name, []), key=lambda r: (r[0], int(r[1].split("#")[1])))

    def lines(self, name, rows, first=1):
        for i, (_, uid, _) in enumerate(rows):
            self.w.records[uid]["at"].append([os.path.basename(name).replace(".gz", ""), first + i])

    def jsonl(self, name, rows=None, out=None):
        rows = self.sorted(name) if rows is None else rows
        self.lines(out or name, rows)
        self.put(out or name, jsonl(r[2] for r in rows))

    def csv(self, name, columns):
        rows = self.sorted(name)
        self.lines(name, rows, 2)
        self.put(name, table([columns] + [r[2] for r in rows]))

    def slp(self):
        """Two files that overlap by a twentieth."""
        rows = self.sorted(SLP)
        a, b = len(rows) * 55 // 100, len(rows) * 60 // 100
        self.jsonl(SLP, rows[:b], "litellm/slp-1.jsonl.gz")
        self.jsonl(SLP, rows[a:], "litellm/slp-2.jsonl.gz")

    def spans(self):
        """Batches of eight a line; the second file sends the last batch of the first once more."""
        batches = []
        for app in sorted(APPS):
            rows = [r[2][1] for r in self.sorted(SPANS) if r[2][0] == app]
            for i in range(0, len(rows), 8):
                batches.append({"resourceSpans": [{"resource": {"attributes": [kv("service.name", app),
                                                                               kv("deployment.environment.name", "prod")]},
                                                   "scopeSpans": [{"scope": {"name": "heron"}, "spans": rows[i:i + 8]}]}]})
        half = len(batches) // 2
        self.put("app/spans-1.jsonl", jsonl(batches[:half + 1]))
        self.put("app/spans-2.jsonl", jsonl(batches[half:]))

    def pages(self):
        """Newest first; the second page repeats two events."""
        rows = [r[2] for r in reversed(self.sorted(OPENAI))]
        half = len(rows) // 2
        for i, page in enumerate((rows[:half + 1], rows[half - 1:])):
            data = {"object": "list", "data": page, "first_id": page[0]["id"], "last_id": page[-1]["id"], "has_more": i == 0}
            self.put("openai/audit-%d.json" % (i + 1), (json.dumps(data, indent=1) + "\n").encode())

    def trail(self):
        rows = self.sorted(TRAIL)
        self.w.rng.shuffle(rows)  # CloudTrail promises no order
        self.lines(TRAIL, rows, 2)
        self.put(TRAIL, ('{"Records":[\n' + ",\n".join(json.dumps(r[2]) for r in rows) + "\n]}\n").encode())

    def all(self, books, govern):
        self.slp()
        self.spans()
        self.pages()
        self.trail()
        for name in (KONG, BEDROCK, QUOTA, LITELLM, SNAPSHOTS):
            self.jsonl(name)
        for name, columns in ((SPEND, SPEND_COLUMNS), (EVENTS, EVENT_COLUMNS), (DLP, DLP_COLUMNS), (ADMIN, ADMIN_COLUMNS),
                              (TICKETS, TICKET_COLUMNS), (SETTLEMENTS, SETTLEMENT_COLUMNS)):
            self.csv(name, columns)
        self.put("openai/usage.json", (json.dumps(books.usage()) + "\n").encode(), books.read)
        self.put("openai/costs.json", (json.dumps(books.costs()) + "\n").encode(), books.read)
        keys, review = govern.inventory()
        self.put("grc/key-inventory.csv", table(keys))
        self.put("grc/access-review.csv", table(review))
        prices = [["provider", "model", "item", "price", "per", "unit", "currency", "valid_from"]]
        for model, rates in PRICES.items():
            for item, rate in zip(("input", "output", "cache_read"), rates):
                prices.append(["bedrock" if ":" in model else "openai", model, item, str(Decimal(rate) * 1000000), 1000000, "tokens", "USD",
                               "2026-01-01"])
        self.put("grc/prices.csv", table(prices))
        apps = "".join("    %s: {owner: %s, cost_center: %s, purpose: replies}\n" % (a, x[1], x[2]) for a, x in APPS.items())
        sources = "".join("  %s: {path: %s, owner: platform, every: 1d}\n" % s for s in SOURCES.items())
        self.put("policy.yaml", (POLICY % (apps, sources)).encode())


class Truth:
    def __init__(self, w, traffic):
        self.w, self.traffic = w, traffic
        self.run_of = {id(c): run for run in traffic.agents for c in run}

    def records(self):
        number = {id(c): i for i, c in enumerate(self.traffic.all)}
        for r in self.w.records.values():
            if r.get("cls", "").startswith("verdict, response"):
                r["weak"] = True
            whose = r.get("call") or (r.get("attempt") or [None])[0]
            if whose:
                r["whose"] = number[id(self.run_of.get(id(whose), [whose])[0])]
            c, (of, a) = r.pop("call", None), r.pop("attempt", None) or (None, None)
            by_trace = r.pop("by", "") == "trace id"
            if r.get("state") != "linked" or not (c or of):
                continue
            call = c or of
            r["must"] = list(a["uids"] if a else call.gateway) or list(call.gateway)
            r["may"] = sorted(set(r["must"] + call.gateway + [u for x in call.attempts for u in x["uids"]]))
            run = self.run_of.get(id(call))
            if run and by_trace:  # nothing but the trace of the whole run
                r["accept"] = ["ambiguous"]
                r["may"] = [u for x in run for u in x.gateway]
            elif by_trace and len(call.attempts) > 1:  # of which attempt, its trace does not say
                r["accept"] = ["ambiguous"]
            last = call.attempts[-1]
            if r.get("weak") and (last.get("served_again") or last.get("replayed")):
                r["accept"] = ["ambiguous"]

    def doubtful(self, c):
        """Hangs a record on a response id that a later call has as well?"""
        last = c.attempts[-1]
        return (last.get("served_again") or last.get("replayed")) and any(self.w.records[m].get("weak") for m in c.members)

    def interactions(self):
        groups, seen = [], set()
        for c in self.traffic.all:
            run = self.run_of.get(id(c), [c])
            if id(run[0]) in seen:
                continue
            seen.add(id(run[0]))
            ids = set().union(*(x.ids for x in run))
            for x in run:
                for a in x.attempts:
                    if a.get("served_again") or a.get("replayed"):
                        ids.discard(a["rid"])
            groups.append({"members": sorted({m for x in run for m in x.members}), "ids": sorted(ids),
                           "entities": sorted(e for x in run for e in getattr(x, "entities", [])),
                           "whole": all(x.whole and not self.doubtful(x) for x in run), "attempts": sum(len(x.attempts) for x in run)})
        return groups

    def blast(self):
        key = self.w.keys[4]
        calls = [c for c in self.traffic.all if c.key is key]
        attempts = [a for c in calls for a in c.attempts]
        served = [s for s in self.w.served if s["key"] == key["provider_key"]]
        cost = sum((Decimal(repr(s["cost"])) for s in served if s["cost"] is not None), Decimal(0))
        return {"key": {k: key[k] for k in ("alias", "hash", "provider_key")}, "from": iso(self.w.start, 0), "attempts": len(attempts),
                "requests": [a["uids"][0] for a in attempts], "models": sorted({a["model"] for a in attempts}),
                "end_users": len({a["end_user"] for a in attempts}), "gateway_cost": str(cost)}

    def document(self, books):
        self.records()
        w = self.w
        return {"seed": w.seed, "calls": len(self.traffic.all), "plants": sorted(w.plants), "start": iso(w.start, 0), "end": iso(w.end, 0),
                "records": w.records, "interactions": self.interactions(), "reconcile": books.truth(), "findings": w.findings,
                "explain": w.explain, "clock": {s: o for s, o in w.offset.items() if s != GATEWAY}, "blast": self.blast(), "bypass_key": w.bypass_key,
                "keys": [{k: x[k] for k in ("alias", "hash", "provider_key")} for x in w.keys]}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("seed", type=int)
    ap.add_argument("dir")
    ap.add_argument("--calls", type=int, default=240)
    ap.add_argument("--plant", default=",".join(DEFAULT_PLANTS))
    a = ap.parse_args()
    plants = [] if a.plant == "none" else a.plant.split(",")
    unknown = [p for p in plants if p not in PLANTS]
    if unknown:
        ap.error("no such plant: %s (there are %s)" % (", ".join(unknown), ", ".join(PLANTS)))
    w = World(a.seed, a.calls, plants)
    calls = Calls(w)
    traffic = Traffic(w, calls)
    traffic.run()
    last_provisional(w, traffic, calls)
    govern = Govern(w, traffic, calls)
    govern.run()
    books = Books(w)
    if w.planted("clock"):
        for source in ("app-spans", "app-events"):  # the others are known to some seconds only
            w.finding("clock", source)
    Writer(w, a.dir).all(books, govern)
    document = Truth(w, traffic).document(books)
    put(os.path.join(a.dir, "truth.json"), (json.dumps(document, indent=1, sort_keys=True) + "\n").encode(), w.end)


if __name__ == "__main__":
    main()
