/* The dictionary of the packet's own tables: what a column says. */
#ifndef AK_PACKET_COLUMNS_H
#define AK_PACKET_COLUMNS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Of this table, else of any table, else of the field of that column in the dictionary; NULL: nobody has described it, which
 * tests/e2e/packet_rows.t does not let pass. */
const char *ak_column_says(const char *table, const char *column);

#ifdef __cplusplus
}
#endif
#endif
