/* Labels that look like a person's, and as many that do not. */
#include "base/ak.h"

#include "redact/label.h"
#include "tap.h"

static const struct {
	const char *label, *why;
} labels[] = {
	{"John Smith's laptop", "possessive"},
	{"Ada\xe2\x80\x99s work phone", "possessive"},
	{"adas-macbook-pro", "possessive"},
	{"Johns_iPhone", "possessive"},
	{"key for Dr. Byron", "title"},
	{"Mrs Byron", "title"},
	{"ada@example.org", "address"},
	{"ada@ws12", "address"},
	{"call +44 20 7946 0000", "phone"},
	{"+4915112345678", "phone"},
	{"", NULL},
	{"svc-support", NULL},
	{"platform", NULL},
	{"DR Backup", NULL},
	{"dr-site", NULL},
	{"today's batch", NULL},
	{"mac-builders", NULL},
	{"sales-laptop-pool", NULL},
	{"@scope/package", NULL},
	{"app@1.2.3", NULL},
	{"image@sha256:0a1b", NULL},
	{"c++ 2025-01-01", NULL},
	{"+1", NULL},
	{"ms-teams", NULL},
	{"4711", NULL},
	{"email:0123456789abcdef0123456789abcdef", NULL},
};

int main(void)
{
	for (size_t i = 0; i < AK_COUNT(labels); i++) {
		const char *why = ak_label_is_personal(ak_str_of(labels[i].label));

		is_str(ak_str_of(why ? why : "none"), labels[i].why ? labels[i].why : "none", labels[i].label);
	}
	return done_testing();
}
