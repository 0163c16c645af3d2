/* The records of the period row by row, as tables of the annex: only where the view or --rows asks for them, without the fields that the
 * view leaves out, and without those that name a customer's tenant unless they are asked for. */
#ifndef AK_PACKET_ROWTABLES_H
#define AK_PACKET_ROWTABLES_H

#include "packet/section.h"

#define AK_ROW_TABLES 2
extern const struct ak_row_table {
	enum ak_kind kind;
	const char *name, *title;
} ak_row_tables_all[AK_ROW_TABLES];

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_row_tables(struct ak_sections *s, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
