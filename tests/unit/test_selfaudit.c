/* What the self-audit finds in the files of a packet, and what it passes over: random base64 of our own notes only. */
#include "base/ak.h"

#include "base/buf.h"
#include "packet/selfaudit.h"
#include "tap.h"

static struct ak_selfaudit audit;

static struct ak_selfaudit_hit hit;

static bool found(const char *path, const char *text)
{
	return ak_selfaudit(&audit, path, ak_str_of(text), &hit);
}

/* Texts that hold the mark of an Azure key at the place where such keys have it; assembled, so that no scanner takes them for
 * one. */
static void fill(struct ak_buf *b, const char *before, size_t head, size_t tail, const char *after)
{
	ak_buf_clear(b);
	ak_buf_adds(b, before);
	for (size_t i = 0; i < head; i++)
		ak_buf_addc(b, "Qw3Rty7Uio"[i % 10]);
	ak_buf_addf(b, "+%s", "ARm");
	for (size_t i = 0; i < tail; i++)
		ak_buf_addc(b, "aB4cD5eF6g"[i % 10]);
	ak_buf_adds(b, after);
}

/* What only a name or a word gives away, and what stands beside such words in a packet. */
static void contexts(struct ak_buf *b)
{
	static const char *const quiet[] = {
		"key:0123456789abcdef0123456789abcdef,mistral prod key,5,,,,,,,,\r\nkey:89abcdef0123456789abcdef01234567,x,1,,,,,,,,\r\n",
		"{\"name\": \"token\", \"type\": \"string\"}", "\"api_key\": \"id:0123456789abcdef0123456789abcdef\"",
		"| password | removed | 12 |", "\"rule\": \"password\",\n\"action\": \"removed\"", "\"session\": null", "/metadata/user_api_key_hash,dropped,secret",
		"\"secret\": \"[REDACTED:named_secret:01234567:0123456789abcdef0123456789abcdef]\"", "max_tokens: 4096", "aws,us-east-1,anthropic.claude-3-haiku-20240307-v1:0",
	};

	ok(found("data/01-scope.json", "{\"client_secret\": \"correct horse\"}"), "a member that is named as a secret");
	ok(found("index.html", "<td>password=tr0ubador</td>"), "a word before it on a page");
	ok(found("index.html", "<td>{&quot;passwd&quot;: &quot;tr0ubador&quot;}</td>"), "the same behind escapes");
	ok(found("x", "first\nsecond password: tr0ubador\n") && hit.line == 2 && strcmp(hit.kind, "password") == 0 && strlen(hit.fingerprint) == AK_TOKEN_HEX,
	   "with line, kind and fingerprint");
	ak_buf_clear(b);
	ak_buf_adds(b, "cohere ");
	for (int i = 0; i < 40; i++)
		ak_buf_addc(b, "Qw3Rty7Uio"[i % 10]);
	ok(found("data/tables/keys.csv", b->p), "forty letters and digits beside the name of who gives such keys");
	ok(!found("data/tables/keys.csv", b->p + 7), "which alone are an id");
	for (size_t i = 0; i < AK_COUNT(quiet); i++)
		if (!ok(!found("data/tables/keys.csv", quiet[i]), "  what stands in packets, and is none"))
			printf("# number %zu as %s\n", i, hit.kind);
	ok(ak_selfaudit_names("api_key") && !ak_selfaudit_names("key") && !ak_selfaudit_names("token_count"), "heads that say secret");
	ok(ak_selfaudit_cell(&audit, "api_key", AK_STR("correct-horse-7"), &hit), "a cell below one");
	ok(!ak_selfaudit_cell(&audit, "api_key", AK_STR("key:0123456789abcdef0123456789abcdef"), &hit), "not a token");
}

static void policy_line(void)
{
	static const char *const doc = "[\n {\n  \"basis\": \"policy.yaml:7\",\n  \"text\": \"x\"\n },\n {\n  \"basis\": \"policy.yaml:82\",\n  \"text\": \"password: tr0ubador\"\n },\n"
				       " {\n  \"basis\": \"policy.yaml:9\"\n }\n]\n";
	struct ak_err err = {0};

	ok(ak_selfaudit_pass(&audit, "data/05-retention.json", 0, ak_str_of(doc), &err) == AK_FAIL, "a secret of the policy");
	is_str(ak_str_of(err.msg), "self-audit: data/05-retention.json line 8 would hold a value of kind password, from policy.yaml:82", "with its line there");
	err = (struct ak_err){0};
	ok(ak_selfaudit_pass(&audit, "data/05-retention.json", 0, AK_STR("password: tr0ubador\n{\"basis\": \"policy.yaml:9\"}\n"), &err) == AK_FAIL && !strstr(err.msg, "policy.yaml"),
	   "one beside it is not of that line");
}

