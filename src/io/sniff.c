#include "base/ak.h"

#include "io/sniff.h"
#include "io/stream.h"

struct magic {
	struct ak_str bytes;
	size_t at;
	enum ak_shape shape;
};

static const struct magic readable[] = {
	{{"\x1f\x8b\x08", 3}, 0, AK_SHAPE_GZIP}, {{"\x28\xb5\x2f\xfd", 4}, 0, AK_SHAPE_ZSTD},
	/* A skippable frame, as pzstd writes before each of its frames. */
	{{"\x50\x2a\x4d\x18", 4}, 0, AK_SHAPE_ZSTD},
	{{"\xfd\x37zXZ\0", 6}, 0, AK_SHAPE_XZ},	 {{"ustar", 5}, 257, AK_SHAPE_TAR},
	{{"PK\x03\x04", 4}, 0, AK_SHAPE_ZIP},	 {{"PK\x05\x06", 4}, 0, AK_SHAPE_ZIP},
};

/* binary: the magic is made of letters a text may begin with, so control bytes must be near as well. */
struct refusal {
	struct ak_str bytes;
	bool binary;
	const char *what, *hint;
};

#define HINT_UTF(from) "convert it first: iconv -f " from " -t UTF-8 FILE > FILE.utf8"
#define HINT_UTF16 HINT_UTF("UTF-16")
#define HINT_UNPACK "unpack it, or pack it again with gzip, zstd, xz, tar or zip"
#define HINT_TABLE "export it as JSON lines or CSV"
#define HINT_MANUAL "`auditkit ingest --manual FILE --question N` takes it in by its digest, weaker than records"
#define HINT_MARKUP "was a page of log-in or of an error saved instead? export it again, as JSON or CSV"
#define HINT_SQLITE "export the table: sqlite3 FILE \".mode json\" \"select * from TABLE\" > x.json"
#define HINT_POSTGRES "export the table instead: psql -c \"\\copy (select * from TABLE) to 'x.csv' csv header\""
#define HINT_MYSQL "export the table instead: mysql --batch -e \"select * from TABLE\" DATABASE > x.tsv"

static const struct refusal refusals[] = {
	{{"PAR1", 4},
	 true,
	 "a Parquet file",
	 "export it as text: in duckdb COPY (SELECT * FROM 'x.parquet') TO 'x.csv', or use the provider's JSON export"},
	{{"SQLite format 3\0", 16},
	 false,
	 "a SQLite database",
	 HINT_SQLITE},
	{{"PGDMP", 5},
	 true,
	 "a pg_dump archive",
	 HINT_POSTGRES},
	/* Dumps as SQL hold every table, those of keys and sessions too. */
	{{"--\n-- PostgreSQL database dump", 30}, false, "a PostgreSQL dump as SQL", HINT_POSTGRES},
	{{"-- MySQL dump ", 14}, false, "a MySQL dump as SQL", HINT_MYSQL},
	{{"-- MariaDB dump ", 16}, false, "a MariaDB dump as SQL", HINT_MYSQL},
	{{"/*M!999999\\- ", 13}, false, "a MariaDB dump as SQL", HINT_MYSQL},
	{{"PRAGMA foreign_keys=OFF;", 24}, false, "a SQLite dump as SQL", HINT_SQLITE},
	{{"\xff\xfe\0\0", 4}, false, "UTF-32 text", HINT_UTF("UTF-32")},
	{{"\0\0\xfe\xff", 4}, false, "UTF-32 text", HINT_UTF("UTF-32")},
	{{"{\0\0\0", 4}, false, "UTF-32 text", HINT_UTF("UTF-32LE")},
	{{"[\0\0\0", 4}, false, "UTF-32 text", HINT_UTF("UTF-32LE")},
	{{"\0\0\0{", 4}, false, "UTF-32 text", HINT_UTF("UTF-32BE")},
	{{"\0\0\0[", 4}, false, "UTF-32 text", HINT_UTF("UTF-32BE")},
	{{"\xff\xfe", 2}, false, "UTF-16 text", HINT_UTF16},
	{{"\xfe\xff", 2}, false, "UTF-16 text", HINT_UTF16},
	{{"{\0", 2}, false, "UTF-16 text", HINT_UTF("UTF-16LE")},
	{{"[\0", 2}, false, "UTF-16 text", HINT_UTF("UTF-16LE")},
	{{"\0{", 2}, false, "UTF-16 text", HINT_UTF("UTF-16BE")},
	{{"\0[", 2}, false, "UTF-16 text", HINT_UTF("UTF-16BE")},
	{{"BZh", 3}, true, "bzip2", HINT_UNPACK},
	{{"7z\xbc\xaf\x27\x1c", 6}, false, "a 7z archive", HINT_UNPACK},
	{{"Rar!\x1a\x07", 6}, false, "a RAR archive", HINT_UNPACK},
	{{"\x04\x22\x4d\x18", 4}, false, "LZ4", HINT_UNPACK},
	{{"\x1f\x9d", 2}, false, "compress (.Z)", HINT_UNPACK},
	{{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8}, false, "an old Office document", "save the sheet as CSV UTF-8"},
	{{"%PDF-", 5}, false, "a PDF document", HINT_MANUAL},
	{{"\x89PNG\r\n\x1a\n", 8}, false, "a picture", HINT_MANUAL},
	{{"\xff\xd8\xff", 3}, false, "a picture", HINT_MANUAL},
	/* Not a lone '<', with which lines of syslog begin. */
	{{"<!", 2}, false, "a web page", HINT_MARKUP},
	{{"<html", 5}, false, "a web page", HINT_MARKUP},
	{{"<HTML", 5}, false, "a web page", HINT_MARKUP},
	{{"<?xml", 5}, false, "XML", HINT_MARKUP},
	{{"Obj\x01", 4}, false, "an Avro file", HINT_TABLE},
	{{"ORC", 3}, true, "an ORC file", HINT_TABLE},
	{{"ARROW1\0", 7}, false, "an Arrow file", HINT_TABLE},
};

