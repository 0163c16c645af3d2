#include "base/ak.h"

#include "conf/policy_rules.h"

/* Collecting runs twice over the tree: once to count, once to fill. */
struct collector {
	struct ak_policy *p;
	struct ak_answer *out; /* NULL while counting */
	size_t n;
};

static void value_text(struct ak_buf *b, const json_t *v)
{
	size_t i;
	json_t *item;
	if (json_is_array(v)) {
		ak_buf_addc(b, '[');
		json_array_foreach((json_t *)v, i, item)
		{
			ak_buf_adds(b, i ? ", " : "");
			value_text(b, item);
		}
		ak_buf_addc(b, ']');
	} else if (json_is_integer(v)) {
		ak_buf_addf(b, "%lld", (long long)json_integer_value(v));
	} else if (json_is_boolean(v)) {
		ak_buf_adds(b, json_is_true(v) ? "true" : "false");
	} else if (json_is_string(v)) {
		ak_buf_addstr(b, ak_str_n(json_string_value(v), json_string_length(v)));
	}
}

static void leaf_add(struct collector *c, const char *path, const json_t *v, int line)
{
	struct ak_answer *a = c->out ? &c->out[c->n] : NULL;
	c->n++;
	if (!a)
		return;
	struct ak_buf b;
	ak_buf_init(&b, SIZE_MAX / 2);
	value_text(&b, v);
	a->value = ak_arena_z(&c->p->arena, ak_buf_str(&b));
	ak_buf_release(&b);
	a->path = path;
	a->line = line;
	a->unknown = a->value[0] == '\0' || strcmp(a->value, "unknown") == 0;
}

/* Not answers: lists of the redactor, which the packet prints as tables, and where this machine has the key. */
static bool is_setting(const char *path)
{
	static const char *const settings[] = {"redaction.rules", "redaction.allow", "redaction.pointers",
					   "redaction.key_file", "redaction.key_env"};

	for (size_t i = 0; i < AK_COUNT(settings); i++)
		if (strcmp(path, settings[i]) == 0)
			return true;
	return false;
}

static void leaves_below(struct collector *c, const char *path, const json_t *v, int line)
{
	const struct ak_yaml *y = &c->p->yaml;
	bool has_maps = json_is_object(json_array_get(v, 0));

	if (is_setting(path))
		return;
	if (!json_is_object(v) && !has_maps) {
		leaf_add(c, path, v, line);
		return;
	}
	const char *key;
	json_t *member;
	size_t i;
	json_object_foreach((json_t *)v, key, member)
	{
		const char *below_path = ak_arena_printf(&c->p->arena, "%s.%s", path, key).p;
		leaves_below(c, below_path, member, ak_yaml_key_line(y, v, key));
	}
	json_array_foreach((json_t *)v, i, member)
	{
		const char *below_path = ak_arena_printf(&c->p->arena, "%s.%zu", path, i).p;
		leaves_below(c, below_path, member, ak_yaml_line(y, member));
	}
}

/* Of a source only who owns it and how often it comes are answers; the rest is configuration. */
static void leaves_of_sources(struct collector *c, const json_t *sources)
{
	static const char *const asked[] = {"owner", "every"};
	const char *name;
	json_t *entry;
	json_object_foreach((json_t *)sources, name, entry)
	{
		for (size_t i = 0; i < AK_COUNT(asked); i++) {
			int line = ak_yaml_key_line(&c->p->yaml, entry, asked[i]);
			leaf_add(c, ak_arena_printf(&c->p->arena, "sources.%s.%s", name, asked[i]).p,
				 json_object_get(entry, asked[i]),
				 line ? line : ak_yaml_key_line(&c->p->yaml, sources, name));
		}
	}
}

static bool is_asked(const char *section)
{
	static const char *const asked[] = {"scope", "redaction", "retention", "access", "sample_trace"};
	for (size_t i = 0; i < AK_COUNT(asked); i++)
		if (strcmp(asked[i], section) == 0)
			return true;
	return false;
}

static void collect(struct collector *c)
{
	const json_t *root = c->p->yaml.root;
	const char *section;
	json_t *v;
	json_object_foreach((json_t *)root, section, v)
	{
		if (strcmp(section, "sources") == 0)
			leaves_of_sources(c, v);
		else if (is_asked(section))
			leaves_below(c, section, v, ak_yaml_key_line(&c->p->yaml, root, section));
	}
}

void ak_policy_collect(struct ak_policy *p)
{
	struct collector c = {.p = p};
	collect(&c);
	c.out = ak_arena_zero(&p->arena, (c.n ? c.n : 1) * sizeof(*c.out));
	c.n = 0;
	collect(&c);
	p->answers = c.out;
	p->nanswers = c.n;
}

size_t ak_policy_answers(const struct ak_policy *p, struct ak_answer **out)
{
	struct ak_answer *copy = ak_alloc_zero(p->nanswers ? p->nanswers : 1, sizeof(*copy));
	if (p->nanswers)
		memcpy(copy, p->answers, p->nanswers * sizeof(*copy));
	*out = copy;
	return p->nanswers;
}

static const json_t *item_at(const json_t *list, const char **dotted)
{
	size_t i = 0;
	const char *p = *dotted;
	for (; ak_is_digit((unsigned char)*p) && p - *dotted < 9; p++)
		i = i * 10 + (size_t)(*p - '0');
	if (p == *dotted || (*p && *p != '.'))
		return NULL;
	*dotted = *p ? p + 1 : p;
	return json_array_get(list, i);
}

static const json_t *below(const json_t *v, const char *dotted)
{
	if (!*dotted || !v)
		return v;
	if (json_is_array(v)) {
		const json_t *item = item_at(v, &dotted);
		return below(item, dotted);
	}
	const char *key;
	json_t *member;
	json_object_foreach((json_t *)v, key, member)
	{
		size_t n = strlen(key);
		if (strncmp(dotted, key, n) != 0 || (dotted[n] && dotted[n] != '.'))
			continue;
		const json_t *hit = below(member, dotted[n] ? dotted + n + 1 : dotted + n);
		if (hit)
			return hit;
	}
	return NULL;
}

const json_t *ak_policy_get(const struct ak_policy *p, const char *dotted)
{
	return below(p->yaml.root, dotted);
}
