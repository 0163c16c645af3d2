# Tenants of known truth for shell tests, after tap.sh: made NAME SEED OPTIONS..., then ok NAME compared NAME OPTIONS...
cd "$tap_dir" || exit 1

made() { # the exports of a tenant, and a workspace that has read them
	tenant=$1
	seed=$2
	shift 2
	python3 "$AK_SRCDIR/tests/tenant/tenant.py" "$seed" "$tenant" "$@" || return 1
	read_into "w-$tenant" "$tenant"
}
read_into() { # read_into WORKSPACE TENANT [AWK]: the sources of its policy.yaml, or those that the awk pattern leaves
	"$AUDITKIT" init "$1" >/dev/null 2>&1 || return 1
	awk "${3-1}" "$2/policy.yaml" | sed "s#path: \([a-z]\)#path: $PWD/$2/\1#" >"$1/policy.yaml"
	"$AUDITKIT" -w "$1" ingest >"$1.in" 2>&1
}
compared() { # all points of compare.py hold; what does not is shown
	tenant=$1
	shift
	python3 "$AK_SRCDIR/tests/tenant/compare.py" "$AUDITKIT" "w-$tenant" "$tenant" "$@" >"$tenant.tap" 2>&1
	rc=$?
	awk '/^(not )?ok|^1\.\./ { bad = /^not/ } bad' "$tenant.tap"
	[ "$rc" = 0 ] || tail -n 3 "$tenant.tap"
	[ "$rc" = 0 ] && grep -q '^1\.\.' "$tenant.tap" && ! grep -q '^not ok' "$tenant.tap"
}
