/* Tables of a packet while it is built: rows go to their CSV as they come, whatever their number, and the document that pages and
 * sections show keeps the first of them and the count.
 *
 * A row is looked at for secrets before it reaches the bag. What fails is kept until ak_table_end; rows that come after it
 * are counted and go nowhere. */
#ifndef AK_PACKET_TABLE_H
#define AK_PACKET_TABLE_H

#include <jansson.h>

#include "packet/bag.h"
#include "packet/rekey.h"
#include "packet/sample.h"
#include "packet/selfaudit.h"
#include "packet/views.h"

#define AK_TABLE_SHOWN 200 /* rows in a document; the CSV has all, and the document has their count */
#define AK_TABLES_BYTES (UINT64_C(6) << 20) /* of all CSVs of a packet: its portals take five megabytes, compressed */

struct ak_tables;
struct ak_table;

#ifdef __cplusplus
extern "C" {
#endif

/* audit and bag are borrowed. rekey: what becomes of pseudonyms, borrowed, NULL = tokens stay.
 * tenants: cells that name a customer's tenant are shown (packet/tenants.h). view: columns and tables that are left out, borrowed,
 * NULL = none. */
struct ak_tables *ak_tables_new(struct ak_bag *bag, const struct ak_selfaudit *audit, const struct ak_rekey *rekey, bool tenants,
				const struct ak_view *view);
void ak_tables_free(struct ak_tables *all);
/* Of tables whose rows have a citation, those that are made from here on: a sample of so many rows is drawn (packet/sample.h). */
void ak_tables_draw(struct ak_tables *all, const char *seed, size_t size);
/* Borrowed; NULL: nothing is drawn from it, or there is no such table. */
const struct ak_sample *ak_tables_sample_of(const struct ak_tables *all, const char *table);

/* Rows go into the bag in another thread (packet/flusher.h): from here on none is on its way, until another one is added. */
void ak_tables_settle(struct ak_tables *all);

/* columns: "name name:integer ...", at most 64 of one that is placed, string when no type is given; `id` is a string that was validated as one. Owned by `all`; part of the packet once it is placed. */
struct ak_table *ak_table_new(struct ak_tables *all, const char *name, const char *title, const char *columns);
/* Its place in the packet is behind those that were placed before; NULL: the view leaves it out. Borrowed: the document {name, title, columns: [{name, type}],
 * rows: [[values]], count}, to which later rows are added; pseudonyms in it are still the workspace's. */
json_t *ak_table_place(struct ak_table *t);
/* The same of one that no section shows and that is apart whatever its size. */
void ak_table_place_apart(struct ak_table *t);
bool ak_table_shown(const struct ak_table *t);
/* One row from members of an object by column name; missing ones are null, lists are joined with blanks. */
void ak_table_add(struct ak_table *t, const json_t *object);

/* All rows are there. Where the tables that have a place are more than `most` bytes together, the largest are apart, until the others
 * fit: their rows stand in the annex, their documents say so ("annex": true). */
void ak_tables_part(struct ak_tables *all, uint64_t most);
bool ak_tables_apart(const struct ak_tables *all, const char *name);

/* The tables that have a place, in order; NULL behind the last one. */
struct ak_table *ak_table_at(const struct ak_tables *all, size_t i);
const json_t *ak_table_doc(const struct ak_table *t);
/* All rows are there: its CSV in the bag. AK_EXIT_VERIFY when a row of any table holds a secret or an e-mail address. */
enum ak_rc ak_table_end(struct ak_table *t, const struct ak_bag_file **file, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
