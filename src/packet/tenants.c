#include "base/ak.h"
#include "packet/tenants.h"

#include "model/field.h"
#include "packet/section.h"
#include "query/query.h"

/* Members that say of what sort a thing is, and those that name it: of rows, then of records. */
static const struct {
	const char *sort, *name;
} members[] = {
	{"scope", "scope_id"},
	{"resource_type", "resource"},
	{"resource_type", "resource_id"},
	{"auditkit.quota.scope", "auditkit.resource.id"},
	{"auditkit.resource.type", "auditkit.resource.id"},
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static const char *const sorts[] = {"tenant", "customer"};

static bool is_tenant(const char *sort)
{
	for (size_t i = 0; sort && i < AK_COUNT(sorts); i++)
		if (strcmp(sort, sorts[i]) == 0)
			return true;
	return false;
}

const char *ak_tenants_member(const json_t *o)
{
	for (size_t i = 0; i < AK_COUNT(members); i++)
		if (is_tenant(text(o, members[i].sort)) && text(o, members[i].name))
			return members[i].name;
	return NULL;
}

static bool in_word(unsigned char c) { return ak_is_alnum(c) || c == '_'; }

json_t *ak_tenants_without(const char *line, const char *id, const char *by)
{
	size_t n = strlen(id), at = 0, len = strlen(line);
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, 1 << 20);
	while (at < len) {
		bool here = strncmp(line + at, id, n) == 0 && (at == 0 || !in_word((unsigned char)line[at - 1])) && !in_word((unsigned char)line[at + n]);

		if (here)
			ak_buf_adds(&b, by);
		else
			ak_buf_addc(&b, line[at]);
		at += here ? n : 1;
	}
	o = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return o;
}

static void hide_hop(json_t *hop)
{
	json_t *fields = json_object_get(hop, "fields"), *lines = json_object_get(hop, "lines");
	const char *name = ak_tenants_member(fields), *id = name ? text(fields, name) : NULL;
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
		if (id && *id)
			json_array_set_new(lines, i, ak_tenants_without(json_string_value(line), id, AK_TENANT_WITHHELD));
	if (name)
		json_object_set_new(fields, name, json_string(AK_TENANT_WITHHELD));
	json_object_del(fields, ak_fields[AK_F_TENANT].name);
}

void ak_tenants_hide_trace(json_t *trace)
{
	json_t *hop;
	size_t i;

	json_array_foreach(json_object_get(trace, "hops"), i, hop)
		hide_hop(hop);
}

bool ak_tenants_named(const char *body)
{
	char member[128];

	for (size_t i = 0; i < AK_COUNT(members) * AK_COUNT(sorts); i++) {
		snprintf(member, sizeof member, "\"%s\":\"%s\"", members[i / AK_COUNT(sorts)].sort, sorts[i % AK_COUNT(sorts)]);
		if (body && strstr(body, member))
			return true;
	}
	return body && strstr(body, "\"auditkit.tenant.id\":");
}

enum ak_rc ak_section_tenants(struct ak_sections *s, json_t *section, struct ak_err *err)
{
	int64_t with, all;

	if (ak_query_tenants(s->store, &with, &all, err) != AK_OK)
		return AK_FAIL;
	if (s->tenant_reason)
		ak_section_say(section, "declared", "packet build --include-tenant",
			       "customer tenant ids, which %lld of %lld records that can name one hold, stand in this packet, by %s: %s",
			       (long long)with, (long long)all, s->operator_, s->tenant_reason);
	else
		ak_section_say(section, "proven", "packet.json",
			       "customer tenant ids are left out of this packet; %lld of %lld records that can name one hold one, as a token",
			       (long long)with, (long long)all);
	return AK_OK;
}
