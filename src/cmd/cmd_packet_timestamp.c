/* packet timestamp: the question for a time-stamping authority, and its answer beside the packet's signature. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/tsp.h"
#include "net/fetcher.h"
#include "packet/attach.h"
#include "packet/check.h"
#include "packet/past.h"

enum { QUERY_BYTES = 4096, ANSWER_BYTES = 1 << 18, MANIFEST_BYTES = 64 << 20, LONGEST_URL = 1024 };

struct prepared {
	struct ak_fetcher *fetcher;
	const char *place; /* host of --url, for messages */
};

/* ---- the service ---- */

static enum ak_rc bad_url(struct ak_err *err)
{
	ak_hint(err, "as in: --url https://tsa.example.org/tsr; http:// is not spoken to");
	return ak_fail(err, AK_EXIT_USAGE, "option '--url' is no https address of a time-stamping authority");
}

static enum ak_rc split(struct ak_ctx *c, const char *url, const char **origin, const char **path, struct ak_err *err)
{
	static const char scheme[] = "https://";
	const char *rest = url + sizeof scheme - 1, *slash;
	struct ak_err ignored = {0};

	for (const char *u = url; *u; u++)
		if (*u <= ' ' || *u > '~' || *u == '#' || *u == '\\')
			return bad_url(err);
	if (strncmp(url, scheme, sizeof scheme - 1) != 0 || strlen(url) > LONGEST_URL)
		return bad_url(err);
	slash = strchr(rest, '/');
	*origin = slash ? ak_arena_z(&c->arena, ak_str_n(url, (size_t)(slash - url))) : url;
	*path = slash ? slash : "/";
	return ak_http_check_origin(*origin, false, &ignored) == AK_OK ? AK_OK : bad_url(err);
}

/* The network is another process's, started before this one may open nothing any more. */
static enum ak_rc before(struct ak_ctx *c, struct ak_err *err)
{
	static const char *const headers[] = {"Content-Type: application/timestamp-query", "Accept: application/timestamp-reply", "Expect:", NULL};
	const char *url = ak_args_text(c->args, "url"), *origin = NULL, *path = NULL;
	struct prepared *p = ak_arena_zero(&c->arena, sizeof *p);
	struct ak_http_setup setup;
	const struct ak_fetcher_opts o = {.setup = &setup, .nsetups = 1, .caged = c->caged};

	c->prepared = p;
	if (!url)
		return AK_OK;
	if (split(c, url, &origin, &path, err) != AK_OK)
		return AK_FAIL;
	p->place = strstr(origin, "//") + 2;
	setup = (struct ak_http_setup){.origin = origin, .private_by = "--allow-private", .path = path, .headers = headers, .ca_file = ak_args_text(c->args, "ca-file"),
				       .allow_private = ak_args_flag(c->args, "allow-private"), .max_body = ANSWER_BYTES};
	return ak_fetcher_start(&o, &p->fetcher, err);
}

/* What is sent is a SHA-256 and a random number: nothing of the packet leaves. */
static enum ak_rc post(const struct prepared *p, struct ak_str query, struct ak_buf *answer, struct ak_err *err)
{
	struct ak_http_reply reply = {0};
	enum ak_rc rc;

	ak_buf_init(&reply.body, ANSWER_BYTES);
	rc = ak_fetcher_post(p->fetcher, 0, query, &reply, err);
	if (rc == AK_OK && reply.status != 200) {
		ak_hint(err, "look at the address; --query writes the question to a file that any other client can send");
		rc = ak_fail(err, AK_EXIT_NETWORK, "'%.200s' answers with status %ld", p->place, reply.status);
	}
	if (rc == AK_OK && reply.body.n)
		ak_buf_addstr(answer, ak_buf_str(&reply.body));
	ak_buf_release(&reply.body);
	return rc;
}

/* ---- what is asked and what came back ---- */

