/* policy.yaml: what parses can be asked; the rest is refused with file and line. Input: the YAML. */
#include "base/ak.h"

#include "conf/policy.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ak_policy policy = {0};
	struct ak_answer *answers;
	struct ak_err err = {0};
	enum ak_rc rc = ak_policy_parse("policy.yaml", ak_str_n((const char *)p, n), &policy, &err);
	size_t count;

	HOLDS(rc == AK_OK || rc == AK_FAIL);
	if (rc == AK_FAIL) {
		fuzz_failed(&err, AK_EXIT_USAGE);
		HOLDS(strncmp(err.msg, "policy.yaml", 11) == 0);
		return 0;
	}
	HOLDS(strlen(policy.digest) == 64);
	HOLDS(policy.ip4_prefix >= 0 && policy.ip4_prefix <= 32 && policy.ip6_prefix >= 0 && policy.ip6_prefix <= 128);
	for (size_t i = 0; i < policy.nsources; i++)
		HOLDS(strlen(policy.sources[i].name) >= 1 && strlen(policy.sources[i].name) <= 64);
	count = ak_policy_answers(&policy, &answers);
	for (size_t i = 0; i < count; i++)
		HOLDS(answers[i].path && answers[i].value &&
		      (ak_policy_get(&policy, answers[i].path) || answers[i].unknown));
	ak_free(answers);
	ak_policy_release(&policy);
	return 0;
}
