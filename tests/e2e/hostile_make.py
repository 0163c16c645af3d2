"""What the second column of hostile/*.tsv is written in: functions that make hostile input, each time anew."""
import gzip, hashlib, io, json, lzma, os, pathlib, shutil, socket, sqlite3, struct, subprocess, tarfile, threading, time, zipfile

MARK = "ZQHOST" + "ILE"  # stands in every bad record; may stand nowhere else afterwards
M = MARK
left = set()  # names in a workspace that the case itself put there
box = {}


class Made:
    """Bytes of the input, and where its good and its bad records are once it is decoded (None: not known)."""

    def __init__(self, data=None, good=None, bad=None, decoded=None):
        self.data, self.good, self.bad = data, good, bad or []
        self.decoded = data if decoded is None else decoded
        self.env, self.lawless, self.mute, self.repeated = dict(os.environ), False, False, False

    def packed(self, data):
        return Made(data, self.good, self.bad, self.decoded)

    def __add__(self, more):
        return self.packed(self.data + blob(more))


def blob(x):
    return x.data if isinstance(x, Made) else x.encode("utf-8", "surrogatepass") if isinstance(x, str) else x


# ---- records ----

class Bad(bytes):
    pass


class Blank(bytes):
    pass


def bad(x):
    return Bad(blob(x))


def blank(x=b""):
    return Blank(blob(x))


def obj(n, **more):
    o = {"id": "a%06d" % n, "updated_at": "2026-06-01T00:%02d:00.000Z" % (n % 60), "changed_by": "kim", "action": "updated",
         "table_name": "LiteLLM_TeamTable", "object_id": "team-%d" % n, "before_value": "{}", "updated_values": "{}"}
    o.update(more)
    return {k: v for k, v in o.items() if v is not None}


def g(n, **more):
    """A good record of the gateway's audit log."""
    return json.dumps(obj(n, **more)).encode()


def raw(n, member):
    """A record with one more member, written as given."""
    return g(n)[:-1] + b", " + blob(member) + b"}"


def spans(parts, between, start):
    """Joined parts, with the ranges of those that are records."""
    out, good, wrong = bytearray(start), [], []
    for i, p in enumerate(parts):
        if i:
            out += between
        at = (len(out), len(p))
        if isinstance(p, Bad):
            wrong.append(at)
        elif not isinstance(p, Blank):
            good.append(at)
        out += p
    return bytes(out), good, wrong


def lines(*parts, eol=b"\n", last=None, bom=b""):
    data, good, wrong = spans([p if isinstance(p, bytes) else blob(p) for p in parts], eol, bom)
    return Made(data + (eol if last is None else last), good, wrong)


def array(*parts, before=b"[", after=b"]\n"):
    data, good, wrong = spans(parts, b",\n", before)
    return Made(data + after, good, wrong)


TICKETS = b"ticket_id,state,resource_id,requested_by,approver,created_at"


def t(n, state="open", who="kim"):
    return ("CHG-%d,%s,route-%d,%s,lea,2026-06-01T00:%02d:00Z" % (n, state, n, who, n % 60)).encode()


def table(*rows, eol=b"\n", last=None, bom=b"", head=TICKETS):
    data, good, wrong = spans(rows, eol, bom + head + eol)
    return Made(data + (eol if last is None else last), good, wrong)


def cells(sep):
    return lambda row: type(row)(row.replace(b",", sep)) if isinstance(row, (Bad, Blank)) else row.replace(b",", sep)


def swapped(sep, *rows, **more):
    """The table with another delimiter."""
    f = cells(sep)
    return table(*[f(r) for r in rows], head=f(TICKETS), **more)


def some(n, first=1):
    return [g(i) for i in range(first, first + n)]


# ---- compression ----