static enum ak_rc digest_of(const char *path, uint8_t digest[32], struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	struct ak_buf tags;
	enum ak_rc rc;

	ak_buf_init(&tags, MANIFEST_BYTES);
	rc = ak_packet_file(path, "tagmanifest-sha256.txt", &tags, err);
	if (rc == AK_OK)
		rc = ak_past_json(path, "data/packet.json", &packet, err);
	if (rc == AK_END)
		rc = ak_fail(err, AK_EXIT_VERIFY, "this is no packet: it has no tagmanifest-sha256.txt or no data/packet.json");
	if (rc == AK_OK && json_is_true(json_object_get(packet, "draft"))) {
		ak_hint(err, "build it without --draft");
		rc = ak_fail(err, AK_EXIT_REFUSED, "a draft gets no timestamp");
	}
	ak_sha256(tags.n ? tags.p : "", tags.n, digest);
	ak_buf_release(&tags);
	return rc;
}

/* The question's file, when it is only written now; that of an answer was written before. */
static enum ak_rc question(struct ak_ctx *c, const char *path, struct ak_buf *query, struct ak_err *err)
{
	const char *file = ak_args_text(c->args, "query");
	uint8_t digest[32];
	enum ak_rc rc;

	if (ak_args_text(c->args, "answer"))
		return file ? ak_fs_slurp(file, QUERY_BYTES, query, err) : AK_OK;
	rc = digest_of(path, digest, err);
	if (rc == AK_OK)
		rc = ak_tsp_ask(digest, query, err);
	return rc == AK_OK && file ? ak_fs_write_file(file, ak_buf_str(query), 0644, ak_args_flag(c->args, "force"), err) : rc;
}

static enum ak_rc answer(struct ak_ctx *c, struct ak_str query, struct ak_buf *out, struct ak_err *err)
{
	const struct prepared *p = c->prepared;
	const char *file = ak_args_text(c->args, "answer");
	enum ak_rc rc = file ? ak_fs_slurp(file, ANSWER_BYTES, out, err) : post(p, query, out, err);

	return rc == AK_OK && query.n ? ak_tsp_answers(ak_buf_str(out), query, err) : rc;
}

/* Over this packet, and by the authority given, before anything is written. */
static enum ak_rc check(struct ak_ctx *c, const char *path, struct ak_str response, char when[32], struct ak_err *err)
{
	const char *tsa = ak_args_text(c->args, "tsa");
	struct ak_buf authority;
	uint8_t digest[32];
	enum ak_rc rc = digest_of(path, digest, err);

	ak_buf_init(&authority, 1 << 20);
	if (rc == AK_OK && tsa)
		rc = ak_fs_slurp(tsa, 1 << 20, &authority, err);
	if (rc == AK_OK)
		rc = ak_tsp_check(response, digest, tsa ? ak_str_n(authority.n ? authority.p : "", authority.n) : ak_str_n(NULL, 0), when, err);
	ak_buf_release(&authority);
	return rc;
}

/* ---- the command ---- */

static enum ak_rc report(struct ak_ctx *c, const char *file, const char *digest, const char *when, struct ak_err *err)
{
	const char *query = ak_args_text(c->args, "query"), *tsa = ak_args_text(c->args, "tsa");

	if (c->json) {
		AK_CLEANUP(ak_json_decref) json_t *doc =
			json_pack("{s:s, s:i, s:s?, s:s, s:s?, s:s?, s:b}", "schema", "auditkit.packet-timestamp/1", "format_version", 1, "file", file, "digest",
				  digest, "query", query, "time", when, "authority_checked", when && tsa);

		return ak_io_json(c->io, doc, err);
	}
	if (when) {
		ak_io_line(c->io, "stamped", "%s, %s", when, file);
		ak_io_line(c->io, "authority", "%s", tsa ? "its signature was checked by the certificate given" : "NOT checked: name its certificate with --tsa");
		ak_io_printf(c->io, "%-10s%s\n", "digest", digest);
		ak_io_line(c->io, "", "unchanged by what stands in signatures/");
		ak_io_note(c->io, "next", "auditkit packet verify %s --tsa %s", ak_text_shell(&c->arena, file), tsa ? ak_text_shell(&c->arena, tsa) : "FILE");
		return AK_OK;
	}
	ak_io_line(c->io, "question", "%s, for a time-stamping authority (RFC 3161)", query);
	ak_io_printf(c->io, "%-10s%s\n", "digest", digest);
	ak_io_note(c->io, "next", "send it as application/timestamp-query, then: auditkit packet timestamp %s --query %s --answer FILE",
		   ak_text_shell(&c->arena, c->args->word[0]), ak_text_shell(&c->arena, query));
	return AK_OK;
}

