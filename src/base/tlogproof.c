#include "base/ak.h"

#include <inttypes.h>

#include "base/tlogproof.h"
#include "base/verdict.h"

static const char header[] = "c2sp.org/tlog-proof@v1";

void ak_tlog_proof_text(uint64_t index, const struct ak_merkle_proof *path, struct ak_str note, struct ak_buf *out)
{
	char line[4 * ((AK_SHA256_LEN + 2) / 3) + 1];
	ak_buf_addf(out, "%s\nindex %" PRIu64 "\n", header, index);
	for (size_t i = 0; i < path->n; i++) {
		ak_base64(path->hash[i], AK_SHA256_LEN, line);
		ak_buf_addf(out, "%s\n", line);
	}
	ak_buf_addc(out, '\n');
	ak_buf_addstr(out, note);
}

static bool take_prefix(struct ak_str *s, const char *prefix)
{
	struct ak_str p = ak_str_of(prefix);
	if (!ak_str_starts(*s, p))
		return false;
	*s = ak_str_n(s->p + p.n, s->n - p.n);
	return true;
}

/* Hash lines up to and including the empty line. */
static bool parse_path(struct ak_str *text, struct ak_merkle_proof *path)
{
	struct ak_str line;
	size_t n;
	for (path->n = 0; ak_note_line(text, &line); path->n++) {
		if (!line.n)
			return true;
		if (path->n == AK_MERKLE_MAX_PROOF || line.n != 44 ||
		    !ak_unbase64(line, path->hash[path->n], AK_SHA256_LEN, &n) || n != AK_SHA256_LEN)
			return false;
	}
	return false;
}

static bool parse(struct ak_str text, struct ak_tlog_proof *p)
{
	struct ak_str line;
	if (!ak_note_line(&text, &line) || !ak_str_is(line, header) || !ak_note_line(&text, &line))
		return false;
	if (take_prefix(&line, "extra ")) {
		p->extra = line;
		if (!ak_note_line(&text, &line))
			return false;
	}
	if (!take_prefix(&line, "index ") || !ak_note_number(line, &p->index) || !parse_path(&text, &p->path))
		return false;
	p->note = text;
	return text.n > 0;
}

enum ak_rc ak_tlog_proof_parse(struct ak_str text, struct ak_tlog_proof *out, struct ak_err *err)
{
	struct ak_tlog_proof p = {0};
	if (!parse(text, &p))
		return ak_fail_verify(err, "proof_syntax", "proof is not header, index, hashes and checkpoint");
	*out = p;
	return AK_OK;
}

enum ak_rc ak_tlog_proof_verify(struct ak_str text, const uint8_t leaf_hash[AK_SHA256_LEN],
				const struct ak_note_key *key, struct ak_checkpoint *c, struct ak_err *err)
{
	struct ak_tlog_proof p;
	struct ak_checkpoint cp;
	struct ak_str body;
	enum ak_rc rc = ak_tlog_proof_parse(text, &p, err);
	if (rc == AK_OK)
		rc = ak_note_verify(p.note, key, &body, err);
	if (rc == AK_OK)
		rc = ak_checkpoint_parse(body, &cp, err);
	if (rc < 0)
		return rc;
	if (!ak_merkle_check_inclusion(&p.path, p.index, cp.size, leaf_hash, cp.root))
		return ak_fail_verify(err, "proof_bad", "entry is not in the tree of the checkpoint");
	if (c)
		*c = cp;
	return AK_OK;
}
