#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "cmd/forms.h"
#include "base/jsonget.h"
#include "cmd/period.h"
#include "incident/bundle.h"

static const struct {
	const char *option;
	enum ak_scope scope;
} scopes[] = {{"key", AK_SCOPE_KEY}, {"actor", AK_SCOPE_ACTOR}, {"app", AK_SCOPE_APP}};

/* Exactly one of them; the forms under which records have it. */
static enum ak_rc scope(struct ak_ctx *c, struct ak_key_scope *k, struct ak_bundle_opts *o, struct ak_err *err)
{
	const char *what = NULL;
	json_t *forms;
	size_t n = 0;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(scopes); i++)
		if (ak_args_text(c->args, scopes[i].option)) {
			what = ak_args_text(c->args, scopes[i].option);
			o->scope = scopes[i].scope;
			n++;
		}
	if (n != 1) {
		ak_hint(err, "as in: auditkit trace bundle --key svc-search -o incident.jsonl");
		return ak_fail(err, AK_EXIT_USAGE, "one of '--key', '--actor' and '--app' says whose traces");
	}
	forms = ak_cmd_forms(c, what);
	if (o->scope == AK_SCOPE_KEY) {
		rc = ak_key_scope(c->store, forms, k, err);
	} else {
		k->values = o->scope == AK_SCOPE_APP ? json_pack("[s]", what) : json_incref(forms);
		k->aliases = json_array();
		k->others = json_array();
	}
	json_decref(forms);
	if (rc == AK_END) {
		ak_hint(err, "'auditkit show' finds keys by id, label, hash or token");
		rc = ak_fail(err, AK_EXIT_PARTIAL, "no record names this key");
	}
	o->values = k->values;
	o->aliases = k->aliases;
	return rc;
}

/* A person stands in a file and in the log of accesses as a token, never as typed. */
static enum ak_rc keep_tokens(struct ak_ctx *c, struct ak_key_scope *k, const struct ak_bundle_opts *o, struct ak_err *err)
{
	json_t *rows = NULL, *kept = json_array(), *row, *v;
	int64_t total = 0;
	size_t i, n;
	enum ak_rc rc = AK_OK;

	if (o->scope != AK_SCOPE_ACTOR) {
		json_decref(kept);
		return AK_OK;
	}
	json_array_foreach(k->values, i, v) {
		json_t *one = json_pack("[O]", v);

		rc = ak_query_of_identifier(c->store, one, 1, &rows, &total, err);
		json_decref(one);
		if (rc != AK_OK)
			break;
		json_array_foreach(rows, n, row)
			json_array_append(kept, v);
		json_decref(rows);
		rows = NULL;
	}
	if (rc == AK_OK && !json_array_size(kept)) {
		ak_hint(err, "an address, user id or token of a person, or the name of a machine");
		rc = ak_fail(err, AK_EXIT_PARTIAL, "no record names this actor");
	}
	json_decref(k->values);
	k->values = kept;
	return rc;
}

/* An application that nothing names is a slip, not an empty incident. */
static enum ak_rc known_app(struct ak_ctx *c, const struct ak_bundle_opts *o, struct ak_err *err)
{
	const char *name = ak_args_text(c->args, "app");
	json_t *apps = NULL, *a;
	bool known = false;
	size_t i;
	enum ak_rc rc = o->scope == AK_SCOPE_APP ? ak_query_apps(c->store, INT64_MIN, INT64_MAX, &apps, err) : AK_OK;

	json_array_foreach(apps, i, a)
		known = known || (name && strcmp(ak_jtxt(a, "app", ""), name) == 0);
	if (rc == AK_OK && o->scope == AK_SCOPE_APP && !known) {
		ak_hint(err, "'auditkit packet build --draft' lists the applications that records name");
		rc = ak_fail(err, AK_EXIT_PARTIAL, "no record names this application");
	}
	json_decref(apps);
	return rc;
}

static void progress(void *ctx, uint64_t traces)
{
	struct ak_ctx *c = ctx;

	ak_io_progress(c->io, "traces", traces, traces, 0);
}

