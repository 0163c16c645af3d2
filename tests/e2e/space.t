#!/bin/sh
# A disk that fills up: a workspace, then a packet, on file systems of growing sizes. Each ends well or says that the disk is
# full, nothing is partial; when there is room again the same command gives what it would have given. AK_LONG=1: more sizes.
how=
for try in '-m' '-rm'; do
	# shellcheck disable=SC2016
	unshare "$try" sh -c 'd=$(mktemp -d) && mount -t tmpfs -o size=100k none "$d" && umount "$d" && rmdir "$d"' 2>/dev/null && how=$try && break
done
[ "$how" ] || { echo '1..0 # SKIP a file system of a given size cannot be mounted here: run as root, or allow user namespaces'; exit 0; }
[ "${AK_INSIDE-}" ] || AK_INSIDE=1 exec unshare "$how" sh "$0"
. "$AK_SRCDIR/tests/tap.sh"
# libarchive loses a buffer when a write fails.
printf "leak:libarchive\nleak:deflateInit2_\n" >"$tap_dir/known"
LSAN_OPTIONS=suppressions=$tap_dir/known:print_suppressions=0
export LSAN_OPTIONS
cd "$tap_dir" || exit 1
trap 'umount disk 2>/dev/null; cd /; rm -rf "$tap_dir"' EXIT
secret=$(printf 'sk-%s-%s' ant-api03 "$(printf 'Zq7%.0s' $(seq 31))")
mkdir disk in
cp "$AK_SRCDIR"/samples/grc/*.csv in
head -n 200 "$AK_SRCDIR/samples/litellm/audit.jsonl" | sed "s/team-support/$secret/" >in/audit.jsonl
digest() { "$AUDITKIT" -w "$1" verify --json 2>/dev/null | jq -r 'select(.intact) | .content_digest'; }
"$AUDITKIT" init base >/dev/null 2>&1
cp -r base whole
"$AUDITKIT" -w whole ingest in >/dev/null 2>&1
want=$(digest whole)
"$AUDITKIT" -w whole packet build --allow-gaps -q -o good.tar >/dev/null 2>&1
packet=$(sed -n 's/^digest   sha256 //p' good.tar.receipt.txt)
is "an undisturbed run has content and a packet" "${#want} ${#packet} $(grep -c "$secret" in/audit.jsonl | sed 's/[1-9][0-9]*/many/')" "64 64 many"

# run WANT ARGS...: 0, or 74 with a message and a next step; says which in $full
run() {
	"$AUDITKIT" "$@" >out 2>&1
	code=$?
	[ "$code" != 74 ] || full=$((full + 1))
	[ "$code" = 0 ] || { [ "$code" = 74 ] && grep -q "^auditkit: .*'" out && grep -q '^hint: ' out; } || return 1
}
clean() { ! grep -rqF "$secret" disk out; }
again() { mount -o remount,size=20m none disk && run "$@" && [ "$code" = 0 ]; }

init_on() {
	run init disk/w && clean || return 1
	# Full after the workspace was there is a failure as well: then there is nothing left to make.
	[ "$code" = 0 ] || [ -e disk/w/workspace.db ] || again init disk/w || return 1
	mount -o remount,size=20m none disk && digest disk/w >/dev/null
}
ingest_on() {
	cp -r base disk/w 2>/dev/null || return 0 # not even the empty workspace has room
	run -w disk/w ingest in && clean || return 1
	[ "$code" != 0 ] || [ "$(digest disk/w)" = "$want" ] || return 1
	again -w disk/w ingest in && clean && [ "$(digest disk/w)" = "$want" ]
}
packet_on() {
	run -w whole packet build --allow-gaps -q -o "disk/$form" && clean || return 1
	[ "$code" = 0 ] || [ -z "$(ls -A disk)" ] || return 1
	again -w whole packet build --allow-gaps --force -q -o "disk/$form" &&
		"$AUDITKIT" packet verify "disk/$form" --digest "$packet" >/dev/null 2>&1 &&
		[ "$(ls -A disk | wc -l)" = 3 ]
}
climb() { # climb NAME FROM STEP TO: sizes in KB
	bad=0
	full=0
	sizes=0
	size=$2
	while [ "$size" -le "$4" ]; do
		mount -t tmpfs -o "size=${size}k" none disk || { bad=99; break; }
		sizes=$((sizes + 1))
		"$1" || { bad=$((bad + 1)); echo "# ${size} KB: exit $code: $(tr '\n' '|' <out)"; }
		umount disk
		size=$((size + $3))
	done
}
fine=$((${AK_LONG:-0} ? 1 : 12))
climb init_on 4 $((8 * fine)) 900
is "init: $sizes sizes, $full times full" "$bad $((full > 0 && full < sizes))" "0 1"
climb ingest_on 232 $((16 * fine)) 1600
is "ingest: $sizes sizes, $full times full" "$bad $((full > 0 && full < sizes))" "0 1"
for form in p.tar p.zip folder; do
	climb packet_on 4 $((48 * fine)) 3600
	is "packet build $form: $sizes sizes, $full times full" "$bad $((full > 0 && full < sizes))" "0 1"
done
is "the workspace is as it was" "$(digest whole)" "$want"
finish
