/* The smallest packet that verifies: one section, one table, one proven record, signed. */
#ifndef FUZZ_PACKET_SAMPLE_H
#define FUZZ_PACKET_SAMPLE_H

#include <jansson.h>

#include "base/merkle.h"
#include "base/tlogproof.h"
#include "folder.h"
#include "packet/archive.h"
#include "packet/check.h"
#include "packet/sign.h"
#include "packet/workbook.h"

enum { PART_PACKET, PART_TABLES, PART_SECTION, PART_CSV, PART_KEY, PART_NOTE, PART_RECORD, PART_PROOF, PARTS };

static const char *const part_names[PARTS] = {"data/packet.json",
					      "data/datapackage.json",
					      "data/01-sources.json",
					      "data/tables/sources.csv",
					      "data/integrity/log.vkey",
					      "data/integrity/checkpoint.note",
					      "data/integrity/proofs/0.json",
					      "data/integrity/proofs/0.tlog-proof"};

static const uint8_t packet_seed[32] = {1, 2, 3}, log_seed[32] = {4, 5, 6};

#define DATED_US INT64_C(1772445600000000)

/* The texts, and a tree of one leaf. */
static inline void packet_texts(struct ak_buf part[PARTS])
{
	static const uint8_t salt[32] = {7};
	struct ak_checkpoint head = {.origin = AK_STR("auditkit/w"), .size = 1};
	struct ak_merkle_proof path = {0};
	struct ak_note_key key;
	struct ak_buf leaf;
	uint8_t pub[32], what[32], other[32] = {9}, hash[32];
	char hex[3][65], root[45];

	for (int i = 0; i < PARTS; i++)
		ak_buf_init(&part[i], 1 << 20);
	ak_buf_init(&leaf, 4096);
	ak_sha256_2(ak_str_n((const char *)salt, 32), AK_STR("{}"), what);
	ak_buf_adds(&leaf, "auditkit/v1/request\n");
	ak_buf_add(&leaf, other, 32);
	ak_buf_add(&leaf, what, 32);
	ak_buf_add(&leaf, other, 32);
	ak_merkle_leaf(ak_buf_str(&leaf), hash);
	memcpy(head.root, hash, 32);
	ak_base64(hash, 32, root);
	ak_hex(other, 32, hex[0]);
	ak_hex(what, 32, hex[1]);
	ak_hex(salt, 32, hex[2]);
	ak_buf_addf(
		&part[PART_PACKET],
		"{\"draft\":false,\"id\":\"AK-1\",\"ledger_size\":1,\"ledger_root\":\"%s\",\"workspace\":\"w\",\"principal\":\"auditkit\","
		"\"proven\":1,\"declared\":0,\"sections\":[{\"id\":\"sources\",\"proven\":1,\"declared\":0}]}\n", root);
	ak_buf_adds(&part[PART_TABLES], "{\"resources\":[{\"name\":\"sources\",\"path\":\"tables/"
					"sources.csv\",\"schema\":{\"fields\":[{\"name\":\"name\","
					"\"type\":\"string\"},{\"name\":\"records_in\",\"type\":\"integer\"},{\"name\":"
					"\"stored\",\"type\":\"integer\"},"
					"{\"name\":\"rejected\",\"type\":\"integer\"}]}}]}\n");
	ak_buf_adds(&part[PART_SECTION], "{\"statements\":[{\"tag\":\"proven\"}],\"tables\":[{\"name\":\"sources\",\"title\":\"Sources\",\"count\":2,"
					 "\"columns\":[{\"name\":\"name\",\"type\":\"string\"},{\"name\":\"records_in\",\"type\":\"integer\"},"
					 "{\"name\":\"stored\",\"type\":\"integer\"},{\"name\":\"rejected\",\"type\":\"integer\"}],"
					 "\"rows\":[[\"gw\",3,2,1],[null,0,0,0]]}]}\n");
	ak_buf_adds(&part[PART_CSV], "name,records_in,stored,rejected\r\ngw,3,2,1\r\n,0,0,0\r\n");
	ak_ed25519_public(log_seed, pub);
	HOLDS(ak_note_key_init("auditkit/w", pub, &key));
	ak_note_key_text(&key, &part[PART_KEY]);
	ak_buf_addc(&part[PART_KEY], '\n');
	ak_buf_clear(&leaf);
	ak_checkpoint_text(&head, &leaf);
	HOLDS(ak_note_sign(log_seed, "auditkit/w", ak_buf_str(&leaf), &part[PART_NOTE], NULL) == AK_OK);
	ak_buf_addf(&part[PART_RECORD],
		    "{\"index\":0,\"kind\":\"request\",\"groups\":{\"who\":{\"digest\":\"%s\"},\"what\":{\"digest\":\"%"
		    "s\",\"salt\":\"%s\","
		    "\"body\":\"{}\"},\"how_much\":{\"digest\":\"%s\"}}}\n",
		    hex[0], hex[1], hex[2], hex[0]);
	ak_tlog_proof_text(0, &path, ak_buf_str(&part[PART_NOTE]), &part[PART_PROOF]);
	ak_buf_release(&leaf);
}

