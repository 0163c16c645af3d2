/* Processing activities (F215) and who receives data (F365): the dictionary and policy.yaml against what records name. */
#include "base/ak.h"
#include "report/list.h"

#include "base/jsonget.h"
#include "conf/yaml.h"
#include "model/field.h"
#include "query/report_rows.h"

static const json_t *declared(const struct ak_list_opts *o, const char *path) { return o->policy ? ak_policy_get(o->policy, path) : NULL; }

static json_t *copy_of(const json_t *v) { return v ? json_incref((json_t *)v) : json_null(); }

/* Members of an entry of policy.yaml; what says nothing is null and a gap. */
static int add_declared(json_t *doc, json_t *row, const json_t *entry, const char *const *members, const char *what, const char *name)
{
	int gaps = 0;

	for (; *members; members++) {
		const json_t *v = ak_list_declared(entry, *members);

		json_object_set_new(row, *members, copy_of(v));
		if (!v && entry) {
			ak_list_gap(doc, what, "%s %s: policy.yaml does not say %s", what, name, *members);
			gaps++;
		}
	}
	return gaps;
}

struct naming {
	const char *what, *member;	     /* "provider": also the member that names it */
	const char *const *says;	     /* of policy.yaml */
	const json_t *declared, *seen;
	const char *list;		     /* of the document */
};

/* What the policy says of a name that records have. Records name a provider with its vendor, aws.bedrock: `bedrock` means that one too. */
static const char *declared_name(const struct naming *n, const char *name)
{
	const char *dot = strcmp(n->member, "provider") == 0 ? strchr(name, '.') : NULL;

	if (json_object_get(n->declared, name))
		return name;
	return dot && json_object_get(n->declared, dot + 1) ? dot + 1 : NULL;
}

static bool is_seen(const struct naming *n, const char *declared_as)
{
	json_t *r;
	size_t i;

	json_array_foreach((json_t *)n->seen, i, r) {
		const char *as = declared_name(n, ak_jtxt(r, n->member, ""));

		if (as && strcmp(as, declared_as) == 0)
			return true;
	}
	return false;
}

/* seen: NULL for a name that is only declared. */
static enum ak_rc add_row(json_t *doc, const struct naming *n, const char *name, const json_t *seen, struct ak_err *err)
{
	const char *as = declared_name(n, name);
	const json_t *entry = as ? json_object_get(n->declared, as) : NULL;
	json_t *row = json_pack("{s:s, s:I, s:s}", n->member, name, "records", (json_int_t)(seen ? json_integer_value(json_object_get(seen, "records")) : 0),
				"state", entry && seen ? "declared" : entry ? "declared, in no record" : "not declared");

	if (strcmp(n->member, "provider") == 0)
		json_object_set_new(row, "seen_region", copy_of(seen ? json_object_get(seen, "region") : NULL));
	json_object_set_new(row, "declared_as", as ? json_string(as) : json_null());
	add_declared(doc, row, entry, n->says, n->what, name);
	if (!entry)
		ak_list_gap(doc, n->what, "%s %s occurs in records and policy.yaml does not declare it", n->what, name);
	return ak_list_add(doc, n->list, row, err);
}

/* What records name, then what is only declared. */
static enum ak_rc add_named(json_t *doc, const struct naming *n, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	const char *name;
	json_t *v;
	size_t i;

	if (!json_object_get(doc, n->list))
		json_object_set_new(doc, n->list, json_array());
	json_array_foreach((json_t *)n->seen, i, v)
		if (rc == AK_OK)
			rc = add_row(doc, n, ak_jtxt(v, n->member, ""), v, err);
	json_object_foreach((json_t *)n->declared, name, v)
		if (rc == AK_OK && !is_seen(n, name))
			rc = add_row(doc, n, name, NULL, err);
	return rc;
}

static const char *const app_says[] = {"purpose", "owner", "cost_center", NULL};
static const char *const provider_says[] = {"region", "trains", "keeps_days", "contract", NULL};

static int64_t in_state(const json_t *rows, const char *state)
{
	int64_t n = 0;
	json_t *r;
	size_t i;

	json_array_foreach((json_t *)rows, i, r)
		n += strcmp(ak_jtxt(r, "state", ""), state) == 0;
	return n;
}

static enum ak_rc add_providers(struct ak_store *s, const struct ak_list_opts *o, json_t *doc, const char *list, struct ak_err *err)
{
	json_t *seen = NULL;
	enum ak_rc rc = ak_query_providers(s, o->from_us, o->to_us, &seen, err);

	if (rc == AK_OK)
		rc = add_named(doc, &(struct naming){"provider", "provider", provider_says, declared(o, "scope.providers"), seen, list}, err);
	json_decref(seen);
	return rc;
}

static enum ak_rc add_retention(struct ak_store *s, const struct ak_list_opts *o, json_t *doc, struct ak_err *err)
{
	static const char *const says[] = {"keep", "why", "delete", NULL};
	json_t *ages = NULL, *age;
	size_t i;
	enum ak_rc rc = ak_query_ages(s, o->from_us, o->to_us, &ages, err);

