#include "base/ak.h"
#include "notify/message.h"

#include "base/crypto.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/text.h"

/* What a message lists of a check's findings; of the others it gives the number. */
enum { LISTED = 100, LISTED_TO_READ = 5, CHECKS_TO_READ = 20 };

void ak_notification_id(const char *workspace_id, const struct ak_notify_target *t, const json_t *news, const struct ak_book *book,
			char id[AK_NOTIFICATION_ID])
{
	uint8_t digest[AK_SHA256_LEN];
	struct ak_buf b;
	json_t *k, *one;
	size_t i, j;

	ak_buf_init(&b, SIZE_MAX / 2);
	ak_buf_addf(&b, "auditkit.notification/1\n%s\n%s\n", workspace_id, t->name);
	json_array_foreach(json_object_get(news, "checks"), i, k)
		json_array_foreach(json_object_get(k, "ids"), j, one)
			ak_buf_addf(&b, "%s %lld\n", json_string_value(one), (long long)ak_book_times(book, t->name, json_string_value(one)));
	ak_sha256(b.p, b.n, digest);
	ak_hex(digest, (AK_NOTIFICATION_ID - 1) / 2, id);
	ak_buf_release(&b);
}

/* ---- a document ---- */

static json_t *first_ids(const json_t *check, size_t most)
{
	json_t *ids = json_array(), *id;
	size_t i;

	json_array_foreach(json_object_get(check, "ids"), i, id)
		if (i < most)
			json_array_append(ids, id);
	return ids;
}

static void webhook(const char *workspace_id, const json_t *news, const char *id, struct ak_buf *out)
{
	json_t *checks = json_array(), *k, *doc;
	size_t i;

	json_array_foreach(json_object_get(news, "checks"), i, k) {
		json_t *o = json_copy(k);

		json_object_set_new(o, "ids", first_ids(k, LISTED));
		json_object_set_new(o, "listed", json_integer((json_int_t)json_array_size(json_object_get(o, "ids"))));
		json_object_set_new(o, "see", json_sprintf("auditkit check %s --all", ak_jtxt(k, "check", "")));
		json_array_append_new(checks, o);
	}
	doc = json_pack("{s:s, s:i, s:s, s:s, s:{s:O, s:O, s:O}, s:o}", "schema", "auditkit.notification/1", "format_version", 1, "id", id, "workspace",
			workspace_id, "findings", "new", json_object_get(news, "new"), "failing", json_object_get(news, "failing"), "unnamed",
			json_object_get(news, "unnamed"), "checks", checks);
	(void)ak_jcs(doc, out, NULL);
	ak_buf_addc(out, '\n');
	json_decref(doc);
}

/* ---- texts ---- */

static const char *plural(uint64_t n) { return n == 1 ? "" : "s"; }

/* "3 new findings, 18 failing in all" */
static void head_line(const json_t *news, struct ak_buf *out)
{
	uint64_t n = ak_jnum(news, "new");

	ak_buf_addf(out, "%s new finding%s, %s failing in all", AK_NUM(n), plural(n), AK_NUM(ak_jnum(news, "failing")));
}

/* "4 of 120 keys", or the findings where nothing of the unit is affected. */
static void measure(const json_t *check, struct ak_buf *out)
{
	if (ak_jnum(check, "affected"))
		ak_buf_addf(out, "%s of %s %s", AK_NUM(ak_jnum(check, "affected")), AK_NUM(ak_jnum(check, "of")), ak_jtxt(check, "unit", ""));
	else
		ak_buf_addf(out, "%s finding%s", AK_NUM(ak_jnum(check, "found")), plural(ak_jnum(check, "found")));
}

static void add_ids(const json_t *check, const char *mark, struct ak_buf *out)
{
	size_t n = json_array_size(json_object_get(check, "ids"));
	json_t *ids = first_ids(check, LISTED_TO_READ), *id;
	size_t i;

	json_array_foreach(ids, i, id)
		ak_buf_addf(out, "%s%s%s%s", i ? ", " : "", mark, json_string_value(id), mark);
	if (n > LISTED_TO_READ)
		ak_buf_addf(out, " and %s more", AK_NUM(n - LISTED_TO_READ));
	json_decref(ids);
}