def run(args, data):
    return subprocess.run(args, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def gz(x, level=6):
    m = x if isinstance(x, Made) else Made(blob(x))
    return m.packed(gzip.compress(m.data, level, mtime=0))


def zst(x, *more):
    m = x if isinstance(x, Made) else Made(blob(x))
    return m.packed(run(["zstd", "-qc", *more], m.data))


def xz(x):
    m = x if isinstance(x, Made) else Made(blob(x))
    return m.packed(lzma.compress(m.data, preset=1))


def cut(m, n):
    """Without the last n bytes; what is readable then is not known to the bit."""
    return Made(m.data[:-n])


def flip(m, at, bit=1):
    d = bytearray(m.data)
    d[at] ^= bit
    return Made(bytes(d))


def bomb(pack, mib):
    """A stream of blanks that is mib MiB long when it is unpacked."""
    tool = {"gz": ["gzip", "-9"], "zst": ["zstd", "-q", "-19"], "xz": ["xz", "-6"]}[pack]
    p = subprocess.Popen(tool + ["-c"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    got = []
    reader = threading.Thread(target=lambda: got.append(p.stdout.read()))
    reader.start()
    for _ in range(mib):
        p.stdin.write(b" " * (1 << 20))
    p.stdin.close()
    reader.join()
    p.wait()
    return Made(got[0])


# ---- archives ----

def member(name, data=b"", type=tarfile.REGTYPE, link="", **more):
    i = tarfile.TarInfo("x")
    i.name, i.type, i.linkname, i.mtime = name, type, link, 1780000000
    d = blob(data)
    i.size = len(d) if type == tarfile.REGTYPE else 0
    for k, v in more.items():
        setattr(i, k, v)
    return i, d


def tar(*members, form=tarfile.GNU_FORMAT):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w", format=form) as f:
        for m in members:
            i, d = m if isinstance(m[0], tarfile.TarInfo) else member(*m)
            f.addfile(i, io.BytesIO(blob(d)))
    return Made(b.getvalue())


def pack(*members, method=zipfile.ZIP_DEFLATED, comment=b""):
    """A zip file of (name, data) or (name, data, mode)."""
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", method) as f:
        f.comment = comment
        for name, data, *mode in members:
            i = zipfile.ZipInfo("x", (2026, 6, 1, 0, 0, 0))
            i.filename, i.compress_type, i.create_system = name, method, 3
            i.external_attr = (mode[0] if mode else 0o100644) << 16
            f.writestr(i, blob(data))
    return Made(b.getvalue())


def zip64(*members):
    """The same with sizes in zip64 fields, as a writer to a pipe may choose."""
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as f:
        for name, data in members:
            i = zipfile.ZipInfo(name, (2026, 6, 1, 0, 0, 0))
            i.compress_type = zipfile.ZIP_DEFLATED
            with f.open(i, "w", force_zip64=True) as out:
                out.write(blob(data))
    return Made(b.getvalue())


def sub(m, old, new, count=-1):
    assert blob(old) in m.data, old
    return m.packed(m.data.replace(blob(old), blob(new), count))


# ---- files, folders and what is none ----

def at(path):
    return box["folder"] / path


def put(path, data, mode=None):
    p = at(path)
    p.parent.mkdir(parents=True, exist_ok=True)
    p.write_bytes(blob(data))
    if mode is not None:
        p.chmod(mode)
    return Made()


def fifo(path="in"):
    os.mkfifo(at(path))
    return Made()


def link(path, to):
    os.symlink(to, at(path))
    return Made()


def sock(path="in"):
    old = os.getcwd()
    os.chdir(box["folder"])
    socket.socket(socket.AF_UNIX).bind(path)
    os.chdir(old)
    return Made()


def sparse(path, size):
    with open(at(path), "wb") as f:
        f.truncate(size)
    return Made()


def both(*made):
    """Several things were made; the last one that has bytes is the input."""
    for m in reversed(made):
        if isinstance(m, Made) and (m.data is not None or m.lawless or m.mute):
            return m
    return Made()


def lawless(m=None):
    """The workspace is not to be judged: it is broken on purpose, or there was no run."""
    m = m if isinstance(m, Made) else Made()
    m.lawless = True
    return m


def mute(m=None):
    """Nothing can be said: standard error is closed."""
    m = m if isinstance(m, Made) else Made()
    m.mute = True
    return m


def again(m):
    m.repeated = True
    return m


def env(m=None, **vars):
    m = m if isinstance(m, Made) else Made()
    for k, v in vars.items():
        if v is None:
            m.env.pop(k, None)
        else:
            m.env[k] = v
    return m


# ---- workspaces ----

def sql(*statements, path="w/workspace.db"):
    db = sqlite3.connect(str(at(path)), isolation_level=None)
    for s in statements:
        db.execute(s)
    db.close()
    return lawless()


def broken(change, path="w/workspace.db"):
    """change gets the file's bytes and gives others."""
    p = at(path)
    p.write_bytes(bytes(change(bytearray(p.read_bytes()))))
    return lawless()


def over(d, offset, data):
    d[offset:offset + len(data)] = data
    return d


def pending(path="w"):
    """The workspace as a crash leaves it: the last transaction stands in the log only."""
    p = at(path)
    db = sqlite3.connect(str(p / "workspace.db"), isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("INSERT INTO diag(export, severity, rule, n) SELECT min(id), 'notice', 'case', 1 FROM export")
    keep = {n: (p / n).read_bytes() for n in ("workspace.db", "workspace.db-wal")}
    db.close()
    for n, data in keep.items():
        (p / n).write_bytes(data)
        (p / n).chmod(0o600)
    return lawless()


def schema(statement, path="w/workspace.db"):
    """Edit sqlite_schema itself."""
    db = sqlite3.connect(str(at(path)), isolation_level=None)
    db.execute("PRAGMA writable_schema=ON")
    db.execute(statement)
    db.close()
    return lawless()


def key(change=None, name=None):
    """The keys of the workspace as a folder of the case; change gets that folder."""
    shutil.copytree(box["home"] / "config", at("config"))
    for k in sorted(at("config").glob("auditkit/keys/*/*")):
        if change and (name is None or k.name.startswith(name)):
            change(k)
    return env(lawless(), XDG_CONFIG_HOME=str(at("config")))


def hold():
    """Another process has the workspace's lock for the time of the case."""
    box["holder"] = subprocess.Popen(["flock", "-x", str(at("w/ingest.lock")), "sleep", "20"])
    time.sleep(0.3)
    return lawless()


def page(d, kind, back=0):
    """Offset of the last (or one before) b-tree page of a kind: 13 table leaf, 10 index leaf, 5 table inside."""
    size = struct.unpack(">H", d[16:18])[0]
    found = [i for i in range(size, len(d), size) if d[i] == kind]
    return found[-1 - back]


def move(a, b):
    os.rename(at(a), at(b))
    return lawless()


def mode(path, bits):
    os.chmod(at(path), bits)
    return lawless()


def gone(path):
    p = at(path)
    shutil.rmtree(p) if p.is_dir() else p.unlink()
    return lawless()


def keep(name):
    left.add(name)
    return Made()


def sh(command):
    subprocess.run(["sh", "-c", command], cwd=box["folder"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return Made()


# ---- yaml ----

POLICY = "version: 1\ndeclared: {by: security-lead, on: 2026-06-16, review_by: 2026-09-30}\n"
MAPPING = """id: case
title: Case
version: 1
kind: ticket
status: from docs
doc:
  - {page: auditkit-formats(5), read: 2026-11-21}
container: json
detect:
  required: [/ticket_id]
identity: [ticket_id]
fields:
  ticket_id: /ticket_id
"""


def policy(text):
    put("w/policy.yaml", text)
    return lines(g(1))


def mapping(text):
    put("m.yaml", text)
    return lines('{"ticket_id": "CHG-1"}')


# ---- packets ----

def packet_tar(change=None):
    """The good packet's members as (TarInfo, bytes), changed and packed again."""
    src = tarfile.open(box["home"] / "good.tar")
    members = [(i, src.extractfile(i).read() if i.isreg() else b"") for i in src.getmembers()]
    members = change(members) if change else members
    return lawless(tar(*members))


def packet_zip(change=lambda d: d):
    return lawless(Made(bytes(change(bytearray((box["home"] / "good.zip").read_bytes())))))


def packet_folder():
    shutil.copytree(box["home"] / "good.packet", at("in.packet"))
    return lawless()


def top():
    return tarfile.open(box["home"] / "good.tar").getnames()[0].split("/")[0]


# ---- the driver's side ----

def prepare(home, source):
    """The two workspaces that cases start from, and a good packet."""
    os.environ["PATH"] = "%s:%s" % (home / "bin", os.environ["PATH"])
    os.environ["SAMPLES"] = str(source / "samples")
    quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name in ("empty", "full"):
        subprocess.run(["ak", "init", name], check=True, **quiet)
    samples = [str(source / "samples" / d) for d in ("grc", "gateway", "assistant")]
    subprocess.run(["ak", "-w", "full", "ingest", *samples], check=True, **quiet)
    for out in ("good.tar", "good.zip", "good.packet"):
        subprocess.run(["ak", "-w", "full", "packet", "build", "--allow-gaps", "-q", "-o", out], check=True, **quiet)


def begin(folder, home, source):
    left.clear()
    box.update(folder=folder, home=home, source=source)


def make(expression):
    got = eval(expression, globals()) if expression != "-" else Made()
    made = got if isinstance(got, Made) else lawless()
    if made.data is not None:
        put("in", made.data)
    return made


def end(folder):
    """End what a case began; take rights back that a case took away, so that everything can be read and removed."""
    if "holder" in box:
        box.pop("holder").kill()
    for root, dirs, files in os.walk(folder):
        for n in dirs:
            if not os.path.islink(os.path.join(root, n)):
                os.chmod(os.path.join(root, n), 0o700)
