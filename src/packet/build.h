/* The reviewer packet: sections from the workspace and policy.yaml into a signed bag (EVIDENCE 1). */
#ifndef AK_PACKET_BUILD_H
#define AK_PACKET_BUILD_H

#include "conf/policy.h"
#include "conf/responses.h"
#include "packet/bag.h"
#include "packet/canaries.h"
#include "packet/ids.h"
#include "packet/scoped.h"
#include "packet/views.h"
#include "redact/redact.h"
#include "store/store.h"

struct ak_packet_opts {
	struct ak_store *store;
	const struct ak_keys *keys;
	const struct ak_policy *policy;     /* may be NULL */
	const struct ak_responses *responses; /* to findings; may be NULL */
	const struct ak_redactor *redactor;
	struct ak_canaries *canaries;	    /* that may not be in it; may be NULL */
	struct ak_ids *ids;		    /* private: of the packet that is being built */
	const char *workspace;		    /* its templates/ folder comes first; may be NULL */
	const char *data_dir;		    /* then this one's templates/ */
	int64_t from_us, to_us;		    /* period, half-open; INT64_MIN and INT64_MAX when open */
	const char *reviewer;		    /* for whom; NULL = not said */
	const char *approved_by;	    /* role that approved the export; NULL = nobody named */
	int64_t epoch;			    /* SOURCE_DATE_EPOCH, seconds since 1970; -1 = the checkpoint's time */
	bool draft;			    /* marked, never signed */
	bool unsigned_;			    /* to be signed later: ak_packet_sign */
	bool allow_gaps;
	const char *tenant_reason;	    /* why customers' tenant ids are in it, redacted; NULL = they are not */
	const char *operator_;		    /* who builds it, as a token; needed for tenant_reason */
	const char *previous;		    /* packet that the reviewer had before; NULL = none */
	size_t sample;			    /* rows of each population that are drawn (packet/sample.h), 0 = none */
	bool rows;			    /* the records row by row in the annex, whatever the view says */
	uint64_t tables_most;		    /* bytes of CSVs in the packet, 0 = AK_TABLES_BYTES; the largest of more go to the annex */
	const struct ak_view *view;	    /* for whom; NULL = all is shown */
	const struct ak_packet_scope *scope; /* whose records; NULL = all of the period */
};

struct ak_packet_result {
	char id[16];	      /* "AK-" and 8 hex */
	char signer[64];      /* fingerprint, empty when it is not signed */
	char as_of[32];	      /* time of the checkpoint it shows */
	char created[32];     /* the same, or SOURCE_DATE_EPOCH */
	int64_t mtime;	      /* created, seconds since 1970 */
	size_t gaps, files;   /* gaps: those that nobody declared */
	json_t *gap_list;     /* [{section, gap, owner, due, declared}] */
	json_t *sections;     /* [{number, id, title, proven, declared, gaps, not_provided}] */
	json_t *questions;    /* questions.h */
	json_t *findings;     /* findings.h */
	size_t answered;      /* findings with a response */
	uint64_t rule_findings; /* of the rules of 'auditkit check'; they are not among the findings */
	char first[32], last[32]; /* of the events in it, see section.h */
	uint64_t records;	  /* in it, events and states */
	struct ak_bag *annex;	  /* finished, packet/annex.h */
};

#ifdef __cplusplus
extern "C" {
#endif

/* A finished bag, the caller's. AK_EXIT_PARTIAL when there are gaps and neither draft nor allow_gaps (out->gap_list says
 * which); AK_EXIT_REFUSED when approved_by is no role of the policy's export_approvers; AK_EXIT_VERIFY when a secret or an
 * e-mail address would be in it: nothing is made then. */
enum ak_rc ak_packet_build(const struct ak_packet_opts *opts, const char *name, struct ak_bag **bag,
			   struct ak_packet_result *out, struct ak_err *err);
void ak_packet_result_release(struct ak_packet_result *r);

#ifdef __cplusplus
}
#endif
#endif