static bool has_at(struct ak_str head, struct ak_str bytes, size_t at)
{
	return head.n >= at + bytes.n && memcmp(head.p + at, bytes.p, bytes.n) == 0;
}

enum ak_shape ak_sniff(struct ak_str head)
{
	for (size_t i = 0; i < AK_COUNT(readable); i++)
		if (has_at(head, readable[i].bytes, readable[i].at))
			return readable[i].shape;
	return AK_SHAPE_TEXT;
}

const char *ak_shape_codec(enum ak_shape shape)
{
	static const char *const names[] = {"none", "gzip", "zstd", "xz", "none", "none"};
	return names[shape];
}

bool ak_shape_is_archive(enum ak_shape shape)
{
	return shape == AK_SHAPE_TAR || shape == AK_SHAPE_ZIP;
}

static bool is_binary(struct ak_str head)
{
	for (size_t i = 0; i < head.n && i < 512; i++) {
		unsigned char c = (unsigned char)head.p[i];
		if (c < 0x20 && (c < '\t' || c > '\r') && c != 0x1b)
			return true;
	}
	return false;
}

static bool varint(struct ak_str s, size_t *at, uint64_t *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 63 && *at < s.n; shift += 7) {
		unsigned char c = (unsigned char)s.p[(*at)++];
		*value |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return true;
	}
	return false;
}

/* ExportTraceServiceRequest and its log and metric twins: field 1 holds a message that starts with its own field 1
 * (resource, which may be empty) or 2 (scope), each length-delimited and inside the outer one
 * (opentelemetry-proto v1, collector/.../v1/..._service.proto). */
static bool is_otlp_message(struct ak_str s)
{
	size_t at = 1;
	uint64_t outer, inner;
	if (s.n < 8 || s.p[0] != 0x0a || !is_binary(s) || !varint(s, &at, &outer) || at >= s.n)
		return false;
	char tag = s.p[at++];
	return (tag == 0x0a || tag == 0x12) && varint(s, &at, &inner) && inner < outer;
}

/* The collector's file exporter puts a four-byte big-endian length before each message. */
static bool is_otlp(struct ak_str head)
{
	bool framed = head.n > 12 && head.p[0] == 0 && head.p[4] == 0x0a;
	return is_otlp_message(head) || (framed && is_otlp_message(ak_str_n(head.p + 4, head.n - 4)));
}

static enum ak_rc refuse(const char *name, const char *what, const char *hint, struct ak_err *err)
{
	return ak_stream_fail(err, "refused_format", hint, "cannot read '%s': it is %s", name, what);
}

enum ak_rc ak_sniff_refuse(struct ak_str head, const char *name, struct ak_err *err)
{
	for (size_t i = 0; i < AK_COUNT(refusals); i++) {
		const struct refusal *r = &refusals[i];
		if (has_at(head, r->bytes, 0) && (!r->binary || is_binary(head)))
			return refuse(name, r->what, r->hint, err);
	}
	if (is_otlp(head))
		return refuse(name, "OTLP protobuf",
			      "set the collector's file exporter to format: json and export again", err);
	static const struct ak_str sheet = {"[Content_Types].xml", 19};
	if (ak_sniff(head) == AK_SHAPE_ZIP && has_at(head, sheet, 30))
		return refuse(name, "an Office document", "save the sheet as CSV UTF-8", err);
	return AK_OK;
}
