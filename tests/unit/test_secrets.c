/* Step 1 over records: every text type, idempotence, the allow list, cutting, the ledger. */
#include "base/ak.h"

#include "redact_sample.h"
#include "tap.h"

#include "base/limits.h"

static struct ak_record rec;

static struct ak_str step1(const struct ak_redactor *r, enum ak_field_id f, struct ak_str in, struct ak_arena *a,
			   struct ak_redact_ledger *l)
{
	ak_record_init(&rec, AK_K_REQUEST);
	ak_record_set_text(&rec, f, in);
	ak_redact_secrets(r, &rec, &(struct ak_redact_ctx){a, l, NULL});
	return rec.v[f].set ? rec.v[f].text : ak_str_n(NULL, 0);
}

static struct ak_str key_sample(struct ak_arena *a)
{
	return ak_arena_printf(a, "sk-%s%s",
			       "pr"
			       "oj-",
			       sample_fill(a, AN, 60).p);
}

static void every_type(const struct ak_redactor *r, struct ak_arena *a, struct ak_redact_ledger *l)
{
	static const enum ak_field_id fields[] = {
		AK_F_EVENT_ID,	     AK_F_REQUEST_MODEL, AK_F_PROVIDER,	  AK_F_REASON, AK_F_ENDPOINT,
		AK_F_ERROR_TEMPLATE, AK_F_USER_AGENT,	 AK_F_ACTOR_ID,	  AK_F_TENANT, AK_F_CLIENT_ADDRESS,
		AK_F_FINISH_REASONS, AK_F_CHANGES,	 AK_F_RESOURCE_ID};

	for (size_t i = 0; i < AK_COUNT(fields); i++) {
		enum ak_field_id f = fields[i];
		struct ak_str key = key_sample(a), in = key, once;

		if (ak_fields[f].type == AK_T_LIST)
			in = ak_arena_printf(a, "[\"stop\",\"%s\"]", key.p);
		if (ak_fields[f].type == AK_T_DIFF)
			in = ak_arena_printf(a, "[{\"path\":\"/note\",\"before\":\"x %s y\",\"after\":{\"%s\":1}}]",
					     key.p, key.p);
		once = step1(r, f, in, a, l);
		ok(once.n > 0 && !sample_holds(once, key), ak_fields[f].column);
		ok(sample_holds(once, AK_STR("[REDACTED:openai_key:0a1b2c3d:")), "  has the marker");
		ok(ak_str_eq(step1(r, f, once, a, l), once), "  step 1 again changes nothing");
		ak_redact_personal(r, &rec, &(struct ak_redact_ctx){a, l, NULL});
		ok(rec.flags & AK_R_REDACTED, "  step 2 says so");
		ok(!rec.v[f].set || !sample_holds(rec.v[f].text, key), "  and keeps it out");
		ok(sample_counted(l, (int)f, "openai_key", AK_ACT_REMOVED) >= 1, "  counted");
	}
}

static void keys(const struct ak_redactor *r, struct ak_arena *a, struct ak_redact_ledger *l)
{
	struct ak_str raw = step1(r, AK_F_KEY_HASH,
				  AK_STR("sk-"
					 "test"),
				  a, l);

	is_int((int64_t)raw.n, 64, "a raw key becomes 64 hex digits");
	is_str(step1(r, AK_F_KEY_HASH,
		     AK_STR("Bearer sk-"
			    "test"),
		     a, l),
	       raw.p ? ak_arena_z(a, raw) : "", "Bearer in front makes no difference");
	is_str(step1(r, AK_F_KEY_HASH, AK_STR("litellm_proxy_master_key"), a, l), "litellm_proxy_master_key",
	       "an alias is no key");
	is_str(step1(r, AK_F_KEY_HASH, AK_STR("sk-...AbCd"), a, l), "sk-...AbCd", "a masked key is left alone");
	is_str(step1(r, AK_F_KEY_HASH, AK_STR("abc"), a, l),
	       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "the SHA-256 of FIPS 180-4");
	is_str(step1(r, AK_F_KEY_HASH, AK_STR("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"), a,
		     l),
	       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	       "a hash in capitals is the same hash");
	ok(sample_holds(step1(r, AK_F_RESOURCE_ID,
			      AK_STR("sk-"
				     "1234"),
			      a, l),
			AK_STR("[REDACTED:sk_key:")),
	   "a short bearer key as an id never survives");
	is_str(step1(r, AK_F_RESOURCE_ID, AK_STR("sk-...AbCd"), a, l), "sk-...AbCd", "a masked one does");
}

