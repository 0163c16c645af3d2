/* The commands, in the order help lists them. */
#include "base/ak.h"
#include "cmd/cmd.h"

#define COMMANDS(X)                                                                                                    \
	X(init)                                                                                                        \
	X(ingest)                                                                                                      \
	X(pull)                                                                                                        \
	X(status)                                                                                                      \
	X(sources)                                                                                                     \
	X(show)                                                                                                        \
	X(serve)                                                                                                       \
	X(search)                                                                                                      \
	X(query_list)                                                                                                  \
	X(query_run)                                                                                                   \
	X(query_rm)                                                                                                    \
	X(sql)                                                                                                         \
	X(trace_reconstruct)                                                                                           \
	X(trace_sample)                                                                                                \
	X(report_usage)                                                                                        \
	X(report_dashboard)                                                                                    \
	X(report_cost)                                                                                         \
	X(report_errors)                                                                                       \
	X(report_latency)                                                                                \
	X(report_cache)                                                                                        \
	X(report_variance)                                                                                \
	X(report_dispute)                                                                                 \
	X(report_governance)                                                                              \
	X(report_keys)                                                                                    \
	X(report_access)                                                                                  \
	X(report_changes)                                                                                 \
	X(report_quota)                                                                                   \
	X(report_log_access)                                                                              \
	X(report_payload)                                                                                 \
	X(report_redaction)                                                                               \
	X(report_processing)                                                                              \
	X(report_processors)                                                                              \
	X(report_completeness)                                                                                         \
	X(canary_plan)                                                                                  \
	X(report_links)                                                                                                \
	X(report_coverage)                                                                                             \
	X(report_reconcile)                                                                                            \
	X(explain)                                                                                                     \
	X(report_fallbacks)                                                                                            \
	X(tail)                                                                                                        \
	X(check)                                                                                                       \
	X(trace_bundle)                                                                                        \
	X(timeline)                                                                                            \
	X(blast_radius)                                                                                        \
	X(packet_build)                                                                                                      \
	X(packet_sign)                                                                                                      \
	X(packet_verify)                                                                                                      \
	X(packet_timestamp)                                                                                                  \
	X(packet_annex)                                                                                                      \
	X(packet_disclose)                                                                                                  \
	X(packet_rebuild)                                                                                                   \
	X(packet_show)                                                                                                      \
	X(packet_diff)                                                                                                      \
	X(packet_comments)                                                                                                  \
	X(packet_test)                                                                                                      \
	X(verify)                                                                                                      \
	X(keys)                                                                                                        \
	X(keys_rotate)                                                                                                 \
	X(checkpoint)                                                                                                  \
	X(backup)                                                                                                      \
	X(redact_try)                                                                                                  \
	X(redact_explain)                                                                                              \
	X(redact_rules)                                                                                                \
	X(redact_allow)                                                                                                \
	X(identity_resolve)                                                                                            \
	X(formats)                                                                                                     \
	X(fields)                                                                                                      \
	X(schema)                                                                                                \
	X(limits)                                                                                                      \
	X(config)                                                                                                      \
	X(version)                                                                                                        \
	X(doctor)                                                                                                      \
	X(demo)                                                                                                        \
	X(help)                                                                                                        \
	X(completion)

#define DECLARE(name) extern const struct ak_cmd ak_cmd_##name;
COMMANDS(DECLARE)

#define LIST(name) &ak_cmd_##name,
const struct ak_cmd *const ak_cmds[] = {COMMANDS(LIST) NULL};
