/* Structure, fixity and completeness: the bag, before anybody looks at what is in its files. */
#include "base/ak.h"
#include "packet/checks.h"

#include "base/jsonget.h"
#include "base/note.h"
#include "packet/archive.h"

/* What the manifests say against what is there. */
struct count {
	size_t files, equal, missing, extra, broken; /* broken: lines that are no manifest lines */
	char first[160];
};

static void note(struct count *c, const char *name, const char *what)
{
	if (!*c->first)
		snprintf(c->first, sizeof c->first, "; %.100s %s", name, what);
}

static void manifest(struct ak_checked *p, const char *file, json_t *listed, struct count *c)
{
	struct ak_str text = ak_check_text(p, file), line;
	size_t lines = 0;

	while (text.p && ak_note_line(&text, &line)) {
		const char *have;
		char name[128];

		lines++;
		if (line.n < 67 || line.n - 66 >= sizeof name || line.p[64] != ' ' || line.p[65] != ' ') {
			c->broken++;
			continue;
		}
		memcpy(name, line.p + 66, line.n - 66);
		name[line.n - 66] = '\0';
		have = json_string_value(json_object_get(p->hashes, name));
		c->files += !json_object_get(listed, name);
		json_object_set_new(listed, name, json_true());
		if (!have) {
			c->missing++;
			note(c, name, "is missing");
		} else if (memcmp(have, line.p, 64) != 0)
			note(c, name, "differs from the manifest");
		else
			c->equal++;
	}
	if (!lines || text.n)
		c->broken++;
}

/* Signatures come later than the manifests; the tag manifest is what they sign. */
static bool unlisted(const char *name)
{
	return strncmp(name, "signatures/", 11) == 0 || strcmp(name, "tagmanifest-sha256.txt") == 0;
}

static void strangers(const struct ak_checked *p, const json_t *listed, struct count *c)
{
	const char *name;
	json_t *v;

	json_object_foreach(p->hashes, name, v) {
		if (unlisted(name) || json_object_get(listed, name))
			continue;
		c->extra++;
		note(c, name, "is in no manifest");
	}
}

void ak_check_fixity(struct ak_checked *p)
{
	json_t *listed = json_object();
	struct count c = {0};
	bool other = p->o->digest && strcmp(p->o->digest, ak_jtxt(p->doc, "digest", "")) != 0;
	size_t differ;

	manifest(p, "manifest-sha256.txt", listed, &c);
	manifest(p, "tagmanifest-sha256.txt", listed, &c);
	strangers(p, listed, &c);
	json_decref(listed);
	differ = c.files - c.equal - c.missing;
	p->altered = differ || c.missing || c.extra || c.broken || other;
	json_object_set_new(p->doc, "altered", json_integer((json_int_t)(differ + c.missing + c.extra)));
	ak_check_say(p, "fixity", differ || c.broken || other ? AK_RESULT_FAIL : AK_RESULT_PASS, "%zu of %zu SHA-256 equal%s%s%s", c.equal, c.files,
		     c.broken ? "; a manifest is missing or not one" : "", other ? "; the digest is another than the one you gave" : "",
		     differ ? c.first : p->o->digest && !other ? "; digest is the one you gave" : "");
	p->missing = c.missing;
	p->extra = c.extra;
	if (c.missing || c.extra)
		memcpy(p->first_odd, c.first, sizeof p->first_odd);
}

void ak_check_completeness(struct ak_checked *p)
{
	char first[160] = "";
	size_t missing = p->missing, extra = p->extra;

	/* Without packet.json nothing says what else there should be, and structure has failed. */
	if (!missing && !extra && p->packet) {
		missing = ak_check_lacks(p, first, sizeof first);
		extra = ak_check_strangers(p, first, sizeof first);
	}
	ak_check_say(p, "completeness", missing || extra ? AK_RESULT_FAIL : AK_RESULT_PASS, "%zu missing, %zu extra%s", missing, extra,
		     *p->first_odd ? p->first_odd : first);
}

/* Payload-Oxum of bag-info.txt against the files; a bag without one is as good. */
static bool oxum_fits(const struct ak_checked *p, char *said, size_t n)
{
	struct ak_str text = ak_check_text(p, "bag-info.txt"), line;
	uint64_t bytes = 0, files = 0;
	char have[64];
	const char *name;
	json_t *size;

	json_object_foreach(p->sizes, name, size) {
		if (strncmp(name, "data/", 5) != 0)
			continue;
		bytes += (uint64_t)json_integer_value(size);
		files++;
	}
	snprintf(have, sizeof have, "Payload-Oxum: %llu.%llu", (unsigned long long)bytes, (unsigned long long)files);
	while (ak_note_line(&text, &line)) {
		if (!ak_str_starts(line, AK_STR("Payload-Oxum:")) || ak_str_is(line, have))
			continue;
		snprintf(said, n, "bag-info.txt says another number of bytes and files than the %llu in %llu", (unsigned long long)bytes,
			 (unsigned long long)files);
		return false;
	}
	return true;
}

void ak_check_structure(struct ak_checked *p)
{
	struct ak_str bagit = ak_check_text(p, "bagit.txt");
	bool good = ak_str_is(bagit, "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
	char why[160] = "";

	if (!good)
		snprintf(why, sizeof why, "bagit.txt is missing or not that of BagIt 1.0");
	else if (!p->packet)
		snprintf(why, sizeof why, "data/packet.json is missing or cannot be read");
	else if (ak_check_has(p, "fetch.txt"))
		snprintf(why, sizeof why, "fetch.txt names files that are elsewhere: a packet has all of its own");
	else
		oxum_fits(p, why, sizeof why);
	if (*why)
		ak_check_say(p, "structure", AK_RESULT_FAIL, "%s", why);
	else
		ak_check_say(p, "structure", AK_RESULT_PASS, "BagIt 1.0, %llu files, no links, no path leaves the packet",
			     (unsigned long long)p->info->files);
}
