"""dashboard.py PAGE... | --figures WORKSPACE AUDITKIT PAGE: what a page of `report dashboard` must be, and what its figures must say.

Each: well-formed, one document, nothing from elsewhere, no script, every picture told in words, colours that can be read. With --figures: every figure recomputed from its tables, or from the other commands' --json. Prints what is wrong, then "ok N": figures compared."""
import json, re, sqlite3, subprocess, sys
from collections import Counter, defaultdict
from decimal import Decimal
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "input", "hr"}
wrong, compared = [], 0


class Page(HTMLParser):
    """The elements as a tree of (tag, attributes, children), texts as strings."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = ("root", {}, [])
        self.open = [self.root]
        self.ids = Counter()

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if len(a) != len(attrs):
            wrong.append(f"<{tag}> has an attribute twice")
        self.ids[a.get("id")] += 1
        node = (tag, a, [])
        self.open[-1][2].append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        if self.open[-1][0] != tag:
            wrong.append(f"</{tag}> closes <{self.open[-1][0]}> at {self.getpos()}")
        elif len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1][2].append(data)


def each(node):
    for c in node[2]:
        if not isinstance(c, str):
            yield c
            yield from each(c)


def text(node):
    if isinstance(node, str):
        return node
    if node[0] in ("svg", "style"):
        return ""
    return "".join(text(c) for c in node[2])


def flat(node):
    return " ".join(text(node).split())


def find(node, tag=None, id=None, cls=None):
    return [e for e in each(node) if (tag is None or e[0] == tag) and (id is None or e[1].get("id") == id) and (cls is None or cls in e[1].get("class", "").split())]


def rows(table):
    return [[flat(c) for c in tr[2] if not isinstance(c, str)] for tr in find(table, "tr")]


def light(colour):
    h = colour.lstrip("#")
    h = "".join(c * 2 for c in h) if len(h) == 3 else h
    v = [int(h[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    v = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in v]
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]


def contrast(a, b):
    x, y = sorted((light(a), light(b)), reverse=True)
    return (x + 0.05) / (y + 0.05)


# ---- the page as such ----
def look(path):
    source = open(path, encoding="utf-8", newline="").read()
    page = Page()
    page.feed(source)
    page.close()
    if len(page.open) != 1:
        wrong.append("not closed: " + ", ".join(e[0] for e in page.open[1:]))
    for i, n in page.ids.items():
        if i and n > 1:
            wrong.append(f"id {i} {n} times")
    tags = Counter(e[0] for e in each(page.root))
    for tag in ("script", "img", "iframe", "object", "embed", "link", "form", "base", "foreignobject", "image", "use", "a:href", "animate", "set"):
        if tags[tag]:
            wrong.append(f"<{tag}>")
    for tag in ("html", "head", "body", "title", "h1", "main", "header", "footer"):
        if tags[tag] < 1 or tag != "title" and tag not in ("header", "footer") and tags[tag] != 1:
            wrong.append(f"{tags[tag]} <{tag}>")
    for e in each(page.root):
        for name, v in e[1].items():
            if name.startswith("on") or name in ("src", "style", "srcset", "action", "xlink:href"):
                wrong.append(f"attribute {name} of <{e[0]}>")
            if name == "href" and not (v.startswith("#") and page.ids[v[1:]] == 1):
                wrong.append(f"href {v}")
    style = text(("x", {}, find(page.root, "style")[0][2]))
    if re.search(r"url\(|@import|expression|</", style, re.I):
        wrong.append("the style asks for something")
    metas = find(page.root, "meta")
    if metas[0][1].get("charset") != "utf-8" or "default-src 'none'" not in metas[1][1].get("content", "") or "script-src" in metas[1][1]["content"]:
        wrong.append("no policy that forbids all")
    if re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b-\u200f]", source):
        wrong.append("hidden characters")
    for svg in find(page.root, "svg"):
        if svg[1].get("aria-hidden") == "true":
            continue
        named = svg[1].get("aria-labelledby", "").split()
        inner = {e[1].get("id"): e for e in each(svg) if e[0] in ("title", "desc")}
        if svg[1].get("role") != "img" or len(named) != 2 or any(not (i in inner and "".join(inner[i][2]).strip()) for i in named):
            wrong.append("a picture that is not told in words")
        if re.search(r"NaN|inf|e[+-]?\d", " ".join(v for e in each(svg) for k, v in e[1].items() if k in ("d", "x", "y", "width", "height", "cx", "cy")), re.I):
            wrong.append("a place that is no number")
    for t in find(page.root, "table"):
        widths = {sum(int(c[1].get("colspan", 1)) for c in tr[2] if not isinstance(c, str)) for tr in find(t, "tr")}
        if len(widths) != 1 or not all(c[1].get("scope") for c in find(t, "th")):
            wrong.append(f"a table whose rows have {widths} cells, or a head without scope")

    schemes = {"light": {}, "dark": {}, "print": {}}
    for m in re.finditer(r"(@media ([^{]*)\{\s*)?:root \{([^}]*)\}", style):
        scheme = "dark" if "dark" in (m[2] or "") else "print" if "print" in (m[2] or "") else "light"
        schemes[scheme].update(re.findall(r"--(\w+): (#\w+)", m[3]))
    for name, c in schemes.items():
        for k in c:
            if k in ("bg", "soft", "line"):
                continue
            for ground in ("bg", "soft"):
                least = 4.5 if k in ("fg", "dim", "ok", "say", "gap") or name != "print" and ground == "bg" else 3
                if contrast(c[k], c[ground]) < least:
                    wrong.append(f"{name}: {k} against {ground} {contrast(c[k], c[ground]):.2f}")
    if not all({"fg", "bg", "dim", "c1", "c6", "cx"} <= set(c) for c in schemes.values()):
        wrong.append("colours that a scheme lacks")
    return page


figures = "--figures" in sys.argv
for path in sys.argv[4:] if figures else sys.argv[1:]:
    before = len(wrong)
    page = look(path)
    wrong[before:] = [f"{path}: {w}" for w in wrong[before:]]


# ---- its figures ----
def same(what, got, want):
    global compared
    compared += 1
    if got != want:
        wrong.append(f"{what}: {got!r}, not {want!r}")


def number(n):
    return f"{n:,}"


def decimal(d):
    s = format(d, "f")
    s = s.rstrip("0").rstrip(".") if "." in s else s
    return f"{int(s):,}" if "." not in s else s


def share(n, of):
    if not of:
        return "-"
    tenths = n * 1000 // of
    if tenths >= 10 or n == 0:
        return f"{tenths // 10}.{tenths % 10} %"
    hundredths = n * 10000 // of
    return f"0.{hundredths:02d} %" if hundredths else "under 0.01 %"


def rank(values, percent):
    v = sorted(values)
    return decimal(v[(len(v) * percent + 99) // 100 - 1])


def tile(i):
    t = find(page.root, "li", id="tile-" + i)[0]
    return [flat(b) for b in find(t, "b")], flat(find(t, cls="below")[0])


def figure(title):
    for f in find(page.root, "figure"):
        caption = find(f, "figcaption")[0]
        if flat(("x", {}, [c for c in caption[2] if isinstance(c, str)])) == title:
            return rows(find(f, "table")[0])
    wrong.append(f"no picture {title}")
    return []


def listed(by):
    tables = [t for t in find(page.root, "table", cls="list") if rows(t)[0][0] == by]
    return rows(tables[0]) if tables else []


def part(i):
    """The table behind a heading."""
    seen = False
    for e in each(page.root):
        seen = seen or e[1].get("id") == i
        if seen and e[0] == "table":
            return rows(e)
    return []


if figures:
    ws, auditkit = sys.argv[2:4]
    db = sqlite3.connect(f"file:{ws}/workspace.db?mode=ro", uri=True)

    def command(*args):
        return json.loads(subprocess.run([auditkit, "-w", ws, *args, "--json"], capture_output=True, text=True).stdout)

    # Gateway attempts: in the samples each is one live row.
    req = db.execute("""SELECT time_us, outcome, input_tokens, output_tokens, cost_estimated, cost_currency, duration_ms, coalesce(key_id, key_hash, key_alias),
        coalesce(response_model, request_model), coalesce(team_id, team_name), status_code, error_type, cache_status FROM request WHERE state = 0""").fetchall()
    n, failed = len(req), sum(r[1] == "failure" for r in req)
    dur = [Decimal(str(r[6])) for r in req if r[6] is not None]
    same("attempts", tile("attempts")[0], [number(n)])
    same("failed", tile("failed"), ([number(failed)], f"of {number(n)} attempts, {share(failed, n)}"))
    same("duration", tile("duration"), ([rank(dur, 95) + " ms"], f"p50 {rank(dur, 50)}, p99 {rank(dur, 99)} ms; of {number(len(dur))} of {number(n)} attempts"))
    tokens = [sum(r[i] or 0 for r in req) for i in (2, 3)]
    same("tokens", tile("tokens")[0], [f"{number(tokens[0])} + {number(tokens[1])}"])
    usage = db.execute("""SELECT s.name, u.time_us, u.request_count, u.input_tokens, u.output_tokens, u.cost_billed, u.cost_currency FROM usage u JOIN file f ON f.id = u.file
        JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source WHERE u.state = 0""").fetchall()
    est, billed = (sum(Decimal(r[i]) for r in rs if r[i]) for rs, i in ((req, 4), (usage, 5)))
    same("cost", tile("cost")[0], [f"gateway: {decimal(est)} USD estimated", f"provider: {decimal(billed)} USD billed"])
    hits, told = sum(r[12] == "hit" for r in req), sum(r[12] in ("hit", "miss") for r in req)
    same("cache", (tile("cache")[0][0], tile("cache")[1]), (number(hits), f"of {number(told)} attempts that say hit or miss, {share(hits, told)}; {number(n)} attempts in all"))

    day = lambda us: __import__("datetime").datetime.fromtimestamp(us // 1000000, __import__("datetime").timezone.utc).strftime("%Y-%m-%d")
    days = defaultdict(list)
    for r in req:
        days[day(r[0])].append(r)
    names = sorted(set(days) | {day(u[1]) for u in usage})
    same("requests by day", figure("Requests: gateway attempts")[1:],
         [[d, number(sum(r[1] != "failure" for r in days[d])), number(sum(r[1] == "failure" for r in days[d]))] for d in names] + [["total", number(n - failed), number(failed)]])
    ms = {d: [Decimal(str(r[6])) for r in days[d] if r[6] is not None] for d in names}
    same("durations by day", figure("Duration: gateway attempts")[1:],
         [[d] + [rank(ms[d], p) if ms[d] else "-" for p in (50, 95, 99)] for d in names] + [["total"] + [rank(dur, p) for p in (50, 95, 99)]])
    same("tokens by day", figure("Tokens: gateway attempts")[1:],
         [[d] + [number(sum(r[i] or 0 for r in days[d])) for i in (2, 3)] for d in names] + [["total"] + [number(t) for t in tokens]])
    same("cost by day", figure("Cost estimated: gateway attempts")[1:], [[d, decimal(sum(Decimal(r[4]) for r in days[d] if r[4]))] for d in names] + [["total", decimal(est)]])
    for src in sorted({u[0] for u in usage}):
        of, by = [u for u in usage if u[0] == src], defaultdict(list)
        for u in of:
            by[day(u[1])].append(u)
        for i, title, add in ((2, "Requests", lambda us, i: number(sum(u[i] or 0 for u in us))), (5, "Cost billed", lambda us, i: decimal(sum(Decimal(u[i]) for u in us if u[i])))):
            if any(u[i] is not None for u in of):
                same(f"{title} of {src}", figure(f"{title}: provider usage, {src}")[1:],
                     [[d, add(by[d], i) if any(u[i] is not None for u in by[d]) else "-"] for d in names] + [["total", add(of, i)]])

    for by, i in (("key", 7), ("model", 8), ("team", 9)):
        groups = defaultdict(list)
        for r in req:
            groups[r[i]].append(r)
        line = lambda name, rs: [name, "", number(len(rs)), share(len(rs), n), number(sum(r[1] == "failure" for r in rs)), number(sum(r[2] or 0 for r in rs)),
                                 number(sum(r[3] or 0 for r in rs)), decimal(sum(Decimal(r[4]) for r in rs if r[4])) + " USD estimated"]
        named = sorted((g for g in groups if g is not None), key=lambda g: (-len(groups[g]), g.encode()))
        want = [line(g, groups[g]) for g in named[:10]] + ([line("not named by the record", groups[None])] if None in groups else [])
        if len(named) > 10:
            want.append([f"{len(named) - 10} others", "", number(sum(len(groups[g]) for g in named[10:])), f"of {number(n)}"])
        same("by " + by, listed(by)[1:], want + [line("total", req)])

    kinds = Counter((r[10], r[11]) for r in req if r[1] == "failure")
    every = Counter((r[10], r[11]) for r in req)
    same("errors", sorted(part("errors")[1:]), sorted([str(s) if s is not None else "none", e or "not recorded", "", number(c), share(c, failed), number(every[s, e])]
                                                      for (s, e), c in kinds.items()))
    amounts = [["gateway attempts", "estimated", decimal(est), "USD", f"{number(sum(r[4] is not None for r in req))} of {number(n)}"]]
    same("cost of the gateway", part("amounts")[1:2], amounts)

    cover = command("report", "coverage")["sides"]
    same("coverage", sorted(part("coverage")[1:]), sorted([f"{s['from']} {s['from_kind']}", s["to_kind"], ""] + [number(s[k]) for k in ("linked", "ambiguous", "unmatched", "total")] + [s["percent"] or "-"]
                                                          for s in cover))
    limited = [s for s in cover if s["limited"]]
    same("coverage tile", tile("covered")[1], f"{number(sum(s['linked'] for s in limited))} of {number(sum(s['total'] for s in limited))} app events meet a gateway record")
    check = command("check")
    same("findings", tile("failing"), ([number(check["findings"]["failing"])], f"of {number(check['findings']['found'])} found; checks: {check['met']} met, {check['not_met']} NOT MET, "
                                                                                 f"{check['not_evaluable']} not evaluable"))
    all_ids = {f["id"]: (k["check"], f["text"], f.get("cites", [])) for k in check["checks"] for f in k["findings"]}
    top = part("findings")[1:]
    for cells in top:
        found = [(i, v) for i, v in all_ids.items() if i in cells[0]]
        same("finding " + cells[0], len(found) == 1 and found[0][1][0] in cells[0] and found[0][1][1] in cells[1] and all(f"[{c}]" in cells[2] for c in found[0][1][2][:3]), True)
    same("how many findings", len(top), min(10, check["findings"]["failing"]))
    rest = [int(x) for x in re.findall(r"(\d+) more findings fail", text(page.root))]
    same("the other findings", sum(rest) + len(top), check["findings"]["failing"])
    same("sources", [[r[0], r[2], r[4]] for r in part("sources")[1:]], [[s["name"], f"{number(s['stored'])} of {number(s['records_in'])}", s["state"]] for s in command("sources")["sources"]])

    # Each command on the page gives what the page says it does.
    commands = {flat(c) for c in find(page.root, "code")}
    for c in sorted(commands):
        if re.fullmatch(r"auditkit report (usage|cost|errors|latency|cache) .*", c):
            r = command(*c.split()[1:])
            total = r["total"]["records"] if "total" in r else r["layers"][0]["total"]["records"]
            same(c, total, n)

for w in wrong[:20]:
    print(w)
print("ok", compared)
