#include "base/ak.h"
#include "packet/columns.h"

#include <stdio.h>

#include "model/field.h"

static const struct {
	const char *name, *says;
} columns[] = {
#define COLUMN(name, says) {name, says},
#include "packet/columns.def"
#undef COLUMN
};

const char *ak_column_says(const char *table, const char *column)
{
	const char *anywhere = NULL;
	char own[160];
	int field;

	snprintf(own, sizeof own, "%.60s.%.80s", table, column);
	for (size_t i = 0; i < AK_COUNT(columns); i++) {
		if (strcmp(columns[i].name, own) == 0)
			return columns[i].says;
		if (strcmp(columns[i].name, column) == 0)
			anywhere = columns[i].says;
	}
	field = anywhere ? -1 : ak_field_find(ak_str_of(column));
	return field >= 0 ? ak_fields[field].meaning : anywhere;
}