static void diffs(const struct ak_redactor *r, struct ak_arena *a, struct ak_redact_ledger *l)
{
	struct ak_str out = step1(r, AK_F_CHANGES,
				  AK_STR("[{\"path\":\"/litellm_params/api_key\",\"before\":\"plain\",\"after\":null},"
					 "{\"path\":\"/max_tokens\",\"before\":1,\"after\":2},"
					 "{\"path\":\"/credentials\",\"after\":{\"region\":\"eu\",\"n\":[7,731942,true]}}]"),
				  a, l),
		      again;

	ok(!sample_holds(out, AK_STR("plain")) && sample_holds(out, AK_STR("[REDACTED:named_secret:")),
	   "a value named api_key goes");
	ok(sample_holds(out, AK_STR("\"after\":2,\"before\":1,\"path\":\"/max_tokens\"")), "max_tokens is a number");
	ok(!sample_holds(out, AK_STR("\"eu\"")) && !sample_holds(out, AK_STR("731942")),
	   "texts and numbers below credentials go");
	ok(sample_holds(out, AK_STR("[7,")), "but a number of so few digits is nobody's secret");
	ok(sample_holds(out, AK_STR("true")), "but booleans");
	again = step1(r, AK_F_CHANGES, out, a, l);
	ok(ak_str_eq(again, out), "idempotent");
	out = step1(r, AK_F_CHANGES, AK_STR("[{\"path\":"), a, l);
	ok(!out.p && sample_counted(l, AK_F_CHANGES, "unreadable", AK_ACT_REMOVED) == 1,
	   "unreadable JSON is removed and counted");
}

/* Names in a path are JSON Pointer's: ~1 is a slash. */
static void pointers(const struct ak_redactor *r, struct ak_arena *a, struct ak_redact_ledger *l)
{
	struct ak_str key = key_sample(a), out;
	uint64_t before = sample_counted(l, AK_F_CHANGES, "openai_key", AK_ACT_REMOVED);

	out = step1(r, AK_F_CHANGES,
		    ak_arena_printf(a, "[{\"path\":\"/roles/openai~1%s~1x\",\"after\":1},{\"path\":\"/app~1password\",\"after\":\"plain\"},"
				       "{\"path\":\"/a~1password=hunter22x~0y\",\"after\":1}]", key.p), a, l);
	ok(sample_holds(out, AK_STR("\"/roles/openai~1[REDACTED:openai_key:")) && sample_holds(out, AK_STR("]~1x\"")),
	   "a secret behind ~1 goes, the rest of the path stays");
	ok(!sample_holds(out, key), "whole");
	is_int((int64_t)(sample_counted(l, AK_F_CHANGES, "openai_key", AK_ACT_REMOVED) - before), 1, "and is counted once");
	ok(!sample_holds(out, AK_STR("plain")), "a value behind ~1password goes");
	ok(!sample_holds(out, AK_STR("hunter22x")), "and one in the name itself");
	ok(ak_str_eq(step1(r, AK_F_CHANGES, out, a, l), out), "idempotent");
	out = step1(r, AK_F_CHANGES, AK_STR("[{\"after\":1,\"path\":\"/a~1b/~0c//d~1\"}]"), a, l);
	is_str(out, "[{\"after\":1,\"path\":\"/a~1b/~0c//d~1\"}]", "other paths stay as they are");
}

