#include "base/ak.h"

#include "base/limits.h"
#include "conf/policy_edit.h"

/* Where the entry goes, and what stands around it there. */
struct place {
	size_t at;
	struct ak_str indent;
	const char *head;	  /* a line of its own before it, NULL = none */
	const char *open, *close; /* around the entry */
};

static size_t line_start(struct ak_str text, int line)
{
	size_t at = 0;

	for (int i = 1; i < line && at < text.n; i++)
		at += ak_str_find(ak_str_n(text.p + at, text.n - at), '\n') + 1;
	return at < text.n ? at : text.n;
}

/* The blanks a line begins with. */
static struct ak_str indent_of(struct ak_str text, int line)
{
	size_t from = line_start(text, line), to = from;

	while (to < text.n && text.p[to] == ' ')
		to++;
	return ak_str_n(text.p + from, to - from);
}

/* Behind the first `open` that follows `word` on this line; false when it is not there. */
static bool behind(struct ak_str text, int line, struct ak_str word, char open, size_t *at)
{
	size_t from = line_start(text, line);
	struct ak_str rest = ak_str_n(text.p + from, text.n - from);
	const char *hit;

	rest.n = ak_str_find(rest, '\n');
	hit = memmem(rest.p, rest.n, word.p, word.n);
	hit = hit ? memchr(hit, open, rest.n - (size_t)(hit - rest.p)) : NULL;
	if (hit)
		*at = (size_t)(hit - text.p) + 1;
	return hit != NULL;
}

/* A list that is there already. */
static bool place_in_list(const struct ak_policy *p, struct ak_str text, const json_t *redaction, struct place *out)
{
	const json_t *list = json_object_get(redaction, "allow"), *first = json_array_get(list, 0);
	int key = ak_yaml_key_line(&p->yaml, redaction, "allow"), line = ak_yaml_line(&p->yaml, first);

	if (first && line > key) {
		*out = (struct place){line_start(text, line), indent_of(text, line), NULL, "- ", "\n"};
		return true;
	}
	if (json_is_array(list)) {
		*out = (struct place){.open = "", .close = first ? ", " : ""};
		return behind(text, key, AK_STR("allow"), '[', &out->at);
	}
	*out = (struct place){line_start(text, key + 1), indent_of(text, key), NULL, "  - ", "\n"};
	return true;
}

static bool find_place(const struct ak_policy *p, struct ak_str text, struct place *out)
{
	const json_t *root = p->yaml.root, *redaction = json_object_get(root, "redaction");
	int key = ak_yaml_key_line(&p->yaml, root, "redaction"), first;

	if (!redaction) {
		*out = (struct place){text.n, AK_STR(""), "redaction:\n  allow:", "    - ", "\n"};
		return true;
	}
	if (json_object_get(redaction, "allow"))
		return place_in_list(p, text, redaction, out);
	if (json_is_null(redaction)) {
		*out = (struct place){line_start(text, key + 1), AK_STR(""), "  allow:", "    - ", "\n"};
		return true;
	}
	if (!json_object_size(redaction))
		return false;
	first = ak_yaml_key_line(&p->yaml, redaction, json_object_iter_key(json_object_iter((json_t *)redaction)));
	if (first > key) {
		*out = (struct place){line_start(text, first), indent_of(text, first), "allow:", "  - ", "\n"};
		return true;
	}
	*out = (struct place){.open = "allow: [", .close = "], "};
	return behind(text, key, AK_STR("redaction"), '{', &out->at);
}

static void add_member(struct ak_buf *b, const char *key, const char *value)
{
	if (!value)
		return;
	ak_buf_addf(b, ", %s: ", key);
	ak_yaml_add_text(b, ak_str_of(value));
}

static void add_entry(struct ak_buf *b, const struct ak_policy_allow *e)
{
	ak_buf_addf(b, "{fingerprint: \"%s\"", e->fingerprint);
	add_member(b, "why", e->why);
	add_member(b, "by", e->by);
	add_member(b, "on", e->on);
	if (e->key)
		ak_buf_addf(b, ", key: \"%s\"", e->key);
	ak_buf_addc(b, '}');
}

static void edit(struct ak_str text, const struct place *at, struct ak_str entry, struct ak_buf *out)
{
	ak_buf_add(out, text.p, at->at);
	/* Behind a last line that has no end. */
	if (at->at == text.n && text.n && text.p[text.n - 1] != '\n')
		ak_buf_addc(out, '\n');
	ak_buf_addstr(out, at->indent);
	if (at->head) {
		ak_buf_addf(out, "%s\n", at->head);
		ak_buf_addstr(out, at->indent);
	}
	ak_buf_adds(out, at->open);
	ak_buf_addstr(out, entry);
	ak_buf_adds(out, at->close);
	ak_buf_add(out, text.p + at->at, text.n - at->at);
}

/* The tree that the new text must have: the old one and the entry. */
static json_t *expected(const struct ak_policy *p, const struct ak_policy_allow *e)
{
	json_t *root = json_deep_copy(p->yaml.root), *redaction = json_object_get(root, "redaction"), *list;

	if (!json_is_object(redaction))
		json_object_set_new(root, "redaction", redaction = json_object());
	list = json_object_get(redaction, "allow");
	if (!json_is_array(list))
		json_object_set_new(redaction, "allow", list = json_array());
	json_array_insert_new(list, 0, json_pack("{s:s, s:s, s:s*, s:s*, s:s*}", "fingerprint", e->fingerprint, "why", e->why, "by", e->by, "on", e->on,
						  "key", e->key));
	return root;
}

static bool says(const struct ak_policy *p, struct ak_str text, const struct ak_policy_allow *e)
{
	json_t *want = expected(p, e);
	struct ak_policy again = {0};
	struct ak_err ignored = {0};
	bool same = ak_policy_parse(p->yaml.name, text, &again, &ignored) == AK_OK && json_equal(again.yaml.root, want);

	ak_policy_release(&again);
	json_decref(want);
	return same;
}

enum ak_rc ak_policy_add_allow(const struct ak_policy *p, struct ak_str text, const struct ak_policy_allow *entry, struct ak_buf *out,
			       struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf line, edited;
	struct place at;
	bool good;

	ak_buf_init(&line, AK_MAX_YAML_BYTES);
	ak_buf_init(&edited, AK_MAX_YAML_BYTES);
	add_entry(&line, entry);
	good = find_place(p, text, &at);
	if (good) {
		edit(text, &at, ak_buf_str(&line), &edited);
		good = !edited.over && says(p, ak_buf_str(&edited), entry);
	}
	if (!good) {
		ak_hint(err, "add to the list redaction.allow yourself: %.200s", line.p);
		return ak_fail(err, AK_EXIT_REFUSED, "'%s' is laid out in a way that is not edited without a risk", p->yaml.name);
	}
	ak_buf_addstr(out, ak_buf_str(&edited));
	return AK_OK;
}
