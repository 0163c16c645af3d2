/* Named hard limits, one line each; `auditkit limits` prints this table and every one has a test.
 * Each becomes a constant AK_MAX_<NAME>. */
#ifndef AK_BASE_LIMITS_H
#define AK_BASE_LIMITS_H

/*      name                 value            unit       what happens beyond it */
#define AK_LIMITS(X)                                                                                                   \
	X(RECORD_BYTES, 16777216, "bytes",                                                                             \
	  "one record after long payload strings are left out; a longer one is rejected")                              \
	X(STRING_BYTES, 1048576, "bytes",                                                                              \
	  "one string value; a longer one is left out of payload, or rejects the record")                              \
	X(JSON_DEPTH, 64, "levels", "nesting of one JSON record; a deeper one is rejected")                            \
	X(JSON_IN_STRING, 4, "levels", "JSON inside strings; deeper ones are treated as text")                         \
	X(NODES_PER_RECORD, 1000000, "values", "values in one JSON record; more reject it")                            \
	X(CSV_COLUMNS, 1000, "columns", "columns of one CSV file; more are refused")                                   \
	X(CSV_CELL_BYTES, 1048576, "bytes", "one CSV cell; a longer one rejects the row")                              \
	X(HELD_BYTES, 33554432, "bytes", "records held until their parent object's other members are known")           \
	X(ARCHIVE_ENTRIES, 100000, "entries", "members of one input archive; more are refused")                        \
	X(EXPANDED_BYTES, 1099511627776, "bytes", "decoded size of one input; more is refused")                        \
	X(EXPANSION_RATIO, 1032, "times", "decoded against given size, above 64 MiB decoded; more is refused")         \
	X(PACKET_ENTRIES, 10000, "entries", "files in a packet that is verified; more are refused")                    \
	X(PACKET_RATIO, 200, "times", "decoded against given size of a packet; more is refused")                       \
	X(KEPT_VALUE_BYTES, 4096, "bytes", "one kept text value; a longer one is cut with a marker and counted")       \
	X(DEC_DIGITS, 60, "digits", "significant digits of a decimal; more are flagged and kept out of totals")        \
	X(DEC_SCALE, 36, "digits", "fraction digits of a decimal; more are flagged and kept out of totals")            \
	X(DRIFT_PATHS, 500, "paths", "distinct unknown fields listed per source; the rest is counted")                 \
	X(PAGE_BYTES, 67108864, "bytes", "one page of an API that is pulled; a longer one ends the pull")                         \
	X(YAML_BYTES, 1048576, "bytes", "one YAML file")                                                               \
	X(YAML_NODES, 50000, "nodes", "values in one YAML file")                                                       \
	X(BATCH_RECORDS, 20000, "records", "records in one transaction")                                                \
	X(BATCH_BYTES, 25165824, "bytes", "memory of the records in one transaction")                                   \
	X(PART_RECORDS, 10000, "records", "records handed to the writing thread at a time")                              \
	X(PART_BYTES, 12582912, "bytes", "memory of the records handed over at a time")

#define AK_LIMIT_CONST(name, value, unit, what) static const unsigned long long AK_MAX_##name = value;
AK_LIMITS(AK_LIMIT_CONST)
#undef AK_LIMIT_CONST
#endif
