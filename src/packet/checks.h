/* A packet in memory while it is checked. Internal to packet/. */
#ifndef AK_PACKET_CHECKS_H
#define AK_PACKET_CHECKS_H

#include <jansson.h>

#include "base/map.h"
#include "packet/check.h"
#include "packet/table_scan.h"

/* Figures that were compared. */
struct ak_tally {
	size_t json, tables, rows; /* schema */
	size_t totals, agree;	   /* content: figures recomputed */
	char bad[240];		   /* first file that is not as its schema says, and how */
	char differs[120];	   /* first figure that does not agree */
};

struct ak_archive_info;
struct ak_archive_bytes;

struct ak_checked {
	const struct ak_packet_check *o;
	json_t *doc;	/* the report under construction */
	json_t *hashes; /* name -> SHA-256 in hex, every file */
	json_t *sizes;	/* name -> bytes, likewise */
	const struct ak_archive_info *info;
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
	size_t missing, extra; /* files against the manifests, and what to say of the first */
	char first_odd[160];
	json_t *schemas;       /* {kind: schema or null}, as documents ask for them */
	json_t *sections;      /* their documents, from the schema level on */
	bool unlike_schema;    /* the schema level failed */
	bool is_annex;	       /* not a packet but the annex of one: not every table of it is shown by a section */
	bool newer;	       /* a document is of a version that this program does not know */
	int64_t at_us;	       /* when it was signed, as far as is known: ak_check_moment; AK_SIGNERS_NO_TIME */
	bool stamped;	       /* that is the time of a timestamp whose authority was given; else the packet's own word */
	struct ak_tally tally; /* of the tables, for the content level */
};

enum ak_result { AK_RESULT_PASS, AK_RESULT_FAIL, AK_RESULT_SKIPPED };

#ifdef __cplusplus
extern "C" {
#endif

void ak_check_say(struct ak_checked *p, const char *name, enum ak_result result, const char *fmt, ...) AK_PRINTF(4, 5);
/* Read a packet and check all of it; p keeps what was read until ak_check_close, which follows a failure too. */
enum ak_rc ak_check_open(const char *path, const struct ak_packet_check *o, struct ak_checked *p, struct ak_archive_info *info, struct ak_err *err);
void ak_check_close(struct ak_checked *p);
/* One file into hashes, sizes and texts or tables (ctx: struct ak_checked); what of them is released again. */
enum ak_rc ak_check_visit(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err);
void ak_check_release(struct ak_checked *p);
/* A text from the packet as a JSON string; what is not fit to be shown is written as \xNN or \u{hex}. */
json_t *ak_check_safe(struct ak_str s);
/* The text of a file, a NULL view when the packet has none or it was too big. */
struct ak_str ak_check_text(const struct ak_checked *p, const char *name);
/* A CSV file, NULL when the packet has none of that name. */
const struct ak_table_scan *ak_check_table(const struct ak_checked *p, const char *name);
/* Parsed JSON of a file, NULL when it is missing or is none. The caller's. */
json_t *ak_check_json(const struct ak_checked *p, const char *name);

bool ak_check_has(const struct ak_checked *p, const char *name);

/* The levels (check.c), each in the file of its name or in one of a few of them. */
void ak_check_structure(struct ak_checked *p);
void ak_check_fixity(struct ak_checked *p);
void ak_check_completeness(struct ak_checked *p);
void ak_check_schema(struct ak_checked *p);
void ak_check_content(struct ak_checked *p);
/* Before them: when the packet was signed, which is when the lists' keys must have been good. A timestamp by the authority given says so
 * best; else packet.json, whose word is under the signature. Never the clock: a packet does not go bad when a key is retired. */
void ak_check_moment(struct ak_checked *p);
/* "2026-06-12T09:00:00Z, the packet's own time" */
const char *ak_check_moment_said(const struct ak_checked *p, char out[80]);
void ak_check_signature(struct ak_checked *p);
void ak_check_attestation(struct ak_checked *p); /* when it has one; a CMS signature likewise */
void ak_check_timestamp(struct ak_checked *p);
void ak_check_log(struct ak_checked *p);
void ak_check_continuity(struct ak_checked *p); /* with o->previous against that packet */
void ak_check_required(struct ak_checked *p); /* when o->require names some */
void ak_check_annex(struct ak_checked *p);	/* when o->annex names one: that its leaves are a whole run of the ledger */

/* Which files a packet is made of (parts.def): how many are missing; how many others there are. first: what to say of the first, left alone
 * where there is none. */
size_t ak_check_lacks(const struct ak_checked *p, char *first, size_t room);
size_t ak_check_strangers(const struct ak_checked *p, char *first, size_t room);
/* What is said of them in several places, into the tally. */
void ak_check_agreement(struct ak_checked *p);

/* Parts of them. Whether every file is as its schema says; the first that is not goes into tally.bad. */
void ak_check_documents(struct ak_checked *p);
/* Tables against the Table Schema and the sections that show them. */
void ak_check_tables(struct ak_checked *p);
/* Whether links of pages lead to files of the packet and to places of the page: how many were followed, and in `said` the first that
 * leads nowhere. */
size_t ak_check_links(struct ak_checked *p, char *said, size_t n);
/* The table as a section shows it, NULL when none does. */
const json_t *ak_check_shown(const json_t *sections, const char *name);
void ak_tally_bad(struct ak_tally *t, const char *file, const char *fmt, ...) AK_PRINTF(3, 4);
void ak_tally_compare(struct ak_tally *t, bool equal, const char *table, const char *what);

/* One row of a CSV in the dialect of base/csvw.h, taken off *text: an array of texts without formula guard, null for a
 * missing value. NULL when the row is not in that dialect. */
json_t *ak_table_row(struct ak_str *text);
/* Whether a text is of a Table Schema type as this packet uses it. */
bool ak_table_fits(const char *type, const char *text);

#ifdef __cplusplus
}
#endif
#endif
