/* Compiled mappings: private to format/. Everything lives in the mapping's arena and is never changed after
 * ak_mapping_parse, so that threads may share it. */
#ifndef AK_FORMAT_COMPILED_H
#define AK_FORMAT_COMPILED_H

#include "conf/yaml.h"
#include "format/mapping.h"

/* Level 0 is the record, level n the n-th object around it. */
enum { AK_LEVELS = AK_CTX_MAX + 1 };

struct ak_ref {
	int level, slot;
};

struct ak_refs {
	struct ak_ref *at;
	size_t n;
};

/* A literal to compare with; a prefix when the mapping wrote `text*`. */
struct ak_literal {
	struct ak_str text;
	bool prefix;
};

enum ak_cond_how { AK_COND_IS, AK_COND_NOT, AK_COND_SET, AK_COND_UNSET, AK_COND_AT_LEAST, AK_COND_WHOLE, AK_COND_FRACTION };

struct ak_cond {
	struct ak_cond *next; /* all must hold */
	struct ak_refs refs;
	enum ak_cond_how how;
	struct ak_literal *value;
	size_t nvalues;
};

struct ak_enum_row {
	struct ak_literal from;
	struct ak_str to;
};

/* Exact rows in byte order, then prefix rows from the longest on (`*` is the empty prefix). */
struct ak_enum {
	struct ak_enum_row *row;
	size_t nexact, n;
};

enum ak_op { AK_OP_PICK, AK_OP_CONST, AK_OP_SUM, AK_OP_DIFF, AK_OP_CHANGES, AK_OP_JOIN, AK_OP_EXPORTED, AK_OP_MEMBERS, AK_OP_COUNT };

/* The numeric ones follow enum ak_epoch. */
enum ak_clock {
	AK_CLOCK_NONE,
	AK_CLOCK_TEXT,
	AK_CLOCK_S,
	AK_CLOCK_MS,
	AK_CLOCK_US,
	AK_CLOCK_NS,
	AK_CLOCK_TICKS,
	AK_CLOCK_AUTO,
	AK_CLOCK_MDY /* a text, month first */
};

enum ak_traceparent { AK_TP_NONE, AK_TP_TRACE, AK_TP_SPAN };

struct ak_rule {
	struct ak_rule *next; /* tried when this one yields nothing */
	enum ak_op op;
	struct ak_refs refs;		/* of DIFF: before */
	struct ak_refs after;		/* of DIFF */
	struct ak_refs minus, key_from; /* at most one each */
	const struct ak_str *name;	/* of MEMBERS: what each of refs is called */
	struct ak_value constant;
	struct ak_cond *when;
	const struct ak_enum *table;
	struct ak_str strip, split, currency;
	struct ak_str glue; /* of JOIN: between the texts */
	const char *zone;
	enum ak_clock clock;
	enum ak_traceparent traceparent;
	int scale, take, hex_bytes; /* take 0: all */
	int64_t plus_us;	    /* of times */
	int64_t less;		    /* of COUNT */
	bool lower;
	bool partial; /* of DIFF: `after` names only what was set */
	bool single; /* a pick on its own that sets one value: the first one that is good */
	bool as_is;  /* no modifier and no table: the text of the pick is the text of the value */
};

/* Slots of the record itself, one of which must be there for a rule to yield anything: elsewhere it need not be tried. */
struct ak_need_word {
	size_t word; /* 64 slots each */
	uint64_t slots;
};

struct ak_need {
	struct ak_need_word *at;
	size_t n; /* 0: always tried */
};

/* A field that a kind of record may have a value of. */
struct ak_field_rule {
	enum ak_field_id field;
	const struct ak_rule *rule;
	bool lone; /* one rule that is `single` and has no condition */
	struct ak_need need;
};

struct ak_ident_rule {
	enum ak_field_id field;
	struct ak_rule *rule;
	struct ak_need need;
};

struct ak_kind_rule {
	struct ak_cond *when;
	enum ak_kind kind;
};

struct ak_left_out {
	const char *path, *why; /* why is NULL for payload */
	struct ak_ref ref;
	int role;     /* of payload: prompt 0, completion 1, other 2 */
	bool headers; /* of drop: a container of headers, counted by name */
};

enum ak_sign_how { AK_SIGN_REQUIRED, AK_SIGN_ANY, AK_SIGN_FORBIDDEN, AK_SIGN_CONST };

struct ak_sign {
	enum ak_sign_how how;
	struct ak_ref ref;
	struct ak_str path;   /* as the mapping has it */
	struct ak_str column; /* CSV: the header cell; JSON: the record's member, empty when the path begins otherwise */
	struct ak_literal *value;
	size_t nvalues;
};

struct ak_detect {
	struct ak_trie trie[AK_LEVELS];
	struct ak_frame_plan plan;
	struct ak_sign *sign;
	size_t n;
	int weight; /* required and const signs */
};

struct ak_mapping {
	struct ak_mapping_info info;
	struct ak_arena arena;
	struct ak_trie trie[AK_LEVELS];
	struct ak_frame_plan plan;
	const char *zone;
	struct ak_rule *rule[AK_F_COUNT];
	const char *rule_text[AK_F_COUNT];
	struct ak_field_rule *field; /* of all kinds the mapping has, in the order of the fields */
	size_t nfield;
	struct ak_ident_rule *ident;
	size_t nident;
	struct ak_kind_rule *kind;
	size_t nkind;
	struct ak_left_out *payload, *drop;
	size_t npayload, ndrop;
	struct ak_str *mask, *cut, *sentinel;
	size_t nmask, ncut, nsentinel;
	uint32_t sentinel_first[64]; /* by length & 63: bit c & 31 of the first byte; all bits for length 0 */
	enum ak_field_id *identity, *dims;
	size_t nidentity, ndims;
	struct ak_grouping *grouping;
	size_t ngrouping;
	struct ak_cap *cap; /* ends with one without `what` */
	int64_t settles;
	enum ak_field_id sequence; /* AK_F_COUNT: none */
	struct ak_cond **truncated; /* any of them; ends with NULL */
	struct ak_rule *revision;
	bool revision_exported;
	struct ak_str *sealed; /* members that the source may have encrypted */
	size_t nsealed;
	bool payload_role[3];
	struct ak_mapping_signature signature;
	struct ak_refs own_key, own_trailer; /* of auditkit's own exports */
	bool guarded;
	struct ak_detect detect;
};

