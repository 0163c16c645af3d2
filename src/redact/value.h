/* What each value type becomes in the two steps, one value at a time. Every function returns the new text, in the arena
 * or unchanged; p == NULL means that the value goes away. All may be applied twice without further effect. */
#ifndef AK_REDACT_VALUE_H
#define AK_REDACT_VALUE_H

#include "redact/names.h"
#include "redact/redactor.h"

#define AK_VALUE_DIFF_BYTES 65536 /* a DIFF; entries beyond are left out and counted */

typedef struct ak_str ak_value_fn(const struct ak_pass *p, struct ak_str s);
/* One string (or integer, as text) inside LIST and DIFF; name is what its member's name says. */
typedef struct ak_str ak_inner_fn(const struct ak_pass *p, enum ak_name_class name, struct ak_str s);

#ifdef __cplusplus
extern "C" {
#endif

/* ---- step 1 ---- */

/* Secrets replaced by markers, as long as the text is. */
struct ak_str ak_value_secrets(const struct ak_pass *p, struct ak_str s);
/* The same, cut at KEPT_VALUE_BYTES. */
ak_value_fn ak_value_plain_secrets, ak_value_id_secrets;
ak_inner_fn ak_value_inner_secrets;
/* A raw key becomes the lower-case hex of its SHA-256; names, masks and tokens stay. */
ak_value_fn ak_value_key_digest;

/* ---- step 2 ---- */

ak_value_fn ak_value_id, ak_value_name, ak_value_enum, ak_value_currency, ak_value_code, ak_value_token, ak_value_person, ak_value_key;
ak_value_fn ak_value_urlpath, ak_value_template, ak_value_agent;
/* Prose that somebody asked to keep: no stack trace, no secrets, no addresses. */
ak_value_fn ak_value_prose;
ak_inner_fn ak_value_inner;
/* The same, and of texts only single words without digits stay: what profiles leave of changes. */
ak_inner_fn ak_value_inner_words;
/* An address; *network (may be NULL) gets its prefix, or p == NULL. */
struct ak_str ak_value_address(const struct ak_pass *p, struct ak_str s, struct ak_str *network);
ak_value_fn ak_value_network;
/* What stands for an address in a text: its token, and behind it `(203.0.113.0/24)` where networks stay. */
struct ak_str ak_value_address_mark(const struct ak_pass *p, struct ak_str token, struct ak_str network);
/* The whole text is such a mark with a network. */
bool ak_value_is_address_mark(const struct ak_redactor *r, struct ak_str s);
/* The whole text is a network that may stay as it stands: written as ak_value_network writes it. */
bool ak_value_is_network(const struct ak_redactor *r, struct ak_str s);

/* ---- shared ---- */

/* A JSON array of NAMEs (diff false) or of {path, before, after} (diff true), with every string and every key through
 * fn, written as RFC 8785. Unreadable JSON goes away. */
struct ak_str ak_value_map_json(const struct ak_pass *p, struct ak_str json, bool diff, ak_inner_fn *fn);
/* E-mail shapes replaced, controls and broken UTF-8 escaped: what any kept text must be. */
struct ak_str ak_value_safe(const struct ak_pass *p, struct ak_str s);
/* The same with all personal data that can be found in text (redact/personal.h). */
struct ak_str ak_value_text(const struct ak_pass *p, struct ak_str s);
/* Cut at KEPT_VALUE_BYTES, outside of characters and markers. */
struct ak_str ak_value_cut(const struct ak_pass *p, struct ak_str s);
/* Both: escapes and markers make a text longer. */
struct ak_str ak_value_kept(const struct ak_pass *p, struct ak_str s);
/* Where a stack trace begins in a message, else its end: Python, Java and JavaScript, Go, .NET and Ruby. */
size_t ak_value_stack_trace(struct ak_str s);
/* [A-Za-z0-9._:/@+=-]{1,200}; markers inside count as one character each. */
bool ak_value_is_id(struct ak_str s);
/* A key that its source has masked: `sk-...AbCd`, `sk-abc...def`, all stars. */
bool ak_value_is_masked(struct ak_str s);
/* Names of machines, not people: providers' service accounts, gateways' built-in users. */
bool ak_value_is_machine(struct ak_str s);
/* The built-in names among them, without the prefixes: what may stand in a key's place without being a key. */
bool ak_value_is_builtin(struct ak_str s);
/* 64 lower-case hex digits. */
bool ak_value_is_digest(struct ak_str s);
/* The canonical text of an address (RFC 5952), without brackets, port, zone and IPv4 mapping. False for anything else.
 */
bool ak_value_address_text(struct ak_str s, struct ak_arena *a, struct ak_str *out);

#ifdef __cplusplus
}
#endif
#endif