static inline const struct ak_bag_file *packet_file(const struct ak_bag *bag, const char *path)
{
	for (size_t i = 0; i < ak_bag_count(bag); i++)
		if (strcmp(ak_bag_file_path(ak_bag_at(bag, i)), path) == 0)
			return ak_bag_at(bag, i);
	return NULL;
}

/* The workbook of the table as packet_texts has it. */
static inline struct ak_str packet_workbook(const struct ak_buf *csv)
{
	static struct ak_buf made;
	struct ak_workbook *w;
	struct ak_bag *bag;
	json_t *table;
	size_t n = 1;

	if (made.n)
		return ak_buf_str(&made);
	table = json_pack("{s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:s}], s:i}", "name", "sources", "title", "Sources", "columns", "name",
				  "name", "type", "string", "name", "records_in", "type", "integer", "name", "stored", "type", "integer", "name",
				  "rejected", "type", "integer", "count", 2);
	ak_buf_init(&made, 1 << 20);
	HOLDS(ak_bag_new("w", fuzz_folder, &bag, NULL) == AK_OK && ak_bag_add(bag, part_names[PART_CSV], ak_buf_str(csv), NULL) == AK_OK);
	HOLDS(ak_workbook_new(bag, &w, NULL) == AK_OK && ak_workbook_add(w, table, packet_file(bag, part_names[PART_CSV]), NULL) == AK_OK);
	HOLDS(ak_workbook_end(w, NULL) == AK_OK);
	while (n) {
		char block[4096];

		HOLDS(ak_bag_file_read(packet_file(bag, AK_WORKBOOK_PATH), made.n, block, sizeof block, &n, NULL) == AK_OK);
		ak_buf_add(&made, block, n);
	}
	ak_workbook_free(w);
	ak_bag_free(bag);
	json_decref(table);
	return ak_buf_str(&made);
}

/* What else each packet has. */
static inline void packet_rest(struct ak_bag *bag)
{
	static const char *const texts[] = {"index.html", "README.md", "VERIFY.txt", "data/00-cover.md", "data/01-sources.md", "data/integrity/method.md"};
	static const char *const documents[] = {"data/00-cover.json", "data/08-requests/questions.json", "data/08-requests/findings.json",
						"data/08-requests/matrix.json", "data/08-requests/figures.json", "data/integrity/annex.json"};
	struct ak_buf part[PARTS];

	packet_texts(part);
	for (size_t i = 0; i < AK_COUNT(texts); i++)
		HOLDS(ak_bag_add(bag, texts[i], AK_STR("a page\n"), NULL) == AK_OK);
	for (size_t i = 0; i < AK_COUNT(documents); i++)
		HOLDS(ak_bag_add(bag, documents[i], AK_STR("{}\n"), NULL) == AK_OK);
	HOLDS(ak_bag_add(bag, AK_WORKBOOK_PATH, packet_workbook(&part[PART_CSV]), NULL) == AK_OK);
	for (int i = 0; i < PARTS; i++)
		ak_buf_release(&part[i]);
}

