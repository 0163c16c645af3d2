#include "base/ak.h"
#include "cmd/cmd.h"

#include <stdarg.h>

#include "base/fs.h"
#include "base/jsonget.h"
#include "base/time.h"
#include "cmd/answers.h"
#include "cmd/outputs.h"
#include "cmd/period.h"
#include "packet/archive.h"
#include "packet/build.h"
#include "packet/check.h"
#include "packet/selfaudit.h"

#define PACKET_BYTES ((size_t)1 << 30)
#define DAY_US INT64_C(86400000000)

/* One run: the packet stands beside the workspace under a name of its own and is removed again. */
struct trial {
	struct ak_ctx *c;
	struct ak_packet_opts o;
	struct ak_packet_result r;
	char digest[65], *path;
	json_t *list; /* [{name, result, detail}] */
	size_t gaps;  /* of the packet that would be built: of the range given, or of everything */
	bool chosen;  /* no range was given, and a day of everything was tried */
	bool failed;
};

static void AK_PRINTF(4, 5) say(struct trial *t, const char *name, bool good, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	json_array_append_new(t->list, json_pack("{s:s, s:s, s:s}", "name", name, "result", good ? "pass" : "fail", "detail", text));
	t->failed = t->failed || !good;
}

/* A draft of the range; its digest, and its file where path is given. */
static enum ak_rc build(struct trial *t, const char *path, char digest[65], struct ak_err *err)
{
	struct ak_bag *bag = NULL;
	uint8_t raw[32];
	enum ak_rc rc;

	ak_packet_result_release(&t->r);
	rc = ak_packet_build(&t->o, "packet-test", &bag, &t->r, err);
	if (rc == AK_OK) {
		ak_bag_digest(bag, raw);
		ak_hex(raw, 32, digest);
		rc = path ? ak_archive_write(bag, path, t->r.mtime, true, err) : AK_OK;
	}
	ak_bag_free(bag);
	return rc;
}

static void twice(struct trial *t)
{
	struct ak_err why = {0};
	char again[65] = "";
	bool good = build(t, NULL, again, &why) == AK_OK;

	say(t, "same bytes", good && strcmp(again, t->digest) == 0, good ? "built twice, %s" : "the second one was not built%s",
	    !good ? "" : strcmp(again, t->digest) == 0 ? "one digest" : "two digests");
}

/* Every level of packet verify, on the file. */
static void verify(struct trial *t)
{
	const struct ak_packet_check o = {.digest = t->digest};
	struct ak_err why = {0};
	json_t *doc = NULL, *check;
	size_t i;

	if (ak_packet_verify(t->path, &o, &doc, &why) != AK_OK)
		say(t, "verify", false, "%s", why.msg);
	json_array_foreach(json_object_get(doc, "checks"), i, check) {
		const char *name = ak_jtxt(check, "name", "?"), *result = ak_jtxt(check, "result", "");
		char label[40];

		snprintf(label, sizeof label, "verify %s", name);
		if (strcmp(result, "skipped") != 0)
			say(t, label, strcmp(result, "pass") == 0, "%s", ak_jtxt(check, "detail", ""));
	}
	json_decref(doc);
}

/* A byte of a file in the middle of the archive; whoever changes a packet must be seen. */
static void tamper(struct trial *t)
{
	static const char wanted[] = "# ";
	const struct ak_packet_check o = {.digest = NULL};
	struct ak_err why = {0};
	struct ak_buf b;
	json_t *doc = NULL;
	char *at;

	ak_buf_init(&b, PACKET_BYTES);
	if (ak_fs_slurp(t->path, PACKET_BYTES, &b, &why) != AK_OK) {
		say(t, "a changed byte", false, "the packet could not be read again");
		ak_buf_release(&b);
		return;
	}
	at = b.n > 4096 ? memmem(b.p + 1024, b.n - 1024, wanted, sizeof wanted - 1) : NULL;
	if (at)
		*at ^= 1;
	if (!at || ak_fs_write_file(t->path, ak_buf_str(&b), 0600, true, &why) != AK_OK)
		say(t, "a changed byte", false, "could not be made");
	else
		say(t, "a changed byte", ak_packet_verify(t->path, &o, &doc, &why) != AK_OK || !ak_packet_whole(doc), "one bit of one page, seen by packet verify");
	json_decref(doc);
	ak_buf_release(&b);
}

/* A key made for the purpose, where a page would show it. */
static void plant(struct trial *t)
{
	const struct ak_selfaudit audit = {.redactor = t->c->redactor};
	struct ak_selfaudit_hit hit;
	char text[80];

	snprintf(text, sizeof text, "a page with AK%s in it\n", "IAABCDEFGHIJKLMNOP");
	say(t, "a planted key", ak_selfaudit(&audit, "planted.md", ak_str_of(text), &hit), "would stop the packet that it stood in");
}

/* The first day that has records, unless a range was given. */
static enum ak_rc choose(struct trial *t, struct ak_err *err)
{
	int64_t us = 0;
	char unused[65];
	enum ak_rc rc = AK_OK;

