#include "base/ak.h"
#include "packet/sieve.h"

#include <pthread.h>

#include "base/buf.h"

enum set {
	AN = 1,
	DASH = 2,
	UNDER = 4,
	DOT = 8,
	SLASH = 16,
	PLUS = 32,
	PCT = 64,
	TILDE = 128,
	AT = 256,
	DOLLAR = 512,
	HEX = 1024,
	B32 = 2048,
	DIGIT = 4096,
	CAPS = 8192,
	ANY = 16384,
	EQUALS = 32768,
	U = AN | DASH | UNDER,
	B64 = AN | PLUS | EQUALS
};
enum { GLUED = 1, MIXED = 2, WHOLE = 4, EXACT = 8 };
enum { DEPTH = 3, LONGEST = 400, LOOK_AROUND = 200, RUN_LEAST = 24, READABLE = 16, UNFOLDED_MAX = 1 << 26 };

struct mark {
	const char *kind, *mark;
	unsigned set, least, left_set, left;
	const char *holds;
	unsigned flags;
};
static const struct mark marks[] = {
#define X(kind, mark, set, least, left_set, left, holds, flags) {kind, mark, set, least, left_set, left, holds, flags},
#include "packet/sieve.def"
#undef X
};

/* Names whose value is a secret whatever it looks like; compared without case, '-' and '_'. */
static const char *const secret_names[] = {
	"password",
	"passwd",
	"pwd",
	"secret",
	"clientsecret",
	"apikey",
	"accesstoken",
	"refreshtoken",
	"idtoken",
	"authtoken",
	"authorization",
	"proxyauthorization",
	"cookie",
	"setcookie",
	"privatekey",
	"accountkey",
	"sharedaccesskey",
	"secretkey",
	"awssecretaccesskey",
	"secretaccesskey",
	"awssessiontoken",
	"ocpapimsubscriptionkey",
	"xiapikey",
	"xapikey",
	"xgoogapikey",
	"xportkeyapikey",
	"cfaigauthorization",
	"heliconeauth",
	"xlitellmapikey",
	"coapikey",
	"sessiontoken",
	"token",
};

static unsigned class_of(unsigned char c)
{
	static const struct {
		char c;
		unsigned set;
	} signs[] = {{'-', DASH}, {'_', UNDER}, {'.', DOT}, {'/', SLASH | PLUS}, {'+', PLUS}, {'=', EQUALS},
		     {'%', PCT},  {'~', TILDE}, {'@', AT},  {'$', DOLLAR},	 {' ', CAPS}};
	unsigned set = ak_is_alnum(c) ? AN : 0;

	set |= (ak_is_hex(c) ? HEX : 0u) | (ak_is_digit(c) ? DIGIT : 0u) | (c >= ' ' && c < 0x7f ? ANY : 0u);
	set |= ak_is_upper(c) ? CAPS | B32 : c >= '2' && c <= '7' ? B32 : 0u;
	for (size_t i = 0; i < AK_COUNT(signs); i++)
		set |= c == (unsigned char)signs[i].c ? signs[i].set : 0u;
	return set;
}

/* What the tables above are to single bytes: made once, since a cell of a table is a text of its own. Rows whose mark begins with a
 * byte are a chain, so that most bytes cost one look. */
static struct {
	uint16_t set[256];   /* a byte's bits of enum set */
	uint16_t first[256]; /* row plus one, 0 = none */
	uint16_t next[AK_COUNT(marks)];
	uint8_t two[8192]; /* a bit for each pair of bytes that a mark begins with: few bytes of a text are the first of one */
} bytes;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void prepare(void)
{
	for (unsigned c = 0; c < 256; c++)
		bytes.set[c] = (uint16_t)class_of((unsigned char)c);
	for (size_t i = AK_COUNT(marks); i-- > 0;) {
		unsigned char c = (unsigned char)*marks[i].mark;

		unsigned pair = (unsigned)c << 8 | (unsigned char)marks[i].mark[1];

		bytes.two[pair >> 3] |= (uint8_t)(1u << (pair & 7));
		bytes.next[i] = bytes.first[c];
		bytes.first[c] = (uint16_t)(i + 1);
	}
}

/* One text under the sieve. */
struct look {
	const struct ak_sieve *sieve;
	const char *kind; /* of the find, NULL = none so far */
	bool personal;	  /* it */
	int depth;
};

static bool in(char c, unsigned set) { return (bytes.set[(unsigned char)c] & set) != 0; }

