"""notify_stub.py DIR: a webhook on 127.0.0.1. Each POST is a line of DIR/got; DIR/answer has the codes of the next answers, then 200. DIR/port is made
when it listens; it ends with its parent."""
import http.server, json, os, sys, threading, time

folder = sys.argv[1]
parent = os.getppid()


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = folder + "/answer"
        codes = open(path).read().split() if os.path.exists(path) else []
        code = int(codes[0]) if codes else 200
        open(path, "w").write(" ".join(codes[1:]))
        with open(folder + "/got", "a") as f:
            f.write(json.dumps({"path": self.path, "auth": self.headers["Authorization"], "type": self.headers["Content-Type"], "status": code, "body": body}) + "\n")
        self.send_response(code)
        if code in (301, 307):
            self.send_header("Location", "http://127.0.0.1:%d/elsewhere" % server.server_port)
        self.send_header("Content-Length", "100000" if code == 202 else "0")
        self.end_headers()
        if code == 202:
            self.wfile.write(b"x" * 100000)

    def log_message(self, *args):
        pass


def watch():
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
threading.Thread(target=watch, daemon=True).start()
open(folder + "/port.tmp", "w").write(str(server.server_port))
os.rename(folder + "/port.tmp", folder + "/port")
server.serve_forever()
