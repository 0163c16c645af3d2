#include "base/ak.h"
#include "cmd/cmd.h"

#include <unistd.h>

#include "base/jsonw.h"
#include "base/limits.h"
#include "cmd/lines.h"
#include "redact/plan.h"

struct tried {
	struct ak_ctx *c;
	int field; /* enum ak_field_id, or -1 for free text */
	uint64_t lines, changed, too_long;
	struct ak_redact_ledger found; /* in the line at hand */
	struct ak_arena arena;	       /* of the line at hand */
	struct ak_buf json;
};

static struct ak_str redacted(struct tried *t, struct ak_str line)
{
	t->found.n = 0;
	if (!line.p) {
		t->too_long++;
		ak_ledger_add(&t->found, t->field, "too_long", AK_ACT_REMOVED, 1);
		return ak_str_n(NULL, 0);
	}
	if (t->field >= 0 && t->c->plan && t->c->plan->action[t->field] == AK_FIELD_REMOVE) {
		ak_ledger_add(&t->found, t->field, "dropped_by_policy", AK_ACT_REMOVED, 1);
		return ak_str_n(NULL, 0);
	}
	if (t->field < 0)
		return ak_redact_text(t->c->redactor, line, &t->arena, &t->found);
	return ak_redact_field(t->c->redactor, t->field, line, &t->arena, &t->found);
}

/* What stands for a value that is not stored: the rule that took it away. */
static struct ak_str removed(struct tried *t)
{
	for (size_t i = 0; i < t->found.n; i++)
		if (t->found.row[i].action == AK_ACT_REMOVED)
			return ak_arena_printf(&t->arena, "[REMOVED:%s]", t->found.row[i].rule);
	return AK_STR("[REMOVED]");
}

static void add_found(struct ak_buf *b, const struct ak_redact_ledger *found)
{
	ak_buf_adds(b, "\"found\":[");
	for (size_t i = 0; i < found->n; i++)
		ak_buf_addf(b, "%s{\"action\":\"%s\",\"kind\":\"%s\",\"n\":%llu}", i ? "," : "", ak_action_name(found->row[i].action),
			    found->row[i].rule, (unsigned long long)found->row[i].n);
	ak_buf_addc(b, ']');
}

/* One member of the array `lines`, on a line of its own. */
static void print_json(struct tried *t, struct ak_str out)
{
	ak_buf_clear(&t->json);
	ak_buf_adds(&t->json, t->lines > 1 ? ",\n{" : "\n{");
	add_found(&t->json, &t->found);
	ak_buf_addf(&t->json, ",\"line\":%llu,\"out\":", (unsigned long long)t->lines);
	if (out.p)
		ak_jsonw_string(&t->json, out);
	else
		ak_buf_adds(&t->json, "null");
	ak_buf_addc(&t->json, '}');
	ak_io_text(t->c->io, ak_buf_str(&t->json));
}

static void print_line(struct tried *t, struct ak_str out)
{
	ak_io_text(t->c->io, out.p ? out : removed(t));
	ak_io_text(t->c->io, AK_STR("\n"));
}

static enum ak_rc try_lines(struct tried *t, struct ak_lines *l, struct ak_err *err)
{
	struct ak_str line, out;
	enum ak_rc rc;

	while (!t->c->io->failed && (rc = ak_lines_next(l, &line, err)) == AK_OK) {
		ak_arena_clear(&t->arena);
		out = redacted(t, line);
		t->lines++;
		t->changed += !out.p || !ak_str_eq(out, line);
		if (t->c->json)
			print_json(t, out);
		else
			print_line(t, out);
	}
	return t->c->io->failed ? ak_io_flush(t->c->io, err) : rc == AK_END ? AK_OK : rc;
}

static enum ak_rc field_of(const char *name, int *field, struct ak_err *err)
{
	*field = name ? ak_field_find(ak_str_of(name)) : -1;
	if (!name || *field >= 0)
		return AK_OK;
	ak_hint(err, "'auditkit fields' lists them");
	return ak_fail(err, AK_EXIT_USAGE, "no field '%s'", name);
}

static enum ak_rc try_input(struct tried *t, struct ak_err *err)
{
	struct ak_lines l;
	enum ak_rc rc;

	ak_lines_open(&l, STDIN_FILENO, "standard input");
	if (t->c->json)
		ak_io_printf(t->c->io, "{\"format_version\":1,\"key\":\"%s\",\"lines\":[", t->c->keys ? t->c->keys->kid : "00000000");
	rc = try_lines(t, &l, err);
	ak_lines_release(&l);
	if (rc == AK_OK && t->c->json)
		ak_io_printf(t->c->io, "],\n\"schema\":\"auditkit.redact-try/1\"}\n");
	if (rc == AK_OK)
		ak_io_note(t->c->io, "done", "%llu of %llu lines changed%s", (unsigned long long)t->changed, (unsigned long long)t->lines,
			   t->c->keys ? "" : "; no workspace here, so tokens and fingerprints are of a key that nobody keeps");
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct tried t = {.c = c};
	enum ak_rc rc = field_of(ak_args_text(c->args, "field"), &t.field, err);

	if (rc != AK_OK)
		return err->exit;
	ak_ledger_init(&t.found);
	ak_arena_init(&t.arena);
	ak_buf_init(&t.json, (size_t)1 << 26);
	rc = try_input(&t, err);
	if (rc == AK_OK && t.too_long)
		ak_io_note(c->io, "removed", "%llu of %llu lines are longer than %llu bytes", (unsigned long long)t.too_long,
			   (unsigned long long)t.lines, AK_MAX_STRING_BYTES);
	ak_ledger_release(&t.found);
	ak_arena_release(&t.arena);
	ak_buf_release(&t.json);
	return rc != AK_OK ? err->exit : t.too_long ? AK_EXIT_PARTIAL : AK_EXIT_OK;
}

static const struct ak_opt opts[] = {
	{"field", 0, AK_OPT_TEXT, "NAME", "take each line as a value of this field of the dictionary, not as free text"},
	{.name = NULL},
};

static const struct ak_example examples[] = {
	{"auditkit redact try <calls.json", "what would be stored of these lines as free text"},
	{"auditkit redact try --field end_user_id <names.txt", "of these lines as values of a field"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_redact_try = {
	.name = "redact try",
	.summary = "print each line of standard input as it would be stored",
	.text = "One line out for each line in: secrets become markers, personal data tokens, control characters escapes. Of a value\n"
		"that is not stored its rule is printed, [REMOVED:RULE]; so is of a line longer than 1,048,576 bytes, and the exit code\n"
		"is 3 then. Under the key, policy and allow-list of the workspace, or, where there is none, a key that nobody keeps.\n"
		"Nothing is stored. Names of people and postal addresses in prose are found by no rule: auditkit-policy(5) says what is\n"
		"not found, and why free text is off.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_MAYBE,
	.run = run,
};