static size_t run_on(struct ak_str s, size_t from, unsigned set)
{
	size_t i = from;

	while (i < s.n && i - from < LONGEST && in(s.p[i], set))
		i++;
	return i - from;
}

static size_t run_back(struct ak_str s, size_t to, unsigned set)
{
	size_t n = 0;

	while (n < to && n < LONGEST && in(s.p[to - n - 1], set))
		n++;
	return n;
}

static bool mixed(struct ak_str s)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < s.n; i++) {
		digit = digit || ak_is_digit((unsigned char)s.p[i]);
		letter = letter || (ak_is_alnum((unsigned char)s.p[i]) && !ak_is_digit((unsigned char)s.p[i]));
	}
	return digit && letter;
}

static bool holds(struct ak_str s, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = 0; i + n <= s.n; i++)
		if (memcmp(s.p + i, what, n) == 0)
			return true;
	return false;
}

static void find(struct look *l, const char *kind, bool personal, struct ak_str s, size_t from, size_t to)
{
	const struct ak_sieve_find f = {kind, personal, s, from, to};

	if (l->kind || l->sieve->let(l->sieve->ctx, &f))
		return;
	l->kind = kind;
	l->personal = personal;
}

/* Does what stands around the mark at s.p[at] make it a find? */
static void try_mark(struct look *l, const struct mark *m, struct ak_str s, size_t at)
{
	size_t n = strlen(m->mark), left = 0, right;

	if (s.n - at < n || memcmp(s.p + at, m->mark, n) != 0)
		return;
	if (m->left) {
		left = run_back(s, at, m->left_set);
		if ((m->flags & EXACT) ? left != m->left : left < m->left)
			return;
	} else if (!(m->flags & GLUED) && at && in(s.p[at - 1], AN)) {
		return;
	}
	right = run_on(s, at + n, m->set);
	if ((m->flags & WHOLE) ? right != m->least || (at + n + right < s.n && in(s.p[at + n + right], AN))
			       : right < m->least)
		return;
	if ((m->flags & MIXED) && !mixed(ak_str_n(s.p + at + n, right)))
		return;
	if (!m->holds || holds(ak_str_n(s.p + at + n, right), m->holds))
		find(l, m->kind, false, s, at - left, at + n + right);
}

/* "name": "value", name=value, name: value. at: the sign between them. */
static void try_pair(struct look *l, struct ak_str s, size_t at)
{
	size_t end = at, from, n;
	char name[24];
	size_t len = 0;

	while (end && (s.p[end - 1] == '"' || s.p[end - 1] == '\'' || s.p[end - 1] == ' '))
		end--;
	n = run_back(s, end, U);
	for (size_t i = end - n; i < end && len < sizeof name - 1; i++)
		if (in(s.p[i], AN))
			name[len++] = ak_lower(s.p[i]);
	name[len] = '\0';
	for (from = at + 1; from < s.n && (s.p[from] == '"' || s.p[from] == '\'' || s.p[from] == ' ');)
		from++;
	n = run_on(s, from, U | B64 | DOT | TILDE | PCT);
	if (n < 12 || !mixed(ak_str_n(s.p + from, n)))
		return;
	for (size_t i = 0; i < AK_COUNT(secret_names); i++)
		if (strcmp(name, secret_names[i]) == 0 && AK_COUNT(marks) + i + 1 != l->sieve->without)
			find(l, "named_secret", false, s, from, from + n);
}

/* ***, xxxx, <password>, ${PASSWORD} or a marker, where a password would be. */
static bool is_stand_in(struct ak_str s)
{
	size_t same = 1;

	while (same < s.n && s.p[same] == s.p[0])
		same++;
	return (same == s.n && (s.p[0] == '*' || s.p[0] == 'x' || s.p[0] == 'X')) || s.p[0] == '[' ||
	       (s.p[0] == '<' && s.p[s.n - 1] == '>') || (s.p[0] == '$' && s.p[1] == '{' && s.p[s.n - 1] == '}');
}

/* scheme://user:password@host */
static void try_userinfo(struct look *l, struct ak_str s, size_t at)
{
	size_t i = at + 3, colon = 0;

	if (s.n - at < 4 || memcmp(s.p + at, "://", 3) != 0)
		return;
	for (; i < s.n && i - at < LOOK_AROUND && in(s.p[i], ANY) && s.p[i] != ' ' && s.p[i] != '/' && s.p[i] != '@';
	     i++)
		colon = colon || s.p[i] != ':' ? colon : i;
	if (i < s.n && s.p[i] == '@' && colon && i - colon > 3 && !is_stand_in(ak_str_n(s.p + colon + 1, i - colon - 1)))
		find(l, "url_password", false, s, colon + 1, i);
}

