#!/bin/sh
# One call as the formats of gateways, spans and providers write it (tests/formats/same-call.tsv, one line a format): the canonical
# numbers are equal, whatever the unit, and what a source does not say is absent, not zero. conventions.t has usage and costs.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
tab=$(printf '\t')
# Cached tokens inside: what a source counts beside its input is added.
columns="event_start event_end duration_ms input cache_read output cost currency outcome"
want="2026-08-01T00:00:00 2026-08-01T00:00:01.25 1250 1000 400 500 0.4125 usd success"
column() { # column TABLE NAME
	case $2 in
	input) echo "t.input_tokens + CASE WHEN t.input_includes_cache = 0 THEN coalesce(t.cache_read_tokens, 0) + coalesce(t.cache_write_tokens, 0) ELSE 0 END" ;;
	cache_read | output) echo "t.$2_tokens" ;;
	cost) [ "$1" = provider_call ] || [ "$1" = app_event ] && echo NULL || echo "t.cost_estimated" ;;
	currency) [ "$1" = provider_call ] || [ "$1" = app_event ] && echo NULL || echo "lower(t.cost_currency)" ;;
	event_start | event_end) [ "$1 $2" = "provider_call event_end" ] && echo NULL ||
		echo "CASE WHEN t.$2 LIKE '%.%' THEN rtrim(rtrim(rtrim(t.$2, 'Z'), '0'), '.') ELSE rtrim(t.$2, 'Z') END" ;;
	*) echo "t.$2" ;;
	esac
}
n=0
grep -v '^#' "$AK_SRCDIR/tests/formats/same-call.tsv" >calls
while IFS="$tab" read -r format table missing record; do
	n=$((n + 1))
	printf '%s\n' "$record" >call.json
	"$AUDITKIT" -w w ingest --source "$format" call.json --json >out 2>err
	select='' expected=''
	i=0
	for c in $columns; do
		i=$((i + 1))
		value=$(echo "$want" | cut -d' ' -f$i)
		# The answer of a proxy log is dated itself: that time is not the call's.
		case " $missing " in
		*" $c "*) value=- select="$select || ' ' || $(case $c in event_start) echo "'-'" ;; *) echo "coalesce($(column "$table" "$c"), '-')" ;; esac)" ;;
		*) select="$select || ' ' || coalesce($(column "$table" "$c"), '-')" ;;
		esac
		expected="$expected $value"
	done
	is "$format: recognised, $((9 - $(echo "${missing#-}" | wc -w))) of 9 numbers equal" "$(jq -r '.sources[0].format' out) \
$(sqlite3 w/workspace.db "SELECT ''$select FROM $table t JOIN file f ON f.id = t.file WHERE f.format = '$format'")" "$format $expected"
done <calls
is "every line is a format" "$n" "$(cut -f1 calls | sort -u | wc -l)"
finish