static void print(struct ak_ctx *c, const json_t *index, const char *path, const char *digest)
{
	const json_t *t = json_object_get(index, "traces"), *r = json_object_get(index, "requests"), *e = json_object_get(index, "events"),
		     *l = json_object_get(index, "left_out");
	const json_t *in = json_object_get(r, "in_scope");
	char a[32], b[32], d[32];
	json_t *cost;
	size_t i;

	ak_io_line(c->io, "bundle", "%s", path);
	ak_io_line(c->io, "sha256", "%s", digest);
	ak_io_line(c->io, "traces", "%s, each interaction once; %s complete; %s records in them", ak_thousands(ak_jnum(t, "written"), a),
		   ak_thousands(ak_jnum(t, "complete"), b), ak_thousands(ak_jnum(t, "records"), d));
	ak_io_line(c->io, "requests", "%s of %s in the period, %s failed", ak_thousands(ak_jnum(in, "requests"), a), ak_thousands(ak_jnum(r, "of"), b),
		   ak_thousands(ak_jnum(in, "failures"), d));
	if (ak_jnum(r, "inferred"))
		ak_io_line(c->io, "", "%s of them by alias only: inferred", ak_thousands(ak_jnum(r, "inferred"), a));
	json_array_foreach(json_object_get(in, "cost"), i, cost)
		ak_io_line(c->io, "cost", "%s %s estimated, %s billed", ak_jtxt(cost, "currency", "?"), ak_jtxt(cost, "estimated", "none"),
			   ak_jtxt(cost, "billed", "none"));
	ak_io_line(c->io, "events", "%s, %s of them of the %s admin events in the period", ak_thousands(ak_jnum(e, "written"), a),
		   ak_thousands(ak_jnum(e, "admin"), b), ak_thousands(ak_jnum(e, "of_admin"), d));
	ak_io_line(c->io, "timeline", "%s records", ak_thousands(ak_jnum(index, "timeline"), a));
	if (ak_jnum(l, "interactions"))
		ak_io_line(c->io, "LEFT OUT", "%s interactions, named in the bundle with the reason", ak_thousands(ak_jnum(l, "interactions"), a));
	if (ak_jnum(l, "undated"))
		ak_io_line(c->io, "undated", "%s records without a time, listed first", ak_thousands(ak_jnum(l, "undated"), a));
}

static enum ak_rc finish(struct ak_ctx *c, json_t *index, const char *path, const char *digest, struct ak_err *err)
{
	struct ak_str base = ak_fs_base(path);

	if (!c->json) {
		print(c, index, path, digest);
		return AK_OK;
	}
	json_object_set_new(index, "sha256", json_string(digest));
	json_object_set_new(index, "file", json_stringn(base.p, base.n));
	return ak_io_json(c->io, index, err);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_bundle_opts o = {.store = c->store, .policy = c->policy, .path = ak_args_text(c->args, "output"), .replace = ak_args_flag(c->args, "force"),
				   .progress = progress, .ctx = c};
	struct ak_key_scope k = {0};
	json_t *index = NULL;
	char digest[65];
	bool whole = true;
	enum ak_rc rc = ak_cmd_period(c, &o.from_us, &o.to_us, err);

	if (rc == AK_OK && !o.path) {
		ak_hint(err, "as in: -o incident.jsonl, or a folder, .tar or .zip");
		rc = ak_fail(err, AK_EXIT_USAGE, "'-o' says where the bundle goes");
	}
	if (rc == AK_OK)
		rc = scope(c, &k, &o, err);
	if (rc == AK_OK)
		rc = keep_tokens(c, &k, &o, err);
	if (rc == AK_OK)
		rc = known_app(c, &o, err);
	o.values = k.values;
	if (rc == AK_OK) {
		ak_cmd_found_by(c, json_string_value(json_array_get(json_array_size(k.values) ? k.values : k.aliases, 0)));
		rc = ak_cmd_log_access(c, 0, err);
	}
	if (rc == AK_OK)
		rc = ak_bundle_write(&o, &index, digest, err);
	ak_io_progress_end(c->io);
	if (rc == AK_OK) {
		whole = !ak_jnum(json_object_get(index, "left_out"), "interactions");
		rc = finish(c, index, o.path, digest, err);
	}
	ak_key_scope_release(&k);
	json_decref(index);
	return rc != AK_OK ? err->exit : whole ? AK_EXIT_OK : AK_EXIT_PARTIAL;
}

static const struct ak_opt opts[] = {
	{"key", 0, AK_OPT_TEXT, "KEY", "of this key: id, label, hash or token"},
	{"actor", 0, AK_OPT_TEXT, "WHO", "of this person or machine, as caller, end user or approver"},
	{"app", 0, AK_OPT_TEXT, "NAME", "of this application"},
	AK_OPTS_PERIOD,
	{"output", 'o', AK_OPT_OUTPUT, "FILE", "a .jsonl, a folder, .tar, .tar.gz, .tar.zst or .zip"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace what stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit trace bundle --key svc-search --from 2026-06-05 -o incident.jsonl", "of one key, every interaction once"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_trace_bundle = {
	.name = "trace bundle",
	.summary = "all traces and events of a key, an actor or an application, in one file",
	.text = "Every interaction that has a record in scope, once, as trace reconstruct tells it; admin, quota and other events; the order of\n"
		"all records as far as the clocks prove it; and an index with counts and what they are counted of. An interaction that cannot be\n"
		"told is named with the reason, and the exit code is 3. The same workspace gives the same bytes. No payload: none is stored.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.run = run,
};
