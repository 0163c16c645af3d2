# Certificates of our own and the server of api_server.py, in $1; for tests that speak to it. Sets $port; ends with the test.
api_start() {
	mkdir -p "$1"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1/ca.key" -out "$1/ca.pem" -days 2 -subj /CN=authority >/dev/null 2>&1
	certify "$1" server 'subjectAltName=DNS:localhost,IP:127.0.0.1'
	rm -f "$1/port"
	python3 "$AK_SRCDIR/tests/e2e/api_server.py" "$1" 2>"$1/log" &
	api_pid=$!
	trap 'kill $api_pid 2>/dev/null; rm -rf "$tap_dir"' EXIT
	for _ in $(seq 100); do
		[ -e "$1/port" ] && break
		sleep 0.1
	done
	port=$(cat "$1/port")
}
certify() { # certify DIR NAME EXTENSION...: DIR/NAME.pem, certificate and key, of the authority in DIR
	openssl req -newkey rsa:2048 -nodes -keyout "$1/$2.key" -out "$1/$2.csr" -subj "/CN=$2" >/dev/null 2>&1
	printf '%s\n' "$3" >"$1/$2.ext"
	openssl x509 -req -in "$1/$2.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial -days 2 -extfile "$1/$2.ext" -out "$1/$2.crt" >/dev/null 2>&1
	cat "$1/$2.crt" "$1/$2.key" >"$1/$2.pem"
}
