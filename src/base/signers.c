#include "base/ak.h"

#include <stdio.h>

#include "base/signers.h"
#include "base/time.h"
#include "base/verdict.h"

enum { STAMP = 14 }; /* YYYYMMDDhhmmss */

struct signer {
	struct ak_str principals;
	struct ak_str namespaces; /* NULL view: any */
	char after[STAMP + 1], before[STAMP + 1];
	bool usable; /* no option that is not understood */
	struct ak_sshkey key;
};

static bool wildcard(struct ak_str pat, struct ak_str s)
{
	size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;
	while (i < s.n) {
		if (p < pat.n && pat.p[p] == '*') {
			star = p++;
			mark = i;
		} else if (p < pat.n && (pat.p[p] == '?' || pat.p[p] == s.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (p < pat.n && pat.p[p] == '*')
		p++;
	return p == pat.n;
}

bool ak_signers_match(struct ak_str patterns, struct ak_str name)
{
	bool found = false;
	while (patterns.n) {
		size_t n = ak_str_find(patterns, ',');
		struct ak_str pat = ak_str_n(patterns.p, n);
		patterns = n < patterns.n ? ak_str_n(patterns.p + n + 1, patterns.n - n - 1) : (struct ak_str){0};
		bool negated = pat.n && pat.p[0] == '!';
		if (negated)
			pat = ak_str_n(pat.p + 1, pat.n - 1);
		if (wildcard(pat, name)) {
			if (negated)
				return false;
			found = true;
		}
	}
	return found;
}

/* The next field, taken off *line: up to a blank that does not stand in double quotes. */
static struct ak_str field(struct ak_str *line)
{
	struct ak_str s = ak_str_trim(*line);
	bool quoted = false;
	size_t n = 0;
	for (; n < s.n && (quoted || (s.p[n] != ' ' && s.p[n] != '\t')); n++)
		quoted ^= s.p[n] == '"';
	*line = ak_str_n(s.p + n, s.n - n);
	return ak_str_n(s.p, n);
}

static struct ak_str unquote(struct ak_str s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return ak_str_n(s.p + 1, s.n - 2);
	return s;
}

/* YYYYMMDD[hhmm[ss]][Z] to 14 digits. */
static bool stamp(struct ak_str s, char out[STAMP + 1])
{
	if (s.n && s.p[s.n - 1] == 'Z')
		s.n--;
	if (s.n != 8 && s.n != 12 && s.n != STAMP)
		return false;
	for (size_t i = 0; i < STAMP; i++) {
		out[i] = i < s.n ? s.p[i] : '0';
		if (!ak_is_digit((unsigned char)out[i]))
			return false;
	}
	out[STAMP] = '\0';
	return true;
}

static void now_stamp(int64_t at_us, char out[STAMP + 1])
{
	char z[32];
	size_t n = 0;

	out[0] = '\0';
	if (at_us == AK_SIGNERS_NO_TIME)
		return;
	ak_time_z(at_us, 0, z);
	for (const char *c = z; *c && n < STAMP; c++) {
		if (ak_is_digit((unsigned char)*c))
			out[n++] = *c;
	}
	out[n] = '\0';
}

static bool take_option(struct signer *s, struct ak_str opt)
{
	size_t eq = ak_str_find(opt, '=');
	if (eq == opt.n)
		return false;
	struct ak_str name = ak_str_n(opt.p, eq), value = unquote(ak_str_n(opt.p + eq + 1, opt.n - eq - 1));
	if (ak_str_eq_fold(name, AK_STR("namespaces"))) {
		s->namespaces = value;
		return value.n > 0;
	}
	if (ak_str_eq_fold(name, AK_STR("valid-after")))
		return stamp(value, s->after);
	return ak_str_eq_fold(name, AK_STR("valid-before")) && stamp(value, s->before);
}

static bool take_options(struct signer *s, struct ak_str opts)
{
	while (opts.n) {
		bool quoted = false;
		size_t n = 0;
		for (; n < opts.n && (quoted || opts.p[n] != ','); n++)
			quoted ^= opts.p[n] == '"';
		if (!take_option(s, ak_str_n(opts.p, n)))
			return false;
		n = n < opts.n ? n + 1 : n;
		opts = ak_str_n(opts.p + n, opts.n - n);
	}
	return true;
}

/* false for a blank line, a comment, and a line without a key of ours. */
static bool parse_line(struct ak_str line, struct signer *s)
{
	*s = (struct signer){.usable = true};
	line = ak_str_trim(line);
	if (!line.n || line.p[0] == '#')
		return false;
	s->principals = unquote(field(&line));
	if (ak_sshkey_parse(line, &s->key, NULL))
		return true;
	struct ak_str opts = field(&line);
	s->usable = take_options(s, opts);
	return ak_sshkey_parse(line, &s->key, NULL);
}

/* How near a line comes to allowing the signature. */
enum match { NOT_NAMED, NOT_ITS_USE, NO_TIME, NOT_YET, NO_MORE, ALLOWED };

static enum match allows(const struct signer *s, const char *principal, const char *ns, const char *now)
{
	if (!s->usable || (principal && !ak_signers_match(s->principals, ak_str_of(principal))))
		return NOT_NAMED;
	if (s->namespaces.p && !ak_signers_match(s->namespaces, ak_str_of(ns)))
		return NOT_ITS_USE;
	if (!now[0] && (s->after[0] || s->before[0]))
		return NO_TIME;
	if (s->after[0] && strcmp(now, s->after) < 0)
		return NOT_YET;
	return s->before[0] && strcmp(now, s->before) > 0 ? NO_MORE : ALLOWED; /* its last second counts, as ssh-keygen has it */
}

static enum ak_rc refuse(enum match how, const char *after, const char *before, struct ak_err *err)
{
	char said[96];

	switch (how) {
	case NOT_YET:
		snprintf(said, sizeof said, "the list lets this key sign from %s on only", after);
		return ak_fail_verify(err, "signer_not_yet", said);
	case NO_MORE:
		snprintf(said, sizeof said, "the list lets this key sign until %s only", before);
		return ak_fail_verify(err, "signer_expired", said);
	case NO_TIME:
		return ak_fail_verify(err, "signer_no_time", "the list lets this key sign at certain times only, and the packet has none");
	case NOT_ITS_USE:
	case NOT_NAMED:
	case ALLOWED:
		break;
	}
	return ak_fail_verify(err, "signer_not_allowed", "signing key is not allowed for this name or use");
}

/* 14 digits as a time that people read. */
static void readable(const char *digits, char out[32])
{
	snprintf(out, 32, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", digits, digits + 4, digits + 6, digits + 8, digits + 10, digits + 12);
}

enum ak_rc ak_signers_find(struct ak_str text, const struct ak_sshkey *key, const char *principal, const char *ns,
			   int64_t at_us, struct ak_str *who, struct ak_err *err)
{
	char now[STAMP + 1], after[32] = "", before[32] = "";
	enum match best = NOT_NAMED;
	bool known = false;

	now_stamp(at_us, now);
	while (text.n) {
		struct signer s;
		size_t n = ak_str_find(text, '\n');
		bool mine = parse_line(ak_str_n(text.p, n), &s) && ak_sshkey_eq(&s.key, key);
		enum match how = mine ? allows(&s, principal, ns, now) : NOT_NAMED;

		if (how == ALLOWED) {
			*who = s.principals;
			return AK_OK;
		}
		if (how > best) {
			best = how;
			readable(s.after, after);
			readable(s.before, before);
		}
		known = known || mine;
		n = n < text.n ? n + 1 : n;
		text = ak_str_n(text.p + n, text.n - n);
	}
	if (known)
		return refuse(best, after, before, err);
	return ak_fail_verify(err, "signer_unknown", "signing key is not among the allowed signers");
}

/* YYYYMMDDhhmmssZ: with the Z no reader's zone moves it. */
static void add_time(struct ak_buf *out, const char *name, int64_t at_us)
{
	char digits[STAMP + 1];

	if (at_us == AK_SIGNERS_NO_TIME)
		return;
	now_stamp(at_us, digits);
	ak_buf_addf(out, ",%s=\"%sZ\"", name, digits);
}

enum ak_rc ak_signers_line_between(const char *principal, const char *ns, const struct ak_sshkey *key, int64_t after_us, int64_t before_us,
				   struct ak_buf *out, struct ak_err *err)
{
	bool good = principal[0] && principal[0] != '#';
	for (const char *c = principal; *c; c++)
		good = good && (unsigned char)*c > ' ' && *c != 0x7f && !strchr(",\"!*?", *c);
	if (!good)
		return ak_fail(err, AK_EXIT_USAGE, "signer name has a blank, comma, quote or pattern character");
	ak_buf_addf(out, "%s namespaces=\"%s\"", principal, ns);
	add_time(out, "valid-after", after_us);
	add_time(out, "valid-before", before_us);
	ak_buf_addc(out, ' ');
	ak_sshkey_text(key, out);
	ak_buf_addc(out, '\n');
	return AK_OK;
}

enum ak_rc ak_signers_line(const char *principal, const char *ns, const struct ak_sshkey *key, struct ak_buf *out,
			   struct ak_err *err)
{
	return ak_signers_line_between(principal, ns, key, AK_SIGNERS_NO_TIME, AK_SIGNERS_NO_TIME, out, err);
}
