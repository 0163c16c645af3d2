#include "base/ak.h"

#include "read/reason.h"

#define AGAIN "the writer was cut off: export again under the same name; what was stored stays and is not stored twice"
#define WRITER "the writer of this record does not write JSON: export it again or mend the line"
#define SMALLER "export without that content; `auditkit limits` prints the bound"

static const struct ak_reason reasons[] = {
	{"json_syntax", "json is broken", WRITER},
	{"json_truncated", "the file ends inside a record", AGAIN},
	{"json_number", "not a number as json writes it", "NaN, Infinity and the like are not JSON: export as null"},
	{"json_string", "a string holds a raw control character, a bad escape or half a character", WRITER},
	{"json_utf8", "text is not valid UTF-8", "export as UTF-8, or convert the file: iconv -f latin1 -t UTF-8"},
	{"json_duplicate_key", "an object has the same key twice",
	 "readers disagree on which counts: have the writer name it once"},
	{"json_too_deep", "json is nested too deeply", SMALLER},
	{"json_too_many", "a record has too many values", SMALLER},
	{"json_too_large", "a record is too large", SMALLER},
	{"json_string_too_long", "a kept field is longer than a string may be", SMALLER},
	{"json_trailing", "something follows the record", "write one record a line"},
	{"json_held_limit", "too much precedes the members that records need", "export in smaller pages"},
	{"json_no_records", "a page without its records",
	 "an error answer was saved as an export: look at the request; or the file is of another format than it was "
	 "named"},
	{"record_not_object", "a record is no object",
	 "only objects are records: cut lines that are none, or name the format"},
	{"csv_quote", "a quote is not closed, or text follows it",
	 "double the quotes inside a cell (RFC 4180) and export again"},
	{"csv_truncated", "the file ends inside a row", AGAIN},
	{"csv_columns", "a row has another number of cells than the header",
	 "quote cells that hold the delimiter (RFC 4180) and export again"},
	{"csv_cell_too_long", "a cell is too long", SMALLER},
	{"csv_nul", "a cell holds a NUL byte", "export as UTF-8 text without NUL bytes"},
	{"other_key", "its tokens are of another pseudonym key",
	 "an export of auditkit goes into workspaces with the same key only: 'auditkit init --key-file' makes one"},
	{"csv_utf8", "a cell is not valid UTF-8", "export as UTF-8, or convert the file: iconv -f latin1 -t UTF-8"},
};

const struct ak_reason *ak_reason_of(const char *code)
{
	static const struct ak_reason other = {"", "not readable", "look at the bytes named here, then export the record again"};

	for (size_t i = 0; i < AK_COUNT(reasons); i++)
		if (strcmp(reasons[i].code, code) == 0)
			return &reasons[i];
	return &other;
}
