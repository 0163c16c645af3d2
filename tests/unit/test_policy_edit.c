/* An entry added to the allow-list in files laid out as people lay them out: every line stays, in order, and the file says
 * what it said. */
#include "base/ak.h"

#include <stdio.h>

#include "conf/policy_edit.h"
#include "tap.h"

static const struct {
	const char *name, *text;
	bool can, whole_lines; /* whole_lines: nothing was put into a line that was there */
} cases[] = {
	{"no redaction at all", "version: 1\n# last words\n", true, true},
	{"a last line without an end", "version: 1\nlimits: {max_rejects: 1%}", true, true},
	{"redaction left empty", "version: 1\nredaction:   # nothing yet\nlimits: {max_rejects: 1%}\n", true, true},
	{"answers, no list", "version: 1\nredaction:  # 4\n  # visible\n  ip_mask: 24/48 # prefix\n  pseudonyms: per-packet\n", true, true},
	{"answers in one line", "version: 1\nredaction: {ip_mask: 24/48, pseudonyms: per-packet} # all\n", true, false},
	{"an empty list", "version: 1\nredaction:\n    allow:   # none\n    ip_mask: 24/48\n", true, true},
	{"an empty list in brackets", "version: 1\nredaction:\n  allow: []\n", true, false},
	{"a list with an entry",
	 "version: 1\nredaction:\n  allow: # [no] secrets\n    # first\n    - {fingerprint: 00000000000000000000000000000001, why: x}\n  ip_mask: 24/48\n",
	 true, true},
	{"a list at the margin of its key",
	 "version: 1\nredaction:\n  allow:\n  - fingerprint: 00000000000000000000000000000001\n    why: x\n", true, true},
	{"a list in brackets", "version: 1\nredaction:\n  allow: [{fingerprint: 00000000000000000000000000000001, why: x}]\n", true,
	 false},
	{"lines that end as on Windows", "version: 1\r\nredaction:\r\n  ip_mask: 24/48\r\n", true, true},
	{"a mark of its encoding", "\xEF\xBB\xBFversion: 1\nredaction:\n  ip_mask: 24/48\n", true, true},
	{"redaction is unknown", "version: 1\nredaction: unknown\n", false, false},
	{"a document with an end", "version: 1\n...\n", false, false},
	{"a key in quotes and a brace in a comment", "version: 1\n\"redaction\": # {\n  {ip_mask: 24/48}\n", false, false},
	{"nothing between the braces", "version: 1\nredaction: {}\n", false, false},
};

/* Every line of the old text, in order, among those of the new one. */
static bool keeps_lines(struct ak_str old, struct ak_str now)
{
	size_t at = 0;

	for (size_t i = 0; i < old.n;) {
		struct ak_str line = ak_str_n(old.p + i, ak_str_find(ak_str_n(old.p + i, old.n - i), '\n'));
		bool found = false;

		while (!found && at < now.n) {
			struct ak_str other = ak_str_n(now.p + at, ak_str_find(ak_str_n(now.p + at, now.n - at), '\n'));

			found = ak_str_eq(line, other);
			at += other.n + 1;
		}
		if (!found)
			return false;
		i += line.n + 1;
	}
	return true;
}

static void one(size_t i)
{
	static const struct ak_policy_allow entry = {"0123456789abcdef0123456789abcdef", "\"it's\": {no} # secret, [x]", "sec-ops", "2026-06-16", 0, "0a1b2c3d"};
	struct ak_str text = ak_str_of(cases[i].text);
	struct ak_policy p = {0}, again = {0};
	struct ak_err err = {0};
	struct ak_buf out;
	bool can;

	ak_buf_init(&out, 1 << 16);
	ok(ak_policy_parse("policy.yaml", text, &p, &err) == AK_OK, cases[i].name);
	can = ak_policy_add_allow(&p, text, &entry, &out, &err) == AK_OK;
	ok(can == cases[i].can, cases[i].can ? "can be edited" : "is left alone");
	if (!can) {
		is_int(err.exit, AK_EXIT_REFUSED, "refused");
		ok(strstr(err.hint, entry.fingerprint) != NULL && out.n == 0, "with the entry to type");
	} else {
		ok(ak_policy_parse("policy.yaml", ak_buf_str(&out), &again, &err) == AK_OK, "is a policy still");
		is_int((int64_t)again.nallow, (int64_t)p.nallow + 1, "one entry more");
		is_str(ak_str_of(again.allow[0].fingerprint), entry.fingerprint, "its fingerprint");
		is_str(ak_str_of(again.allow[0].why), entry.why, "its reason");
		ok(keeps_lines(text, ak_buf_str(&out)) == cases[i].whole_lines, "lines that were there");
	}
	ak_policy_release(&p);
	ak_policy_release(&again);
	ak_buf_release(&out);
}

int main(void)
{
	for (size_t i = 0; i < AK_COUNT(cases); i++)
		one(i);
	return done_testing();
}
