#include "base/ak.h"
#include "cmd/explain_text.h"

#include <unistd.h>

#include "cmd/lines.h"
#include "redact/finds.h"

struct explained {
	struct ak_ctx *c;
	uint64_t lines, with, finds;
	struct ak_arena arena; /* of the line at hand */
	struct ak_redact_ledger counts;
};

static void print_json(struct explained *x, const char *kind, enum ak_action action, const struct ak_find *f, uint64_t n)
{
	struct ak_io *io = x->c->io;

	ak_io_printf(io, "%s\n{\"action\":\"%s\",", x->finds ? "," : "", f && f->allowed ? "allowed" : ak_action_name(action));
	if (f)
		ak_io_printf(io, "\"fingerprint\":\"%s\",\"from\":%zu,\"kind\":\"%s\",\"layer\":%d,\"line\":%llu,\"n\":1,\"to\":%zu}", f->fingerprint,
			     f->from, kind, f->layer, (unsigned long long)x->lines, f->to);
	else
		ak_io_printf(io, "\"kind\":\"%s\",\"line\":%llu,\"n\":%llu}", kind, (unsigned long long)x->lines, (unsigned long long)n);
}

static void print_text(struct explained *x, const char *kind, enum ak_action action, const struct ak_find *f, uint64_t n)
{
	struct ak_io *io = x->c->io;

	ak_io_printf(io, "line %llu", (unsigned long long)x->lines);
	if (!f) {
		ak_io_printf(io, ": %llu times %s, %s\n", (unsigned long long)n, kind, ak_action_name(action));
		return;
	}
	ak_io_printf(io, ", bytes %zu to %zu: %s, %s", f->from + 1, f->to, kind, f->allowed ? "allowed" : ak_action_name(action));
	if (f->layer)
		ak_io_printf(io, ", under %d encoding%s", f->layer, f->layer == 1 ? "" : "s");
	ak_io_printf(io, ", fingerprint %s\n", f->fingerprint);
}

static void say(struct explained *x, const char *kind, enum ak_action action, const struct ak_find *f, uint64_t n)
{
	(x->c->json ? print_json : print_text)(x, kind, action, f, n);
	x->finds++;
}

static bool among(const struct ak_find *f, size_t n, const char *kind)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].kind, kind) == 0)
			return true;
	return false;
}

/* What is found only on the way, after other finds were replaced, is counted without its place. */
static void explain_line(struct explained *x, struct ak_str line)
{
	uint64_t before = x->finds;
	struct ak_find *f;
	size_t n = ak_redact_finds(x->c->redactor, line, &x->arena, &f);

	for (size_t i = 0; i < n; i++)
		say(x, f[i].kind, f[i].action, &f[i], 1);
	x->counts.n = 0;
	ak_redact_text(x->c->redactor, line, &x->arena, &x->counts);
	for (size_t i = 0; i < x->counts.n; i++)
		if (!among(f, n, x->counts.row[i].rule))
			say(x, x->counts.row[i].rule, x->counts.row[i].action, NULL, x->counts.row[i].n);
	x->with += x->finds > before;
}

static enum ak_rc explain_lines(struct explained *x, struct ak_lines *l, struct ak_err *err)
{
	struct ak_str line;
	enum ak_rc rc;

	while (!x->c->io->failed && (rc = ak_lines_next(l, &line, err)) == AK_OK) {
		ak_arena_clear(&x->arena);
		x->lines++;
		if (line.p)
			explain_line(x, line);
		else
			say(x, "too_long", AK_ACT_REMOVED, NULL, 1);
	}
	return x->c->io->failed ? ak_io_flush(x->c->io, err) : rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_explain_text(struct ak_ctx *c, struct ak_err *err)
{
	struct explained x = {.c = c};
	struct ak_lines l;
	enum ak_rc rc;

	ak_arena_init(&x.arena);
	ak_ledger_init(&x.counts);
	ak_lines_open(&l, STDIN_FILENO, "standard input");
	if (c->json)
		ak_io_printf(c->io, "{\"finds\":[");
	rc = explain_lines(&x, &l, err);
	if (rc == AK_OK && c->json)
		ak_io_printf(c->io, "],\n\"format_version\":1,\"lines\":%llu,\"schema\":\"auditkit.redact-explain-text/1\"}\n",
			     (unsigned long long)x.lines);
	if (rc == AK_OK)
		ak_io_note(c->io, "done", "%llu finds in %llu of %llu lines", (unsigned long long)x.finds, (unsigned long long)x.with,
			   (unsigned long long)x.lines);
	ak_lines_release(&l);
	ak_ledger_release(&x.counts);
	ak_arena_release(&x.arena);
	return rc;
}
