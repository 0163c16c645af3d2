/* The field dictionary as a table (model/fields.def), record kinds and value types. */
#ifndef AK_MODEL_FIELD_H
#define AK_MODEL_FIELD_H

#include "base/buf.h"

enum ak_kind {
	AK_K_REQUEST, AK_K_AUDIT, AK_K_APP, AK_K_USAGE, AK_K_TICKET, AK_K_GRANT, AK_K_KEY, AK_K_CALL, AK_K_VERDICT, AK_K_QUOTA,
	AK_K_SETTLEMENT, AK_K_PRICE, AK_K_CONFIG, AK_K_COUNT
};

/* How a value is checked, redacted and stored. `action` is what the redaction statement says by default. */
enum ak_type {
	AK_T_TIME,     /* kept       RFC 3339 UTC text; sort key apart */
	AK_T_INT,      /* kept       64-bit, within +-2^53-1 */
	AK_T_BOOL,     /* kept       0 or 1 */
	AK_T_DEC,      /* kept       canonical decimal text */
	AK_T_ENUM,     /* kept       [a-z0-9_.:/-]{1,64} after lower-casing, else treated as NAME */
	AK_T_ID,       /* kept       [A-Za-z0-9._:/@+=-]{1,200}, prefix-secret and e-mail shape checked; else a token */
	AK_T_NAME,     /* kept       label up to 200 bytes, sanitised, prefix-secret and e-mail shape checked */
	AK_T_LIST,     /* kept       JSON array text of NAMEs */
	AK_T_CODE,     /* kept       reason code [a-z0-9_.-]{1,64}; anything else is removed */
	AK_T_URLPATH,  /* sanitised  path of a URL, ids kept, query and host removed */
	AK_T_TEMPLATE, /* sanitised  error template (redact/) */
	AK_T_PRESENCE, /* removed    only whether there was text: 0 or 1 */
	AK_T_DIFF,     /* sanitised  JSON array of {path, before, after} */
	AK_T_UA,       /* masked     product/major */
	AK_T_IP,       /* hashed     ip:<32 hex> */
	AK_T_NETWORK,  /* masked     CIDR prefix, set together with its IP field */
	AK_T_PERSON,   /* hashed     email:<32 hex> or user:<32 hex>; machine ids (see redact/) kept */
	AK_T_TOKEN,    /* hashed     id:<32 hex>, always */
	AK_T_KEY,      /* hashed     key:<32 hex> of the key's SHA-256 */
	AK_T_TEXT,     /* not collected unless `ingest --keep-text` asks for it: prose, redacted, cut at KEPT_VALUE_BYTES */
	AK_T_CURRENCY, /* kept       ISO 4217, upper case; what has no three letters is treated as ENUM */
	AK_T_COUNT
};

enum ak_group { AK_G_WHO, AK_G_WHAT, AK_G_HOWMUCH, AK_G_COUNT };

enum ak_ident { AK_I_NONE, AK_I_CALL, AK_I_ATTEMPTS, AK_I_SESSION, AK_I_ENTITY };

enum ak_field_id {
#define FIELD(id, column, name, kinds, type, group, ident, unit, purpose, meaning) AK_F_##id,
#include "model/fields.def"
#undef FIELD
	AK_F_COUNT
};

struct ak_field {
	const char *column, *name, *unit, *purpose, *meaning;
	unsigned kinds; /* bit 1 << enum ak_kind */
	enum ak_type type;
	enum ak_group group;
	enum ak_ident ident;
};

/* Where the columns of a record go, of the four places that a reviewer asks for (F118). auditkit has no payload log
 * (DECISIONS 17): no column belongs there, and --store says so. */
enum ak_store_class { AK_STORE_METADATA, AK_STORE_PAYLOAD, AK_STORE_ADMIN, AK_STORE_NOT_RETAINED, AK_STORE_CLASSES };

struct ak_kind_info {
	const char *name;        /* table name and mapping `kind:` */
	const char *plural;      /* for people */
	enum ak_store_class store_class;
	const char *cannot_prove; /* what this kind does not prove alone (F217) */
	bool events;             /* a log of what happened; the others are states (inventories, tickets, grants, catalogues, snapshots), whose times
				  * are those of their subjects: they say nothing of what is missing, of the period or of the log's age */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Categories of audit events that are privileged, as a list of SQL and of --where: what checks of approvals are about, and what
 * `search --privileged` finds where audit.privileged of policy.yaml says nothing. */
#define AK_PRIVILEGED "'keys', 'quota', 'routing', 'billing', 'admin_access', 'configuration'"

extern const struct ak_field ak_fields[AK_F_COUNT];
extern const struct ak_kind_info ak_kinds[AK_K_COUNT];

/* Entries of one call fold into one attempt: of a field that several have, the value of the first facet in this order
 * counts. Times are the earliest start and the latest end; of payload states the strictest counts. */
#define AK_FACETS 4
extern const char *const ak_facet_order[AK_FACETS];

/* A text that only --keep-text stores comes from the field that keeps its template or code, unless the mapping fills it. */
#define AK_KEPT_TEXTS 2
extern const struct ak_kept_text {
	enum ak_field_id text, from;
} ak_kept_texts[AK_KEPT_TEXTS];

const char *ak_store_class_name(enum ak_store_class c);
/* Of a field of this kind: texts that only --keep-text stores are not retained, all others stand in the kind's log. */
enum ak_store_class ak_field_store(enum ak_field_id f, enum ak_kind k);
/* The classes of all kinds that have the field, "metadata log, provider admin log", appended to out. */
void ak_field_stores(enum ak_field_id f, struct ak_buf *out);

/* By column or canonical name; -1 when unknown. */
int ak_field_find(struct ak_str name);
int ak_kind_find(struct ak_str name);
static inline bool ak_field_of(enum ak_field_id f, enum ak_kind k) { return ak_fields[f].kinds >> k & 1; }
/* Is the value in `num` and not a text? */
static inline bool ak_type_is_number(enum ak_type t) { return t == AK_T_INT || t == AK_T_BOOL || t == AK_T_PRESENCE; }
const char *ak_type_name(enum ak_type t);
/* kept, masked, hashed, sanitised, removed: the default action of a type, as the redaction statement says it. */
const char *ak_type_action(enum ak_type t);
const char *ak_group_name(enum ak_group g);
const char *ak_ident_name(enum ak_ident i);

#ifdef __cplusplus
}
#endif
#endif
