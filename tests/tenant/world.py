"""The tenant of tenant.py: names, prices, times, ids, and the register of records with what is true of each.

Nobody, no company and no key in it is real. Secrets are put together at run time and only their SHA-256 is written.
"""
import base64
import csv
import gzip
import hashlib
import io
import json
import os
import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal

DAYS = 5
ORG, PROJECT = "org-heron", "proj_heron"
GATEWAY = "litellm-prod"
SONNET = "eu.anthropic.claude-sonnet-4-20250514-v1:0"
GROUPS = {"chat-premium": "gpt-4.1-2025-04-14", "chat-fast": "gpt-4.1-mini-2025-04-14", "chat-eu": SONNET,
          "chat-preview": "gpt-4.1-nano-2025-04-14"}
# US dollars a token: input, output, cached input. The gateway knows no price of chat-preview and none of cached input.
PRICES = {"gpt-4.1-2025-04-14": ("0.000002", "0.000008", "0.0000005"),
          "gpt-4.1-mini-2025-04-14": ("0.0000004", "0.0000016", "0.0000001"),
          "gpt-4.1-nano-2025-04-14": ("0.0000001", "0.0000004", "0.000000025"), SONNET: ("0.000003", "0.000015", "0.0000003")}
# app, its source, team, cost centre
APPS = {"support-bot": ("app-spans", "team-support", "CC-510"), "doc-search": ("app-events", "team-search", "CC-522"),
        "invoice-reader": ("app-spans", "team-fin", "CC-531")}
DEFAULT_PLANTS = ["bypass", "missing-audit-event", "revoked-key-use", "change-unapproved", "refund-unapproved"]
PLANTS = DEFAULT_PLANTS + ["clock", "residual", "ticket-without-change", "refund-mismatch"]
ALIASES = [("svc-support", "support-bot"), ("svc-support-batch", "support-bot"), ("svc-search", "doc-search"),
           ("svc-invoice", "invoice-reader"), ("svc-legacy", "doc-search")]


def iso(t, digits=3):
    text = t.strftime("%Y-%m-%dT%H:%M:%S")
    return text + (".%06d" % t.microsecond)[:digits + 1] + "Z" if digits else text + "Z"


def jsonl(rows):
    return "".join(json.dumps(r) + "\n" for r in rows).encode()


def b64(hexa):
    return base64.b64encode(bytes.fromhex(hexa)).decode()


class World:
    def __init__(self, seed, calls, plants):
        self.rng = random.Random(seed)
        self.seed, self.ncalls, self.plants = seed, calls, set(plants)
        self.start = datetime(2026, 6, 1, tzinfo=timezone.utc) + timedelta(days=7 * (seed % 8))
        self.end = self.start + timedelta(days=DAYS)
        self.records, self.rows, self.count = {}, {}, {}
        self.provider, self.served = [], []  # ledgers of provider and gateway: what they counted, call by call
        self.findings, self.explain = [], []
        big = "clock" in self.plants
        self.offset = {"app-spans": -2.1 if big else -0.11, "app-events": 240.0 if big else 0.23, "kong-edge": 0.7 if big else 0.04,
                       "dlp": -1.3 if big else 0.0, GATEWAY: 0.0, "aws-trail": 0.0, "bedrock-log": 0.0}
        self.keys = []
        for alias, app in ALIASES:
            secret = "sk-" + self.hex(24)  # the virtual key: never written
            self.keys.append({"alias": alias, "app": app, "hash": hashlib.sha256(secret.encode()).hexdigest(),
                              "provider_key": "key_" + self.hex(10)})
        self.bypass_key = "key_" + self.hex(10)

    def hex(self, n):
        return "%0*x" % (n, self.rng.getrandbits(4 * n))

    def uuid(self):
        h = self.hex(32)
        return "-".join((h[:8], h[8:12], "4" + h[13:16], "8" + h[17:20], h[20:]))

    def at(self, source, t):
        """What the clock of this source shows at the true time t."""
        t = t + timedelta(seconds=self.offset.get(source, 0.0))
        return t.replace(microsecond=t.microsecond // 1000 * 1000)

    def planted(self, name):
        return name in self.plants

    def finding(self, check, subject, **more):
        self.findings.append(dict(check=check, subject=subject, **more))

    def add(self, source, file, row, key, t, **truth):
        """One record: its row in a file of a source. truth: kind, class, state, must, may, reasons, candidates."""
        self.count[source] = self.count.get(source, 0) + 1
        uid = "%s#%d" % (source, self.count[source])
        self.records[uid] = dict(source=source, key=key, day=self.at(source, t).strftime("%Y-%m-%d"), at=[], t=iso(t), **truth)
        self.rows.setdefault(file, []).append((t, uid, row))
        return uid


def table(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def put(path, data, mtime):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    if path.endswith(".gz"):
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as f:
            f.write(data)
        data = packed.getvalue()
    with open(path, "wb") as f:
        f.write(data)
    os.utime(path, (mtime.timestamp(), mtime.timestamp()))


def price(model, tokens_in, tokens_out, cached=0):
    p = [Decimal(x) for x in PRICES[model]]
    return p[0] * (tokens_in - cached) + p[2] * cached + p[1] * tokens_out
