#include "base/ak.h"
#include "cmd/io.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "base/time.h"

#define MARGIN 10
#define FLUSH_AT 65536

/* Alarm words and verdicts; they stand in capitals where there is no colour. Longer ones first. */
static const struct {
	struct ak_str word;
	const char *color;
} painted[] = {
	{{"NOT VERIFIED", 12}, "31"}, {{"NOT MET", 7}, "31"}, {{"NO TICKET", 9}, "31"}, {{"MISSING", 7}, "31"}, {{"BROKEN", 6}, "31"},
	{{"OVERDUE", 7}, "31"},	      {{"BEYOND", 6}, "31"},  {{"FAIL", 4}, "31"},	{{"VERIFIED", 8}, "32"}, {{"INTACT", 6}, "32"},
	{{"BAD", 3}, "31"},	      {{"WARN", 4}, "33"},    {{"PASS", 4}, "32"},	      {{"SKIPPED", 7}, "33"}, {{"DRAFT", 5}, "33"},
};

static bool is_word_end(struct ak_str s, size_t i) { return i >= s.n || !ak_is_alnum((unsigned char)s.p[i]); }

static void paint(struct ak_buf *out, struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t k = AK_COUNT(painted);

		if (s.p[i] >= 'A' && s.p[i] <= 'Z' && (i == 0 || is_word_end(s, i - 1)))
			for (k = 0; k < AK_COUNT(painted); k++)
				if (ak_str_starts(ak_str_n(s.p + i, s.n - i), painted[k].word) && is_word_end(s, i + painted[k].word.n))
					break;
		if (k == AK_COUNT(painted)) {
			ak_buf_addc(out, s.p[i]);
			continue;
		}
		ak_buf_addf(out, "\033[%sm%s\033[0m", painted[k].color, painted[k].word.p);
		i += painted[k].word.n - 1;
	}
}

static enum ak_rc write_out(struct ak_io *io, struct ak_err *err)
{
	struct ak_buf colored;
	enum ak_rc rc;

	if (!io->color_out)
		return ak_fs_write_all(STDOUT_FILENO, io->out.p, io->out.n, "standard output", err);
	ak_buf_init(&colored, 1u << 30);
	paint(&colored, ak_buf_str(&io->out));
	rc = ak_fs_write_all(STDOUT_FILENO, colored.p, colored.n, "standard output", err);
	ak_buf_release(&colored);
	return rc;
}

static const char no_output[] = "standard output is closed or full: send it somewhere else, then run the same command again";

enum ak_rc ak_io_flush(struct ak_io *io, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (io->failed) {
		ak_hint(err, no_output);
		return ak_fail(err, AK_EXIT_IO, "cannot write 'standard output'");
	}
	if (io->out.n)
		rc = write_out(io, err);
	ak_buf_clear(&io->out);
	io->failed = rc != AK_OK;
	if (rc != AK_OK)
		ak_hint(err, no_output);
	if (rc != AK_OK && err)
		err->exit = AK_EXIT_IO;
	return rc;
}

void ak_io_text(struct ak_io *io, struct ak_str s)
{
	ak_io_progress_end(io);
	ak_buf_addstr(&io->out, s);
	if (io->out.n >= FLUSH_AT)
		ak_io_flush(io, NULL);
}

void ak_io_printf(struct ak_io *io, const char *fmt, ...)
{
	va_list ap;

	ak_io_progress_end(io);
	va_start(ap, fmt);
	ak_buf_vaddf(&io->out, fmt, ap);
	va_end(ap);
	if (io->out.n >= FLUSH_AT)
		ak_io_flush(io, NULL);
}

static void wrap(struct ak_buf *out, const char *keyword, struct ak_str text, size_t width)
{
	size_t used = strlen(keyword);

	ak_buf_adds(out, keyword);
	if (text.n)
		ak_buf_addf(out, "%*s", used < MARGIN ? (int)(MARGIN - used) : 1, "");
	ak_text_wrap(out, text, used < MARGIN ? MARGIN : used + 1, MARGIN, width);
	ak_buf_addc(out, '\n');
}

