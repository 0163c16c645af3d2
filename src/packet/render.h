/* Pages and tables of a packet from its section documents. */
#ifndef AK_PACKET_RENDER_H
#define AK_PACKET_RENDER_H

#include "packet/bag.h"
#include "packet/build.h"
#include "packet/table.h"
#include "tmpl/mustache.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Render template NAME.mustache (workspace, data folder, compiled in) and add it to the bag as path. The page passes the
 * self-audit or nothing is added. */
enum ak_rc ak_render_page(const struct ak_packet_opts *o, struct ak_bag *bag, const char *tmpl, const char *path,
			  enum ak_escape escape, const json_t *data, struct ak_err *err);
/* A document of our own, as people's JSON. */
enum ak_rc ak_render_json(const struct ak_packet_opts *o, struct ak_bag *bag, const char *path, const json_t *doc,
			  struct ak_err *err);
/* Every table that has a place, as CSV: those that are apart go into the annex. *resources describe the ones and *apart the others
 * (Table Schema); the caller's. The workbook has the first rows of those that a section shows. */
enum ak_rc ak_render_tables(struct ak_bag *bag, struct ak_bag *annex, const struct ak_tables *tables, json_t **resources, json_t **apart, struct ak_err *err);
/* Describes a table that is no ak_table: {name, title, columns: [{name, type}], count}. The caller's. */
json_t *ak_render_resource(const json_t *table, const struct ak_bag_file *csv);
/* data/datapackage.json of such resources. */
enum ak_rc ak_render_package(const struct ak_packet_opts *o, struct ak_bag *bag, const char *name, const json_t *resources, struct ak_err *err);
/* The schemas of all JSON documents that are in the bag, below data/schemas/. */
enum ak_rc ak_render_schemas(const struct ak_packet_opts *o, struct ak_bag *bag, struct ak_err *err);
/* Add bytes that have passed the self-audit. AK_EXIT_VERIFY otherwise. */
enum ak_rc ak_render_add(const struct ak_packet_opts *o, struct ak_bag *bag, const char *path, struct ak_str bytes,
			 struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
