"""serve.py AUDITKIT WORKSPACE CSV: what the page of `serve` answers to, what it refuses, and that it says what `search` says. CSV is
ingested between two pages."""
import base64, hashlib, html.parser, http.client, json, os, re, signal, socket, subprocess, sys, time, urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import tap, done

auditkit, ws, late = sys.argv[1:4]
ADA, ADDRESS, KEY = "ada@example.org", "192.0.2.207", "sk-ant-api03-" + "Ab1_" * 23 + "AA"
HOSTILE = ['"><script>alert(1)</script>', "' OR 1=1 --", "</style><img src=x onerror=alert(1)>", "{{{css}}}{{#x}}", "javascript:alert(1)", "\u202eevil\u2066", "%s%n$(id)`id`",
           "a&b=c#d?e", "'; DROP TABLE request; --", "x" * 300]


def cli(*args):
    return subprocess.run([auditkit, "-w", ws, *args], capture_output=True, timeout=60)


class Server:
    def __init__(self, *args):
        self.p = subprocess.Popen([auditkit, "-w", ws, "serve", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.url = self.p.stdout.readline().decode().strip()
        if not self.url and b"without a web server" in self.p.stderr.read():
            print("1..0 # SKIP built without libmicrohttpd")
            sys.exit(0)
        if self.url.startswith("{"):
            self.url = json.loads(self.url)["url"]
        m = re.fullmatch(r"http://(127\.0\.0\.1|\[::1\]):(\d+)(/[0-9a-f]{32}/)", self.url)
        self.host, self.port, self.root = m.group(1), int(m.group(2)), m.group(3)

    def get(self, path, method="GET", headers=None, host=None, body=None):
        c = http.client.HTTPConnection(self.host.strip("[]"), self.port, timeout=20)
        c.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for h in [host] if isinstance(host, str) or host is None else host:
            c.putheader("Host", h or "%s:%d" % (self.host, self.port))
        for k, v in (headers or {}).items():
            c.putheader(k, v)
        if body:
            c.putheader("Content-Length", str(len(body)))
        c.endheaders(body)
        r = c.getresponse()
        r.body = r.read()
        c.close()
        return r

    def at(self, rest, hops=1):
        """A page, after at most so many redirects."""
        r, path = self.get(self.root + rest), self.root + rest
        while r.status == 303 and hops:
            path = r.getheader("Location")
            r, hops = self.get(path), hops - 1
        r.path = path
        return r

    def raw(self, data):
        with socket.create_connection((self.host.strip("[]"), self.port), timeout=10) as s:
            try:
                s.sendall(data)
                return int(s.recv(4096).split(b" ")[1])
            except (ConnectionError, IndexError):
                return 0  # closed on it

    def end(self, how):
        self.p.send_signal(how)
        return self.p.wait(10)


class Page(html.parser.HTMLParser):
    """What a browser would see, and whatever it should never see."""
    def __init__(self, body):
        super().__init__()
        self.bad, self.links, self.rows, self.inputs, self.style, self.tag, self.text = [], [], [], {}, "", "", ""
        self.feed(body.decode())

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.tag = tag
        if tag in ("script", "img", "iframe", "object", "embed", "link", "base") or any(k.startswith("on") or k == "style" for k in a):
            self.bad.append((tag, attrs))
        if tag == "a":
            self.links.append(a["href"])
            if re.match(r"[a-z]*:|//", a["href"]):
                self.bad.append((tag, attrs))
            if "/record/" in "/" + a["href"] and a.get("class") == "cite":
                self.rows.append(urllib.parse.unquote(a["href"].split("record/")[1]))
        if tag == "input" and a["type"] == "text":
            self.inputs.setdefault(a["name"], []).append(a.get("value", ""))

    def handle_data(self, data):
        if self.tag == "style":
            self.style += data
        self.text += data

    def handle_endtag(self, tag):
        self.tag = ""

    def link(self, what):
        return next((l[2:] for l in self.links if what in l and l.startswith("./")), None)


def same(name, got, want):
    tap(got == want, name, [] if got == want else ["got  %.300r" % (got,), "want %.300r" % (want,)])


q = urllib.parse.quote
before = hashlib.sha256(open(ws + "/workspace.db", "rb").read()).hexdigest()
silent = Server("--json", "--idle", "1s")
s = Server("--idle", "60s")
T = s.root

# ---- where it listens ----
listening = [l.split()[1] for f in ("/proc/net/tcp", "/proc/net/tcp6") if os.path.exists(f) for l in open(f) if l.split()[3] == "0A" and l.split()[1].endswith(":%04X" % s.port)]
same("it listens at 127.0.0.1 and nowhere else", listening, ["0100007F:%04X" % s.port])
others = ["127.0.0.2"]
try:
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.connect(("192.0.2.1", 9))
    others.append(u.getsockname()[0])
except OSError:
    pass
refused = []
for a in others:
    try:
        socket.create_connection((a, s.port), timeout=2).close()
    except ConnectionRefusedError:
        refused.append(a)
same("other addresses of the machine are refused", refused, others)

# ---- who may ask ----
ours = "127.0.0.1:%d" % s.port
same("without the token, or with a wrong one, there is nothing", {(r.status, r.body) for r in (s.get(p) for p in ("/", "/favicon.ico", "/" + "0" * 32 + "/", T[:-2] + "/", T[:-1] + "0/", T.upper(), "//" + T[1:]))},
     {(404, b"auditkit: refused\n")})
same("only our own names are a Host", [s.get(T, host=h).status for h in (ours, "localhost:%d" % s.port, "[::1]:%d" % s.port, "LOCALHOST:%d" % s.port, "127.0.0.1", "evil.example", "evil.example:%d" % s.port,
     "127.0.0.1:80", "127.0.0.1.evil.example:%d" % s.port, [ours, "evil.example"], [ours, ours])], [200, 200, 200, 200, 421, 421, 421, 421, 421, 400, 400])
same("a request of old HTTP without Host is refused", s.raw(b"GET %s HTTP/1.0\r\n\r\n" % T.encode()), 400)
same("so are other origins", [s.get(T, headers=h).status for h in ({"Origin": "http://" + ours}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"},
     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"})], [200, 403, 403, 200, 200, 403, 403])
same("and methods that change things", [(s.get(T, method=m).status, s.get(T, method=m).getheader("Allow")) for m in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get")], [(405, "GET, HEAD")] * 7)
same("and bodies", [s.get(T, body=b"x").status, s.get(T, method="POST", body=b"a=b").status], [400, 405])
same("HEAD has no body", (s.get(T, method="HEAD").status, s.get(T, method="HEAD").body, s.get(T + "export.csv", method="HEAD").status), (200, b"", 200))
same("paths lead nowhere else", {s.get(T + p).status for p in ("../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "record/../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "record/a/b", "export.exe", "export.csv/x", "saved/",
     "export.csv.meta.json.bak", "./", "record//x", "%00", "%zz", "%", "%ff%fe", "a%0d%0aSet-Cookie:x", "policy.yaml", "access.jsonl", "static/")}, {404})
same("a record that is none, a search that is none", [s.get(T + p).status for p in ("record/..%2f..%2fetc%2fpasswd", "record/x%3A99999999", "record/%27%20OR%201=1", "saved/none")], [404] * 4)
same("addresses that are too long", [s.raw(b"GET " + T.encode() + b"?text=" + b"a" * n + b" HTTP/1.1\r\nHost: " + ours.encode() + b"\r\n\r\n") for n in (9000, 200000)][0], 414)
tap(s.raw(b"GET " + T.encode() + b" HTTP/1.1\r\nHost: " + ours.encode() + b"\r\nX: " + b"a" * 100000 + b"\r\n\r\n") in (0, 400, 413, 431), "headers that are too long")
tap(s.raw(b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: " + ours.encode() + b"\r\n\r\n") in (400, 404), "a proxy's request")
tap(s.raw(b"\x16\x03\x01\x02\x00\x01" * 20 + b"\r\n\r\n") in (0, 400), "no HTTP at all")

# ---- headers, style, no script ----
r = s.at("")
p = Page(r.body)
policy = r.getheader("Content-Security-Policy")
style = base64.b64encode(hashlib.sha256(p.style.encode()).digest()).decode()
same("the policy names the one style sheet and nothing else", policy, "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" % style)
same("the other headers", [r.getheader(h) for h in ("X-Content-Type-Options", "Referrer-Policy", "Cache-Control", "X-Frame-Options", "Set-Cookie", "Server")], ["nosniff", "no-referrer", "no-store", "DENY", None, None])
kinds = "request audit_event app_event usage ticket access_grant api_key provider_call dlp_verdict quota_event settlement price config_snapshot".split()
pages = [s.at("?layer=" + k) for k in kinds] + [s.at("saved"), s.at("record/" + q(p.rows[0], safe="")), s.at("?limit=500&order=oldest"), s.at("?count=exact")]
same("every page is there, and clean", [(r.status, Page(r.body).bad) for r in pages], [(200, [])] * len(pages))

# ---- filters ----
means = subprocess.run([auditkit, "help", "--json"], capture_output=True, text=True).stdout
options = [o["name"] for c in json.loads(means)["commands"] if c["name"] == "search" for o in c["options"]]
# privileged and high-risk are lists of policy.yaml, of what category and action ask for.
wanted = [n for n in options if n not in ("privileged", "high-risk", "layer", "newest", "limit", "cursor", "all", "count", "full", "format", "output", "force", "trailer", "raw-csv", "save", "json", "help")]
same("the form has every filter of search", sorted(p.inputs), sorted(wanted + ["text"]))
broken = []
for name in sorted(p.inputs):
    for query in ["%s=%s" % (name, q(v)) for v in HOSTILE] if name in ("from", "to", "at", "where", "text") else ["&".join("%s=%s" % (name, q(v)) for v in HOSTILE)]:
        r = s.at("?limit=2&" + query)
        found = Page(r.body)
        if r.status not in (200, 400) or found.bad or b"<script" in r.body.lower() or b"onerror=alert(1)>" in r.body or (r.status == 200 and name in ("user", "model", "source") and found.rows):
            broken.append((name, query[:60], r.status, found.bad, len(found.rows)))
same("hostile text in any of them is text, and bound", broken, [])
same("an unknown field is refused and not repeated", [(r.status, b"zork" in r.body) for r in [s.at("?zork=zork")]], [(400, False)])

# ---- what is personal ----
private = [("user=" + q(ADA), 2), ("ip=" + ADDRESS, 2), ("key=" + KEY, 0), ("where=" + q("user = '%s'" % ADA), 2), ("where=" + q("resource = '%s'" % ADA), 0), ("where=" + q("key = '%s' or user = \"%s\"" % (KEY, ADA)), 2),
           ("text=" + q("mail " + ADA), 0), ("resource=" + q(ADA), 0), ("from=" + q(ADA), None), ("where=" + q("user = %s and (" % ADA), None)]
said = []
for query, n in private:
    first = s.get(T + "?layer=audit_event&" + query)
    where = urllib.parse.unquote_plus(first.getheader("Location") or "")
    then = s.get(first.getheader("Location") or T)
    shown = (first.body + then.body).decode() + where
    said.append((first.status, then.status, any(x in shown for x in (ADA, ADDRESS, KEY)), None if n is None else len(Page(then.body).rows)))
same("is looked up as a token, and the browser sent on", said, [(303, 400 if n is None else 200, False, n) for _, n in private])
same("a settled address stays where it is", s.get(s.at("?user=" + q(ADA) + "&from=&status=4xx&order=oldest").path).status, 200)

# ---- the same as the command line ----
searches = [("layer=audit_event", [], "csv"), ("layer=request&status=4xx", ["--status", "4xx"], "json"), ("user=" + q(ADA), ["--user", ADA], "jsonl"),
            ("key=svc-support&from=2026-06-05&to=2026-06-09&order=oldest", ["--key", "svc-support", "--from", "2026-06-05", "--to", "2026-06-09"], "json"),
            ("where=" + q("status >= 400 and (model like 'gpt*' or cost > 0.01)"), ["--where", "status >= 400 and (model like 'gpt*' or cost > 0.01)"], "jsonl"),
            ("at=03%3A14Z%2B-1m&category=keys", ["--at", "03:14Z+-1m", "--category", "keys"], "csv")]
differ = []
for query, options, form in searches:
    options = options + [x for l in re.findall("layer=([a-z_]*)", query) for x in ("--layer", l)] + ([] if "oldest" in query else ["--newest"])
    found = Page(s.at("?limit=500&" + query).body)
    got, beside = s.at(found.link("export.%s?" % form)), s.at(found.link("export.%s.meta.json?" % form))
    name = re.fullmatch(r'attachment; filename="(.*)"', got.getheader("Content-Disposition")).group(1)
    cli("search", *options, "--all", "-o", name)
    want, meta = open(name, "rb").read(), open(name + ".meta.json", "rb").read()
    rows = [r["cite"] for r in json.loads(s.at(found.link("export.json?")).body)["records"]]
    if (got.body, beside.body, found.rows) != (want, meta, rows[:500]) or not rows or json.loads(meta)["sha256"] != hashlib.sha256(got.body).hexdigest():
        differ.append((query, got.status, len(got.body), len(want), beside.body == meta, len(found.rows), len(rows)))
same("exports and their sidecars are what search writes, to the byte, and pages list the same (F192, F193)", differ, [])
same("the export of a layer, as search prints it", s.at(Page(s.at("?order=oldest&layer=ticket").body).link("export.csv?")).body == cli("search", "--layer", "ticket", "--all", "--format", "csv").stdout, True)

# ---- a record, saved searches ----
cite = Page(s.at("?id=ae-n1&layer=audit_event").body).rows[0]
text = Page(s.at("record/" + q(cite, safe="")).body).text
same("a record has its change, its fields and its place in the file (F190)", [w in text for w in ("/alias", "old", "new", "user.", "curl/8", "night.csv", "head -c")], [True] * 7)
cli("search", "--layer", "request", "--status", "$status", "--save", "refused")
cli("search", "--user", ADA, "--where", "reason = $why", "--save", "hers")
saved = Page(s.at("saved").body)
hers = s.at("?layer=audit_event&user=" + q(ADA))
same("hostile text in records is text", ("<img src=x onerror=alert(1)>" in Page(hers.body).text, Page(hers.body).bad), (True, []))
same("saved searches are listed, with what they want", ("status $status" in saved.text, ADA in saved.text, sorted(saved.inputs)), (True, False, ["status", "why"]))
run = [Page(s.at("saved/" + x).body).rows for x in ("refused?status=4xx", "hers?why=leak")]
same("and run with it", run, [[r["cite"] for r in json.loads(cli("query", "run", n, "--param", v, "--json").stdout)["records"]] for n, v in (("refused", "status=4xx"), ("hers", "why=leak"))])
same("not without, nor with another", [s.at("saved/" + x).status for x in ("refused", "refused?zork=1")], [400, 400])
same("the workspace is as it was", hashlib.sha256(open(ws + "/workspace.db", "rb").read()).hexdigest(), before)

# ---- pages, while others ingest ----
want = [r["cite"] for r in json.loads(cli("search", "--layer", "request", "--layer", "audit_event", "--all", "--json").stdout)["records"]]
listed, link, n = [], "?layer=request&layer=audit_event&order=oldest&limit=500", 0
while link:
    found = Page(s.at(link).body)
    listed += found.rows
    link = found.link("cursor=")
    if n == 0:
        export = found.link("export.jsonl?")
        same("others ingest meanwhile", cli("ingest", late).returncode, 0)
    n += 1
same("pages together are the whole, nothing twice", (listed == want, len(listed), n > 3), (True, len(want), True))
same("and so is the export of the first of them", [json.loads(l)["cite"] for l in s.at(export).body.splitlines()], want)
tap("late-1" in s.at("?order=newest&layer=audit_event&id=late-1").body.decode(), "a new search has what came since")

# ---- many at once ----
idle = [socket.create_connection(("127.0.0.1", s.port)) for _ in range(60)]
for c in idle:
    c.close()
def asked():
    """One that came while all places were taken may be the one that goes: browsers ask again, too."""
    for i in range(3):
        try:
            return s.at("?layer=ticket").status
        except ConnectionError:
            pass
    return 0


status = asked()
same("connections that say nothing keep nobody out for long", status, 200)

held = [socket.create_connection(("127.0.0.1", s.port)) for _ in range(40)]
for c in held:
    c.sendall(b"GET / HTTP/1.1\r\nX: ")
began = time.monotonic()
same("nor do requests that are never finished", (asked(), time.monotonic() - began < 4), (200, True))
for c in held:
    c.close()
same("a ledger that nobody has is none", [s.at(x + "bound=99999999").status for x in ("?", "export.csv?", "export.csv.meta.json?")], [400, 400, 400])

# ---- exports whose readers stall ----
def stall(path):
    c = socket.socket()
    c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    c.connect(("127.0.0.1", s.port))
    c.sendall(("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (path, s.port)).encode())
    return c.recv(100)[:15] == b"HTTP/1.1 200 OK" and c


export = s.root + found.link("export.json?").lstrip("./")
whole = s.get(export)
stalled = [stall(export), stall(export)]
full = s.get(export)
same("while two exports run a third is asked for again by the browser", (whole.status, all(stalled), full.status, full.getheader("Retry-After"), full.getheader("Refresh"), b"Waiting" in full.body), (200, True, 503, "3", "3", True))
if os.environ.get("AK_LONG"):
    began = time.monotonic()
    while (again := s.get(export)).status == 503 and time.monotonic() - began < 30:
        time.sleep(1)
    same("and takes the place of one whose reader has stalled", (again.status, len(again.body), again.body == whole.body), (200, len(whole.body), True))
    stalled[0].settimeout(10)
    got = b""
    try:
        while part := stalled[0].recv(1 << 16):
            got += part
    except ConnectionError:
        pass
    same("which does not look whole", got.endswith(b"0\r\n\r\n"), False)
for c in stalled:
    c.close()

# ---- what is logged ----
log = [json.loads(l) for l in open(ws + "/access.jsonl")]
mine = [l["options"]["words"][0] for l in log if l["command"] == "serve"]
same("pages, records and exports are in access.jsonl", [any(w.startswith(x) for w in mine) for x in ("page: ", "record: ", "export.csv: ", "export.json: ", "export.jsonl: ", "export.csv.meta.json: ")], [True] * 6)
same("with tokens alone", any(x in json.dumps(log) for x in (ADA, ADDRESS, KEY, T[1:-1])), False)
same("as many records as were shown", [l["records"] for l in log if l["command"] == "serve" and l["options"]["words"][0].startswith("page: audit_event where actor_id = 'email:")][0], 2)
lines = open(ws + "/access.jsonl", "rb").read().splitlines()
same("in one chain", [json.loads(l)["previous"] for l in lines], ["0" * 64] + [hashlib.sha256(l).hexdigest() for l in lines[:-1]])

# ---- the end ----
same("a taken port is said", cli("serve", "--port", str(s.port)).returncode, 75)
same("SIGTERM ends it well", s.end(signal.SIGTERM), 0)
same("another start has another token", silent.root != T, True)
same("as is what is no time, or no port", [cli("serve", "--idle", "x").returncode, cli("serve", "--port", "70000").returncode], [2, 2])
t = Server()
same("SIGINT ends it too", t.end(signal.SIGINT), 0)
if os.path.exists("/proc/net/if_inet6"):
    try:
        six = Server("--ipv6")
        same("::1", (six.get(six.root).status, six.end(signal.SIGTERM)), (200, 0))
    except AttributeError:
        pass  # no ::1 here
same("and so does silence", silent.p.wait(10), 0)
done()
