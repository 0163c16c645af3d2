#include "base/ak.h"
#include "packet/bagtext.h"

#include "base/text.h"

bool ak_bag_line(struct ak_str *text, struct ak_str *line)
{
	size_t n = 0;

	if (!text->n)
		return false;
	while (n < text->n && text->p[n] != '\n' && text->p[n] != '\r')
		n++;
	*line = ak_str_n(text->p, n);
	n += n + 1 < text->n && text->p[n] == '\r' && text->p[n + 1] == '\n';
	n += n < text->n;
	*text = ak_str_n(text->p + n, text->n - n);
	return true;
}

/* "label: value". */
static bool tag(struct ak_str line, const char *label, struct ak_str *value)
{
	size_t n = strlen(label);

	if (!ak_str_starts(line, ak_str_of(label)) || line.n <= n || line.p[n] != ':')
		return false;
	*value = ak_str_trim(ak_str_n(line.p + n + 1, line.n - n - 1));
	return value->n > 0;
}

const char *ak_bagit_parse(struct ak_str text, struct ak_bagit *out)
{
	struct ak_str line[2] = {{0}, {0}}, version, encoding, more;

	if (!text.p)
		return "is missing";
	if (ak_str_starts(text, AK_STR("\xef\xbb\xbf")))
		return "begins with a byte order mark, which BagIt forbids";
	if (!ak_bag_line(&text, &line[0]) || !ak_bag_line(&text, &line[1]) || !tag(line[0], "BagIt-Version", &version) ||
	    !tag(line[1], "Tag-File-Character-Encoding", &encoding) || encoding.n >= sizeof out->encoding)
		return "has not the two lines of BagIt: version and encoding";
	while (ak_bag_line(&text, &more))
		if (ak_str_trim(more).n)
			return "has more than the two lines of BagIt";
	out->v1 = ak_str_is(version, "1.0");
	if (!out->v1 && !ak_str_is(version, "0.97"))
		return "is of a version of BagIt that is not checked here: 0.97 and 1.0 are";
	for (size_t i = 0; i < encoding.n; i++)
		out->encoding[i] = encoding.p[i] >= 'a' && encoding.p[i] <= 'z' ? (char)(encoding.p[i] - 'a' + 'A') : encoding.p[i];
	out->encoding[encoding.n] = '\0';
	return NULL;
}

static void put(struct ak_buf *out, uint32_t c)
{
	if (c < 0x80) {
		ak_buf_addc(out, (char)c);
	} else if (c < 0x800) {
		ak_buf_addc(out, (char)(0xc0 | c >> 6));
		ak_buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		ak_buf_addc(out, (char)(0xe0 | c >> 12));
		ak_buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		ak_buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		ak_buf_addc(out, (char)(0xf0 | c >> 18));
		ak_buf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		ak_buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		ak_buf_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

static uint32_t unit(struct ak_str s, size_t i, bool little)
{
	uint32_t a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];

	return little ? b << 8 | a : a << 8 | b;
}

static bool utf16(struct ak_str s, bool little, struct ak_buf *out)
{
	if (s.n % 2)
		return false;
	for (size_t i = 0; i < s.n; i += 2) {
		uint32_t c = unit(s, i, little), low;

		if (c >= 0xd800 && c < 0xe000) {
			low = i + 3 < s.n ? unit(s, i + 2, little) : 0;
			if (c >= 0xdc00 || low < 0xdc00 || low >= 0xe000)
				return false;
			c = 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
			i += 2;
		}
		put(out, c);
	}
	return true;
}

/* By the mark in front; big end first without one. */
static bool utf16_marked(struct ak_str s, struct ak_buf *out)
{
	bool little = s.n >= 2 && s.p[0] == '\xff' && s.p[1] == '\xfe', big = s.n >= 2 && s.p[0] == '\xfe' && s.p[1] == '\xff';

	return utf16(little || big ? ak_str_n(s.p + 2, s.n - 2) : s, little, out);
}

bool ak_bag_decode(struct ak_str text, const char *encoding, struct ak_buf *out)
{
	bool latin = strcmp(encoding, "ISO-8859-1") == 0, ascii = strcmp(encoding, "US-ASCII") == 0 || strcmp(encoding, "ASCII") == 0;

	if (strcmp(encoding, "UTF-8") == 0) {
		if (text.n && ak_utf8_valid(text) != text.n)
			return false;
		ak_buf_addstr(out, text);
		return true;
	}
	if (strcmp(encoding, "UTF-16") == 0)
		return utf16_marked(text, out);
	if (strcmp(encoding, "UTF-16LE") == 0 || strcmp(encoding, "UTF-16BE") == 0)
		return utf16(text, encoding[6] == 'L', out);
	for (size_t i = 0; (latin || ascii) && i < text.n; i++) {
		if (ascii && (unsigned char)text.p[i] >= 0x80)
			return false;
		put(out, (unsigned char)text.p[i]);
	}
	return latin || ascii;
}

static bool blank(char c) { return c == ' ' || c == '\t'; }

bool ak_bag_manifest_line(struct ak_str line, struct ak_str *digest, struct ak_str *path)
{
	size_t n = 0, at;

	while (n < line.n && ak_is_hex((unsigned char)line.p[n]))
		n++;
	for (at = n; at < line.n && blank(line.p[at]);)
		at++;
	if (!n || at == n)
		return false;
	at += at < line.n && line.p[at] == '*';
	*digest = ak_str_n(line.p, n);
	*path = ak_str_n(line.p + at, line.n - at);
	return path->n > 0;
}

bool ak_bag_fetch_line(struct ak_str line, struct ak_str *path)
{
	size_t at = 0;

	for (int part = 0; part < 2; part++) {
		size_t from = at;

		while (at < line.n && !blank(line.p[at]))
			at++;
		if (at == from || at == line.n)
			return false;
		while (at < line.n && blank(line.p[at]))
			at++;
	}
	*path = ak_str_n(line.p + at, line.n - at);
	return path->n > 0;
}

void ak_bag_name_of(struct ak_str path, bool v1, struct ak_buf *out)
{
	static const struct {
		const char *code;
		char means;
		bool only_v1;
	} codes[] = {{"%0a", '\n', false}, {"%0d", '\r', false}, {"%25", '%', true}};

	while (ak_str_starts(path, AK_STR("./")))
		path = ak_str_n(path.p + 2, path.n - 2);
	for (size_t i = 0; i < path.n; i++) {
		size_t k = 0;

		while (k < AK_COUNT(codes) && !(i + 3 <= path.n && ak_str_eq_fold(ak_str_n(path.p + i, 3), ak_str_of(codes[k].code)) &&
						(v1 || !codes[k].only_v1)))
			k++;
		ak_buf_addc(out, k < AK_COUNT(codes) ? codes[k].means : path.p[i]);
		i += k < AK_COUNT(codes) ? 2 : 0;
	}
}
