/* Records as links see them: the identifiers of one call, whatever entries, witnesses and aliases tell them. What link/ builds on;
 * one reader serves one command. */
#ifndef AK_QUERY_LINKRECORDS_H
#define AK_QUERY_LINKRECORDS_H

#include "base/arena.h"
#include "model/field.h"
#include "store/runs.h"

/* The identifiers that can join records, in the order in which a link names them where several join. */
enum ak_link_field {
	AK_LF_TRACE, AK_LF_CALL, AK_LF_GROUP, AK_LF_SPAN, AK_LF_RESPONSE, AK_LF_PROVIDER, AK_LF_UPSTREAM,
	AK_LF_EVENT, /* the gateway's own id of a request record; of no other kind */
	AK_LF_COUNT
};
extern const enum ak_field_id ak_link_fields[AK_LF_COUNT];

/* An id shorter than that names a row, not a call: event ids below it are not looked at. */
enum { AK_LINK_EVENT_MIN = 8, AK_LINK_IDS = 32 };

struct ak_link_source {
	int64_t id, first_us, last_us; /* of its files; first > last: none is dated */
	char *name, *system;	       /* system: the name where none is declared */
	unsigned kinds;		       /* bit per enum ak_kind it has records of */
	bool filtered;		       /* every export of it was made by a declared query */
};

struct ak_link_id {
	enum ak_link_field field;
	bool alias; /* not as it stands in the record's column */
	struct ak_str value;
	uint64_t hash; /* ak_lookup_hash */
};

/* One record; of requests one call: all entries and witnesses of it. Texts and ids are in the caller's arena. */
struct ak_link_record {
	enum ak_kind kind;
	int64_t seq;  /* of the record that was asked for */
	int64_t call; /* the record that stands for the call: seq itself unless an entry or witness */
	int64_t time_us;
	bool dated, live;
	const struct ak_link_source *source; /* of the record that stands for the call */
	const struct ak_link_id *id;
	size_t n;
	size_t nil; /* identifiers that stand for nothing, not among them */
	struct ak_str environment; /* NULL view where unknown */
	struct ak_str model[2]; /* asked for and served, NULL views where unknown */
	int64_t tokens[2];	/* in and out, -1 = unknown */
	struct ak_str provider; /* of requests, NULL view where unknown */
	int64_t end_us;		/* of requests; time_us where unknown */
	bool succeeded;		/* of requests: and when it ended is known */
};

struct ak_link_reader;

typedef enum ak_rc ak_link_record_fn(void *ctx, const struct ak_link_record *r, struct ak_err *err);

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_link_reader_open(struct ak_store *s, struct ak_link_reader **out, struct ak_err *err);
void ak_link_reader_free(struct ak_link_reader *r);
/* Whether records come with model and tokens; they do not before. */
void ak_link_reader_hints(struct ak_link_reader *r, bool hints);
/* Whether ak_link_each leaves out what only a match asks for: identifiers, environment, provider, end. */
void ak_link_reader_bare(struct ak_link_reader *r, bool bare);
/* By name; they live as long as the reader. */
const struct ak_link_source *ak_link_sources(const struct ak_link_reader *r, size_t *n);

/* Are there logs of providers' calls, and for certain none of this one's? Read when it is first asked. */
bool ak_link_no_calls_of(struct ak_link_reader *r, struct ak_str provider);

/* Every live, newest record of a kind that counts, by time where the period is bounded, else in the order of
 * the ledger; requests once a call. run: only what that run brought, 0 = all. Half-open period; undated records belong to the open one only. fn may load and find meanwhile. */
enum ak_rc ak_link_each(struct ak_link_reader *r, enum ak_kind kind, int64_t run, int64_t from_us, int64_t to_us, struct ak_arena *a,
			ak_link_record_fn *fn, void *ctx, struct ak_err *err);
/* The record, if it is of this kind: AK_END otherwise. */
enum ak_rc ak_link_load(struct ak_link_reader *r, enum ak_kind kind, int64_t seq, struct ak_arena *a, struct ak_link_record *out,
			struct ak_err *err);
/* Records that may have a value: ak_runs_find over the index of identifiers; keys in order. Values decide, not hashes. */
enum ak_rc ak_link_find(struct ak_link_reader *r, const struct ak_run_entry *keys, size_t n, void (*found)(void *ctx, const struct ak_run_entry *e),
			void *ctx, struct ak_err *err);
/* The ledger sequences of the records that tell of a call: entries and witnesses, the call itself first. */
enum ak_rc ak_link_members(struct ak_link_reader *r, int64_t call, void (*each)(void *ctx, int64_t seq), void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
