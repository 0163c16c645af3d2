#include "base/ak.h"
#include "format/headers.h"

#include "base/limits.h"
#include "read/row.h"

enum { NAME_BYTES = 128 };

static const char plain[] = "header", credential[] = "header, credential", origin[] = "header, origin";

/* RFC 9110, 6265, 7239, 9113, W3C trace context and baggage, and the headers that gateways and providers document. */
static const struct {
	const char *name, *why;
} known[] = {
	{"authorization", credential},
	{"proxy-authorization", credential},
	{"cookie", credential},
	{"set-cookie", credential},
	{"api-key", credential},
	{"apikey", credential},
	{"x-api-key", credential},
	{"x-goog-api-key", credential},
	{"x-litellm-api-key", credential},
	{"x-portkey-api-key", credential},
	{"helicone-auth", credential},
	{"cf-aig-authorization", credential},
	{"x-auth-token", credential},
	{"x-amz-security-token", credential},
	{"x-csrf-token", credential},
	{"ocp-apim-subscription-key", credential},
	{"www-authenticate", credential},
	{"proxy-authenticate", credential},
	{"host", origin},
	{":authority", origin},
	{":path", origin},
	{"origin", origin},
	{"referer", origin},
	{"forwarded", origin},
	{"via", origin},
	{"server", origin},
	{"location", origin},
	{"x-forwarded-for", origin},
	{"x-forwarded-host", origin},
	{"x-forwarded-server", origin},
	{"x-real-ip", origin},
	{"x-client-ip", origin},
	{"true-client-ip", origin},
	{"cf-connecting-ip", origin},
	{"x-envoy-external-address", origin},
	{"x-original-url", origin},
	{"from", origin},
	{"user-agent", plain},
	{"accept", plain},
	{"accept-encoding", plain},
	{"accept-language", plain},
	{"baggage", plain},
	{"cache-control", plain},
	{"connection", plain},
	{"content-encoding", plain},
	{"content-length", plain},
	{"content-type", plain},
	{"date", plain},
	{":method", plain},
	{":scheme", plain},
	{":status", plain},
	{"idempotency-key", plain},
	{"openai-organization", plain},
	{"openai-project", plain},
	{"openai-processing-ms", plain},
	{"openai-version", plain},
	{"openai-beta", plain},
	{"anthropic-version", plain},
	{"anthropic-beta", plain},
	{"anthropic-organization-id", plain},
	{"request-id", plain},
	{"x-request-id", plain},
	{"x-correlation-id", plain},
	{"x-amzn-requestid", plain},
	{"x-amzn-trace-id", plain},
	{"apim-request-id", plain},
	{"cf-ray", plain},
	{"traceparent", plain},
	{"tracestate", plain},
	{"b3", plain},
	{"retry-after", plain},
	{"x-forwarded-proto", plain},
	{"x-forwarded-port", plain},
	{"strict-transport-security", plain},
};

void ak_headers_init(struct ak_headers *h)
{
	ak_map_init(&h->seen);
	ak_arena_init(&h->arena);
}

void ak_headers_release(struct ak_headers *h)
{
	ak_map_release(&h->seen);
	ak_arena_release(&h->arena);
}

/* What LiteLLM puts before a name that came from the provider. */
static struct ak_str without_prefix(struct ak_str name)
{
	const struct ak_str prefix = AK_STR("llm_provider-");

	return ak_str_starts(name, prefix) ? ak_str_n(name.p + prefix.n, name.n - prefix.n) : name;
}

static bool find_known(struct ak_header *e)
{
	struct ak_str name = without_prefix(e->name);

	for (size_t i = 0; i < AK_COUNT(known); i++)
		if (ak_str_is(name, known[i].name)) {
			e->why = known[i].why;
			return true;
		}
	return false;
}

static struct ak_header *new_header(struct ak_headers *h, size_t drop, struct ak_str name)
{
	struct ak_header *e = ak_arena_zero(&h->arena, sizeof *e);
	char *lower = ak_arena_alloc(&h->arena, name.n + 1);
	struct ak_buf shown;

	e->drop = drop;
	e->why = plain;
	if (!name.n) {
		e->name = AK_STR("(other names)");
		e->known = true;
		return e;
	}
	e->came = ak_arena_str(&h->arena, name);
	for (size_t i = 0; i < name.n; i++)
		lower[i] = ak_lower(name.p[i]);
	e->name = ak_str_n(lower, name.n);
	e->known = find_known(e);
	if (e->known)
		return e;
	ak_buf_init(&shown, NAME_BYTES * 2);
	if (ak_str_find(e->name, '.') < e->name.n)
		ak_buf_addf(&shown, "{key:%zu}", e->name.n);
	else
		ak_drift_key(&shown, e->name);
	e->name = ak_arena_str(&h->arena, ak_buf_str(&shown));
	ak_buf_release(&shown);
	return e;
}

void ak_headers_count(struct ak_headers *h, size_t drop, struct ak_str name)
{
	char key[NAME_BYTES + sizeof drop];
	bool fresh, whole = name.n <= NAME_BYTES && h->seen.n < AK_MAX_DRIFT_PATHS;
	struct ak_map_entry *e;

	memcpy(key, &drop, sizeof drop);
	if (name.n <= NAME_BYTES)
		memcpy(key + sizeof drop, name.p, name.n);
	e = name.n <= NAME_BYTES ? ak_map_get(&h->seen, ak_str_n(key, sizeof drop + name.n)) : NULL;
	if (!e) {
		e = ak_map_put(&h->seen, ak_str_n(key, sizeof drop + (whole ? name.n : 0)), &fresh);
		if (fresh)
			e->v.ptr = new_header(h, drop, whole ? name : AK_STR(""));
	}
	((struct ak_header *)e->v.ptr)->n++;
}
