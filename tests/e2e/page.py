"""page.py FOLDER [WORKSPACE]: the page of a packet by Python's own parser. It is valid, stands alone, can be read without colours and without eyes, and
says what its JSON and text twins say. With the workspace, fill rates are counted again by SQL. TAP lines."""
import collections, csv, datetime, html.parser, json, pathlib, re, sqlite3, sys

root = pathlib.Path(sys.argv[1])
workspace = sys.argv[2] if len(sys.argv) > 2 else None
text = (root / "index.html").read_text(encoding="utf-8")
VOID = set("area base br col embed hr img input link meta source track wbr".split())
INLINE = set("a b bdi br span small code time title".split())
n = 0


def tap(good, name, detail=""):
    global n
    n += 1
    print("%s %d - %s" % ("ok" if good else "not ok", n, name))
    if not good:
        print("# " + str(detail)[:900])


class Node:
    def __init__(self, tag, attrs, parent):
        self.tag, self.attrs, self.parent, self.kids = tag, attrs, parent, []

    def words(self):
        return re.sub(r"\s+", " ", "".join(k if isinstance(k, str) else k.words() + ("" if k.tag in INLINE else " ") for k in self.kids))

    def all(self, *tags):
        for k in self.kids:
            if not isinstance(k, str):
                if not tags or k.tag in tags:
                    yield k
                yield from k.all(*tags)

    def up(self, tag):
        p = self.parent
        while p and p.tag != tag:
            p = p.parent
        return p


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("#", {}, None)
        self.wrong = []

    def handle_starttag(self, tag, attrs):
        names = [a for a, _ in attrs]
        if len(set(names)) != len(names):
            self.wrong.append("attribute twice in " + tag)
        node = Node(tag, dict(attrs), self.at)
        self.at.kids.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag, attrs):
        self.at.kids.append(Node(tag, dict(attrs), self.at))

    def handle_endtag(self, tag):
        if self.at.tag != tag:
            self.wrong.append("</%s> closes <%s> in line %d" % (tag, self.at.tag, self.getpos()[0]))
        while self.at.parent and self.at.tag != tag:
            self.at = self.at.parent
        self.at = self.at.parent or self.at

    def handle_data(self, data):
        self.at.kids.append(data)


page = Page()
page.feed(text)
page.close()
top, every = page.root, list(page.root.all())
ids = [e.attrs["id"] for e in every if "id" in e.attrs]
by_id = {e.attrs["id"]: e for e in every if "id" in e.attrs}

# ---- valid and alone ----
tap(not page.wrong and page.at is top, "every tag is closed where it belongs", page.wrong)
tap(len(set(ids)) == len(ids), "no id stands twice", sorted(i for i in set(ids) if ids.count(i) > 1))
allowed = {"table": {"caption", "thead", "tbody", "tfoot"}, "thead": {"tr"}, "tbody": {"tr"}, "tr": {"th", "td"}, "ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd"}}
tap(not [1 for e in every for k in e.kids if e.tag in allowed and ((isinstance(k, str) and k.strip()) or (not isinstance(k, str) and k.tag not in allowed[e.tag]))],
    "tables and lists hold rows and items only")
tap(not [1 for e in every if e.tag == "p" and any(True for _ in e.all("p", "div", "table", "ul", "ol"))], "paragraphs hold words only")
wide = [(r.words()[:60], len([k for k in r.kids if not isinstance(k, str)]), h) for t in top.all("table") for h in [sum(int(c.attrs.get("colspan", 1)) for c in next(t.all("tr")).all("th", "td"))]
        for r in t.all("tr") if sum(int(c.attrs.get("colspan", 1)) for c in r.all("th", "td")) != h]
tap(not wide, "every row has as many cells as its table has columns", wide[:3])
forbidden = [e.tag for e in every if e.tag in {"script", "iframe", "img", "object", "embed", "link", "form", "base", "style"} - {"style"}] + \
            [a for e in every for a in e.attrs if a.startswith("on") or a in ("src", "srcset", "style", "xlink:href")]
