/* Descriptions of APIs: the built-in ones, requests they make, and mistakes. */
#include "base/ak.h"

#include "base/embedded.h"
#include "pull/request.h"
#include "tap.h"

static struct ak_arena arena;

#define HEAD "id: x\ntitle: X\nbase: https://x.example.org\nauth: {header: a, env: X_KEY}\nstreams:\n"

static void refused(const char *streams, const char *want)
{
	struct ak_api api;
	struct ak_err err = {0};
	struct ak_str text = ak_arena_printf(&arena, HEAD "%s", streams);

	ok(ak_api_parse("x.yaml", text, &arena, &api, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE, want);
	is_str(ak_str_of(err.msg), want, "in words");
}

static void mistakes(void)
{
	refused("  s: {records: /d}\n", "x.yaml:6: stream 's' wants a path that starts with /");
	refused("  s: {path: /p}\n", "x.yaml:6: stream 's' does not say where its records are");
	refused("  s: {path: /p, records: /d, overlap: soon}\n", "x.yaml:6: stream 's' wants overlap to be a span such as 1h");
	refused("  s: {path: /p, records: /d, paging: {by: luck}}\n", "x.yaml:6: stream 's' wants paging.by to be cursor, number, link or none");
	refused("  s: {path: /p, records: /d, paging: {by: cursor, from: /n}}\n", "x.yaml:6: stream 's' has pages, but no paging.send");
	refused("  s: {path: /p, records: /d, paging: {by: cursor, send: n}}\n", "x.yaml:6: stream 's' has cursors, but no paging.from");
	refused("  s: {path: /p, records: /d, window: {from: a, to: b, as: years}}\n",
		"x.yaml:6: stream 's' wants window.as to be s, ms, rfc3339, datetime or date");
	refused("  s: {path: /p, records: /d, recrods: /d}\n", "x.yaml:6: unknown key 'recrods' in 'streams.s' (did you mean 'records'?)");
}

static void headers(void)
{
	static const char *const bad[] = {"auth: {header: \"a: b\", env: K}", "auth: {header: \"a\\r\\nx\", env: K}", "auth: {header: \"\", env: K}",
					  "auth: {header: a, env: K, scheme: \"b\\nc: d\"}", "auth: {header: a, env: K}\nheaders: {\"x y\": z}",
					  "auth: {header: a, env: K}\nheaders: {x: \"y\\r\\nz: w\"}"};
	struct ak_api api;

	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		struct ak_err err = {0};
		struct ak_str text = ak_arena_printf(&arena, "id: x\ntitle: X\n%s\nstreams:\n  s: {path: /p, records: /d}\n", bad[i]);

		ok(ak_api_parse("x.yaml", text, &arena, &api, &err) == AK_FAIL && strstr(err.msg, "cannot stand in a header"), "no header");
	}
}

static void is_request(const char *yaml, const struct ak_pull_place *at, const char *prefix, const char *want)
{
	static const struct ak_api_param set[] = {{"org", "o.1"}};
	struct ak_api api = {0};
	struct ak_err err = {0};
	struct ak_pull_job j = {.api = &api, .origin = "https://x.example.org", .prefix = prefix, .set = set, .nset = 1};
	struct ak_pull_state st = {.from_us = 1780272000000000, .to_us = 1780275600000000, .at = *at};
	struct ak_buf b;

	ak_buf_init(&b, 1000);
	if (ak_api_parse("x.yaml", ak_arena_printf(&arena, HEAD "  s: {records: /d, %s}\n", yaml), &arena, &api, &err) == AK_OK) {
		j.stream = &api.stream[0];
		ak_request_target(&j, &st, &b);
	}
	is_str(ak_buf_str(&b), want, want);
	ak_buf_release(&b);
}

static void requests(void)
{
	static const struct ak_pull_place first = {.page = 1}, third = {.page = 3, .cursor = "a+b=", .parent = "p/1"};

	is_request("path: /p", &first, "", "/p");
	is_request("path: /p, params: {limit: 10, by: [a, b], \"c[]\": \"x y\"}", &first, "", "/p?limit=10&by=a&by=b&c%5B%5D=x%20y");
	is_request("path: \"/orgs/{org}/{each}/p\", params: {o: \"{org}\"}", &third, "/proxy", "/proxy/orgs/o.1/p%2F1/p?o=o.1");
	is_request("path: /p, window: {from: a, to: b, as: s}", &first, "", "/p?a=1780272000&b=1780275600");
	is_request("path: /p, window: {from: a, to: b, as: ms}", &first, "", "/p?a=1780272000000&b=1780275600000");
	is_request("path: /p, window: {from: a, to: b, as: rfc3339}", &first, "", "/p?a=2026-06-01T00%3A00%3A00Z&b=2026-06-01T01%3A00%3A00Z");
	is_request("path: /p, window: {from: a, to: b, as: datetime}", &first, "", "/p?a=2026-06-01%2000%3A00%3A00&b=2026-06-01%2001%3A00%3A00");
	is_request("path: /p, window: {from: a, to: b, as: date}", &first, "", "/p?a=2026-06-01&b=2026-06-01");
	is_request("path: /p, paging: {by: cursor, send: after, from: /n}", &third, "", "/p?after=a%2Bb%3D");
	is_request("path: /p, paging: {by: cursor, send: after, from: /n}", &first, "", "/p");
	is_request("path: /p, paging: {by: number, send: page}", &third, "", "/p?page=3");
}

static void bases(void)
{
	static const char *const good[] = {"https://a.example.org", "https://a.example.org:8443/", "https://a.example.org/v1/", "https://[2001:db8::1]:1"};
	static const char *const bad[] = {"http://a.example.org", "https://", "https://a@b", "https://a b", "https://a/../b", "https://a?x", "ftp://a", "a.example.org",
					  "https://a#b", "https://a/b?c", "file:///etc/passwd", "https://a\r\nX: y"};
	const char *origin, *prefix;
	struct ak_err err = {0};

	for (size_t i = 0; i < AK_COUNT(good); i++)
		ok(ak_request_base(good[i], &arena, &origin, &prefix, &err) == AK_OK, good[i]);
	is_str(ak_str_of(prefix), "", "no path");
	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		ak_err_clear(&err);
		ok(ak_request_base(bad[i], &arena, &origin, &prefix, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE, "refused as a base URL");
	}
}

int main(void)
{
	struct ak_api *all;
	struct ak_err err = {0};
	size_t n = 0, streams = 0;

	ak_arena_init(&arena);
	ok(ak_api_all(&arena, &all, &n, &err) == AK_OK, "the built-in APIs are read");
	ok(n >= 5, "there are some");
	for (size_t i = 0; i < n; i++) {
		ok(ak_api_stream(&all[i], all[i].stream[0].name) == &all[i].stream[0], all[i].id);
		for (size_t k = 0; k < all[i].nstreams; k++, streams++)
			ok(all[i].stream[k].title && all[i].stream[k].formats[0] && all[i].stream[k].status, all[i].stream[k].name);
	}
	ok(streams >= 20, "with many streams");
	mistakes();
	headers();
	requests();
	bases();
	ak_arena_release(&arena);
	return done_testing();
}
