"""Plays the APIs that `pull` speaks to, over HTTPS on 127.0.0.1, with their faults. usage: api_server.py DIR
DIR holds server.pem (certificate and key); the port is written to DIR/port, each request to DIR/asked as a line of JSON. Records
are made from numbers, so that a test can make the same ones as a file: see records(). Faults are switched on by files in DIR,
whose content is the number of the page (from 1) at which they happen; a fault that is to happen once removes its file."""
import json
import os
import ssl
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

folder = sys.argv[1]
KEY = "key-of-the-" + "test-1234"
START = 1780272000  # 2026-06-01T00:00:00Z
lock = threading.Lock()


def setting(name, otherwise):
    try:
        with open(os.path.join(folder, name)) as f:
            return f.read().strip()
    except FileNotFoundError:
        return otherwise


def fault(name, page, once=False):
    """Is this fault to happen at this page?"""
    with lock:
        at = setting(name, None)
        if at is None or (at and int(at) != page):
            return False
        if once:
            os.remove(os.path.join(folder, name))
        return True


def audit(i, tenant):
    return {"object": "organization.audit_log", "id": f"audit_log-{tenant}-{i}", "type": "api_key.created",
            "effective_at": START + i * 60, "actor": {"type": "api_key", "api_key": {"id": "key_1", "type": "user"}},
            "api_key.created": {"id": f"key_{i}", "data": {"scopes": ["all"]}}}


def records(n, tenant):
    """Newest first."""
    return [audit(i, tenant) for i in range(n, 0, -1)]


