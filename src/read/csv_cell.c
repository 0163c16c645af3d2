#include "base/ak.h"
#include "read/csv_cell.h"

enum ak_csv_state ak_csv_state(char delimiter, enum ak_csv_state s, char ch)
{
	if (s == AK_CELL_QUOTED)
		return ch == '"' ? AK_CELL_AFTER : AK_CELL_QUOTED;
	if (s == AK_CELL_AFTER && ch == '"')
		return AK_CELL_QUOTED;
	if (ch == delimiter)
		return AK_CELL_START;
	if (s == AK_CELL_START && ch == '"')
		return AK_CELL_QUOTED;
	return s == AK_CELL_AFTER ? AK_CELL_AFTER : AK_CELL_BARE;
}

bool ak_csv_requote(char delimiter, struct ak_str row, struct ak_buf *out)
{
	enum ak_csv_state s = AK_CELL_START;
	bool changed = false;

	for (size_t i = 0; i < row.n; i++) {
		size_t end = i;
		if (s != AK_CELL_START || row.p[i] == '"' || row.p[i] == delimiter) {
			s = ak_csv_state(delimiter, s, row.p[i]);
			ak_buf_addc(out, row.p[i]);
			continue;
		}
		while (end < row.n && row.p[end] != delimiter && row.p[end] != '\n' && row.p[end] != '\r')
			end++;
		bool quotes = memchr(row.p + i, '"', end - i);
		ak_buf_adds(out, quotes ? "\"" : "");
		for (; i < end; i++) {
			ak_buf_adds(out, row.p[i] == '"' ? "\"" : "");
			ak_buf_addc(out, row.p[i]);
		}
		ak_buf_adds(out, quotes ? "\"" : "");
		changed |= quotes;
		s = AK_CELL_BARE;
		i--;
	}
	return changed;
}

bool ak_csv_ends_line(struct ak_str s, size_t i, bool eof)
{
	return s.p[i] == '\n' || (s.p[i] == '\r' && (i + 1 == s.n ? eof : s.p[i + 1] != '\n'));
}

size_t ak_csv_line_end(struct ak_str s, size_t from, bool eof)
{
	for (size_t i = from; i < s.n; i++)
		if (ak_csv_ends_line(s, i, eof))
			return i + 1;
	return eof ? s.n : 0;
}

bool ak_csv_is_blank(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!memchr(" \t\r\n", s.p[i], 4))
			return false;
	return true;
}

char ak_csv_said_delimiter(struct ak_str line)
{
	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	return line.n == 5 && ak_str_eq_fold(ak_str_n(line.p, 4), AK_STR("sep=")) && strchr(",;|\t", line.p[4]) ? line.p[4] : '\0';
}

char ak_csv_guess_delimiter(struct ak_str line)
{
	static const char marks[] = ",;\t";
	size_t best = 0, count[3] = {0};
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		const char *m;
		if (line.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && line.p[i] && (m = strchr(marks, line.p[i])))
			count[m - marks]++;
	}
	for (size_t i = 1; i < 3; i++)
		if (count[i] > count[best])
			best = i;
	return marks[best];
}
