#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/sbom.h"

static enum ak_rc print_sbom(struct ak_ctx *c, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *sbom = ak_sbom();
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, 1 << 20);
	rc = ak_json_pretty(sbom, &text, err);
	if (rc == AK_OK)
		ak_io_text(c->io, ak_buf_str(&text));
	ak_buf_release(&text);
	return rc;
}

static enum ak_rc print(struct ak_ctx *c, const char *id, const char *sha256, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *sbom = ak_sbom();
	json_t *libraries = json_array(), *lib, *doc;
	enum ak_rc rc = AK_OK;
	size_t i;

	json_array_foreach(json_object_get(sbom, "components"), i, lib)
		if (!json_object_get(lib, "scope"))
			json_array_append_new(libraries, json_pack("{s:s, s:s, s:s?}", "file", ak_jtxt(lib, "bom-ref", ""), "name", ak_jtxt(lib, "name", ""), "version",
								   ak_jtxt(lib, "version", NULL)));
	if (c->json) {
		doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:O}", "schema", "auditkit.version/1", "format_version", 1, "version", PACKAGE_VERSION, "build_id", id,
				"sbom_sha256", sha256, "libraries", libraries);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else {
		ak_io_line(c->io, "version", "auditkit %s", PACKAGE_VERSION);
		ak_io_line(c->io, "build ID", "%s", id);
		ak_io_line(c->io, "sbom", "sha256 %s", sha256);
		json_array_foreach(libraries, i, lib)
			ak_io_line(c->io, i ? "" : "libraries", "%s %s", ak_jtxt(lib, "file", ""), ak_jtxt(lib, "version", "(says no version)"));
	}
	json_decref(libraries);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	char id[AK_BUILD_ID], sha256[65];
	enum ak_rc rc = ak_args_flag(c->args, "sbom") ? print_sbom(c, err) : ak_sbom_digest(sha256, err);

	if (rc == AK_OK && !ak_args_flag(c->args, "sbom"))
		rc = print(c, *ak_build_id(id) ? id : "none", sha256, err);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"sbom", 0, AK_OPT_FLAG, NULL, "print a software bill of materials: CycloneDX 1.5, JSON"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit version", "which program this is, and which libraries it runs with"},
	{"auditkit version --sbom", "the same as a bill of materials"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_version = {
	.name = "version",
	.summary = "the program's version, build ID and libraries; as a bill of materials",
	.text = "The build ID names the very bytes of the program, the bill of materials those of its libraries, with the versions that\n"
		"they say they have. The same installation gives the same document. The receipt of a packet has build ID and the SHA-256\n"
		"of the bill; the packet has neither, since it is the same whichever machine it was built on.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_NOTHING,
	.run = run,
};
