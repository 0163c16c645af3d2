#include "base/ak.h"
#include "store/ddl.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "store/schema.h"

static const struct {
	const char *keyword, *type;
} types[] = {{"TABLE", "table"}, {"INDEX", "index"}, {"TRIGGER", "trigger"}, {"VIEW", "view"}};

/* Behind blank lines and lines that are comments. */
static char *skip_comments(char *p)
{
	while (*p == '\n' || strncmp(p, "--", 2) == 0) {
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return p;
}

/* The ';' that ends the statement at p becomes its NUL. Triggers and comments have others. */
static char *end_of(char *p)
{
	for (char *end = strchr(p, ';'); end; end = strchr(end + 1, ';')) {
		char next = end[1];
		bool whole;

		end[1] = '\0';
		whole = sqlite3_complete(p);
		end[1] = next;
		if (whole) {
			*end = '\0';
			return end;
		}
	}
	AK_BUG("a statement of the schema does not end");
}

static struct ak_ddl_object object_of(const char *sql)
{
	const char *word = sql + strcspn(sql, " "), *name;

	word += strspn(word, " ");
	name = word + strcspn(word, " ");
	name += strspn(name, " ");
	for (size_t i = 0; i < AK_COUNT(types); i++)
		if (ak_str_starts(ak_str_of(word), ak_str_of(types[i].keyword)))
			return (struct ak_ddl_object){ak_str_of(types[i].type), ak_str_n(name, strcspn(name, " (")),
						      ak_str_of(sql)};
	AK_BUG("a statement of the schema makes nothing that is known");
}

static int by_type_and_name(const void *a, const void *b)
{
	const struct ak_ddl_object *x = a, *y = b;
	int order = ak_str_cmp(x->type, y->type);

	return order ? order : ak_str_cmp(x->name, y->name);
}

void ak_ddl_init(struct ak_ddl *d)
{
	size_t cap = 0;

	*d = (struct ak_ddl){.n = 0};
	ak_buf_init(&d->text, 1 << 20);
	ak_schema_ddl(&d->text);
	for (char *p = skip_comments(d->text.p); *p; p = skip_comments(p)) {
		char *end = end_of(p);

		if (d->n == cap) {
			cap = cap ? 2 * cap : 128;
			d->object = ak_realloc(d->object, cap * sizeof *d->object);
		}
		d->object[d->n++] = object_of(p);
		p = end + 1;
	}
	ak_sort(d->object, d->n, sizeof *d->object, by_type_and_name);
}

void ak_ddl_release(struct ak_ddl *d)
{
	ak_free(d->object);
	ak_buf_release(&d->text);
	*d = (struct ak_ddl){.n = 0};
}