static void cutting(const struct ak_redactor *r, struct ak_arena *a, struct ak_redact_ledger *l)
{
	for (size_t pad = 4040; pad < 4110; pad++) {
		struct ak_str key = key_sample(a), in, out;
		char *p = ak_arena_alloc(a, pad + 1);

		memset(p, ' ', pad);
		p[pad] = '\0';
		in = ak_arena_printf(a, "%s%s%s \xc3\xa4 %s", p, key.p, " tail", sample_fill(a, " a", 3000).p);
		out = step1(r, AK_F_REQUEST_MODEL, in, a, l);
		if (out.n > AK_MAX_KEPT_VALUE_BYTES || !(rec.flags & AK_R_TRUNCATED) ||
		    sample_holds(out, ak_str_n(key.p, 20)) ||
		    !ak_str_eq(step1(r, AK_F_REQUEST_MODEL, out, a, l), out)) {
			ok(false, "cutting");
			return;
		}
	}
	ok(true, "long values are cut behind their secrets, and stay as they are");
	ok(sample_counted(l, AK_F_REQUEST_MODEL, "too_long", AK_ACT_REMOVED) == 70, "and counted once each");
}

static void allow(struct ak_arena *a)
{
	struct ak_redactor *r = sample_redactor(NULL), *lax;
	struct ak_str key = key_sample(a), out = ak_redact_text(r, key, a, NULL), fp = ak_str_n(out.p + out.n - 33, 32);
	const char *list[] = {ak_arena_z(a, fp), NULL};
	size_t at;
	const char *kind;

	lax = sample_redactor(list);
	is_str(ak_redact_text(lax, key, a, NULL), key.p, "an allowed fingerprint passes");
	ok(!ak_redact_scan(lax, key, &at, &kind), "in the self-audit too");
	ok(ak_redact_scan(r, key, &at, &kind), "and not without");
	ok(!ak_str_eq(ak_redact_text(lax, key_sample(a), a, NULL), key), "another key does not");
	ak_redactor_free(lax);
	ak_redactor_free(r);
}

static void beside(const struct ak_redactor *r, struct ak_arena *a, struct ak_redact_ledger *l)
{
	struct ak_alias al = {.field = AK_F_REQUEST_ID, .value = key_sample(a)};

	ak_record_init(&rec, AK_K_REQUEST);
	rec.alias = &al;
	rec.time_raw = AK_STR("Jane Doe, yesterday");
	rec.revision = key_sample(a);
	ak_redact_secrets(r, &rec, &(struct ak_redact_ctx){a, l, NULL});
	ak_redact_personal(r, &rec, &(struct ak_redact_ctx){a, l, NULL});
	ok(ak_str_starts(al.value, AK_STR("[REDACTED:openai_key:")), "aliases are scanned");
	ok(!rec.time_raw.p, "a time that is no time goes");
	ok(ak_str_starts(rec.revision, AK_STR("[REDACTED:")), "revisions are scanned");
	rec.time_raw = AK_STR("2026-06-01 10:00:00.5 +0200");
	ak_redact_secrets(r, &rec, &(struct ak_redact_ctx){a, l, NULL});
	is_str(rec.time_raw, "2026-06-01 10:00:00.5 +0200", "a time stays");
}

static void ledger(void)
{
	struct ak_redact_ledger l;

	ak_ledger_init(&l);
	for (int i = 0; i < 3000; i++)
		ak_ledger_add(&l, i % 100, i % 3 ? "email" : "user", AK_ACT_HASHED, 2);
	is_int((int64_t)l.n, 200, "one row per field, rule and action");
	is_int((int64_t)sample_counted(&l, 7, "email", AK_ACT_HASHED), 40, "with their sums");
	is_int((int64_t)sample_counted(&l, 7, "user", AK_ACT_HASHED), 20, "kept apart");
	is_str(ak_str_of(ak_action_name(AK_ACT_NOT_COLLECTED)), "not collected", "action names");
	ak_ledger_release(&l);
}

int main(void)
{
	struct ak_redactor *r = sample_redactor(NULL);
	struct ak_redact_ledger l;
	struct ak_arena a;

	ak_arena_init(&a);
	ak_ledger_init(&l);
	every_type(r, &a, &l);
	keys(r, &a, &l);
	diffs(r, &a, &l);
	pointers(r, &a, &l);
	cutting(r, &a, &l);
	allow(&a);
	beside(r, &a, &l);
	ledger();
	ak_ledger_release(&l);
	ak_arena_release(&a);
	ak_redactor_free(r);
	return done_testing();
}