/* What the parts of the compiler share. */
struct ak_compiler {
	struct ak_mapping *m;
	struct ak_yaml yaml;
	const json_t *near; /* stands for nodes without a line of their own */
	struct ak_err *err;
};

#ifdef __cplusplus
extern "C" {
#endif

/* A member, NULL when it is not there or null. */
static inline json_t *ak_compile_member(const json_t *map, const char *name)
{
	json_t *v = json_object_get(map, name);

	return json_is_null(v) ? NULL : v;
}
static inline bool ak_compile_says(const json_t *map, const char *name)
{
	const json_t *v = ak_compile_member(map, name);

	return v && v->type == JSON_TRUE;
}

/* "name:line: ..." as AK_EXIT_USAGE; node is what the line is looked up for. */
enum ak_rc ak_compile_fail(struct ak_compiler *c, const json_t *node, const char *fmt, ...) AK_PRINTF(3, 4);
/* A scalar as text in the arena; true and false as such, p == NULL for containers and null. */
struct ak_str ak_compile_scalar(struct ak_compiler *c, const json_t *node);
/* One path into one of AK_LEVELS tries. */
enum ak_rc ak_compile_path(struct ak_compiler *c, struct ak_trie *tries, const json_t *node, enum ak_pick_how how,
			   struct ak_ref *out);
/* A path or a list of paths, of the mapping's own tries; a missing node yields none. */
enum ak_rc ak_compile_paths(struct ak_compiler *c, const json_t *node, enum ak_pick_how how, struct ak_refs *out);
/* A scalar or a list of scalars; `prefixes`: a final `*` makes a prefix. */
enum ak_rc ak_compile_literals(struct ak_compiler *c, const json_t *node, bool prefixes, struct ak_literal **out,
			       size_t *n);
/* A field by column or canonical name; near is the node whose line is named. */
enum ak_rc ak_compile_field(struct ak_compiler *c, const json_t *near, struct ak_str name, enum ak_field_id *out);
/* The member `grouping`; after `dims`. */
enum ak_rc ak_compile_grouping(struct ak_compiler *c);
/* The member `own`. */
enum ak_rc ak_compile_own(struct ak_compiler *c);
/* The member `completeness`. */
enum ak_rc ak_compile_completeness(struct ak_compiler *c);
/* A list of field columns. */
enum ak_rc ak_compile_columns(struct ak_compiler *c, const json_t *node, enum ak_field_id **out, size_t *n);
enum ak_rc ak_compile_when(struct ak_compiler *c, const json_t *node, struct ak_cond **out);
enum ak_rc ak_compile_enum(struct ak_compiler *c, const json_t *node, const struct ak_enum **out);
/* A RULE for a field; *text is what the dictionary shows. */
enum ak_rc ak_compile_rule(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule **out,
			   const char **text);
/* The one member of a rule that says where its value comes from. */
enum ak_rc ak_compile_source(struct ak_compiler *c, enum ak_field_id f, const json_t *node, struct ak_rule *r);
/* What ak_mapping_rule_text says of one rule; the node has been checked. */
void ak_compile_rule_text(const json_t *node, struct ak_buf *b);
/* After all paths: which slots the rules need (format/need.c). */
enum ak_rc ak_compile_needs(struct ak_compiler *c);
/* Is this a zone that times can be read in? */
enum ak_rc ak_compile_zone(struct ak_compiler *c, const json_t *node);
/* `revision:` in its long or short form. */
enum ak_rc ak_compile_revision(struct ak_compiler *c, const json_t *node, struct ak_rule **out);
/* `sealed:`. */
enum ak_rc ak_compile_sealed(struct ak_compiler *c);
/* `samples:`, what a list of maps cannot say. */
enum ak_rc ak_compile_samples(struct ak_compiler *c);
/* `signature:`. */
extern const struct ak_yaml_rule ak_signature_members[];
extern const struct ak_yaml_rule ak_own_members[];
enum ak_rc ak_compile_signature(struct ak_compiler *c);
/* `payload:`, `drop:` and `headers:`. */
enum ak_rc ak_compile_left_out(struct ak_compiler *c);
enum ak_rc ak_compile_detect(struct ak_compiler *c, const json_t *node);

bool ak_literal_fits(const struct ak_literal *l, struct ak_str text);
/* NULL when no row fits. */
const struct ak_str *ak_enum_find(const struct ak_enum *e, struct ak_str text);
bool ak_mapping_has_sentinel(const struct ak_mapping *m, struct ak_str text); /* ak_mapping_is_sentinel without its first look */
static inline bool ak_mapping_is_sentinel(const struct ak_mapping *m, struct ak_str text)
{
	uint32_t first = text.n ? UINT32_C(1) << ((unsigned char)text.p[0] & 31) : UINT32_MAX;

	return (m->sentinel_first[text.n & 63] & first) && ak_mapping_has_sentinel(m, text);
}

#ifdef __cplusplus
}
#endif
#endif
