#include "base/ak.h"
#include "packet/section.h"

#include <stdarg.h>

#include "base/jsonw.h"

json_t *ak_section_new(struct ak_sections *s, const char *id, const char *title, const char *question)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:[], s:[], s:[]}", "number", (int)json_array_size(s->all) + 1, "id", id, "title",
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

void ak_section_say(json_t *section, const char *tag, const char *basis, const char *fmt, ...)
{
	json_t *o = json_pack("{s:s, s:s}", "tag", tag, "basis", basis);
	va_list ap;

	va_start(ap, fmt);
	json_object_set_new(o, "text", text(fmt, ap));
	va_end(ap);
	json_array_append_new(json_object_get(section, "statements"), o);
}

static const char *known(const char *answer) { return answer && strcmp(answer, "unknown") != 0 ? answer : NULL; }

static void add_gap(json_t *section, bool declared, const char *owner, const char *due, json_t *what)
{
	json_array_append_new(json_object_get(section, "gaps"),
			      json_pack("{s:o, s:s?, s:s?, s:b}", "text", what, "owner", owner, "due", due, "declared", declared));
}

void ak_section_gap(struct ak_sections *s, json_t *section, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_gap(section, false, s->policy ? known(s->policy->declared_by) : NULL, s->policy ? known(s->policy->review_by) : NULL, text(fmt, ap));
	va_end(ap);
	s->gaps++;
}

void ak_section_not_provided(json_t *section, const char *owner, const char *due, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_gap(section, true, owner, due, text(fmt, ap));
	va_end(ap);
}

json_t *ak_section_table(json_t *section, const char *name, const char *title, const char *columns)
{
	json_t *t = json_pack("{s:s, s:s, s:[], s:[], s:i}", "name", name, "title", title, "columns", "rows", "count", 0);

	while (*columns) {
		size_t n = strcspn(columns, " "), len = ak_str_find(ak_str_n(columns, n), ':');
		json_t *type = len < n ? json_stringn(columns + len + 1, n - len - 1) : json_string("string");

		json_array_append_new(json_object_get(t, "columns"), json_pack("{s:o, s:o}", "name", json_stringn(columns, len), "type", type));
		columns += n + (columns[n] == ' ');
	}
	json_array_append_new(json_object_get(section, "tables"), t);
	return t;
}

/* Lists become one text; numbers, truth values and texts stay as they are. */
static json_t *cell(json_t *v)
{
	struct ak_buf b;
	json_t *o, *item;
	size_t i;

	if (!json_is_array(v) && !json_is_object(v))
		return v ? json_incref(v) : json_null();
	ak_buf_init(&b, 1 << 20);
	json_array_foreach(v, i, item)
		if (json_is_string(item))
			ak_buf_addf(&b, "%s%s", i ? " " : "", json_string_value(item));
	o = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return o;
}

void ak_section_row(json_t *table, const json_t *object)
{
	json_t *row = json_array(), *column, *rows = json_object_get(table, "rows");
	size_t i;

	json_array_foreach(json_object_get(table, "columns"), i, column)
		json_array_append_new(row, cell(json_object_get(object, json_string_value(json_object_get(column, "name")))));
	json_array_append_new(rows, row);
	json_object_set_new(table, "count", json_integer((json_int_t)json_array_size(rows)));
}

void ak_section_rows(json_t *table, const json_t *objects)
{
	json_t *o;
	size_t i;

	json_array_foreach(objects, i, o)
		ak_section_row(table, o);
}

static json_t *redacted(struct ak_sections *s, const char *value)
{
	struct ak_str v = ak_redact_text(s->redactor, ak_str_of(value), s->arena, NULL);

	return json_stringn(v.p, v.n);
}

void ak_section_declared(struct ak_sections *s, json_t *section, const char *branch)
{
	struct ak_answer *a = NULL;
	size_t n = s->policy ? ak_policy_answers(s->policy, &a) : 0, found = 0, len = strlen(branch);

	for (size_t i = 0; i < n; i++) {
		AK_CLEANUP(ak_json_decref) json_t *value = NULL;
		char basis[64];

		if (strncmp(a[i].path, branch, len) != 0 || a[i].path[len] != '.')
			continue;
		found++;
		snprintf(basis, sizeof basis, "policy.yaml:%d", a[i].line);
		if (a[i].unknown) {
			ak_section_gap(s, section, "%s is not answered (%s)", a[i].path + len + 1, basis);
			continue;
		}
		value = redacted(s, a[i].value);
		ak_section_say(section, "declared", basis, "%s: %s", a[i].path + len + 1, json_string_value(value));
	}
	if (!found)
		ak_section_gap(s, section, "policy.yaml declares nothing under %s", branch);
	ak_free(a);
}
