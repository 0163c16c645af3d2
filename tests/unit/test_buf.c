#include "base/ak.h"

#include "base/arena.h"
#include "base/buf.h"
#include "tap.h"

static void appends(void)
{
	struct ak_buf b;
	char *z;

	ak_buf_init(&b, 1 << 20);
	is_str(ak_buf_str(&b), "", "a new buffer is empty, not missing");
	ak_buf_adds(&b, "ab");
	ak_buf_addc(&b, 'c');
	ak_buf_addstr(&b, AK_STR("de"));
	ak_buf_addf(&b, "%d-%s", 42, "x");
	ak_buf_addhex(&b, "\x00\xFF\x10", 3);
	is_str(ak_buf_str(&b), "abcde42-x00ff10", "appends of every kind");
	for (int i = 0; i < 5000; i++)
		ak_buf_addf(&b, "%04d", i);
	is_int((int64_t)b.n, 15 + 20000, "growth keeps all bytes");
	ok(memcmp(b.p + b.n - 4, "4999", 5) == 0, "a NUL follows the content");
	z = ak_buf_detach(&b);
	ok(strncmp(z, "abcde42", 7) == 0 && strlen(z) == 20015, "detach hands over the bytes");
	ak_free(z);
	ok(!b.p && !b.n && b.max == 1 << 20, "the buffer is empty after detach and keeps its maximum");
	z = ak_buf_detach(&b);
	ok(z && !*z, "detach of an empty buffer is an empty string");
	ak_free(z);
	ak_buf_release(&b);
}

static void maximum(void)
{
	struct ak_buf b;
	char *to;

	ak_buf_init(&b, 10);
	ak_buf_add(&b, "0123456789", 10);
	ok(!b.over, "exactly the maximum fits");
	ak_buf_addc(&b, 'x');
	ok(b.over, "one more byte does not");
	is_str(ak_buf_str(&b), "0123456789", "what was there stays");
	ak_buf_clear(&b);
	ak_buf_adds(&b, "12345");
	ok(!b.over && b.n == 5, "clear drops the over flag");
	ak_buf_addf(&b, "%s", "123456");
	ak_buf_addc(&b, 'y');
	ok(b.over && b.n == 5, "appends after the first that was too much are ignored");
	ak_buf_clear(&b);
	ak_buf_addhex(&b, "abcdef", 6);
	ok(b.over && !b.n, "hex over the maximum");
	ak_buf_clear(&b);
	to = ak_buf_room(&b, 10);
	ok(to != NULL, "room for the maximum");
	memcpy(to, "abcdefghij", 10);
	b.n += 10;
	is_str(ak_buf_str(&b), "abcdefghij", "room is committed by the caller");
	ok(b.p[10] == '\0', "and ak_buf_str puts the NUL");
	ok(!ak_buf_room(&b, SIZE_MAX), "room for everything is refused");
	ak_buf_release(&b);
}

static void arena(void)
{
	struct ak_arena a;
	struct ak_str kept[300], s;
	char *big;
	bool same = true, aligned = true;

	ak_arena_init(&a);
	for (int i = 0; i < 300; i++) {
		kept[i] = ak_arena_printf(&a, "%0*d", i + 1, i);
		aligned = aligned && (uintptr_t)kept[i].p % 16 == 0;
	}
	big = ak_arena_zero(&a, 3 << 20);
	ok(!big[0] && !big[(3 << 20) - 1], "a large piece is zeroed");
	big[(3 << 20) - 1] = 1;
	s = ak_arena_str(&a, AK_STR("tail"));
	for (int i = 0; i < 300; i++)
		same = same && kept[i].n == (size_t)i + 1 && kept[i].p[kept[i].n] == '\0';
	ok(same, "pieces do not overlap");
	ok(aligned, "pieces are aligned to 16 bytes");
	is_str(s, "tail", "copy");
	ok(strcmp(ak_arena_z(&a, AK_STR("z\0z")), "z") == 0, "NUL-terminated copy");
	ak_arena_clear(&a);
	ok(a.head && !a.used, "clear keeps a block");
	ok(ak_arena_alloc(&a, 0) != NULL, "nothing is still an address");
	ak_arena_release(&a);
	ok(!a.head, "release keeps none");
}

static void strings(void)
{
	ok(ak_str_cmp(AK_STR("a"), AK_STR("ab")) < 0, "shorter first");
	ok(ak_str_cmp(AK_STR("b"), AK_STR("ab")) > 0, "byte order");
	ok(ak_str_cmp(AK_STR("\xC3"), AK_STR("z")) > 0, "bytes are unsigned");
	ok(ak_str_cmp(AK_STR(""), ak_str_n(NULL, 0)) == 0, "empty is empty");
	ok(ak_str_eq_fold(AK_STR("Content-TYPE"), AK_STR("content-type")), "ASCII fold");
	ok(!ak_str_eq_fold(AK_STR("\xC3\x84"), AK_STR("\xC3\xA4")), "only ASCII is folded");
	ok(!ak_str_eq_fold(AK_STR("["), AK_STR("{")), "neighbours of letters are not folded");
	is_str(ak_str_trim(AK_STR(" \t\r\n x y \v\f")), "x y", "trim");
	is_str(ak_str_trim(AK_STR("  ")), "", "trim all");
	is_int((int64_t)ak_str_find(AK_STR("a=b=c"), '='), 1, "find");
	is_int((int64_t)ak_str_find(AK_STR("abc"), '='), 3, "find nothing");
	ok(ak_str_starts(AK_STR("abc"), AK_STR("ab")) && !ak_str_starts(AK_STR("a"), AK_STR("ab")), "starts");
}

int main(void)
{
	appends();
	maximum();
	arena();
	strings();
	return done_testing();
}
