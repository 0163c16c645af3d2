# TAP for shell tests: . "$AK_SRCDIR/tests/tap.sh", then ok NAME COMMAND..., is NAME GOT WANT, finish.
tap_n=0
tap_dir=$(mktemp -d)
trap 'rm -rf "$tap_dir"' EXIT
XDG_CONFIG_HOME=$tap_dir/config
export XDG_CONFIG_HOME
umask 022

tap() { # tap STATUS NAME
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then echo "ok $tap_n - $2"; else echo "not ok $tap_n - $2"; fi
}
ok() {
	tap_name=$1
	shift
	"$@" >"$tap_dir/tap.out" 2>&1
	tap_rc=$?
	tap "$tap_rc" "$tap_name"
	[ "$tap_rc" = 0 ] || sed 's/^/# /' "$tap_dir/tap.out"
}
is() {
	if [ "$2" = "$3" ]; then tap 0 "$1"; else
		tap 1 "$1"
		printf '# got  %s\n# want %s\n' "$2" "$3"
	fi
}
finish() { echo "1..$tap_n"; }

skip_all() { echo "1..0 # SKIP $1"; exit 0; }
# Is the program built with AddressSanitizer?
sanitized() { case $(nm -D "$AUDITKIT" 2>/dev/null) in *asan*) return 0 ;; *) return 1 ;; esac; }
# AK_QUICK: builds that only differ in their compiler leave out the sweeps, which take most of the time.
quick_skips() { [ -z "${AK_QUICK-}" ] || skip_all 'a sweep, left out by AK_QUICK'; }
# AK_QUICK=core: what parses, stores, redacts and packs what others wrote, for sanitizers, which make all slower.
core='packet redact trace sealed tenant'
case "${AK_QUICK-}: $core " in
core:*" $(basename "$0" .t) "*) ;;
core:*) skip_all 'left out by AK_QUICK=core' ;;
esac
# AK_QUICK=units: nothing but the unit tests, for a compiler whose program the others have no need to see again.
[ "${AK_QUICK-}" != units ] || skip_all 'left out by AK_QUICK=units'
