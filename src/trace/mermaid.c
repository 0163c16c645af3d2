/* The trace as a Mermaid sequence diagram. Labels are made of what cannot mean anything to Mermaid, Markdown or HTML: all else
 * stands as #NUMBER;, which Mermaid writes as the character and nothing else. */
#include "base/ak.h"
#include "trace/trace.h"

#include <stdio.h>

#include "base/text.h"

#define LABEL_BYTES 160 /* of one label; a diagram is to be read */

static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

static bool plain(uint32_t c) { return (c < 128 && (ak_is_alnum((unsigned char)c))) || c == ' ' || (c && c < 128 && strchr("-_./,()=+:", (int)c)); }

static void label(struct ak_buf *out, const char *z)
{
	struct ak_buf safe;
	size_t i = 0, from;
	struct ak_str s;

	ak_buf_init(&safe, 1 << 20);
	ak_text_safe(&safe, ak_str_of(z));
	s = ak_buf_str(&safe);
	while (i < s.n) {
		uint32_t c;

		from = i;
		if (from >= LABEL_BYTES) {
			ak_buf_adds(out, "...");
			break;
		}
		c = ak_utf8_next(s, &i);
		if (plain(c))
			ak_buf_addc(out, (char)c);
		else
			ak_buf_addf(out, "#%lu;", (unsigned long)c);
	}
	ak_buf_release(&safe);
}

/* "sequenceDiagram" knows A->>B: label. Every label begins with a word of ours, so that none can begin with one of Mermaid's. */
static void arrow(struct ak_buf *out, const char *from, const char *how, const char *to, const char *word, const char *text, const char *cite)
{
	ak_buf_addf(out, "    %s%s%s: ", from, how, to);
	label(out, word);
	ak_buf_addc(out, ' ');
	label(out, text);
	if (*cite) {
		ak_buf_adds(out, " (");
		label(out, cite);
		ak_buf_addc(out, ')');
	}
	ak_buf_addc(out, '\n');
}

static void note(struct ak_buf *out, const char *over, const char *word, const char *text, const char *cite)
{
	arrow(out, "Note over ", "", over, word, text, cite);
}

static const char *line(const json_t *hop, size_t i)
{
	const char *z = json_string_value(json_array_get(json_object_get(hop, "lines"), i));

	return z ? z : "";
}

static const char *field(const json_t *hop, const char *name) { return txt(json_object_get(hop, "fields"), name); }

/* ---- who takes part ---- */

struct cast {
	struct ak_buf *out;
	json_t *providers; /* names in order of appearance: P1, P2, ... */
	size_t gateways;
};

static size_t provider_of(struct cast *c, const char *name)
{
	json_t *known;
	size_t i;

	json_array_foreach(c->providers, i, known)
		if (strcmp(json_string_value(known), name) == 0)
			return i + 1;
	json_array_append_new(c->providers, json_string(name));
	return json_array_size(c->providers);
}

static void participant(struct cast *c, const char *id, size_t n, const char *word, const char *name)
{
	ak_buf_addf(c->out, "    participant %s%zu as %s ", id, n, word);
	label(c->out, name);
	ak_buf_addc(c->out, '\n');
}

static void participants(struct cast *c, const json_t *t)
{
	const json_t *hops = json_object_get(t, "hops"), *h, *g, *p;
	const char *app = "not recorded";
	size_t i;

	json_array_foreach((json_t *)hops, i, h) {
		if (json_object_get(h, "attempt") && *field(h, "gen_ai.provider.name"))
			provider_of(c, field(h, "gen_ai.provider.name"));
		if (json_integer_value(json_object_get(h, "n")) == 1 && *field(h, "service.name"))
			app = field(h, "service.name");
	}
	participant(c, "A", 1, "app", app);
	json_array_foreach(json_object_get(t, "gateways"), i, g)
		participant(c, "G", i + 1, "gateway", txt(g, "source"));
	c->gateways = json_array_size(json_object_get(t, "gateways"));
	if (!c->gateways)
		participant(c, "G", 1, "gateway", "not recorded");
	json_array_foreach(c->providers, i, p)
		participant(c, "P", i + 1, "provider", json_string_value(p));
	if (!json_array_size(c->providers))
		participant(c, "P", 1, "provider", "not recorded");
}

/* ---- what they say ---- */

static void attempt(struct cast *c, const json_t *h)
{
	long long gateway = json_integer_value(json_object_get(json_object_get(h, "gateway"), "number"));
	bool inner = (size_t)gateway < c->gateways, hit = strcmp(txt(h, "decision"), "cache hit") == 0;
	char from[32], to[32];

	snprintf(from, sizeof from, "G%lld", gateway);
	if (inner)
		snprintf(to, sizeof to, "G%lld", gateway + 1);
	else
		snprintf(to, sizeof to, "P%zu", *field(h, "gen_ai.provider.name") ? provider_of(c, field(h, "gen_ai.provider.name")) : 1);
	if (hit) {
		note(c->out, from, "from its cache:", line(h, 0), txt(h, "cite"));
		return;
	}
	arrow(c->out, from, "->>", to, txt(h, "title"), *field(h, "gen_ai.response.model") ? field(h, "gen_ai.response.model") : field(h, "gen_ai.request.model"), "");
	arrow(c->out, to, "-->>", from, "answered", line(h, 0), txt(h, "cite"));
}

static void hop(struct cast *c, const json_t *h)
{
	static const char *const over[] = {"A1", "A1", "G1", "P1", "P1", "A1", "A1"};
	long long n = json_integer_value(json_object_get(h, "n"));
	const char *who = over[n > 0 && n < 7 ? n : 0];

	if (json_object_get(h, "attempt"))
		attempt(c, h);
	else if (n == 1 && strcmp(txt(h, "state"), "present") == 0)
		arrow(c->out, "A1", "->>", "G1", "event", line(h, 0), txt(h, "cite"));
	else if (n == 5 && strcmp(txt(h, "state"), "present") == 0)
		arrow(c->out, "G1", "-->>", "A1", "final status", line(h, 0), txt(h, "cite"));
	else
		note(c->out, who, txt(h, "title"), line(h, 0), txt(h, "cite"));
}

void ak_trace_mermaid(const json_t *t, struct ak_buf *out)
{
	struct cast c = {.out = out, .providers = json_array()};
	const json_t *h;
	size_t i;

	ak_buf_adds(out, "sequenceDiagram\n    %% auditkit trace ");
	label(out, txt(t, "id"));
	ak_buf_addf(out, ", digest %s\n", txt(t, "digest"));
	participants(&c, t);
	json_array_foreach(json_object_get(t, "hops"), i, h)
		hop(&c, h);
	json_decref(c.providers);
}
