/* One detector: a literal, where it may stand, and what must follow. The table is redact/detectors.def. */
#ifndef AK_REDACT_DETECTOR_H
#define AK_REDACT_DETECTOR_H

#include "redact/charset.h"

/* The literal of a SHAPE stands at `at`. True with the secret's range, which may start behind the trigger (user
 * information) or before it. */
typedef bool ak_shape_fn(struct ak_str s, size_t at, size_t *from, size_t *to);

/* How near the words of a CONTEXT have to be: detectors.def says what each means. */
enum ak_near { AK_NEAR_NAMED = 1, AK_NEAR_KEYED, AK_NEAR_EITHER };

struct ak_detector {
	const char *kind, *literal, *shape;
	const char *words; /* of a CONTEXT, with blanks between them; literal is NULL then */
	ak_shape_fn *match; /* NULL: the run of `set` around the literal */
	uint16_t set;
	uint16_t before, after; /* least number of set members */
	uint16_t most;		/* largest number behind the literal, letters and digits counted too; 0 = no limit */
	uint8_t n;		/* length of the literal, at least 2 */
	uint8_t near;		/* enum ak_near, 0 = no CONTEXT */
	bool anchored;
	bool key_id; /* not the secret itself: counted as pseudonymised */
};

extern const struct ak_detector ak_detectors[];
extern const size_t ak_detectors_n;

#ifdef __cplusplus
extern "C" {
#endif

/* Does the detector's shape stand at `at`, where its literal has been seen? floor: nothing before it may be taken. */
bool ak_detector_match(const struct ak_detector *d, struct ak_str s, size_t floor, size_t at, size_t *from, size_t *to);
/* Detectors of the rules of policy.yaml, which stand nowhere else; ak_free. */
struct ak_policy_rule;
struct ak_detector *ak_rules_compile(const struct ak_policy_rule *rules, size_t n);
/* True when a word may begin at `at`: no letter or digit before, or only the last one of an escape such as \n or of a
 * colour, ESC[31m. */
bool ak_detector_left(struct ak_str s, size_t at);

#ifdef __cplusplus
}
#endif
#endif