static enum ak_rc stamp(struct ak_ctx *c, const char *from, const char *to, struct ak_str query, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	struct ak_buf response;
	char when[32], stands_as[96];
	enum ak_rc rc;

	ak_buf_init(&response, ANSWER_BYTES);
	rc = answer(c, query, &response, err);
	if (rc == AK_OK && (rc = check(c, from, ak_buf_str(&response), when, err)) == AK_OK)
		rc = ak_packet_attach(from, to, "answer.tsr", ak_buf_str(&response), NULL, stands_as, &packet, err);
	if (rc == AK_OK)
		rc = report(c, to, ak_jtxt(packet, "digest", "?"), when, err);
	ak_buf_release(&response);
	return rc;
}

static enum ak_rc check_options(struct ak_ctx *c, const char *to, struct ak_err *err)
{
	bool url = ak_args_text(c->args, "url"), file = ak_args_text(c->args, "answer"), query = ak_args_text(c->args, "query");

	if (url && file)
		return ak_fail(err, AK_EXIT_USAGE, "option '--url' asks an authority and '--answer' brings what it answered: one of them");
	if (!url && !file && !query) {
		ak_hint(err, "--query FILE writes the question, --answer FILE attaches what came back, --url ADDRESS does both over https");
		return ak_fail(err, AK_EXIT_USAGE, "say how the timestamp is to be had");
	}
	if (to && !ak_args_flag(c->args, "force") && ak_fs_exists(to)) {
		ak_hint(err, "use --force to replace it");
		return ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it exists already", to);
	}
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *from = c->args->word[0], *to = ak_args_text(c->args, "output");
	const struct prepared *p = c->prepared;
	struct ak_buf query;
	uint8_t digest[32];
	char hex[65];
	enum ak_rc rc = check_options(c, to, err);

	ak_buf_init(&query, QUERY_BYTES + 1);
	if (rc == AK_OK)
		rc = question(c, from, &query, err);
	if (rc == AK_OK && (p->fetcher || ak_args_text(c->args, "answer"))) {
		rc = stamp(c, from, to ? to : from, ak_buf_str(&query), err);
	} else if (rc == AK_OK && (rc = digest_of(from, digest, err)) == AK_OK) {
		ak_hex(digest, sizeof digest, hex);
		rc = report(c, from, hex, NULL, err);
	}
	ak_buf_release(&query);
	ak_fetcher_stop(p->fetcher);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"query", 0, AK_OPT_TARGET, "FILE", "write the question there (.tsq); with --answer: the question that it must answer"},
	{"answer", 0, AK_OPT_INPUT, "FILE", "attach this answer of an authority (.tsr)"},
	{"url", 0, AK_OPT_TEXT, "ADDRESS", "ask the authority at this https address, and attach its answer"},
	{"tsa", 0, AK_OPT_INPUT, "FILE", "certificates (PEM) that the authority's must lead to; without it its signature is not checked"},
	{"ca-file", 0, AK_OPT_INPUT, "FILE", "certificates (PEM) to trust for the connection, in place of the system's"},
	{"allow-private", 0, AK_OPT_FLAG, NULL, "the address may be one of this machine or of a private network"},
	{"output", 'o', AK_OPT_OUTPUT, "FILE", "write the packet with its timestamp there (default: in place)"},
	{"force", 0, AK_OPT_FLAG, NULL, "replace what stands there"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit packet timestamp packet.zip --query packet.tsq", "a question that any client can send"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_timestamp = {
	.name = "packet timestamp",
	.args = "PACKET",
	.summary = "get a timestamp (RFC 3161) for a packet: by a file that you send, or over https",
	.text = "A timestamp proves that the packet existed at a time, by the word of an authority and not of this machine's clock. Its\n"
		"question is the packet's digest and a random number, so nothing of the packet is told; the answer must repeat both. It\n"
		"goes into signatures/, and the packet's digest does not change. 'openssl ts -query -in FILE -text' reads the question.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_OUTPUT | AK_NEED_NET,
	.min_words = 1,
	.max_words = 1,
	.before = before,
	.run = run,
};
