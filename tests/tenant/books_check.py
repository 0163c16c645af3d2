"""Reconciliation: the program's rows against the ledgers of truth, in exact decimals."""
from collections import Counter, defaultdict
from decimal import Decimal

UNITS = {"requests": "requests", "input_tokens": "input_tokens", "output_tokens": "output_tokens", "usd": "usd"}
# What no figure of the exports could tell apart is told by its sum with rounding only.
SURE = ("bypass", "credit", "unpriced_model", "cache_rule", "provisional_bucket", "unexplained")


def rows_of(doc):
    return doc.get("rows") or next((v for v in doc.values() if isinstance(v, list)), [])


def unit_of(row):
    return UNITS.get(str(row.get("currency") or row.get("measure") or row.get("unit") or "").lower())


def key_of(t, row):
    """Rows may name a key by any of its names."""
    for k in t.truth["keys"]:
        if row.get("key") in k.values():
            return k["provider_key"]
    return row.get("key")


def check(t, tap, some):
    for bucket in ("1d", "1h"):
        rc, doc = t.json("report", "reconcile", "--bucket", bucket, "--json")
        rows = rows_of(doc)
        tap(rc in (0, 3) and bool(rows), "report reconcile --bucket %s answers" % bucket, [str(doc)[:300]] if not rows else [])
        if not rows:
            continue
        bad = [str(r)[:300] for r in rows if Decimal(str(r["gap"])) != sum((Decimal(str(v)) for v in r["classes"].values()), Decimal(0))]
        tap(not bad, "classes sum to the gap exactly in %d rows, bucket %s" % (len(rows), bucket), some(bad))
        signs = {s for s in (1, -1) if all(Decimal(str(r["gap"])) == s * (Decimal(str(r["provider_figure"])) - Decimal(str(r["gateway"])))
                                           for r in rows if r.get("provider_figure") is not None and r.get("gateway") is not None)}
        tap(bool(signs), "gap is the difference of the two figures, bucket %s" % bucket)
        sign = 1 if 1 in signs else -1
        figures(t, tap, some, bucket, rows, sign)


def figures(t, tap, some, bucket, rows, sign):
    mine = defaultdict(lambda: [Decimal(0), Decimal(0), Counter()])
    for r in rows:
        unit = unit_of(r)
        if not unit or (r.get("provider") or "openai") != "openai" or (bucket == "1h" and unit == "usd"):
            continue  # costs are of days, whatever bucket is asked for
        model = r.get("model") if r.get("model") != "Credit" else None
        at = mine[(str(r["bucket"])[:19].rstrip("Z"), key_of(t, r), model, unit)]
        at[0] += Decimal(str(r.get("gateway") or 0))
        at[1] += Decimal(str(r.get("provider_figure") or 0))
        for k, v in r["classes"].items():
            at[2][k] += sign * Decimal(str(v))
    wrong, classes = [], []
    last = max(w["bucket"] for w in t.truth["reconcile"]["1d"])[:10]
    total, ours = Counter(), Counter()
    for w in t.truth["reconcile"][bucket]:
        k = (w["bucket"][:19].rstrip("Z"), w["key"], w["model"], w["unit"])
        have = mine.pop(k, None) or mine.pop((k[0][:10],) + k[1:], None)
        if have is None:
            if Decimal(w["gateway"]) or Decimal(w["provider"]):
                wrong.append("no row of %s" % (k,))
            continue
        if have[0] != Decimal(w["gateway"]) or have[1] != Decimal(w["provider"]):
            wrong.append("%s: %s and %s, should be %s and %s" % (k, have[0], have[1], w["gateway"], w["provider"]))
        causes = {c: Decimal(v) for c, v in w["causes"].items()}
        # Of a day whose costs may still change nobody can tell a lower price from a call that is not in yet.
        settled = w["unit"] != "usd" or w["bucket"][:10] != last
        if causes.get("unexplained"):  # beside what nothing explains, smaller causes need not be told apart
            for parts in (causes, have[2]):
                parts["unexplained"] += parts.pop("cache_rule", Decimal(0))
        for c in SURE if settled else ("bypass", "credit", "unexplained"):
            total[(c, w["unit"])] += causes.get(c, Decimal(0))
            ours[(c, w["unit"])] += have[2].get(c, Decimal(0))
            if abs(causes.get(c, Decimal(0)) - have[2].get(c, Decimal(0))) > Decimal("1e-12"):
                classes.append("%s: %s of %s, should be %s (%s)" % (k, c, have[2].get(c, 0), causes.get(c, 0), dict(have[2])))
    more = ["%s: %s" % (k, v[:2]) for k, v in sorted(mine.items(), key=str) if v[0] or v[1]]
    tap(not wrong, "gateway and provider figures of each key and model, bucket %s" % bucket, some(wrong))
    tap(not more, "no other figures, bucket %s" % bucket, some(more))
    tap(not classes, "causes are in their classes, bucket %s" % bucket, some(classes))
    sums = ["%s: %s, should be %s" % (k, ours[k], total[k]) for k in sorted(total) if abs(ours[k] - total[k]) > Decimal("1e-9")]
    tap(not sums, "sums of each class, bucket %s" % bucket, some(sums))