def usage(start, end, width, kind):
    return [{"object": "bucket", "start_time": t, "end_time": t + width, "results": [
        {"object": f"organization.usage.{kind}.result", "input_tokens": int(setting("tokens", "10")), "output_tokens": 5, "num_model_requests": 1,
         "project_id": "proj_a", "user_id": None, "api_key_id": "key_1", "model": "gpt-5-mini", "batch": False}]}
        for t in range(start, min(end, START + 86400), width)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def send(self, status, body, headers=(), length=None):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw) if length is None else length))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def do_GET(self):
        url = urlsplit(self.path)
        query = parse_qsl(url.query, keep_blank_values=True)
        with lock:
            with open(os.path.join(folder, "asked"), "a") as f:
                print(json.dumps({"path": url.path, "query": query, "agent": self.headers["User-Agent"]}), file=f)
        q = dict(query)
        if KEY not in (self.headers["Authorization"] or "") + (self.headers["x-api-key"] or ""):
            return self.send(401, {"error": "who are you"})
        for prefix, answer in routes:
            if url.path.startswith(prefix):
                return answer(self, url.path, q, query)
        return self.send(404, {"error": "no such path"})

    def troubled(self, page):
        """One of the faults that every API may have; True when it has happened."""
        if fault("rate", page, True):
            self.send(429, {}, [("Retry-After", "1")])
        elif fault("rate-date", page, True):
            self.send(429, {}, [("Retry-After", formatdate(time.time() + 2, usegmt=True))])
        elif fault("error", page, True):
            self.send(500, {})
        elif fault("dead", page):
            self.send(503, {}, [("Retry-After", "1000")])
        elif fault("cut", page, True):
            self.send(200, b'{"data":[', length=5000)
            self.close_connection = True
        elif fault("half", page):
            self.send(200, b'{"data":[{"id":"x"}')
        elif fault("elsewhere", page):
            self.send(302, b"", [("Location", "https://elsewhere.example.org/v1/organization/audit_logs")])
        elif fault("plain", page):
            self.send(302, b"", [("Location", "http://" + self.headers["Host"] + self.path)])
        elif fault("circle", page):
            self.send(302, b"", [("Location", self.path)])
        elif fault("moved", page) and not self.path.startswith("/moved"):
            self.send(307, b"", [("Location", "/moved" + self.path)])
        elif fault("hang", page):
            time.sleep(60)
        elif fault("huge", page):
            self.huge()
        else:
            return False
        return True

    def huge(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        piece = b" " * 1048576
        try:
            for _ in range(200):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        except OSError:
            self.close_connection = True

    def audit_logs(self, path, q, query):
        tenant = q.get("tenant_only") == "true"
        every = [r for r in records(int(setting("records", "25")), "t" if tenant else "f")
                 if int(q["effective_at[gte]"]) <= r["effective_at"] < int(q["effective_at[lt]"])]
        size = int(setting("size", "10"))
        ids = [r["id"] for r in every]
        first = ids.index(q["after"]) + 1 if q.get("after") else 0
        page = first // size + 1 + (100 if tenant else 0)
        if self.troubled(page):
            return None
        data = every[first:first + size]
        more = first + size < len(every)
        answer = {"object": "list", "data": data, "first_id": data[0]["id"] if data else None,
                  "last_id": data[-1]["id"] if data else None, "has_more": more}
        if fault("repeat", page):
            answer["last_id"] = ids[size - 1]
        if fault("empty", page):
            answer.update(data=[], has_more=True)
        if fault("nowhere", page):
            answer["last_id"] = None
        if fault("endless", page):
            answer["last_id"] = "x" * 20000
        if fault("same", page):
            answer = {"object": "list", "data": every[:size], "first_id": ids[0], "last_id": ids[size - 1], "has_more": True}
        if fault("secret", page):
            answer["data"][0]["project"] = {"id": "proj_x", "name": "sk-proj-" + "A1b2C3d4" * 6}
        time.sleep(float(setting("slow", "0")))
        return self.send(200, answer)

    def usage(self, path, q, query):
        kind = path.rsplit("/", 1)[1]
        start, end = int(q.get("page", "p_" + q["start_time"])[2:]), int(q["end_time"])
        limit = min(int(q["limit"]), int(setting("size", "10")))
        width = {"1h": 3600, "1d": 86400}[q["bucket_width"]]
        buckets = usage(start, end, width, kind)
        if self.troubled(1 + (start - START) // width // limit):
            return None
        page, rest = buckets[:limit], buckets[limit:]
        return self.send(200, {"object": "page", "data": page, "has_more": bool(rest),
                               "next_page": f"p_{rest[0]['start_time']}" if rest else None})

    def spend(self, path, q, query):
        """Pages by number, oldest first."""
        every = [spend_row(i) for i in range(int(setting("records", "25")))]
        every = [r for r in every if q["start_date"] <= r["startTime"][:19] < q["end_date"]]
        page, size = int(q["page"]), int(setting("size", "10"))
        if self.troubled(page):
            return None
        data = every[(page - 1) * size:page * size]
        if fault("lost", page):
            data = data[:-1]
        return self.send(200, {"data": data, "total": len(every), "page": page, "page_size": size,
                               "total_pages": -(-len(every) // size)})

    def teams(self, path, q, query):
        """An API of nobody: teams by cursor, calls of a team by links."""
        names = ["red", "green", "blue"]
        if path.endswith("/teams"):
            i = int(q.get("after", 0))
            return self.send(200, {"teams": [{"name": names[i]}], "next": str(i + 1) if i < 2 else None})
        i = int(q.get("from", 0))
        calls = [{"call": f"{path.split('/')[-2]}-{k}", "when": START + k * 60, "model": "gpt-4.1", "tokens": k} for k in range(i, i + 4)]
        to = f"https://{self.headers['Host']}{path}?from={i + 4}"
        if fault("stray", 1 + i // 4):
            to = f"https://elsewhere.example.org{path}?from={i + 4}"
        links = [("Link", f'<{path}?from=0>; rel="first", <{to}>; rel="next"')] if i < 8 else []
        if self.troubled(1 + i // 4):
            return None
        return self.send(200, {"calls": calls}, links)


def spend_row(i):
    t = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(START + i * 60))
    return {"request_id": f"chatcmpl-{i}", "call_type": "acompletion", "api_key": f"{i % 3:064x}", "spend": 0.00025, "total_tokens": 30,
            "prompt_tokens": 10, "completion_tokens": 20, "startTime": t + ".000100", "endTime": t + ".900100", "model": "gpt-4o-2024-11-20",
            "model_group": "chat-default", "status": "success", "cache_hit": "False", "metadata": {}}


routes = [("/v1/organization/audit_logs", Handler.audit_logs), ("/moved/v1/organization/audit_logs", Handler.audit_logs),
          ("/proxy/v1/organization/audit_logs", Handler.audit_logs), ("/v1/organization/usage/", Handler.usage),
          ("/litellm/spend/logs/v2", Handler.spend), ("/example/", Handler.teams)]

if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(os.path.join(folder, "server.pem"))
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with open(os.path.join(folder, "port.tmp"), "w") as f:
        f.write(str(server.server_address[1]))
    os.rename(os.path.join(folder, "port.tmp"), os.path.join(folder, "port"))
    server.serve_forever()
