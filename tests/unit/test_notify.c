/* Targets of policy.yaml that are refused, and what is news of a check's document. */
#include "base/ak.h"

#include "base/jsonget.h"
#include "notify/message.h"
#include "notify/news.h"
#include "tap.h"

static struct ak_arena arena;

static enum ak_rc read_one(const char *entry, struct ak_notify_target **t, struct ak_err *err)
{
	static const char *const names[] = {"one", NULL};
	static struct ak_policy policy; /* targets live in it */
	size_t n;
	enum ak_rc rc;

	ak_policy_release(&policy);
	rc = ak_policy_parse("policy.yaml", ak_arena_printf(&arena, "version: 1\nnotify:\n  one: {%s}\n", entry), &policy, err);
	return rc == AK_OK ? ak_notify_targets(&policy, names, &arena, t, &n, err) : rc;
}

static void entries(void)
{
	static const struct {
		const char *entry, *wrong; /* NULL: it is taken */
	} rows[] = {
		{"type: pager", "'type' must be webhook, slack or sendmail"},
		{"type: slack, url: \"https://hooks.slack.com/services/x\"", "'url' is nothing that type slack has"},
		{"type: slack, url_env: HOOK, token_env: T", "'token_env' is nothing that type slack has"},
		{"type: slack, url_env: HOOK, severities: [high, low]", NULL},
		{"type: webhook, url: \"http://gw.example.org/x\"", "'url' is no address"},
		{"type: webhook, url: \"http://127.0.0.1.example.org/x\"", "'url' is no address"},
		{"type: webhook, url: \"https://u:p@gw.example.org/x\"", "'url' is no address"},
		{"type: webhook, url: \"https://gw.example.org/x y\"", "'url' is no address"},
		{"type: webhook, url: \"https://gw.example.org/x#y\"", "'url' is no address"},
		{"type: webhook, url: \"file:///etc/passwd\"", "'url' is no address"},
		{"type: webhook, url: \"https://gw.example.org/x?sig=1\"", "'url' holds a query"},
		{"type: webhook, url: \"https://hooks.slack.com/services/T01234567/B01234567/abcdefghijklmnopqrstuvwx\"", "'url' holds a secret"},
		{"type: webhook, url: \"https://gw.example.org:8443/x\", token_file: t, ca_file: ca.pem, allow_private: true", NULL},
		{"type: webhook, url: \"http://localhost:8080\"", NULL},
		{"type: webhook, url: \"http://[::1]:8080/x\"", NULL},
		{"type: webhook, url_env: A, token_file: t, token_env: T", "has token_file and token_env"},
		{"type: webhook, url_env: A, url_file: b", "needs one of url, url_file and url_env"},
		{"type: webhook", "needs one of url, url_file and url_env"},
		{"type: webhook, urls: x", "unknown key"},
		{"type: sendmail", "needs to: with 1 to 20 addresses"},
		{"type: sendmail, to: \"-oQ/tmp\"", "'to' holds what is no plain mail address"},
		{"type: sendmail, to: \"a@b.example\\nBcc: c@d.example\"", "'to' holds what is no plain mail address"},
		{"type: sendmail, to: [a@b.example, \"c@d.example, e@f.example\"]", "'to' holds what is no plain mail address"},
		{"type: sendmail, to: a@b.example, from: nobody", "'from' is no plain mail address"},
		{"type: sendmail, to: a@b.example, program: sendmail", "'program' must be a whole path"},
		{"type: sendmail, to: a@b.example, severities: [urgent]", "'severities' must be of high, medium and low"},
		{"type: sendmail, to: [a@b.example, c@d.example]", NULL},
	};

	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct ak_notify_target *t = NULL;
		struct ak_err err = {0};
		enum ak_rc rc = read_one(rows[i].entry, &t, &err);
		bool good = rows[i].wrong ? rc != AK_OK && strstr(err.msg, rows[i].wrong) && strstr(err.msg, "policy.yaml:3: ") && err.hint[0] : rc == AK_OK;

		ok(good, rows[i].entry);
		if (!good)
			printf("# got %s\n", err.msg);
	}
}

/* A check with `found` findings of which the first `quiet` are muted; `listed` of them stand in the document, `named` more by their id. */
static json_t *check_of(int found, int quiet, int listed, int named)
{
	json_t *list = json_array(), *further = json_array();

	for (int i = quiet; i < found + quiet; i++) {
		/* Those that fail come first. */
		int no = i % found;
		json_t *f = json_pack("{s:o}", "id", json_sprintf("%016d", no));

		if (no < quiet)
			json_object_set_new(f, "muted", json_true());
		if (json_array_size(list) < (size_t)listed)
			json_array_append(list, f);
		else if (json_array_size(further) < (size_t)named)
			json_array_append(further, json_object_get(f, "id"));
		json_decref(f);
	}
	return json_pack("{s:n, s:n, s:[{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:o, s:o}]}", "from", "to", "checks", "check", "rule", "severity", "high", "title", "t",
			 "unit", "u", "found", found, "failing", found - quiet, "affected", found, "of", found, "findings", list, "further_ids", further);
}

static void news(void)
{
	static const struct ak_notify_target t = {.name = "soc", .type = AK_NOTIFY_WEBHOOK, .severities = AK_SEVERITY_HIGH}, low = {.name = "low", .severities = AK_SEVERITY_LOW};
	struct ak_book book = {.fd = -1};
	json_t *doc = check_of(3000, 500, 1000, 1200), *n;
	struct ak_buf b;
	json_t *sent = NULL;
	char one[AK_NOTIFICATION_ID], again[AK_NOTIFICATION_ID];

	ak_map_init(&book.told);
	ak_map_init(&book.check);
	ak_map_init(&book.checks);
	n = ak_news(doc, &t, &book);
	is_int((int64_t)ak_jnum(n, "new"), 2200, "all that are named and fail are new");
	is_int((int64_t)ak_jnum(n, "failing"), 2500, "of those that fail");
	is_int((int64_t)ak_jnum(n, "unnamed"), 300, "and the rest is counted");
	ak_notification_id("w", &t, n, &book, one);
	ak_notification_id("w", &t, n, &book, again);
	ok(strcmp(one, again) == 0, "the same news have the same id");
	ak_buf_init(&b, 1 << 20);
	ak_notification_write("w", &t, n, one, &b);
	sent = json_loadb(b.p, b.n, 0, NULL);
	is_int((int64_t)json_array_size(json_object_get(json_array_get(json_object_get(sent, "checks"), 0), "ids")), 100, "a message lists a hundred");
	is_int((int64_t)ak_jnum(json_array_get(json_object_get(sent, "checks"), 0), "new"), 2200, "and says how many there are");
	json_decref(sent);
	json_decref(n);
	n = ak_news(doc, &low, &book);
	is_int((int64_t)(ak_jnum(n, "new") + ak_jnum(n, "failing")), 0, "another severity is nobody's news");
	json_decref(n);
	json_decref(doc);
	/* Some of those that are named only are muted: they are no news. */
	doc = check_of(3000, 1500, 1000, 2000);
	n = ak_news(doc, &t, &book);
	is_int((int64_t)ak_jnum(n, "new"), 1500, "muted ones are none");
	json_decref(n);
	json_decref(doc);
	ak_buf_release(&b);
	ak_book_close(&book);
}

int main(void)
{
	ak_arena_init(&arena);
	entries();
	news();
	ak_arena_release(&arena);
	return done_testing();
}