/* Slack's control characters; hidden ones would move the text around. */
static void add_slack(struct ak_buf *out, const char *text)
{
	struct ak_buf safe;

	ak_buf_init(&safe, 1 << 16);
	ak_text_safe(&safe, ak_str_of(text));
	for (size_t i = 0; i < safe.n; i++) {
		const char c = safe.p[i];

		if (c == '&' || c == '<' || c == '>')
			ak_buf_adds(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;");
		else
			ak_buf_addc(out, c == '`' || c == '*' || c == '_' || c == '~' ? '\'' : c);
	}
	ak_buf_release(&safe);
}

static void slack(const char *workspace_id, const json_t *news, const char *id, struct ak_buf *out)
{
	const json_t *checks = json_object_get(news, "checks");
	struct ak_buf text;
	json_t *k, *doc;
	size_t i;

	ak_buf_init(&text, 1 << 16);
	ak_buf_adds(&text, "*auditkit: ");
	head_line(news, &text);
	ak_buf_addf(&text, "* (workspace `%.8s`, notification `%s`)", workspace_id, id);
	json_array_foreach(checks, i, k) {
		if (i == CHECKS_TO_READ)
			break;
		ak_buf_addf(&text, "\n\xe2\x80\xa2 *%s* `%s`: ", ak_jtxt(k, "severity", ""), ak_jtxt(k, "check", ""));
		add_slack(&text, ak_jtxt(k, "title", ""));
		ak_buf_addf(&text, "; not so: %s new, ", AK_NUM(ak_jnum(k, "new")));
		measure(k, &text);
		ak_buf_adds(&text, ": ");
		add_ids(k, "`", &text);
		ak_buf_addf(&text, ". `auditkit check %s --all`", ak_jtxt(k, "check", ""));
	}
	if (json_array_size(checks) > CHECKS_TO_READ)
		ak_buf_addf(&text, "\n%zu more checks: `auditkit check`", json_array_size(checks) - CHECKS_TO_READ);
	doc = json_pack("{s:s}", "text", text.p);
	(void)ak_jcs(doc, out, NULL);
	ak_buf_addc(out, '\n');
	json_decref(doc);
	ak_buf_release(&text);
}

static void mail_check(const json_t *k, struct ak_buf *out)
{
	struct ak_buf line;

	ak_buf_init(&line, 1 << 16);
	ak_buf_addf(&line, "[%s] %s: ", ak_jtxt(k, "severity", ""), ak_jtxt(k, "check", ""));
	ak_text_safe(&line, ak_str_of(ak_jtxt(k, "title", "")));
	ak_buf_addf(&line, "; not so: %s new, ", AK_NUM(ak_jnum(k, "new")));
	measure(k, &line);
	ak_buf_addc(out, '\n');
	ak_text_wrap(out, ak_buf_str(&line), 0, 4, 76);
	ak_buf_clear(&line);
	ak_buf_adds(&line, "ids ");
	add_ids(k, "", &line);
	ak_buf_adds(out, "\n    ");
	ak_text_wrap(out, ak_buf_str(&line), 4, 4, 76);
	ak_buf_addf(out, "\n    auditkit check %s --all\n", ak_jtxt(k, "check", ""));
	ak_buf_release(&line);
}

/* RFC 5322; the mail program adds the date. */
static void mail(const char *workspace_id, const struct ak_notify_target *t, const json_t *news, const char *id, struct ak_buf *out)
{
	json_t *k;
	size_t i;

	if (t->from)
		ak_buf_addf(out, "From: %s\n", t->from);
	ak_buf_adds(out, "To: ");
	for (const char *p = t->to; *p; p++)
		ak_buf_adds(out, *p == ' ' ? "\n " : (const char[]){*p, '\0'});
	ak_buf_adds(out, "\nSubject: auditkit: ");
	head_line(news, out);
	ak_buf_addf(out, "\nMessage-ID: <%s.%.8s@%s>\n", id, workspace_id, t->from ? strchr(t->from, '@') + 1 : "auditkit.invalid");
	ak_buf_adds(out, "Auto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
	ak_buf_addf(out, "Workspace %.8s, notification %s\n", workspace_id, id);
	json_array_foreach(json_object_get(news, "checks"), i, k)
		mail_check(k, out);
	ak_buf_adds(out, "\nWhat each finding says stands in the workspace only.\n");
}

void ak_notification_write(const char *workspace_id, const struct ak_notify_target *t, const json_t *news, const char *id, struct ak_buf *out)
{
	switch (t->type) {
	case AK_NOTIFY_WEBHOOK:
		webhook(workspace_id, news, id, out);
		break;
	case AK_NOTIFY_SLACK:
		slack(workspace_id, news, id, out);
		break;
	case AK_NOTIFY_SENDMAIL:
		mail(workspace_id, t, news, id, out);
	}
}
