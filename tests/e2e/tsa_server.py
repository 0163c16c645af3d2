"""tsa_server.py DIR: a time-stamping authority over HTTPS on 127.0.0.1, answering by `openssl ts` with DIR/ca.cnf, DIR/tsa.pem and DIR/tsa.key. DIR/server.pem
is certificate and key; DIR/port is made when it listens. Each request is a line of DIR/asked: path, content type, bytes. DIR/how says what is wrong with its
answers: `old` repeats the first one, `404`, `words` is no token, `here` sends elsewhere. It ends with its parent."""
import http.server, json, os, ssl, subprocess, sys, threading, time

folder = sys.argv[1]
parent = os.getppid()
first = None


class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        global first
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        how = open(folder + "/how").read().strip() if os.path.exists(folder + "/how") else ""
        with open(folder + "/asked", "a") as f:
            f.write(json.dumps({"path": self.path, "type": self.headers["Content-Type"], "bytes": len(body)}) + "\n")
        open(folder + "/q.tsq", "wb").write(body)
        subprocess.run(["openssl", "ts", "-reply", "-config", "ca.cnf", "-section", "t", "-queryfile", "q.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "q.tsr"],
                       cwd=folder, capture_output=True)
        answer = open(folder + "/q.tsr", "rb").read()
        first = first or answer
        answer = {"old": first, "words": b"come back later", "404": b""}.get(how, answer)
        self.send_response({"404": 404, "here": 307}.get(how, 200))
        if how == "here":
            self.send_header("Location", "https://127.0.0.1:%d/elsewhere" % server.server_port)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


def watch():
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Authority)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/server.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=watch, daemon=True).start()
open(folder + "/port.tmp", "w").write(str(server.server_port))
os.rename(folder + "/port.tmp", folder + "/port")
server.serve_forever()
