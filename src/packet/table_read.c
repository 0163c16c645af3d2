/* Reading the packet's own tables: RFC 4180 with CRLF, nothing else. */
#include "base/ak.h"
#include "packet/checks.h"

#define CELL_BYTES ((size_t)1 << 24)

static json_t *cell_of(struct ak_str s)
{
	if (s.n && s.p[0] == '\'') /* the formula guard */
		s = ak_str_n(s.p + 1, s.n - 1);
	return json_stringn(s.p, s.n);
}

/* A cell in quotes; *at stands behind the first one. */
static json_t *quoted(struct ak_str s, size_t *at)
{
	struct ak_buf b;
	json_t *o = NULL;

	ak_buf_init(&b, CELL_BYTES);
	while (*at < s.n && !(s.p[*at] == '"' && (*at + 1 == s.n || s.p[*at + 1] != '"'))) {
		ak_buf_addc(&b, s.p[*at]);
		*at += s.p[*at] == '"' ? 2 : 1;
	}
	if (*at < s.n && !b.over) {
		(*at)++;
		o = cell_of(ak_str_n(b.p ? b.p : "", b.n));
	}
	ak_buf_release(&b);
	return o;
}

static bool ends_bare(char c) { return c == ',' || c == '\r' || c == '\n' || c == '"' || c == '\0'; }

static json_t *bare(struct ak_str s, size_t *at)
{
	size_t from = *at;

	while (*at < s.n && !ends_bare(s.p[*at]))
		(*at)++;
	return *at == from ? json_null() : cell_of(ak_str_n(s.p + from, *at - from));
}

json_t *ak_table_row(struct ak_str *text)
{
	json_t *row = json_array();
	size_t at = 0;

	for (;;) {
		json_t *cell;

		if (at < text->n && text->p[at] == '"') {
			at++;
			cell = quoted(*text, &at);
		} else {
			cell = bare(*text, &at);
		}
		if (!cell || json_array_append_new(row, cell) != 0)
			break;
		if (at < text->n && text->p[at] == ',') {
			at++;
			continue;
		}
		if (at + 1 < text->n && text->p[at] == '\r' && text->p[at + 1] == '\n') {
			*text = ak_str_n(text->p + at + 2, text->n - at - 2);
			return row;
		}
		break;
	}
	json_decref(row);
	return NULL;
}

static size_t digits(const char *p) { return strspn(p, "0123456789"); }

static bool is_number(const char *p, bool fraction)
{
	size_t n;

	p += *p == '-';
	n = digits(p);
	if (!n)
		return false;
	if (fraction && p[n] == '.')
		n += 1 + digits(p + n + 1);
	return p[n] == '\0' && p[n - 1] != '.';
}

/* 2026-06-01T00:00:00Z, with or without a fraction. */
static bool is_datetime(const char *p)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd";
	size_t i;

	for (i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? p[i] < '0' || p[i] > '9' : p[i] != shape[i])
			return false;
	if (p[i] == '.') {
		size_t n = digits(p + i + 1);
		if (!n)
			return false;
		i += 1 + n;
	}
	return strcmp(p + i, "Z") == 0;
}

bool ak_table_fits(const char *type, const char *text)
{
	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
		return is_number(text, *type == 'n');
	if (strcmp(type, "datetime") == 0)
		return is_datetime(text);
	if (strcmp(type, "boolean") == 0)
		return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
	return strcmp(type, "string") == 0;
}
