#!/bin/sh
# F176: an annex that only its recipients can read, by openssl as it is; the packet is the same and complete without it.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" -w w ingest "$AK_SRCDIR/samples/gateway" >/dev/null 2>&1
cert() { # cert NAME ARGUMENT...: key and certificate
	n=$1
	shift
	openssl req -x509 -nodes -keyout "$n.key" -out "$n.pem" -subj "/CN=$n" "$@" 2>/dev/null
}
p256='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2'
cert rsa -newkey rsa:2048 -days 2
# shellcheck disable=SC2086
for n in curve stranger; do cert $n $p256; done
open_for() { openssl cms -decrypt -inform DER -in "$2" -recip "$1.pem" -inkey "$1.key" -out "$3" 2>/dev/null; }
build() { "$AUDITKIT" -w w packet build --allow-gaps -q "$@" >out 2>err; }

mkdir plain sealed
build -o plain/p.tar
build -o sealed/p.tar --annex-for rsa.pem --annex-for curve.pem
is "built with an encrypted annex, and never a plain one" "$? $(cd sealed && echo .[!.]* *)" "0 .[!.]* p.annex.tar.p7m p.tar p.tar.receipt.txt"
ok "the packet is the same" cmp plain/p.tar sealed/p.tar
is "and complete without it" "$("$AUDITKIT" packet verify sealed/p.tar --json | jq -r '[.checks[] | select(.result == "fail")] | length')" 0
a=sealed/p.annex.tar.p7m
is "nothing of it can be read" "$(grep -ac 'leaves.csv\|seq,kind' plain/p.annex.tar) $(grep -ac 'leaves.csv\|seq,kind\|bagit' $a)" "$(grep -ac 'leaves.csv\|seq,kind' plain/p.annex.tar) 0"
is "it is CMS: AES-256-GCM, OAEP for RSA, ECDH for the curve" "$(openssl cms -cmsout -print -inform DER -in $a 2>/dev/null | grep -oE 'id-smime-ct-authEnvelopedData|aes-256-gcm|rsaesOaep|dhSinglePass-stdDH-sha256kdf-scheme' | sort -u | tr '\n' ' ')" "aes-256-gcm dhSinglePass-stdDH-sha256kdf-scheme id-smime-ct-authEnvelopedData rsaesOaep "
for n in rsa curve; do
	open_for $n $a $n.tar
	is "$n: opens it, and gets the annex" "$? $(cmp $n.tar plain/p.annex.tar && echo same)" "0 same"
done
is "which verifies against the packet" "$("$AUDITKIT" packet verify sealed/p.tar --annex rsa.tar --json | jq -r '.checks[] | select(.name == "annex").result')" pass
open_for stranger $a x.tar
is "nobody else opens it" "$(($? != 0)) $(cmp -s x.tar plain/p.annex.tar; echo $?)" "1 $([ -e x.tar ] && echo 1 || echo 2)"
python3 - $a <<'P'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[len(b) // 2] ^= 1
open("flipped", "wb").write(b)
P
open_for rsa flipped x.tar
is "a changed byte is seen by who decrypts it" "$(($? != 0))" 1

"$AUDITKIT" packet verify sealed/p.tar --annex $a >out 2>err
is "encrypted it is not verified, and the command is named: exit 5" "$? $(tr -s '\n ' ' ' <err | grep -c 'openssl cms -decrypt -inform DER -in p.annex.tar.p7m -recip CERT.pem -inkey KEY.pem -out p.annex.tar,')" "5 1"

"$AUDITKIT" packet annex plain/p.annex.tar --for curve.pem -o later.p7m >out 2>err
is "a plain one is encrypted later" "$? $(open_for curve later.p7m x.tar; cmp x.tar plain/p.annex.tar && echo same)" "0 same"
"$AUDITKIT" packet annex later.p7m --for curve.pem -o twice.p7m >out 2>err
is "not twice: exit 5" "$?" 5
"$AUDITKIT" packet annex plain/p.tar --for curve.pem -o no.p7m >out 2>err
is "nor a packet: exit 5" "$? $(ls no.p7m 2>/dev/null)" "5 "

printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index\nnew_certs_dir = .\nserial = number\ndefault_md = sha256\npolicy = p\n[p]\ncommonName = supplied\n' >old.cnf
: >index && echo 01 >number
openssl req -new -key curve.key -subj /CN=old -out old.csr
openssl ca -batch -notext -config old.cnf -selfsign -keyfile curve.key -in old.csr -startdate 20200101000000Z -enddate 20200201000000Z -out old.pem 2>/dev/null
openssl genpkey -algorithm ed25519 -out ed.key 2>/dev/null
openssl req -x509 -new -key ed.key -subj /CN=ed -days 2 -out ed.pem 2>/dev/null
# shellcheck disable=SC2086
cert signs $p256 -addext keyUsage=critical,digitalSignature
cat rsa.pem curve.pem >two.pem
rm -rf sealed/*
for row in 'old.pem 6 has.run.out' 'ed.pem 6 nothing.can.be.encrypted' 'signs.pem 6 keyUsage' 'two.pem 5 more.than.one' 'rsa.key 5 no.certificate' 'none.pem 5 none.pem'; do
	# shellcheck disable=SC2086
	set -- $row
	build -o sealed/p.zip --annex-for curve.pem --annex-for "$1"
	is "$1: exit $2, nothing is written" "$? $(tr -s '\n ' ' ' <err | grep -c "$3") $(ls -A sealed)" "$2 1 "
done
cp plain/p.annex.tar sealed/p.annex.tar
build -o sealed/p.tar --force --annex-for curve.pem
is "a plain annex of an earlier packet is not left beside it: exit 2" "$? $(ls -A sealed)" "2 p.annex.tar"
build -o folder --annex-for curve.pem
open_for curve folder.annex.tar.p7m x.tar
is "a packet that is a folder has one, too" "$? $("$AUDITKIT" packet verify folder --annex x.tar --json | jq -r '.checks[] | select(.name == "annex").result')" "0 pass"
finish
