/* Identifiers that look like secrets and are none: not one may be hit (SECURITY 1.3, R-SEC-10). Seeded, so that a
 * failure comes back. */
#include "base/ak.h"

#include "redact_sample.h"
#include "tap.h"

#define LOW36 "abcdefghijklmnopqrstuvwxyz0123456789"
#define CROCKFORD "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#define DEC "0123456789"

enum { PER_FAMILY = 4000 };

/* A pattern: letters stand for runs. x hex, a alphanumeric, l lower and digits, d digits, c Crockford, u base64url,
 * b base64, each with the number that follows; everything in {} is literal. */
static const char *const families[] = {
	"{chatcmpl-}a29",
	"{cmpl-}a29",
	"{resp_}x48",
	"{rs_}x48",
	"{msg_}x48",
	"{run_}a24",
	"{thread_}a24",
	"{asst_}a24",
	"{call_}a24",
	"{fc_}x48",
	"{file-}a24",
	"{vs_}x32",
	"{batch_}x32",
	"{ftjob-}a24",
	"{req_}x32",
	"{org-}a24",
	"{proj_}a24",
	"{user-}a24",
	"{key_}a16",
	"{svc_acct_}a24",
	"{audit_log-}x32",
	"{msg_01}a22",
	"{req_011}a21",
	"{toolu_01}a22",
	"{msgbatch_01}a22",
	"{wrkspc_01}a22",
	"{apikey_01}a22",
	"{gen-}d10{-}a20",
	"x8{-}x4{-4}x3{-a}x3{-}x12",
	"{Root=1-}x8{-}x24",
	"x16{-FRA}",
	"{01}c24",
	"{00-}x32{-}x16{-01}",
	"x32",
	"x16",
	"x40",
	"x64",
	"{sha256:}x64",
	"d19",
	"d13",
	"d10",
	"{0.}d16",
	"{task-}x8{-}x4{-4}x3{-a}x3{-}x12",
	"{disk-}l24",
	"{risk-}l20",
	"{desk-}a20",
	"{sk-...}a4",
	"{sk-}a3{...}a4",
	"{pk-lf-}x8{-}x4{-4}x3{-a}x3{-}x12",
	"{pk_live_}a24",
	"{c}l24",
	"a27",
	"b43{=}",
	"{sha256-}b43{=}",
	"{arn:aws:bedrock:eu-west-1:}d12{:inference-profile/eu.anthropic.claude-}l8",
	"{anthropic.claude-3-haiku-}d8{-v1:0}",
	"{gpt-4o-mini-}d4{-}d2{-}d2",
	"{ft:gpt-4o-mini:brindle::}a8",
	"{projects/}d12{/locations/europe-west4/endpoints/}d19",
	"{/v1/threads/thread_}a24{/runs/run_}a24",
	"{W/\"}x32{\"}",
	"{max_tokens=}d4",
	"{2026-06-}d2{T10:00:00.}d6{Z}",
	"{v}d1{.}d2{.}d1{.}d2",
	"{index.docker.io/brindle/gw@sha256:}x64",
	"{litellm_call_id:}x8{-}x4{-4}x3{-a}x3{-}x12",
	"{ocid1.tenancy.oc1..aaaaaaaa}l52",
	"{urn:uuid:}x8{-}x4{-4}x3{-a}x3{-}x12",
	"{/subscriptions/}x8{-}x4{-4}x3{-a}x3{-}x12{/resourceGroups/rg-}l6",
	"{trace:}x32{;span=}x16",
	"{claude-sonnet-4-}d8",
	"{xai/grok-}d1{-fast-reasoning-}d4",
	"{pplx-70b-online-}d4",
	"{hf_}l8",
	"{team-}l12",
	"{session:}a26",
	"{token_count:}d6",
	"{text-embedding-3-large@}d3",
	"{accounts/fireworks/models/}l24",
};

static struct ak_str generate(struct ak_arena *a, const char *pattern)
{
	static const char *const sets[256] = {
		['x'] = HEX, ['a'] = AN, ['l'] = LOW36, ['d'] = DEC, ['c'] = CROCKFORD, ['u'] = U64, ['b'] = B64};
	char *out = ak_arena_alloc(a, 256);
	size_t n = 0;

	while (*pattern) {
		const char *set = sets[(unsigned char)*pattern];
		int many = 0;

		if (*pattern == '{') {
			while (*++pattern != '}')
				out[n++] = *pattern;
			pattern++;
			continue;
		}
		for (pattern++; ak_is_digit((unsigned char)*pattern); pattern++)
			many = many * 10 + *pattern - '0';
		while (many-- > 0)
			out[n++] = set[sample_next() % strlen(set)];
	}
	return ak_str_n(out, n);
}

int main(void)
{
	struct ak_redactor *r = sample_redactor(NULL);
	size_t all = 0;

	for (size_t f = 0; f < AK_COUNT(families); f++) {
		size_t hits = 0;
		struct ak_arena a;

		ak_arena_init(&a);
		for (size_t i = 0; i < PER_FAMILY; i++, all++) {
			struct ak_str s = generate(&a, families[f]),
				      quoted = ak_arena_printf(&a, "see \"%.*s\".", AK_STR_FMT(s));

			if (!ak_str_eq(ak_redact_text(r, s, &a, NULL), s) ||
			    !ak_str_eq(ak_redact_text(r, quoted, &a, NULL), quoted)) {
				printf("# %.*s becomes %.*s\n", AK_STR_FMT(s),
				       AK_STR_FMT(ak_redact_text(r, quoted, &a, NULL)));
				hits++;
			}
			if (i % 500 == 499)
				ak_arena_clear(&a);
		}
		is_int((int64_t)hits, 0, families[f]);
		ak_arena_release(&a);
	}
	ok(AK_COUNT(families) >= 40 && all >= 200000, "at least 200,000 values of 40 families");
	ak_redactor_free(r);
	return done_testing();
}