	if (t->o.from_us != INT64_MIN || t->o.to_us != INT64_MAX)
		return AK_OK;
	rc = build(t, NULL, unused, err);
	t->gaps = t->r.gaps;
	if (rc == AK_OK && t->r.first[0] && strcmp(t->r.first, "unknown") != 0 && (rc = ak_time_arg(t->r.first, 0, &us, err)) == AK_OK) {
		t->chosen = true;
		t->o.from_us = us - us % DAY_US;
		t->o.to_us = t->o.from_us + DAY_US;
	}
	return rc;
}

static enum ak_rc all(struct trial *t, struct ak_err *err)
{
	char from[32], to[32];
	enum ak_rc rc = choose(t, err);

	if (rc == AK_OK)
		rc = build(t, t->path, t->digest, err);
	if (rc != AK_OK)
		return rc;
	if (!t->chosen)
		t->gaps = t->r.gaps;
	say(t, "range", true, "%s to %s, end not included; records from %s to %s", t->o.from_us == INT64_MIN ? "the first" : ak_time_z(t->o.from_us, 0, from),
	    t->o.to_us == INT64_MAX ? "the last" : ak_time_z(t->o.to_us, 0, to), t->r.first[0] ? t->r.first : "none", t->r.last[0] ? t->r.last : "none");
	say(t, "build", true, "%zu files, a draft; no secret in any of them", t->r.files);
	verify(t);
	twice(t);
	tamper(t);
	plant(t);
	return AK_OK;
}

/* The command that goes on from here: of the same range, and one that builds although questions are open. */
static void print_next(struct ak_ctx *c, const struct trial *t)
{
	const char *from = ak_args_text(c->args, "from"), *to = ak_args_text(c->args, "to");

	if (t->failed) {
		ak_io_note(c->io, "next", "auditkit packet build --draft -o draft.zip: look at what failed");
		return;
	}
	ak_io_note(c->io, "next", "auditkit packet build%s%s%s%s%s", from ? " --from " : "", from ? ak_text_shell(&c->arena, from) : "", to ? " --to " : "",
		   to ? ak_text_shell(&c->arena, to) : "", t->gaps ? " --allow-gaps" : "");
}

static void print(struct ak_ctx *c, const struct trial *t)
{
	size_t i, good = 0;
	char of[64] = "";
	json_t *o;

	json_array_foreach(t->list, i, o) {
		bool passed = strcmp(ak_jtxt(o, "result", ""), "pass") == 0;

		good += passed;
		ak_io_line(c->io, passed ? "PASS" : "FAIL", "%-20s %s", ak_jtxt(o, "name", ""), ak_jtxt(o, "detail", ""));
	}
	if (t->chosen && t->r.gaps != t->gaps)
		snprintf(of, sizeof of, " of the whole period (%zu of the day tried)", t->r.gaps);
	ak_io_line(c->io, t->failed ? "NOT READY" : "READY", "%zu of %zu passed; %zu question%s%s %s no answer yet", good, i, t->gaps, t->gaps == 1 ? "" : "s", of,
		   t->gaps == 1 ? "has" : "have");
	if (t->gaps && !t->failed)
		ak_io_line(c->io, "", "without an answer a packet is built with --allow-gaps only, and lists them");
	print_next(c, t);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct trial t = {.c = c, .o = {.store = c->store, .keys = c->keys, .policy = c->policy, .redactor = c->redactor, .workspace = c->workspace,
					.data_dir = c->data_dir, .draft = true, .epoch = -1, .from_us = INT64_MIN, .to_us = INT64_MAX}};
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(c->store->dir, ".packet-test.tar");
	struct ak_responses responses = {0};
	enum ak_rc rc = ak_cmd_period(c, &t.o.from_us, &t.o.to_us, err);
	json_t *doc;
	bool there = false;

	t.path = path;
	t.list = json_array();
	ak_redact_note_allowed(c->redactor);
	if (rc == AK_OK)
		rc = ak_cmd_responses(c, &responses, &there, err);
	t.o.responses = there ? &responses : NULL;
	if (rc == AK_OK)
		rc = all(&t, err);
	ak_fs_remove_tree(path, NULL);
	if (rc == AK_OK && c->json) {
		doc = json_pack("{s:s, s:i, s:b, s:I, s:O}", "schema", "auditkit.packet-test/1", "format_version", 1, "ok", !t.failed, "gap_count",
				(json_int_t)t.gaps, "tests", t.list);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else if (rc == AK_OK) {
		print(c, &t);
	}
	json_decref(t.list);
	ak_packet_result_release(&t.r);
	ak_responses_release(&responses);
	return rc != AK_OK ? err->exit : t.failed ? AK_EXIT_VERIFY : AK_EXIT_OK;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet test", "the first day that has records"},
	{"auditkit packet test --from 2026-06-01 --to 2026-06-02", "a day you know to be harmless"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_test = {
	.name = "packet test",
	.summary = "try everything that makes and checks a packet, before the real one",
	.text = "Builds an unsigned draft of one day, or of --from and --to, checks it at every level, builds it again, changes one byte\n"
		"and plants a key to see both stopped. Nothing of it is kept. Exit 4 when one test fails.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY,
	.run = run,
};
