#include "base/ak.h"
#include "incident/sink.h"

#include "base/jsonw.h"

static const struct {
	const char *type, *path;
} parts[AK_PARTS] = {
	[AK_PART_TRACES] = {"trace", "data/traces.jsonl"},	 [AK_PART_EVENTS] = {"event", "data/events.jsonl"},
	[AK_PART_TIMELINE] = {"timeline", "data/timeline.jsonl"}, [AK_PART_LEFT_OUT] = {"left_out", "data/left-out.jsonl"},
	[AK_PART_INDEX] = {"index", "data/index.json"},
};

static bool is_lines(const char *path)
{
	struct ak_str base = ak_fs_base(path);

	return base.n > 6 && memcmp(base.p + base.n - 6, ".jsonl", 6) == 0;
}

static enum ak_rc open_bag(struct ak_sink *s, const char *tmpdir, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *base = NULL;
	enum ak_form form;
	enum ak_rc rc = ak_archive_form(s->path, &form, &base, err);

	if (rc == AK_OK)
		rc = ak_bag_new(base, tmpdir, &s->bag, err);
	for (int i = 0; i < AK_PARTS && rc == AK_OK; i++)
		rc = ak_bag_begin(s->bag, parts[i].path, &s->file[i], err);
	return rc;
}

enum ak_rc ak_sink_open(struct ak_sink *s, const char *path, bool replace, const char *tmpdir, struct ak_err *err)
{
	bool there = false;
	enum ak_rc rc = replace ? AK_OK : ak_fs_look(path, &there, err);

	*s = (struct ak_sink){.path = path, .temp = {.fd = -1}};
	ak_buf_init(&s->line, 1u << 28);
	if (rc != AK_OK)
		return rc;
	if (there) {
		ak_hint(err, "another name, or --force to replace it");
		return ak_fail(err, AK_EXIT_USAGE, "'%s' exists", path);
	}
	if (!is_lines(path))
		return open_bag(s, tmpdir, err);
	s->hash = ak_sha256_new();
	ak_sha256_start(s->hash);
	return ak_fs_temp_open(&s->temp, path, 0600, err);
}

enum ak_rc ak_sink_put(struct ak_sink *s, enum ak_part part, const json_t *document, struct ak_err *err)
{
	enum ak_rc rc;

	ak_buf_clear(&s->line);
	if (!s->bag)
		ak_buf_addf(&s->line, "{\"%s\":", parts[part].type);
	if ((rc = ak_jcs(document, &s->line, err)) != AK_OK)
		return rc;
	ak_buf_adds(&s->line, s->bag ? "\n" : "}\n");
	if (s->line.over)
		return ak_fail(err, AK_EXIT_LIMIT, "a document of this bundle is larger than 256 MiB");
	if (s->bag)
		return ak_bag_write(s->file[part], ak_buf_str(&s->line), err);
	ak_sha256_add(s->hash, s->line.p, s->line.n);
	return ak_fs_write_all(s->temp.fd, s->line.p, s->line.n, s->path, err);
}

static enum ak_rc commit_bag(struct ak_sink *s, bool replace, int64_t mtime, uint8_t digest[32], struct ak_err *err)
{
	static const struct ak_bag_info info[] = {{"External-Description", "auditkit incident bundle"}};
	enum ak_rc rc = ak_bag_finish(s->bag, info, AK_COUNT(info), err);

	if (rc == AK_OK)
		rc = ak_archive_write(s->bag, s->path, mtime, replace, err);
	if (rc == AK_OK)
		ak_bag_digest(s->bag, digest);
	return rc;
}

enum ak_rc ak_sink_commit(struct ak_sink *s, bool replace, int64_t mtime, char digest[65], struct ak_err *err)
{
	uint8_t raw[32] = {0};
	enum ak_rc rc;

	if (s->bag) {
		rc = commit_bag(s, replace, mtime, raw, err);
	} else {
		ak_sha256_end(s->hash, raw);
		rc = ak_fs_temp_commit(&s->temp, replace, err);
	}
	ak_hex(raw, 32, digest);
	return rc;
}

void ak_sink_release(struct ak_sink *s)
{
	ak_bag_free(s->bag);
	ak_fs_temp_release(&s->temp);
	ak_sha256_free(s->hash);
	ak_buf_release(&s->line);
}
