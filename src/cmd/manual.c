#include "base/ak.h"
#include "cmd/manual.h"

#include "base/jsonget.h"
#include "ingest/manual.h"
#include "query/query.h"
#include "store/manual.h"

static enum ak_rc check(const struct ak_ctx *c, struct ak_err *err)
{
	static const char *const read_only[] = {"format", "mapping", "tz", "system", "query", "dry-run", "max-rejects", "strict", "keep-text", "remap"};
	int64_t question = ak_args_int(c->args, "question", 1);

	for (size_t i = 0; i < AK_COUNT(read_only); i++)
		if (ak_args_flag(c->args, read_only[i])) {
			ak_hint(err, "a file that is taken in by hand is hashed, not read");
			return ak_fail(err, AK_EXIT_USAGE, "options '--manual' and '--%s' do not go together", read_only[i]);
		}
	if (question < 1 || question > 7) {
		ak_hint(err, "'auditkit help collect' lists the questions");
		return ak_fail(err, AK_EXIT_USAGE, "option '--question' is the number of a question, 1 to 7");
	}
	if (c->args->nwords)
		return AK_OK;
	ak_hint(err, "name the files, one by one");
	return ak_fail(err, AK_EXIT_USAGE, "option '--manual' wants files");
}

static enum ak_rc print(struct ak_ctx *c, const struct ak_manual *m, const struct ak_manual_file *f, size_t n, int64_t run, struct ak_err *err)
{
	json_t *files = json_array(), *row = NULL, *cp, *doc;
	char number[32];
	enum ak_rc rc = run ? ak_query_run(c->store, run, &row, err) : AK_OK;

	cp = json_object_get(row, "checkpoint");
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		json_array_append_new(files, json_pack("{s:s, s:I, s:s, s:b}", "name", f[i].name, "bytes", (json_int_t)f[i].bytes, "sha256",
						       f[i].sha256, "known", f[i].known));
	if (c->json && rc == AK_OK) {
		doc = json_pack("{s:s, s:i, s:s, s:s, s:s?, s:O, s:O?}", "schema", "auditkit.ingest-manual/1", "format_version", 1, "source",
				m->source, "class", AK_MANUAL, "question", m->question, "files", files, "checkpoint", cp);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	}
	for (size_t i = 0; i < n && rc == AK_OK && !c->json; i++)
		ak_io_line(c->io, f[i].known ? "known" : "manual", "%s: %s bytes, sha256 %s", f[i].name, ak_thousands(f[i].bytes, number),
			   f[i].sha256);
	if (rc == AK_OK && !c->json) {
		ak_io_line(c->io, "weaker", "a digest proves that this file was there, not what it says: no record is counted, no question "
					    "is met by it alone. Keep the file");
		if (json_is_object(cp))
			ak_io_line(c->io, "ledger", "checkpoint %llu %s", (unsigned long long)ak_jnum(cp, "size"), ak_jtxt(cp, "root", "?"));
	}
	json_decref(files);
	json_decref(row);
	return rc;
}

enum ak_exit ak_cmd_manual(struct ak_ctx *c, const struct ak_ingest_opts *o, const struct ak_ingest_source *source, struct ak_err *err)
{
	struct ak_manual m = {.source = source->name ? source->name : AK_MANUAL, .owner = source->owner, .exported_at = source->exported_at};
	struct ak_manual_file *files;
	int64_t run = 0;
	enum ak_rc rc = check(c, err);

	if (rc != AK_OK)
		return err->exit;
	if (ak_args_int(c->args, "question", 0))
		m.question = ak_arena_printf(&c->arena, "question %lld", (long long)ak_args_int(c->args, "question", 0)).p;
	files = ak_arena_zero(&c->arena, c->args->nwords * sizeof *files);
	rc = ak_ingest_manual(o, &m, c->args->word, c->args->nwords, files, &run, err);
	if (rc == AK_OK)
		rc = print(c, &m, files, c->args->nwords, run, err);
	ak_manual_release(files, c->args->nwords);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}
