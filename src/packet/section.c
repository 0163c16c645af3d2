#include "base/ak.h"
#include "packet/section.h"

#include <stdarg.h>

#include "base/jsonw.h"
#include "check/named.h"
#include "packet/overdue.h"
#include "redact/names.h"

json_t *ak_section_new(struct ak_sections *s, const char *id, const char *title, const char *question)
{
	json_t *o = json_pack("{s:s, s:i, s:i, s:s, s:s, s:s, s:[], s:[], s:[]}", "schema", "auditkit.section/1", "format_version", 1, "number", (int)json_array_size(s->all) + 1, "id", id, "title",
			      title, "question", question, "statements", "gaps", "tables");

	json_array_append_new(s->all, o);
	return o;
}

static json_t *text(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
static json_t *text(const char *fmt, va_list ap)
{
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, 1 << 20);
	ak_buf_vaddf(&b, fmt, ap);
	o = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return o;
}

/* "S2.14": what a questionnaire cites, beside the packet's id. The same records and policy give the same order, so it survives a rebuild. */
static json_t *evidence_id(const char *letter, const json_t *section, const json_t *list)
{
	return json_sprintf("%s%lld.%zu", letter, (long long)json_integer_value(json_object_get(section, "number")), json_array_size(list) + 1);
}

void ak_section_say(json_t *section, const char *tag, const char *basis, const char *fmt, ...)
{
	json_t *list = json_object_get(section, "statements");
	json_t *o = json_pack("{s:o, s:s, s:s}", "id", evidence_id("S", section, list), "tag", tag, "basis", basis);
	va_list ap;

	va_start(ap, fmt);
	json_object_set_new(o, "text", text(fmt, ap));
	va_end(ap);
	json_array_append_new(list, o);
}

static const char *known(const char *answer) { return answer && strcmp(answer, "unknown") != 0 ? answer : NULL; }

static void add_gap(const struct ak_sections *s, json_t *section, bool declared, const char *owner, const char *due, json_t *what)
{
	json_t *list = json_object_get(section, "gaps");

	json_array_append_new(list, json_pack("{s:o, s:o, s:s?, s:s?, s:o, s:b}", "id", evidence_id("G", section, list), "text", what, "owner", owner, "due", due,
					      "overdue", ak_overdue_days(due, s->as_of_us), "declared", declared));
}

void ak_section_gap(struct ak_sections *s, json_t *section, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_gap(s, section, false, s->policy ? known(s->policy->declared_by) : NULL, s->policy ? known(s->policy->review_by) : NULL, text(fmt, ap));
	va_end(ap);
	s->gaps++;
}

void ak_section_not_provided(const struct ak_sections *s, json_t *section, const char *owner, const char *due, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_gap(s, section, true, owner, due, text(fmt, ap));
	va_end(ap);
}

void ak_section_place(json_t *section, struct ak_table *table)
{
	json_t *doc = ak_table_place(table);

	if (doc)
		json_array_append(json_object_get(section, "tables"), doc);
}

struct ak_table *ak_section_table(struct ak_sections *s, json_t *section, const char *name, const char *title, const char *columns)
{
	struct ak_table *t = ak_table_new(s->tables, name, title, columns);

	ak_section_place(section, t);
	return t;
}

void ak_section_rows(struct ak_sections *s, json_t *section, const char *name, const char *title, const char *columns,
		     const json_t *objects)
{
	struct ak_table *t = ak_section_table(s, section, name, title, columns);
	json_t *o;
	size_t i;

	json_array_foreach((json_t *)objects, i, o)
		ak_table_add(t, o);
}

json_t *ak_section_redacted(const struct ak_sections *s, const char *value)
{
	struct ak_str v = ak_redact_text(s->redactor, ak_str_of(value), s->arena, NULL);

	return json_stringn(v.p, v.n);
}

/* `api_key.why: contract` reads as a secret's name before its value, and the self-audit would hold the packet back. Its member is no
 * secret: a comma goes before it, and it is the name. What stands right behind `api_key:` itself is looked at as any value is. */
static void say_answer(json_t *section, const char *basis, const char *path, const char *value)
{
	const char *dot = strrchr(path, '.');
	bool apart = dot && ak_name_class(ak_str_of(path)) >= AK_NAME_WEAK && ak_name_class(ak_str_of(dot + 1)) < AK_NAME_WEAK;

	if (apart)
		ak_section_say(section, "declared", basis, "%.*s, %s: %s", (int)(dot - path), path, dot + 1, value);
	else
		ak_section_say(section, "declared", basis, "%s: %s", path, value);
}

void ak_section_declared(struct ak_sections *s, json_t *section, const char *branch)
{
	struct ak_answer *a = NULL;
	size_t n = s->policy ? ak_policy_answers(s->policy, &a) : 0, found = 0, len = strlen(branch);

	for (size_t i = 0; i < n; i++) {
		AK_CLEANUP(ak_json_decref) json_t *value = NULL;
		const char *wrong;
		char basis[64];

		if (strncmp(a[i].path, branch, len) != 0 || a[i].path[len] != '.')
			continue;
		found++;
		snprintf(basis, sizeof basis, "policy.yaml:%d", a[i].line);
		if (a[i].unknown) {
			ak_section_gap(s, section, "%s is not answered (%s)", a[i].path + len + 1, basis);
			continue;
		}
		if (ak_policy_names_nothing(s->policy, a[i].path, s->known_sources, &wrong)) {
			value = ak_section_redacted(s, wrong);
			ak_section_gap(s, section, "%s names %s, which is no source (%s)", a[i].path + len + 1, json_string_value(value), basis);
			continue;
		}
		value = ak_section_redacted(s, a[i].value);
		say_answer(section, basis, a[i].path + len + 1, json_string_value(value));
	}
	if (!found)
		ak_section_gap(s, section, "policy.yaml declares nothing under %s", branch);
	ak_free(a);
}

void ak_section_kept_texts(json_t *section, const json_t *kept_texts)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)kept_texts, i, row)
		ak_section_say(section, "declared", "ingest --keep-text", "%s was kept as redacted text in the run of %s, by %s: %s",
			       json_string_value(json_object_get(row, "field")), json_string_value(json_object_get(row, "time")),
			       json_string_value(json_object_get(row, "operator")), json_string_value(json_object_get(row, "reason")));
}
