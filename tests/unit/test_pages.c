#include "base/ak.h"

#include "store/store.h"
#include "tap.h"

/* Words of SQLite's integrity_check: damage is told from pages that the system did not give. */
int main(void)
{
	static const struct {
		const char *found;
		enum ak_rc rc;
	} cases[] = {
		{"Tree 5 page 87 cell 0: invalid page number 99", AK_OK},
		{"row 3 missing from index lookup_key", AK_OK},
		{"Page 4: btreeInitPage() returns error code 11", AK_OK},
		{"Page 4: unable to get the page. error code=11", AK_OK},
		{"Page 4: unable to get the page. error code=266", AK_FAIL},
		{"Page 4: unable to get the page. error code=10", AK_FAIL},
		{"On tree page 87 cell 0: failed to get page 85", AK_FAIL},
	};
	char dir[] = "w";
	const struct ak_store s = {.dir = dir};
	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		struct ak_err err = {0};
		enum ak_rc rc = ak_store_pages_given(&s, ak_str_of(cases[i].found), &err);
		ok(rc == cases[i].rc && (rc == AK_OK || err.exit == AK_EXIT_IO), cases[i].found);
	}
	return done_testing();
}
