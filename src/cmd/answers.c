#include "base/ak.h"
#include "cmd/answers.h"

#include "base/fs.h"
#include "ingest/declared.h"
#include "packet/findings.h"

#define MOST_BYTES (1 << 20)

static enum ak_rc read_file(struct ak_ctx *c, const char *name, struct ak_buf *text, bool *there, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(c->workspace, name);
	enum ak_rc rc = ak_fs_look(path, there, err);

	return rc == AK_OK && *there ? ak_fs_slurp(path, MOST_BYTES, text, err) : rc;
}

/* What can be answered: the findings of packets, the checks, and findings of checks by their ids. */
static const char **answerable(const struct ak_check_set *set)
{
	size_t n = 0;
	const char **all;

	while (ak_finding_ids[n])
		n++;
	all = ak_alloc_zero(n + set->n + 1, sizeof *all);
	memcpy(all, ak_finding_ids, n * sizeof *all);
	for (size_t i = 0; i < set->n; i++)
		all[n + i] = set->name[i];
	return all;
}

enum ak_rc ak_cmd_responses(struct ak_ctx *c, struct ak_responses *out, bool *there, struct ak_err *err)
{
	struct ak_check_set set = {0};
	const char **ids;
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, MOST_BYTES);
	rc = read_file(c, "responses.yaml", &text, there, err);
	if (rc == AK_OK && *there && (rc = ak_check_set_read(c->policy, &set, err)) == AK_OK) {
		ids = answerable(&set);
		rc = ak_responses_parse("responses.yaml", ak_buf_str(&text), ids, out, err);
		if (rc == AK_OK && (rc = ak_declared_yaml(c->redactor, &out->yaml, ak_buf_str(&text), err)) != AK_OK)
			ak_responses_release(out);
		ak_free(ids);
		ak_check_set_release(&set);
	}
	ak_buf_release(&text);
	return rc;
}

enum ak_rc ak_cmd_suppressions(struct ak_ctx *c, const struct ak_check_set *set, struct ak_suppressions *out, bool *there, struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, MOST_BYTES);
	rc = read_file(c, "suppressions.yaml", &text, there, err);
	if (rc == AK_OK && *there)
		rc = ak_suppressions_parse("suppressions.yaml", ak_buf_str(&text), set->name, out, err);
	if (rc == AK_OK && *there && (rc = ak_declared_yaml(c->redactor, &out->yaml, ak_buf_str(&text), err)) != AK_OK)
		ak_suppressions_release(out);
	ak_buf_release(&text);
	return rc;
}