/* local@domain.tld; a tld of two letters or more, no file name of an image. */
static void try_mail(struct look *l, struct ak_str s, size_t at)
{
	size_t before = run_back(s, at, U | DOT | PLUS), n = run_on(s, at + 1, AN | DASH | DOT), dot, i;

	while (n && !in(s.p[at + n], AN))
		n--;
	for (dot = n; dot && s.p[at + dot] != '.';)
		dot--;
	if (!before || dot < 2 || n - dot < 2 || !in(s.p[at - 1], AN))
		return;
	for (i = dot + 1; i <= n; i++)
		if (in(s.p[at + i], DIGIT))
			return;
	find(l, "email", false, s, at - before, at + 1 + n);
}

static void try_number(struct look *l, struct ak_str s, size_t at)
{
	int without = (int)l->sieve->without - 1 - (int)(AK_COUNT(marks) + AK_COUNT(secret_names));
	const char *kind;
	size_t end = ak_sieve_number(s, at, without, &kind);

	if (end > at)
		find(l, kind, true, s, at, end);
}

/* Every mark has two bytes at least (test_sieve.c). */
static bool begins_a_mark(struct ak_str s, size_t i)
{
	unsigned pair = i + 1 < s.n ? (unsigned)(unsigned char)s.p[i] << 8 | (unsigned char)s.p[i + 1] : 0;

	return bytes.two[pair >> 3] >> (pair & 7) & 1;
}

static void try_byte(struct look *l, struct ak_str s, size_t i)
{
	for (size_t row = !begins_a_mark(s, i) ? 0 : bytes.first[(unsigned char)s.p[i]]; row; row = bytes.next[row - 1])
		if (row != l->sieve->without)
			try_mark(l, &marks[row - 1], s, i);
	if (s.p[i] == '@')
		try_mail(l, s, i);
	if (s.p[i] == ':')
		try_userinfo(l, s, i);
	if (s.p[i] == ':' || s.p[i] == '=')
		try_pair(l, s, i);
	if (in(s.p[i], DIGIT | CAPS) && s.p[i] != ' ')
		try_number(l, s, i);
}

static void look_at(struct look *l, struct ak_str s);

/* Long runs that may stand for other bytes: hex digits, or base64 wherever its groups of four begin. */
static void try_runs(struct look *l, struct ak_str s, struct ak_buf *room)
{
	static const unsigned sets[] = {HEX, B64 | DASH | UNDER};

	for (size_t k = 0; k < AK_COUNT(sets); k++)
		for (size_t i = 0, n; i < s.n && !l->kind; i += n + 1) {
			for (n = 0; i + n < s.n && in(s.p[i + n], sets[k]);)
				n++;
			if (k && run_on(s, i, HEX | DASH) == n)
				continue;
			for (size_t skip = 0; n >= RUN_LEAST && skip < (k ? 4 : 2) && !l->kind; skip++)
				if (ak_sieve_decode(ak_str_n(s.p + i, n), skip, !k, READABLE, room))
					look_at(l, ak_buf_str(room));
		}
}

static void look_at(struct look *l, struct ak_str s)
{
	struct ak_buf room;

	for (size_t i = 0; i < s.n && !l->kind; i++)
		try_byte(l, s, i);
	if (l->kind || l->depth == DEPTH)
		return;
	l->depth++;
	ak_buf_init(&room, UNFOLDED_MAX);
	try_runs(l, s, &room);
	if (!l->kind && ak_sieve_unfold(s, &room))
		look_at(l, ak_buf_str(&room));
	ak_buf_release(&room);
	l->depth--;
}

bool ak_sieve(const struct ak_sieve *sieve, struct ak_str text, struct ak_sieve_hit *out)
{
	struct look l = {.sieve = sieve};
	size_t line = 1;

	pthread_once(&prepared, prepare);
	for (size_t i = 0; i < text.n; line++) {
		size_t n = ak_str_find(ak_str_n(text.p + i, text.n - i), '\n');

		look_at(&l, ak_str_n(text.p + i, n));
		if (l.kind) {
			*out = (struct ak_sieve_hit){l.kind, l.personal, line};
			return true;
		}
		i += n + 1;
	}
	return false;
}

size_t ak_sieve_rows(void) { return AK_COUNT(marks) + AK_COUNT(secret_names) + ak_sieve_numbers(); }
