/* Whether every cell of evidence.xlsx is that of the tables. Internal to packet/. */
#ifndef AK_PACKET_CHECK_WORKBOOK_H
#define AK_PACKET_CHECK_WORKBOOK_H

#include "packet/checks.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL when it is, else `why`, which names sheet and row; *cells: how many were compared. After the schema level. */
const char *ak_check_workbook(struct ak_checked *p, char *why, size_t size, size_t *cells);

#ifdef __cplusplus
}
#endif
#endif