tap(not forbidden, "no script, frame, picture from elsewhere or style that the policy would refuse", forbidden)
csp = [e.attrs.get("content", "") for e in every if e.attrs.get("http-equiv") == "Content-Security-Policy"]
tap(csp == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"], "the policy lets nothing in but its own style", csp)
links = [e.attrs.get("href", "") for e in top.all("a")]
tap(not [h for h in links if not (h.startswith("#") or re.fullmatch(r"[A-Za-z0-9._/-]+\.(csv|txt|xlsx)", h))], "links lead to anchors, tables and texts only")
tap(not [h for h in links if h.startswith("#") and h[1:] not in by_id], "each anchor is there", [h for h in links if h.startswith("#") and h[1:] not in by_id][:5])
tap(not [h for h in links if not h.startswith("#") and not (root / h).is_file()], "each file is there", [h for h in links if not h.startswith("#") and not (root / h).is_file()][:5])
tap(len(text.encode()) < 1 << 20, "it is smaller than 1 MB: %d bytes" % len(text.encode()))

# ---- for eyes, ears and keyboards ----
levels = [int(e.tag[1]) for e in every if re.fullmatch("h[1-6]", e.tag)]
tap(levels[0] == 1 and levels.count(1) == 1 and all(b - a < 2 for a, b in zip(levels, levels[1:])), "headings go down step by step", levels)
tap(next(top.all("html")).attrs.get("lang") == "en" and next(top.all("title")).words().strip() != "" and len(list(top.all("main"))) == 1, "language, title and main part are told")
tap(not [e for e in top.all("th") if e.attrs.get("scope") not in ("col", "row") and not e.up("figure")], "each head of a table says whose it is")
tap(not [e for e in top.all("svg") if e.attrs.get("aria-hidden") != "true" and not (e.attrs.get("role") == "img" and any(k.words().strip() for k in e.all("title")))],
    "each picture has words, or stands beside them")
tap(not [e for e in every if "wide" in e.attrs.get("class", "").split() and not (e.attrs.get("tabindex") == "0" and e.attrs.get("aria-label"))], "what scrolls can be reached by keys and has a name")
style = next(top.all("style")).words()


def colours(block):
    return {k: v for k, v in re.findall(r"--([a-z0-9]+): *(#[0-9a-f]{3,6})", block)}


def light(c):
    c = c[1:] if len(c) == 7 else "".join(x * 2 for x in c[1:])
    f = [int(c[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    f = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in f]
    return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]


def contrast(a, b):
    a, b = sorted((light(a), light(b)))
    return (b + 0.05) / (a + 0.05)


blocks = re.findall(r":root \{([^}]*)\}", style)
day = {**colours(blocks[0]), **{k: v for b in blocks for k, v in colours(b).items() if k in ("c1", "c2") and "--c1: #2d" in b}}
night = {**day, **colours(blocks[1])}
pairs = [(f, b) for f in ("fg", "dim", "ok", "say", "gap", "link") for b in ("bg", "soft")] + [("ok", "okb"), ("gap", "gapb"), ("fg", "sayb"), ("on", "bar"), ("link", "sayb")]
low = [(t, f, b, round(contrast(c[f], c[b]), 2)) for t, c in (("light", day), ("dark", night)) for f, b in pairs if contrast(c[f], c[b]) < 4.5]
tap(not low, "words stand out by 4.5 to 1, light and dark", low)
tap("@media print" in style and "counter(pages)" in style and "break-inside" in style, "paper has its own rules, with page numbers")

# ---- twins: JSON, text and page say the same ----
md = (root / "data/00-cover.md").read_text(encoding="utf-8")


def plain(s):
    s = re.sub(r"\\(.)", r"\1", s)
    return re.sub(r"\s+", " ", s.replace("[:]", ":").replace("[@]", "@").replace("[.]", ".")).strip()


def load(name):
    return json.loads((root / name).read_text(encoding="utf-8"))


def flat(v):
    return re.sub(r"\s+", " ", v if isinstance(v, str) else "{:,}".format(v) if isinstance(v, int) and not isinstance(v, bool) else "").strip()


mdlines = {}
for line in md.splitlines():
    m = re.match(r"\| (\S+) \|", plain(line))
    if m:
        mdlines.setdefault(m.group(1), plain(line))
packet, cover, questions, findings, matrix = (load("data/" + f) for f in ("packet.json", "00-cover.json", "08-requests/questions.json", "08-requests/findings.json", "08-requests/matrix.json"))


def twins(name, what, rows, markdown=True):
    """rows: (id, values); each value stands in the element of that id and in the text's line of it."""
    bad, seen = [], 0
    for i, values in rows:
        node = by_id.get(i)
        for v in values:
            v = flat(v)
            seen += 1
            if node is None or v not in node.words():
                bad.append(("page", i, v, node and node.words()[:200]))
            if markdown and v not in mdlines.get(i, ""):
                bad.append(("text", i, v, mdlines.get(i)))
    tap(not bad and seen, "%s: %d values of %s" % (name, seen, what), bad[:4])


def verdict(v):
    return "NOT MET" if v == "not met" else v


twins("questions", "questions.json", [(q["id"], (q["question"], q["measured"], q["proof"])) for q in questions["questions"]])
twins("verdicts", "questions.json, on the page", [(q["id"], (verdict(q["verdict"]),)) for q in questions["questions"]], False)
whole = bool(matrix["areas"])  # a packet of some records judges nothing
tap(len(questions["questions"]) == 7 and all(bool(q.get("common_failure")) == whole for q in questions["questions"]), "seven questions, each with what it commonly fails by")
if findings["findings"]:
    twins("findings", "findings.json", [("F-" + f["id"], [f["title"], f["measured"]] + [v for k, v in (f["response"] or {}).items() if v and k not in ("closed", "overdue")]) for f in findings["findings"]])
shown = questions["gaps"][:60]
if shown:
    twins("gaps", "questions.json", [(g["id"], (g["gap"], g["owner"] or "nobody", g["due"] or "no date")) for g in shown])
tap(len(questions["gaps"]) == len(list(csv.DictReader((root / "data/tables/gaps.csv").open(encoding="utf-8", newline="")))), "gaps.csv has all gaps")
more = len(questions["gaps"]) - 60
tap(more <= 0 or ("%s more stand in" % "{:,}".format(more) in by_id["gaps"].words() and "%s more stand in" % "{:,}".format(more) in plain(md)), "what is cut is counted")
twins("rules", "00-cover.json", [(r["id"], (r["text"], r["basis"], r["tag"])) for r in cover["rules"]])
twins("checks that fail", "00-cover.json", [(r["id"], (r["title"], r["affected"], r["of"], r["unit"], r["found"], r["fix"])) for r in cover["checks"]["rules"] if r["verdict"] == "not met"]
      or [("answers", ("",))], any(r["verdict"] == "not met" for r in cover["checks"]["rules"]))
tap(sum(cover["checks"][k] for k in ("met", "not_met", "not_evaluable")) == len(cover["checks"]["rules"]) and all(r["id"] in by_id for r in cover["checks"]["rules"]), "every rule stands on the page, with its verdict")
if whole:
    twins("matrix", "matrix.json", [("A%d" % a["number"], (a["area"], a["question"], "%d of %d" % (a["supplied"], a["needed"]), "%d of %d" % (a["rules_met"], a["rules"]), a["owner"])) for a in matrix["areas"]])
    twins("classes of evidence", "matrix.json", [("A%d" % a["number"], [c["title"] for c in a["classes"]]) for a in matrix["areas"]], False)
else:
    tap("Not judged" in by_id["matrix"].words(), "it says that nothing is judged")
words = top.words()
pmd = plain(md)
table = lambda name: list(csv.DictReader((root / "data/tables" / (name + ".csv")).open(encoding="utf-8", newline="")))

# ---- what stands beside it ----
EVENTS = {"request", "audit_event", "app_event", "usage", "provider_call", "dlp_verdict", "quota_event", "settlement"}  # by hand: what happens; the others are states
dated = {k: sorted(x for r in table("records") if (r["kind"] in EVENTS) == k for x in (r["first"], r["last"]) if x) for k in (True, False)}
outside = [x for x in dated[False] if dated[True] and not dated[True][0] <= x <= dated[True][-1]]
tap([packet["period"]["first"], packet["period"]["last"]] == ([dated[True][0], dated[True][-1]] if dated[True] else [None, None]), "the period is that of events", packet["period"])
tap(not dated[True] or "events of %s to %s" % (dated[True][0], dated[True][-1]) in words, "the page says so")
tap(sorted({x for s in packet["period"]["states_outside"] for x in (s["first"], s["last"])} & set(outside)) == sorted(set(outside)) and all("dated " + s["first"][:10] in words for s in packet["period"]["states_outside"]),
    "states that are dated outside of it are named", (outside, packet["period"]["states_outside"]))
verdicts = {r["check"]: r["verdict"] for r in cover["checks"]["rules"]}
wrong = []
for q in questions["questions"] if whole else []:
    row, line = by_id[q["id"]], mdlines[q["id"]]
    hrefs = {a.attrs["href"] for a in row.all("a")}
    for r in q["rules"]:
        if verdicts[r["check"]] != r["verdict"]:
            wrong.append(("another verdict", q["id"], r["check"]))
        if r["verdict"] == "not met" and not ("NOT MET" in row.words() and "#C-" + r["check"] in hrefs and "C-" + r["check"] in line):
            wrong.append(("not told", q["id"], r["check"]))
        if r["verdict"] == "not evaluable" and "C-" + r["check"] not in line:
            wrong.append(("not told in the text", q["id"], r["check"]))
    by = collections.Counter(r["verdict"] for r in q["rules"])
    if "%d of %d met" % (by["met"], len(q["rules"])) not in row.words() or (by["not evaluable"] and "%d cannot be judged" % by["not evaluable"] not in row.words()):
        wrong.append(("counts", q["id"], row.words()))
    for a in q["areas"]:
        area = matrix["areas"][a - 1]
        if q["number"] not in area["questions"] or "A%d %s" % (a, verdict(area["verdict"])) not in row.words() or "%s %s" % (q["id"], verdict(q["verdict"])) not in by_id["A%d" % a].words():
            wrong.append(("area", q["id"], a))
tap(not wrong and (not whole or sum(len(q["rules"]) for q in questions["questions"]) > 20), "rules and areas on a question's subject stand beside its verdict, and the question beside the area", wrong[:5])
named = [o for o in questions["questions"] + matrix["areas"] if bool(o["owners"]) != bool(o["owner_basis"])] + \
        [q["id"] for q in questions["questions"] if (", ".join(q["owners"]) or "nobody named") not in by_id[q["id"]].words() or ("(policy)" in by_id[q["id"]].words()) != ((q["owner_basis"] or "")[:6] == "policy")]
tap(not named and (any(q["owners"] for q in questions["questions"]) or not packet["prepared_by"]), "owners of the page are those of the document, with where they come from", named[:3])


def late(due, closed=None):
    days = (datetime.date.fromisoformat(packet["as_of"][:10]) - datetime.date.fromisoformat(due)).days if due and not closed and re.fullmatch(r"\d{4}-\d\d-\d\d", due) else 0
    return days if days > 0 else None


owed = [(g["id"], g["overdue"], late(g["due"])) for g in questions["gaps"]] + [("F-" + f["id"], f["response"]["overdue"], late(f["response"]["due"], f["response"]["closed"])) for f in findings["findings"] if f["response"]]
tap(all(a == b for _, a, b in owed), "days past due, as Python's calendar has them", [o for o in owed if o[1] != o[2]])
tap(all(("OVERDUE %d d" % b in by_id[i].words() and "OVERDUE %d d" % b in mdlines[i]) if b else "OVERDUE" not in by_id[i].words() for i, _, b in owed if i in by_id), "what is late is marked, and nothing else")
tap([(r["id"], r["overdue_days"]) for r in table("gaps")] == [(g["id"], str(late(g["due"]) or "")) for g in questions["gaps"]], "gaps.csv too")
people = sum(len(re.findall(r"(?:user|email):[0-9a-f]{32}", f.read_text(encoding="utf-8", errors="replace"))) for f in root.rglob("*") if f.is_file() and f.suffix in (".json", ".csv", ".md", ".html"))
tokens = ((packet["view"] or {}).get("leaves_out") or {}).get("tokens", [])
tap(("People are withheld" in words) == ({"user", "email"} <= set(tokens)) == ("People are withheld" in pmd) and ("under pseudonyms, which are personal data" in words or not people),
    "whether people stand in it under pseudonyms is said as it is", (people, tokens))
said = next(a["text"] for a in cover["answers"] if a["id"] == "not-logged")
m = re.search(r"of ([\d,]+) attempts.*?events ([\d,]+) arrived with one, ([\d,]+) with one .*?, ([\d,]+) with none(?:, ([\d,]+) in a format)?", said)
told = [int((x or "0").replace(",", "")) for x in m.groups()] if m else [0]
section4 = [[int(x) for x in re.match(r".*?: (\d+) of (\d+) .*?completion, (\d+) with one masked or encrypted by the source, (\d+) (?:with none|in a format)", s["text"]).groups()]
            for s in load("data/04-redaction.json")["statements"] if "arrived with a prompt or completion" in s["text"]]
tap(not section4 or (told[0] == sum(told[1:]) and [told[1], told[0], told[2], told[3] + told[4]] == [sum(c) for c in zip(*section4)]), "what arrived, masked and not, adds up to all, as section 4 has it", (told, section4))
tap(sum(p["attempts"] for p in cover["providers"]) == sum(int(r["attempts"]) for r in table("routes")) or not whole or any(int(r["left_out"]) + int(r["merged"]) for r in table("small_groups") if r["table"] == "routes"),
    "who receives data adds up to all attempts")
found = {f["id"]: f for f in findings["findings"]}
if "change-no-ticket" in found:
    parts = {a: int(b.replace(",", "")) for a, b in re.findall(r"([a-z -]+?) ([\d,]+)(?:, |$)", found["change-no-ticket"]["details"])}
    asked = collections.Counter(r["verdict"] for r in table("changes") if r["verdict"] not in ("settlement", "not made"))
    tap(parts == dict(asked) and found["change-no-ticket"]["details"] in words, "changes add up by what became of each", (parts, asked))
if "provider-bypass" in found:
    keys = {r["key"] for r in table("keys")}
    tap(any(k and k in found["provider-bypass"]["details"] for k in keys) and found["provider-bypass"]["details"] in words, "the key past the gateway is named", found["provider-bypass"])
steps = [s for o in top.all("ol") if o.attrs.get("class") == "steps" for s in o.all("li")]
hops = [h for h in (load("data/07-sample-trace.json").get("trace") or {"hops": []})["hops"] if h["n"] <= 5]
tap(len(steps) == len(hops) and all(flat(l) in re.sub(r"\s+", " ", s.words()) for s, h in zip(steps, hops) for l in h["lines"] if "MISSING" in l), "no step hides what is MISSING")
own = {h["fields"].get("auditkit.key.alias") for h in hops if h.get("fields")} - {None}
own = {r["key"] for r in table("keys") if r["alias"] in own}
keys = [b["key"] for h in hops for b in h.get("buckets", [])]
tap(not own & set(keys) or (keys[0] in own and "its key " + keys[0] in words), "sums of its own key come first", (own, keys))
said = next(a["text"] for a in cover["answers"] if a["id"] == "one-request")
m = re.search(r"(\d+) of 5 steps are answered: (\d+) by (\d+) records?(?:[^;]*; (\d+) by (\d+) sum)?", said)
tap(not hops or (m and int(m[1]) == int(m[2]) + int(m[4] or 0) and int(m[3]) == len({h["cite"] for h in hops if h["state"] == "present"})), "steps and records of the trace add up", said)
rows = table("request_map") if (root / "data/tables/request_map.csv").is_file() else []
tap(all(part.split(" ", 1)[1].lower() == verdicts[part.split(" ", 1)[0][2:]] for r in rows for part in r["rules"].split("; ") if part) and (not whole or not rows or any(r["rules"] for r in rows)),
    "the request map says what rules say")
residual = [r for r in cover["checks"]["rules"] if r["check"] == "residual" and verdicts["bypass"] == "not met"]
tap(all(r["note"] and "class bypass" in r["note"] and r["note"] in words for r in residual), "explained gaps beside a bypass say so")

missing = [v for a in cover["answers"] for v in (a["text"], a["head"]) if flat(v) not in words or flat(v) not in pmd]
missing += [p[k] for p in cover["providers"] for k in ("provider", "region", "contract") if p[k] and (p[k] not in by_id["providers"].words() or p[k] not in pmd)]
tap(len(cover["answers"]) == 5 and not missing, "five short answers and the providers, in words of 00-cover.json", missing)
lists = by_id["checklists"].words()
miss = [(i["item"], m) for g in cover["checklists"] for i in g["items"] for m in i["measured"]
        if "{:,} of {:,} ".format(m["filled"], m["of"]) not in lists or "{:,} of {:,} ".format(m["filled"], m["of"]) not in pmd]
tap([len(g["items"]) for g in cover["checklists"]][-1] == 13 and len(cover["checklists"]) == 8 and not miss, "seven groups and the thirteen fields, with each measure", miss[:4])
stated = 0
bad = []
for f in sorted(root.glob("data/0[1-7]-*.json")):
    section = json.loads(f.read_text(encoding="utf-8"))
    own = plain(f.with_suffix(".md").read_text(encoding="utf-8"))
    for s in section["statements"]:
        stated += 1
        if not (flat(s["text"]) in by_id[s["id"]].words() and s["tag"] in by_id[s["id"]].words() and flat(s["text"]) in own):
            bad.append((s["id"], s["text"]))
tap(stated == packet["proven"] + packet["declared"] and not bad, "%d statements of the sections: page, JSON and text" % stated, bad[:3])
tap("{} proven, {} declared".format(packet["proven"], packet["declared"]) in words, "the strip counts them")
resources = load("data/datapackage.json")["resources"]
files = by_id["tables"].words()
tap(not [r["name"] for r in resources if r["hash"][7:] not in files or "{:,}".format(r["bytes"]) not in files], "each table with its bytes and SHA-256")
tap(not [e for e in every if e.attrs.get("class", "") in ("proven", "declared") and e.words().strip() == ""], "no tag is empty")
for phrase in ("not a verdict on compliance", "not a mapping to legal controls", "Calls that never reached an export"):
    tap(phrase in words, "it says: " + phrase)

# ---- counted again ----
if workspace:
    db = sqlite3.connect("file:%s/workspace.db?mode=ro" % workspace, uri=True)
    live = " FROM {0} t WHERE t.state = 0 AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.seq = t.seq)"
    asked = {("key owner", "api_key"): "owner_id IS NOT NULL", ("app", "app_event"): "app IS NOT NULL", ("actor_role", "audit_event"): "actor_role IS NOT NULL",
             ("actor_ip", "audit_event"): "coalesce(client_address, client_network) IS NOT NULL", ("reason", "audit_event"): "coalesce(reason_code, reason_text) IS NOT NULL",
             ("before", "audit_event"): "changes LIKE '%\"before\"%'", ("after", "audit_event"): "changes LIKE '%\"after\"%'", ("billed cost", "usage"): "cost_billed IS NOT NULL",
             ("project", "usage"): "project_id IS NOT NULL", ("log scope of grants", "access_grant"): "log_scope IS NOT NULL"}
    got = {(i["item"], m["kind"]): (m["filled"], m["of"]) for g in cover["checklists"] for i in g["items"] for m in i["measured"]}
    differ = []
    for (item, kind), condition in asked.items():
        want = db.execute("SELECT count(*) FILTER (WHERE %s), count(*)" % condition + live.format(kind)).fetchone()
        if want[1] and got.get((item, kind)) != want:
            differ.append((item, kind, got.get((item, kind)), want))
    tap(not differ, "fill rates as SQL counts them", differ)
    again = db.execute("SELECT count(DISTINCT y.key_id) FROM api_key y JOIN audit_event a ON a.resource_id = y.key_id WHERE a.action = 'api_key.created'"
                       " AND unixepoch(a.event_start) - unixepoch(y.created_at) > 86400").fetchone()[0]
    note = next((r["note"] for r in cover["checks"]["rules"] if r["check"] == "revoked-key-use"), None)
    tap(not again or ("%d have a creation event more than a day after they were there" % again in (note or "") and note in words), "keys that were made when they were there already are told", (again, note))
