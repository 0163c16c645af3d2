#include "base/ak.h"

#include "packet/path.h"

/* Device names of Windows, with any extension. */
static const char *const devices[] = {"con",  "prn",  "aux",  "nul",  "com1", "com2", "com3", "com4",
				      "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3",
				      "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"};

static const char *byte_problem(unsigned char c)
{
	if (c < ' ' || c == 0x7f)
		return "has a control byte";
	if (c == '\\')
		return "has a backslash";
	if (c == ':')
		return "has a colon, as a drive letter has";
	if (!ak_is_alnum(c) && c != '.' && c != '_' && c != '-')
		return "has a character other than A-Z a-z 0-9 . _ -";
	return NULL;
}

static const char *part_problem(struct ak_str part)
{
	if (!part.n)
		return "has an empty part";
	if (ak_str_is(part, ".") || ak_str_is(part, ".."))
		return "has '.' or '..' as a part";
	if (part.p[part.n - 1] == '.')
		return "has a part that ends in a dot";
	for (size_t i = 0; i < part.n; i++) {
		const char *what = byte_problem((unsigned char)part.p[i]);
		if (what)
			return what;
	}
	struct ak_str stem = ak_str_n(part.p, ak_str_find(part, '.'));
	for (size_t i = 0; i < AK_COUNT(devices); i++) {
		if (ak_str_eq_fold(stem, ak_str_of(devices[i])))
			return "is reserved on Windows";
	}
	return NULL;
}

const char *ak_path_problem(struct ak_str path)
{
	if (!path.n)
		return "is empty";
	if (path.p[0] == '/')
		return "is absolute";
	if (path.n > AK_PATH_MAX)
		return "is longer than 100 bytes";
	for (;;) {
		size_t n = ak_str_find(path, '/');
		const char *what = part_problem(ak_str_n(path.p, n));
		if (what || n == path.n)
			return what;
		path = ak_str_n(path.p + n + 1, path.n - n - 1);
	}
}

enum { FOREIGN_MAX = 1000 };

const char *ak_path_problem_foreign(struct ak_str path)
{
	if (!path.n)
		return "is empty";
	if (path.p[0] == '/')
		return "is absolute";
	if (path.n > FOREIGN_MAX)
		return "is longer than 1,000 bytes";
	if (path.n > 1 && path.p[1] == ':' && ak_is_alnum((unsigned char)path.p[0]))
		return "has a drive letter";
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '\\' || path.p[i] == 0x7f || ((unsigned char)path.p[i] < ' ' && path.p[i] != '\r' && path.p[i] != '\n'))
			return path.p[i] == '\\' ? "has a backslash" : "has a control byte";
	for (;;) {
		size_t n = ak_str_find(path, '/');
		struct ak_str part = ak_str_n(path.p, n);

		if (!part.n || ak_str_is(part, ".") || ak_str_is(part, ".."))
			return part.n ? "has '.' or '..' as a part" : "has an empty part";
		if (n == path.n)
			return NULL;
		path = ak_str_n(path.p + n + 1, path.n - n - 1);
	}
}

void ak_pathset_init(struct ak_pathset *s)
{
	ak_map_init(&s->map);
}

void ak_pathset_release(struct ak_pathset *s)
{
	for (size_t i = 0; i < s->map.n; i++)
		ak_free(s->map.e[i].v.ptr);
	ak_map_release(&s->map);
}

static const char *add(struct ak_pathset *s, struct ak_str path, bool folder, bool fold)
{
	char folded[FOREIGN_MAX];
	bool fresh;
	for (size_t i = 0; i < path.n; i++)
		folded[i] = fold ? ak_lower(path.p[i]) : path.p[i];
	struct ak_map_entry *e = ak_map_put(&s->map, ak_str_n(folded, path.n), &fresh);
	if (fresh) {
		char *spelling = ak_alloc(path.n + 2);
		spelling[0] = folder ? 'd' : 'f';
		memcpy(spelling + 1, path.p, path.n);
		spelling[path.n + 1] = '\0';
		e->v.ptr = spelling;
		return NULL;
	}
	const char *known = e->v.ptr;
	if (memcmp(known + 1, path.p, path.n) != 0)
		return "differs from another one in case only";
	if ((known[0] == 'd') != folder)
		return "is that of a file and of a folder";
	return folder ? NULL : "occurs twice";
}

static const char *add_all(struct ak_pathset *s, struct ak_str path, bool folder, bool fold)
{
	for (size_t i = 0; i < path.n; i++) {
		const char *what = path.p[i] == '/' ? add(s, ak_str_n(path.p, i), true, fold) : NULL;
		if (what)
			return what;
	}
	return add(s, path, folder, fold);
}

const char *ak_pathset_add(struct ak_pathset *s, struct ak_str path, bool folder) { return add_all(s, path, folder, true); }
const char *ak_pathset_add_foreign(struct ak_pathset *s, struct ak_str path, bool folder) { return add_all(s, path, folder, false); }
