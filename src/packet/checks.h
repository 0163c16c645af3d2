/* A packet in memory while it is checked. Internal to packet/. */
#ifndef AK_PACKET_CHECKS_H
#define AK_PACKET_CHECKS_H

#include <jansson.h>

#include "base/map.h"
#include "packet/check.h"
#include "packet/table_scan.h"

struct ak_checked {
	const struct ak_packet_check *o;
	json_t *doc;	/* the report under construction */
	json_t *hashes; /* name -> SHA-256 in hex, every file */
	struct ak_map texts;  /* name -> struct ak_buf *, files that are read as a whole */
	struct ak_map tables; /* name -> struct ak_table_scan *, CSV files below data/ */
	struct ak_redactor *redactor;
	struct ak_ids *ids;	     /* that the packet lists */
	struct ak_selfaudit audit;   /* with both */
	size_t let;	     /* values that the packet says were let through */
	size_t kept;	     /* bytes in texts and of the rows of tables that are shown */
	bool too_big;	     /* some were only hashed: over KEPT_BYTES together */
	json_t *packet;	     /* data/packet.json, NULL when it cannot be read */
	bool draft, altered;
};

enum ak_result { AK_RESULT_PASS, AK_RESULT_FAIL, AK_RESULT_SKIPPED };

#ifdef __cplusplus
extern "C" {
#endif

void ak_check_say(struct ak_checked *p, const char *name, enum ak_result result, const char *fmt, ...) AK_PRINTF(4, 5);
/* A text from the packet as a JSON string; what is not fit to be shown is written as \xNN or \u{hex}. */
json_t *ak_check_safe(struct ak_str s);
/* The text of a file, a NULL view when the packet has none or it was too big. */
struct ak_str ak_check_text(const struct ak_checked *p, const char *name);
/* A CSV file, NULL when the packet has none of that name. */
const struct ak_table_scan *ak_check_table(const struct ak_checked *p, const char *name);
/* Parsed JSON of a file, NULL when it is missing or is none. The caller's. */
json_t *ak_check_json(const struct ak_checked *p, const char *name);

void ak_check_tables(struct ak_checked *p); /* schema and content */
void ak_check_signature(struct ak_checked *p);
void ak_check_log(struct ak_checked *p);
/* Level "continuity"; with o->previous against that packet. Errors are those of reading it. */
enum ak_rc ak_check_continues(struct ak_checked *p, struct ak_err *err);

/* One row of a CSV in the dialect of base/csvw.h, taken off *text: an array of texts without formula guard, null for a
 * missing value. NULL when the row is not in that dialect. */
json_t *ak_table_row(struct ak_str *text);
/* Whether a text is of a Table Schema type as this packet uses it. */
bool ak_table_fits(const char *type, const char *text);

#ifdef __cplusplus
}
#endif
#endif
