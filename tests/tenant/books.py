"""What the provider counted and charged, and by how much the gateway's figures differ from it, cause by cause."""
from datetime import timedelta
from decimal import Decimal

from world import PRICES, PROJECT, price

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def floor(t, width):
    return t.replace(minute=0, second=0, microsecond=0, hour=t.hour if width == HOUR else 0)


class Books:
    def __init__(self, w):
        self.w = w
        # The usage was read ten minutes after its last bucket ended: what was called last is not in it yet.
        self.read = w.end + timedelta(minutes=10)
        for p in w.provider:
            p["late"] = p["t"] > w.end - timedelta(minutes=15)
        if w.planted("bypass"):
            self.bypass()

    def bypass(self):
        w, n = self.w, 0
        for day in (1, 2, 4):
            for i in range(3):
                w.provider.append({"t": w.start + timedelta(days=day, hours=2 + i, minutes=5), "key": w.bypass_key, "model": "gpt-4.1-2025-04-14",
                                   "in": 900, "out": 100 + i, "cached": 0, "cause": "bypass", "late": False})
                n += 1
        w.finding("bypass", w.bypass_key, requests=n)

    def counted(self):
        return [p for p in self.w.provider if not p["late"]]

    def usage(self):
        w, data, sums = self.w, [], {}
        for p in self.counted():
            u = sums.setdefault((floor(p["t"], HOUR), p["key"], p["model"]), [0, 0, 0, 0])
            for i, n in enumerate((1, p["in"], p["out"], p["cached"])):
                u[i] += n
        for h in range(int((w.end - w.start) / HOUR)):
            t = w.start + h * HOUR
            rows = [{"object": "organization.usage.completions.result", "input_tokens": u[1], "input_cached_tokens": u[3], "output_tokens": u[2],
                     "num_model_requests": u[0], "project_id": PROJECT, "user_id": None, "api_key_id": k[1], "model": k[2], "batch": False,
                     "service_tier": "default"} for k, u in sorted(sums.items()) if k[0] == t]
            data.append({"object": "bucket", "start_time": int(t.timestamp()), "end_time": int(t.timestamp()) + 3600, "results": rows})
        return {"object": "page", "data": data, "has_more": False, "next_page": None}

    def costs(self):
        w, data = self.w, []
        lines = {}
        for p in self.counted():
            rates = [Decimal(x) for x in PRICES[p["model"]]]
            for item, n, rate in (("input", p["in"] - p["cached"], rates[0]), ("cached input", p["cached"], rates[2]),
                                  ("output", p["out"], rates[1])):
                if n:
                    at = lines.setdefault((floor(p["t"], DAY), p["key"], "%s, %s" % (p["model"], item)), [Decimal(0), 0])
                    at[0] += n * rate
                    at[1] += n
        if w.planted("residual"):
            key = [k for k in sorted(lines) if k[2] == "gpt-4.1-2025-04-14, output" and k[1] != w.bypass_key][3]
            lines[key][0] += Decimal("0.37")
            w.finding("residual", key[1], day=key[0].strftime("%Y-%m-%d"), amount="0.37")
            w.residual = key
        for d in range(int((w.end - w.start) / DAY)):
            t = w.start + d * DAY
            rows = [{"object": "organization.costs.result", "amount": {"value": str(v[0]) if i % 2 else float(v[0]), "currency": "usd"},
                     "line_item": k[2], "project_id": PROJECT, "api_key_id": k[1], "quantity": v[1], "quantity_unit": "tokens"}
                    for i, (k, v) in enumerate(sorted(lines.items())) if k[0] == t]
            if d == 3:
                rows.append({"object": "organization.costs.result", "amount": {"value": "-0.2500000000", "currency": "usd"},
                             "line_item": "Credit", "project_id": None, "api_key_id": None, "quantity": None})
            data.append({"object": "bucket", "start_time": int(t.timestamp()), "end_time": int(t.timestamp()) + 86400, "results": rows})
        return {"object": "page", "data": data, "has_more": False, "next_page": None}

    # ---- what is true of the difference ----

    def rows(self, width, unit):
        """[{bucket, key, model, unit, gateway, provider, gap (provider - gateway), causes}] of OpenAI's figures."""
        w, out = self.w, {}
        value = {"requests": lambda p: Decimal(1), "input_tokens": lambda p: Decimal(p["in"]), "output_tokens": lambda p: Decimal(p["out"]),
                 "usd": lambda p: price(p["model"], p["in"], p["out"], p["cached"])}[unit]

        def row(t, key, model):
            return out.setdefault((floor(t, width), key, model), {"gateway": Decimal(0), "provider": Decimal(0), "causes": {}})

        def cause(r, name, amount):
            if amount:
                r["causes"][name] = r["causes"].get(name, Decimal(0)) + amount

        served = {s["uid"]: s for s in w.served if s["provider"] == "openai"}
        for s in served.values():
            paid = Decimal(repr(s["cost"])) if s["cost"] is not None else Decimal(0)
            row(s["t"], s["key"], s["model"])["gateway"] += paid if unit == "usd" else value(dict(s, cached=0))
        for p in w.provider:
            r, s = row(p["t"], p["key"], p["model"]), served.get(p.get("uid"))
            amount = value(p)
            if not p["late"]:
                r["provider"] += amount
            if not s:
                cause(r, p["cause"], amount if not p["late"] else 0)
                continue
            ours = row(s["t"], s["key"], s["model"])
            was = value(dict(p, cached=0)) if s["cost"] is not None or unit != "usd" else Decimal(0)
            paid = Decimal(repr(s["cost"] or 0.0)) if unit == "usd" else was
            cause(ours, "rounding", was - paid)
            if p["late"]:
                cause(ours, "provisional_bucket", -was)
                continue
            if r is not ours:
                cause(ours, "bucket_edge", -was)
                cause(r, "bucket_edge", was)
            cause(r, "unpriced_model" if s["cost"] is None else "cache_rule", amount - was)
        if unit == "usd" and "residual" in w.plants:
            r = row(w.residual[0], w.residual[1], "gpt-4.1-2025-04-14")
            r["provider"] += Decimal("0.37")
            cause(r, "unexplained", Decimal("0.37"))
        if unit == "usd":
            r = row(w.start + 3 * DAY, None, None)
            r["provider"] -= Decimal("0.25")
            cause(r, "credit", Decimal("-0.25"))
        rows = []
        for (t, key, model), r in sorted(out.items(), key=lambda x: (x[0][0], x[0][1] or "", x[0][2] or "")):
            gap = r["provider"] - r["gateway"]
            assert gap == sum(r["causes"].values()), (t, key, model, unit, r)
            rows.append({"bucket": t.strftime("%Y-%m-%dT%H:%M:%SZ"), "key": key, "model": model, "unit": unit, "gateway": str(r["gateway"]),
                         "provider": str(r["provider"]), "gap": str(gap), "causes": {k: str(v) for k, v in r["causes"].items() if v}})
        return rows

    def truth(self):
        return {"1h": [r for u in ("requests", "input_tokens", "output_tokens") for r in self.rows(HOUR, u)],
                "1d": [r for u in ("requests", "input_tokens", "output_tokens", "usd") for r in self.rows(DAY, u)]}