/* Write them as a packet. */
static inline void packet_write(const struct ak_buf part[PARTS], bool sign, const char *path)
{
	static const struct ak_bag_info info[] = {{"External-Identifier", "AK-1"}};
	struct ak_bag *bag;

	HOLDS(ak_bag_new("p", fuzz_folder, &bag, NULL) == AK_OK);
	packet_rest(bag);
	for (int i = 0; i < PARTS; i++)
		HOLDS(ak_bag_add(bag, part_names[i], ak_buf_str(&part[i]), NULL) == AK_OK);
	HOLDS(ak_bag_finish(bag, info, AK_COUNT(info), NULL) == AK_OK);
	if (sign) {
		struct ak_signer signer = {.outside = NULL};
		struct ak_sshkey key;
		memcpy(signer.seed, packet_seed, sizeof packet_seed);
		HOLDS(ak_bag_sign(bag, &signer, "auditkit", &key, NULL) == AK_OK);
	}
	HOLDS(ak_archive_write(bag, path, DATED_US / 1000000, true, NULL) == AK_OK);
	ak_bag_free(bag);
}

/* The report, or NULL when the archive was refused. */
static inline json_t *packet_verify(const char *path)
{
	struct ak_packet_check o = {.digest = NULL};
	struct ak_err err = {0};
	json_t *doc = NULL;

	if (ak_packet_verify(path, &o, &doc, &err) == AK_OK) {
		HOLDS(json_array_size(json_object_get(doc, "checks")) >= 9);
		return doc;
	}
	HOLDS(!doc && err.msg[0] && (err.exit == AK_EXIT_VERIFY || err.exit == AK_EXIT_INPUT));
	return NULL;
}

static inline bool packet_ok(const json_t *doc)
{
	return json_is_true(json_object_get(doc, "ok"));
}

static inline const char *packet_digest(const json_t *doc)
{
	return json_string_value(json_object_get(doc, "digest"));
}

/* A packet file with edits: when it verifies, it is still the packet that was signed. A first byte of 255: the rest is
 * the file itself. */
static inline void packet_edited(const char *name, struct fuzz_in *in)
{
	static struct ak_buf original, edited;
	static char digest[65];
	json_t *doc;

	if (!original.n) {
		struct ak_buf part[PARTS];

		fuzz_enter();
		ak_buf_init(&original, 1 << 20);
		ak_buf_init(&edited, 1 << 22);
		packet_texts(part);
		packet_write(part, true, fuzz_path(name));
		for (int i = 0; i < PARTS; i++)
			ak_buf_release(&part[i]);
		doc = packet_verify(fuzz_path(name));
		HOLDS(packet_ok(doc));
		snprintf(digest, sizeof digest, "%s", packet_digest(doc));
		json_decref(doc);
		HOLDS(ak_fs_slurp(fuzz_path(name), 1 << 20, &original, NULL) == AK_OK);
	}
	ak_buf_clear(&edited);
	if (in->n && in->p[0] == 255) {
		ak_buf_add(&edited, in->p + 1, in->n - 1);
	} else {
		ak_buf_addstr(&edited, ak_buf_str(&original));
		fuzz_edit(&edited, in);
	}
	fuzz_put(fuzz_path("edited"), ak_buf_str(&edited));
	doc = packet_verify(fuzz_path("edited"));
	HOLDS(!packet_ok(doc) || strcmp(packet_digest(doc), digest) == 0);
	HOLDS(edited.n != original.n || memcmp(edited.p, original.p, edited.n) != 0 || packet_ok(doc));
	json_decref(doc);
}

#endif