static void line(struct ak_buf *out, size_t width, const char *keyword, const char *fmt, va_list ap) AK_PRINTF(4, 0);
static void line(struct ak_buf *out, size_t width, const char *keyword, const char *fmt, va_list ap)
{
	struct ak_buf raw, safe;

	ak_buf_init(&raw, 1 << 20);
	ak_buf_init(&safe, 1 << 22);
	ak_buf_vaddf(&raw, fmt, ap);
	ak_text_safe(&safe, ak_buf_str(&raw));
	wrap(out, keyword, ak_buf_str(&safe), width);
	ak_buf_release(&raw);
	ak_buf_release(&safe);
}

void ak_io_line(struct ak_io *io, const char *keyword, const char *fmt, ...)
{
	va_list ap;

	ak_io_progress_end(io);
	va_start(ap, fmt);
	line(&io->out, io->width, keyword, fmt, ap);
	va_end(ap);
	if (io->out.n >= FLUSH_AT)
		ak_io_flush(io, NULL);
}

static void to_stderr(struct ak_str s) { (void)ak_fs_write_all(STDERR_FILENO, s.p, s.n, "standard error", NULL); }

void ak_io_note(struct ak_io *io, const char *keyword, const char *fmt, ...)
{
	struct ak_buf b;
	va_list ap;

	if (io->quiet)
		return;
	ak_io_flush(io, NULL);
	ak_io_progress_end(io);
	ak_buf_init(&b, 1 << 20);
	va_start(ap, fmt);
	line(&b, io->width, keyword, fmt, ap);
	va_end(ap);
	to_stderr(ak_buf_str(&b));
	ak_buf_release(&b);
}

enum ak_rc ak_io_json(struct ak_io *io, const json_t *v, struct ak_err *err)
{
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, 1u << 30);
	rc = io->lines ? ak_jcs(v, &b, err) : ak_json_pretty(v, &b, err);
	if (rc == AK_OK) {
		if (io->lines)
			ak_buf_addc(&b, '\n');
		ak_io_text(io, ak_buf_str(&b));
		rc = ak_io_flush(io, err);
	}
	ak_buf_release(&b);
	return rc;
}

static bool due(struct ak_io *io, int64_t now)
{
	bool terminal = io->progress == AK_PROGRESS_AUTO && io->err_is_terminal;

	if (io->quiet || io->progress == AK_PROGRESS_NONE || (io->progress == AK_PROGRESS_AUTO && !io->err_is_terminal))
		return false;
	if (!io->progress_start)
		io->progress_start = io->progress_next = now;
	if (now < io->progress_next)
		return false;
	io->progress_next = now + (terminal ? 200000 : 5000000);
	return true;
}

static void add_share(struct ak_buf *b, double seconds, uint64_t done, uint64_t total)
{
	uint64_t left = done ? (uint64_t)(seconds * (double)(total - done) / (double)done) : 0;

	ak_buf_addf(b, "  %llu %%", (unsigned long long)(done * 100 / total));
	if (done && done <= total)
		ak_buf_addf(b, "  %llu:%02llu left", (unsigned long long)(left / 60), (unsigned long long)(left % 60));
}

void ak_io_progress(struct ak_io *io, const char *what, uint64_t records, uint64_t done, uint64_t total)
{
	int64_t now = ak_time_now();
	double seconds;
	char n[32], rate[32];
	struct ak_buf b;

	if (!due(io, now))
		return;
	seconds = (double)(now - io->progress_start) / 1e6;
	ak_buf_init(&b, 4096);
	if (io->progress == AK_PROGRESS_AUTO)
		ak_buf_adds(&b, "\r\033[K");
	ak_text_safe(&b, ak_str_of(what));
	ak_buf_addf(&b, "  %s records", ak_thousands(records, n));
	if (seconds > 0.5)
		ak_buf_addf(&b, "  %s/s", ak_thousands((uint64_t)((double)records / seconds), rate));
	if (total)
		add_share(&b, seconds, done < total ? done : total, total);
	if (io->progress == AK_PROGRESS_PLAIN)
		ak_buf_addc(&b, '\n');
	io->progress_shown = io->progress == AK_PROGRESS_AUTO;
	to_stderr(ak_buf_str(&b));
	ak_buf_release(&b);
}

void ak_io_progress_end(struct ak_io *io)
{
	if (io->progress_shown)
		to_stderr(AK_STR("\r\033[K"));
	io->progress_shown = false;
}
