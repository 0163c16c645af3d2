/* What the redactor remembers of values that come again. */
#include "base/ak.h"

#include "redact/cache.h"
#include "tap.h"

static void values_are_found_again(void)
{
	struct ak_redact_cache *c = ak_redact_cache_new();
	struct ak_cached r = {.out = AK_STR("user:0123")}, got;
	struct ak_arena a;
	int found = 0;

	ak_arena_init(&a);
	for (int i = 0; i < 100; i++)
		ak_cache_keep(c, AK_CACHE_PERSONAL, AK_F_ACTOR_ID, ak_arena_printf(&a, "user-%d", i), &r);
	for (int i = 0; i < 100; i++)
		found += ak_cache_find(c, AK_CACHE_PERSONAL, AK_F_ACTOR_ID, ak_arena_printf(&a, "user-%d", i), &a, &got) &&
			 ak_str_eq(got.out, r.out);
	ok(found > 90, "short values that differ in their last bytes do not drive each other out");
	ok(!ak_cache_find(c, AK_CACHE_SECRETS, AK_F_ACTOR_ID, AK_STR("user-1"), &a, &got), "another step is another result");
	ak_arena_release(&a);
	ak_redact_cache_free(c);
}

int main(void)
{
	values_are_found_again();
	return done_testing();
}