	json_object_set_new(doc, "retention", json_array());
	json_array_foreach(ages, i, age) {
		const char *kind = ak_jtxt(age, "kind", "");
		const json_t *entry = json_object_get(declared(o, "retention"), kind);
		json_t *row = json_pack("{s:s, s:O, s:O}", "kind", kind, "records", json_object_get(age, "records"), "first", json_object_get(age, "first"));

		add_declared(doc, row, entry, says, "retention", kind);
		if (!entry)
			ak_list_gap(doc, "retention", "retention of %s is not declared, and there are %lld records", kind,
				    (long long)json_integer_value(json_object_get(age, "records")));
		if (rc == AK_OK)
			rc = ak_list_add(doc, "retention", row, err);
		else
			json_decref(row);
	}
	json_decref(ages);
	return rc;
}

static void ensure_gaps(json_t *doc)
{
	if (!json_object_get(doc, "gaps"))
		json_object_set_new(doc, "gaps", json_array());
}

/* Who declared it, and when. */
static void add_declaration(json_t *doc, const struct ak_list_opts *o)
{
	const struct ak_policy *p = o->policy;

	json_object_set_new(doc, "declared", p ? json_pack("{s:s?, s:s?, s:s?}", "by", p->declared_by, "on", p->declared_on, "review_by", p->review_by)
					       : json_null());
	if (!p)
		ak_list_gap(doc, "policy", "the workspace has no policy.yaml: nothing is declared");
	else
		ak_list_say(doc, "declared by %s on %s", p->declared_by ? p->declared_by : "nobody", p->declared_on ? p->declared_on : "no date");
}

enum ak_rc ak_report_processing(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	json_t *doc = ak_list_new("processing", "auditkit.report-processing/1", o), *apps = NULL, *personal = NULL;
	const struct ak_policy *p = o->policy;
	enum ak_rc rc = ak_query_apps(s, o->from_us, o->to_us, &apps, err);
	size_t n, gaps;

	add_declaration(doc, o);
	json_object_set_new(doc, "organization", p && p->organization ? json_string(p->organization) : json_null());
	json_object_set_new(doc, "system", p && p->system ? json_string(p->system) : json_null());
	if (rc == AK_OK)
		rc = add_named(doc, &(struct naming){"app", "app", app_says, declared(o, "scope.apps"), apps, "rows"}, err);
	if (rc == AK_OK)
		rc = ak_query_personal(s, o->from_us, o->to_us, &personal, err);
	json_object_set_new(doc, "categories", personal ? personal : json_array());
	if (rc == AK_OK)
		rc = add_providers(s, o, doc, "providers", err);
	if (rc == AK_OK)
		rc = add_retention(s, o, doc, err);
	ensure_gaps(doc);
	n = json_array_size(json_object_get(doc, "rows"));
	gaps = json_array_size(json_object_get(doc, "gaps"));
	json_object_set_new(doc, "total", json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "activities", (json_int_t)n, "not_declared",
						    (json_int_t)in_state(json_object_get(doc, "rows"), "not declared"), "categories",
						    (json_int_t)json_array_size(json_object_get(doc, "categories")), "providers",
						    (json_int_t)json_array_size(json_object_get(doc, "providers")), "kinds",
						    (json_int_t)json_array_size(json_object_get(doc, "retention")), "gaps", (json_int_t)gaps));
	ak_list_say(doc, "%lld of %zu applications are not declared; %zu gaps in all", (long long)in_state(json_object_get(doc, "rows"), "not declared"), n, gaps);
	*any = json_array_size(json_object_get(doc, "retention")) > 0;
	*out = doc;
	json_decref(apps);
	return rc;
}

enum ak_rc ak_report_processors(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	json_t *doc = ak_list_new("processors", "auditkit.report-processors/1", o), *rows;
	enum ak_rc rc;
	int64_t not_declared;
	size_t n;

	add_declaration(doc, o);
	rc = add_providers(s, o, doc, "rows", err);
	ensure_gaps(doc);
	rows = json_object_get(doc, "rows");
	n = json_array_size(rows);
	not_declared = in_state(rows, "not declared");
	json_object_set_new(doc, "total", json_pack("{s:I, s:I, s:I, s:I}", "providers", (json_int_t)n, "not_declared", (json_int_t)not_declared, "not_seen",
						    (json_int_t)in_state(rows, "declared, in no record"), "gaps",
						    (json_int_t)json_array_size(json_object_get(doc, "gaps"))));
	ak_list_say(doc, "%lld of %zu providers occur in records and are not declared; %zu gaps in all", (long long)not_declared, n,
		    json_array_size(json_object_get(doc, "gaps")));
	*any = n > (size_t)in_state(rows, "declared, in no record");
	*out = doc;
	return rc;
}
