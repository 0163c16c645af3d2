#include "base/ak.h"
#include "cmd/signing.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"

enum { MOST_KEY = 65536, LEAST_SECRET = 8, MOST_HEADERS = 16 << 20 };

static enum ak_rc secret(struct ak_str text, struct ak_cmd_signing *out, struct ak_err *err)
{
	while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	if (text.n < LEAST_SECRET)
		return ak_fail(err, AK_EXIT_INPUT, "the secret of '--signature-key' has fewer than %d bytes", LEAST_SECRET);
	out->with.secret = ak_hmac_new((const uint8_t *)text.p, text.n);
	return AK_OK;
}

/* A public key may be read by anybody, a secret not. */
static enum ak_rc only_mine(const char *path, struct ak_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || !(st.st_mode & 077))
		return AK_OK;
	ak_hint(err, "chmod 600 the file, and have the secret changed at the source if others may have read it");
	return ak_fail(err, AK_EXIT_REFUSED, "others can read the secret of '--signature-key'");
}

static enum ak_rc read_key(const char *path, struct ak_cmd_signing *out, struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, MOST_KEY);
	rc = ak_fs_slurp(path, MOST_KEY, &text, err);
	if (rc == AK_OK && ak_str_starts(ak_str_trim(ak_buf_str(&text)), AK_STR("-----BEGIN"))) {
		rc = ak_rsa_open(ak_buf_str(&text), &out->with.rsa, err);
	} else if (rc == AK_OK) {
		rc = only_mine(path, err);
		rc = rc == AK_OK ? secret(ak_buf_str(&text), out, err) : rc;
	}
	if (rc != AK_OK && !err->hint[0])
		ak_hint(err, "give the public key of rows signed with RSA in PEM, or the secret of signed batches as text");
	if (text.n)
		ak_wipe(text.p, text.n);
	ak_buf_release(&text);
	return rc;
}

/* Takes the last word off a line. */
static struct ak_str last_word(struct ak_str *line)
{
	struct ak_str word;
	size_t at = line->n;

	while (at && line->p[at - 1] != ' ' && line->p[at - 1] != '\t')
		at--;
	word = ak_str_n(line->p + at, line->n - at);
	*line = ak_str_trim(ak_str_n(line->p, at));
	return word;
}

/* NAME VALUE: the base name of a batch, a blank, the value of its header, with the header's name or without. */
static bool add_line(struct ak_cmd_signing *out, struct ak_str name)
{
	struct ak_str value = last_word(&name);
	struct ak_map_entry *e;
	bool fresh;

	if (name.n && name.p[name.n - 1] == ':')
		last_word(&name);
	if (!name.n || !value.n)
		return false;
	e = ak_map_put(&out->headers, name, &fresh);
	if (fresh)
		e->v.ptr = ak_strndup(value.p, value.n);
	return true;
}

static enum ak_rc read_headers(const char *path, struct ak_cmd_signing *out, struct ak_err *err)
{
	struct ak_buf text;
	struct ak_str rest;
	size_t number = 0;
	enum ak_rc rc;

	ak_buf_init(&text, MOST_HEADERS);
	rc = ak_fs_slurp(path, MOST_HEADERS, &text, err);
	rest = ak_buf_str(&text);
	while (rc == AK_OK && rest.n) {
		size_t end = ak_str_find(rest, '\n');
		struct ak_str line = ak_str_trim(ak_str_n(rest.p, end));

		number++;
		if (line.n && !add_line(out, line)) {
			ak_hint(err, "one batch a line: its file name, a blank, and the header's value t=...,v1=...");
			rc = ak_fail(err, AK_EXIT_INPUT, "line %zu of '--signatures' has no name and value", number);
		}
		end += end < rest.n;
		rest = ak_str_n(rest.p + end, rest.n - end);
	}
	ak_buf_release(&text);
	return rc;
}

enum ak_rc ak_cmd_signing(struct ak_ctx *c, struct ak_cmd_signing *out, struct ak_err *err)
{
	const char *key = ak_args_text(c->args, "signature-key"), *headers = ak_args_text(c->args, "signatures");
	const char *env = getenv("AUDITKIT_SIGNATURE_SECRET");
	enum ak_rc rc = AK_OK;

	ak_map_init(&out->headers);
	out->with.headers = &out->headers;
	if (key)
		rc = read_key(key, out, err);
	else if (env && env[0])
		rc = secret(ak_str_of(env), out, err);
	if (rc == AK_OK && headers && !out->with.secret && !out->with.rsa && !ak_args_flag(c->args, "cloudtrail-digests")) {
		ak_hint(err, "give '--signature-key' too, or set AUDITKIT_SIGNATURE_SECRET; without a key no signature can be checked");
		return ak_fail(err, AK_EXIT_USAGE, "option '--signatures' goes with a key");
	}
	return rc == AK_OK && headers ? read_headers(headers, out, err) : rc;
}

void ak_cmd_signing_release(struct ak_cmd_signing *s)
{
	for (size_t i = 0; i < s->headers.n; i++)
		ak_free(s->headers.e[i].v.ptr);
	ak_map_release(&s->headers);
	ak_hmac_free(s->with.secret);
	ak_rsa_free(s->with.rsa);
}
