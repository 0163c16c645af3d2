#include "base/ak.h"

#include <dirent.h>
#include <stdlib.h>

#include "format/samples.h"
#include "tap.h"

/* Every mapping in src/formats against its own samples. */

static struct ak_registry *registry;

static void each(void *ctx, const struct ak_sample_point *p)
{
	char name[300];

	snprintf(name, sizeof(name), "%s: %s: %s", (const char *)ctx, p->sample, p->what);
	if (!ok(p->good, name))
		printf("# got  '%.*s'\n# want '%.*s'\n", AK_STR_FMT(p->got), AK_STR_FMT(p->want));
}

static void one_mapping(const struct ak_mapping *m)
{
	const char *id = ak_mapping_info(m)->id;
	struct ak_err err = {0};
	size_t samples = 0;

	ok(ak_samples_run(m, registry, each, (void *)id, &samples, &err) == AK_OK && samples > 0, id);
}

static size_t yaml_files(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
		n += strlen(e->d_name) > 5 && strcmp(e->d_name + strlen(e->d_name) - 5, ".yaml") == 0;
	if (d)
		closedir(d);
	return n;
}

int main(void)
{
	const char *top = getenv("AK_SRCDIR");
	char folder[4096];
	const char *folders[] = {folder, NULL};
	struct ak_err err = {0};

	snprintf(folder, sizeof(folder), "%s/src/formats", top ? top : ".");
	if (!yaml_files(folder))
		snprintf(folder, sizeof(folder), "%s/src/formats", "../..");
	if (ak_registry_open(folders, &registry, &err)) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	is_int((int64_t)ak_registry_count(registry), (int64_t)yaml_files(folder), "every file is one mapping");
	for (size_t i = 0; i < ak_registry_count(registry); i++)
		one_mapping(ak_registry_at(registry, i));
	ak_registry_free(registry);
	return done_testing();
}