/* A number in an id is looked through for secrets only; in other texts it stays what it is. */
static void ids(void)
{
	static const char *const numbers[] = {"536-22-1234", "4111-1111-1111-1111", "4111111111111111", "DE89370400440532013000", "ticket/536-22-4321"};
	static const char *const fields = "{\"a\": [{\"ticket_id\": \"912-70-1234\", \"service.name\": \"899-01-0001\"}]}";
	char text[200];
	json_t *doc = json_loads(fields, 0, NULL);

	for (size_t i = 0; i < AK_COUNT(numbers); i++) {
		snprintf(text, sizeof text, "x,%s,\"y\"\r\n", numbers[i]);
		ok(found("data/tables/changes.csv", text), numbers[i]);
	}
	audit.ids = ak_ids_new();
	for (size_t i = 0; i < AK_COUNT(numbers); i++)
		ak_selfaudit_typed(&audit, ak_str_of(numbers[i]));
	is_int((int64_t)ak_ids_count(audit.ids), AK_COUNT(numbers), "ids that look like one are noted");
	for (size_t i = 0; i < AK_COUNT(numbers); i++) {
		snprintf(text, sizeof text, "x,%s,\"y\"\r\n{\"resource\": \"%s\"}\n<td>%s</td> (ticket %s).", numbers[i], numbers[i], numbers[i], numbers[i]);
		if (!ok(!found("data/tables/changes.csv", text), "  and pass wherever they stand"))
			printf("# %s in line %d\n", hit.kind, (int)hit.line);
	}
	ok(found("x", "536-22-1235"), "another number does not");
	ok(found("x", "1 536-22-1234 899-01-0001"), "nor one beside it");
	ak_selfaudit_typed(&audit, AK_STR("req_0123456789"));
	snprintf(text, sizeof text, "AK%s%s", "IA", "ABCDEFGHIJKLMNOP");
	ak_selfaudit_typed(&audit, ak_str_of(text));
	ak_selfaudit_typed(&audit, AK_STR("123456789.maria@example.org"));
	is_int((int64_t)ak_ids_count(audit.ids), AK_COUNT(numbers), "other ids, secrets and addresses are not noted");
	ok(found("x", text), "a secret in an id is found");
	ak_selfaudit_fields(&audit, doc);
	ok(!found("x", "912-70-1234") && found("x", "899-01-0001"), "the dictionary says which fields are ids");
	json_decref(doc);
	ak_ids_free(audit.ids);
	audit.ids = NULL;
}

int main(void)
{
	static const uint8_t key[32];
	const struct ak_redact_opts opts = {.token_key = key};
	struct ak_redactor *redactor = ak_redactor_new(&opts);
	struct ak_buf b;

	audit.redactor = redactor;
	ak_buf_init(&b, 4096);
	fill(&b, "origin\n12\n", 32, 6, "E=\n");
	ok(found("data/01-scope.md", b.p), "a digest that looks like a key, on a page");
	ok(!found("data/integrity/checkpoint.note", b.p), "the same as root of a checkpoint");
	ok(!found("data/integrity/proofs/7.tlog-proof", b.p), "and in a proof");
	ok(found("data/integrity/proofs/7.json", b.p), "but not in the record that is proven");
	fill(&b, "\xe2\x80\x94 origin ", 40, 46, "E=\n");
	ok(!found("data/integrity/checkpoint.note", b.p), "a signature");
	fill(&b, "\xe2\x80\x94 origin ", 41, 46, "E=\n");
	ok(found("data/integrity/checkpoint.note", b.p), "a word that is no signature");
	fill(&b, "origin+0123abcd+", 32, 8, "\n");
	ok(!found("data/integrity/log.vkey", b.p), "a verifier key");
	ok(found("data/integrity/log.txt/x.json", b.p), "another file there");
	ok(found("README.md", b.p), "and elsewhere");
	ak_buf_clear(&b);
	ak_buf_addf(&b, "maria.keller%cexample.org\n", '@');
	ok(found("data/integrity/checkpoint.note", b.p), "an address in a note is found");
	ok(!found("data/integrity/checkpoint.note", ""), "an empty file");
	contexts(&b);
	policy_line();
	ids();
	ak_buf_release(&b);
	ak_redactor_free(redactor);
	return done_testing();
}
