#include "base/ak.h"
#include "base/sbom.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/jsonw.h"

#define PROGRAM "auditkit"
#define REF PROGRAM "@" PACKAGE_VERSION

/* ---- build IDs ---- */

/* NT_GNU_BUILD_ID among the notes of a segment. */
static bool find_note(const char *p, size_t size, char out[AK_BUILD_ID])
{
	while (size >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) n;
		size_t name, desc;

		memcpy(&n, p, sizeof n);
		name = ((size_t)n.n_namesz + 3) & ~(size_t)3;
		desc = ((size_t)n.n_descsz + 3) & ~(size_t)3;
		if (name > size - sizeof n || desc > size - sizeof n - name)
			return false;
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && memcmp(p + sizeof n, "GNU", 4) == 0 && n.n_descsz > 0 && n.n_descsz <= (AK_BUILD_ID - 1) / 2) {
			ak_hex(p + sizeof n + name, n.n_descsz, out);
			return true;
		}
		p += sizeof n + name + desc;
		size -= sizeof n + name + desc;
	}
	return false;
}

static void id_of(const struct dl_phdr_info *o, char out[AK_BUILD_ID])
{
	out[0] = '\0';
	for (size_t i = 0; i < o->dlpi_phnum; i++)
		if (o->dlpi_phdr[i].p_type == PT_NOTE &&
		    find_note((const char *)(uintptr_t)(o->dlpi_addr + o->dlpi_phdr[i].p_vaddr), o->dlpi_phdr[i].p_memsz, out))
			return;
}

/* The program is the first that the loader names. */
static int take_first(struct dl_phdr_info *o, size_t size, void *out)
{
	(void)size;
	id_of(o, out);
	return 1;
}

const char *ak_build_id(char out[AK_BUILD_ID])
{
	out[0] = '\0';
	dl_iterate_phdr(take_first, out);
	return out;
}

/* ---- libraries ---- */

/* What says its version, by the beginning of its file's name. Those that auditkit itself calls are `ours`; the others came with them. */
static const struct known {
	const char *file, *function, *name;
	bool ours;
} known[] = {
	{"libsqlite3.so", "sqlite3_libversion", "sqlite", true},
	{"libjansson.so", "jansson_version_str", "jansson", true},
	{"libarchive.so", "archive_version_string", "libarchive", true},
	{"libyaml-0.so", "yaml_get_version_string", "libyaml", true},
	{"libcrypto.so", "OpenSSL_version", "openssl", true},
	{"libsimdjson.so", NULL, "simdjson", true},
	{"libz.so", "zlibVersion", "zlib", true},
	{"libzstd.so", "ZSTD_versionString", "zstd", true},
	{"liblzma.so", "lzma_version_string", "xz", true},
	{"libcsv.so", NULL, "libcsv", true},
	{"libstdc++.so", NULL, "libstdc++", true},
	{"libm.so", "gnu_get_libc_version", "glibc-libm", true},
	{"libc.so", "gnu_get_libc_version", "glibc", true},
	{"liblz4.so", "LZ4_versionString", "lz4", false},
	{"libbz2.so", "BZ2_bzlibVersion", "bzip2", false},
};

/* Loaded when `pull`, `check --notify`, `packet timestamp --url` or `serve` want them. */
static const char *const at_need[] = {"libcurl", "libmicrohttpd"};

static const struct known *look_up(const char *file)
{
	for (size_t i = 0; i < AK_COUNT(known); i++)
		if (strncmp(file, known[i].file, strlen(known[i].file)) == 0)
			return &known[i];
	return NULL;
}

/* "libarchive 3.6.2" and "1.0.8, 13-Jul-2019" are versions with words around them. */
static json_t *bare(const char *said)
{
	const char *from = said + strcspn(said, "0123456789");

	return *from ? json_stringn(from, strcspn(from, " ,")) : NULL;
}

static json_t *version_of(const struct known *k)
{
	const char *(*plain)(void) = NULL;
	const char *(*numbered)(int) = NULL;
	void *f = k && k->function ? dlsym(RTLD_DEFAULT, k->function) : NULL;

	if (!f)
		return NULL;
	if (strcmp(k->function, "OpenSSL_version") == 0) {
		memcpy(&numbered, &f, sizeof numbered);
		return bare(numbered(6)); /* OPENSSL_VERSION_STRING */
	}
	memcpy(&plain, &f, sizeof plain);
	return bare(plain());
}

static json_t *property(const char *name, const char *value) { return json_pack("[{s:s, s:s}]", "name", name, "value", value); }

static json_t *component(const char *file, const char *id)
{
	const struct known *k = look_up(file);
	json_t *c = json_pack("{s:s, s:s, s:s}", "type", "library", "bom-ref", file, "name", k ? k->name : file), *version = version_of(k);

	if (version)
		json_object_set_new(c, "version", version);
	if (*id)
		json_object_set_new(c, "properties", property(PROGRAM ":build-id", id));
	return c;
}

/* Objects without a path are not files: the program, and what the kernel lends. */
static int take_library(struct dl_phdr_info *o, size_t size, void *ctx)
{
	const char *slash = o->dlpi_name ? strrchr(o->dlpi_name, '/') : NULL;
	char id[AK_BUILD_ID];

	(void)size;
	if (!slash)
		return 0;
	id_of(o, id);
	json_object_set_new(ctx, slash + 1, component(slash + 1, id));
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *sorted(const json_t *found, json_t *direct)
{
	size_t n = 0, all = json_object_size(found);
	const char **names = ak_alloc((all + 1) * sizeof *names), *name;
	json_t *list = json_array(), *c;

	json_object_foreach((json_t *)found, name, c)
		names[n++] = name;
	ak_sort(names, n, sizeof *names, by_name);
	for (size_t i = 0; i < n; i++) {
		const struct known *k = look_up(names[i]);

		json_array_append(list, json_object_get(found, names[i]));
		if (k && k->ours)
			json_array_append_new(direct, json_string(names[i]));
	}
	ak_free(names);
	for (size_t i = 0; i < AK_COUNT(at_need); i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "library", "bom-ref", at_need[i], "name", at_need[i], "scope", "optional",
						      "properties", property(PROGRAM ":loaded", "only by commands that use it")));
	return list;
}

json_t *ak_sbom(void)
{
	AK_CLEANUP(ak_json_decref) json_t *found = json_object();
	json_t *direct = json_array(), *list, *self;
	char id[AK_BUILD_ID];

	dl_iterate_phdr(take_library, found);
	list = sorted(found, direct);
	self = json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "application", "bom-ref", REF, "name", PROGRAM, "version", PACKAGE_VERSION, "properties",
			 property(PROGRAM ":build-id", *ak_build_id(id) ? id : "none"));
	return json_pack("{s:s, s:s, s:i, s:{s:o}, s:o, s:[{s:s, s:o}]}", "bomFormat", "CycloneDX", "specVersion", "1.5", "version", 1, "metadata", "component", self,
			 "components", list, "dependencies", "ref", REF, "dependsOn", direct);
}

enum ak_rc ak_sbom_digest(char hex[65], struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *doc = ak_sbom();
	uint8_t digest[AK_SHA256_LEN];
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, 1 << 20);
	rc = ak_json_pretty(doc, &text, err);
	ak_sha256(text.n ? text.p : "", text.n, digest);
	ak_hex(digest, sizeof digest, hex);
	ak_buf_release(&text);
	return rc;
}
