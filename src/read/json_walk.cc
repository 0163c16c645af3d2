/* Walking one JSON text along a trie: the only C++ of the tree, because simdjson On-Demand is C++.
 *
 * On-Demand finds tokens and checks UTF-8, string ends and brackets; number grammar, escapes, duplicate keys, depth and
 * everything in subtrees that nobody asked for is checked here, by visiting every value. */
#include "base/ak.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <simdjson.h>

#include "base/limits.h"
#include "read/json.h"
#include "read/json_text.h"
#include "read/keys.h"
#include "read/payload.h"

namespace od = simdjson::ondemand;

namespace {

struct memo_slot {
	uint64_t node, mix;
	ak_str key;
	ak_jtype type;
	ak_unknown *unknown;
};

constexpr size_t MEMO = 2048;

/* Where a value stands: its node (NULL: nobody asked), the key its nearest `*` matched, its array index. */
struct place {
	const ak_tnode *node;
	ak_str star;
	uint32_t item;
	ak_paystate *pay; /* inside payload */
	bool label;       /* directly under a key that describes content */
};

struct level {
	od::parser parser;
	ak_buf text; /* padded copy */
};

} // namespace

struct ak_walker {
	level levels[AK_MAX_JSON_IN_STRING + 1];
	unsigned nesting;
	ak_keyset keys;
	ak_arena memory; /* of the memo */
	memo_slot memo[MEMO];
	uint64_t memo_drift;
	/* of the running walk */
	ak_row *row;
	const ak_frame *frame;
	const char *base;
	ak_err *err;
	size_t nodes;
	unsigned depth;
};

static ak_rc visit(ak_walker *w, od::value v, const place &p);

/* ---- failure ---- */

static ak_rc refuse(ak_walker *w, const char *reason, const char *text, const char *at)
{
	ak_rc rc = ak_reject(w->err, reason, "%s", text);

	if (w->err && w->nesting == 1 && at && at >= w->base)
		w->err->offset = (uint64_t)(at - w->base);
	return rc;
}

static ak_rc refuse_code(ak_walker *w, simdjson::error_code code)
{
	switch (code) {
	case simdjson::MEMALLOC:
		ak_out_of_memory();
	case simdjson::UTF8_ERROR:
		return refuse(w, "json_utf8", "text is not valid UTF-8", nullptr);
	case simdjson::STRING_ERROR:
	case simdjson::UNESCAPED_CHARS:
		return refuse(w, "json_string", "string holds a control character or a bad escape", nullptr);
	case simdjson::UNCLOSED_STRING:
		return refuse(w, "json_string", "json text ends inside a string", nullptr);
	case simdjson::DEPTH_ERROR:
		return refuse(w, "json_too_deep", "json is nested too deeply", nullptr);
	default:
		return refuse(w, "json_syntax", "not valid json", nullptr);
	}
}

/* ---- texts ---- */

static ak_str trimmed(std::string_view t)
{
	size_t n = t.size();

	while (n && (t[n - 1] == ' ' || t[n - 1] == '\t' || t[n - 1] == '\r' || t[n - 1] == '\n'))
		n--;
	return ak_str_n(t.data(), n);
}

static ak_rc unescape(ak_walker *w, ak_str raw, ak_str *out)
{
	if (!raw.n || !memchr(raw.p, '\\', raw.n)) {
		*out = raw;
		return AK_OK;
	}
	char *room = static_cast<char *>(ak_arena_alloc(w->row->arena, raw.n + 1));
	size_t n = 0;
	if (!ak_json_unescape(raw, room, &n))
		return refuse(w, "json_string", "string holds a bad escape", raw.p);
	*out = ak_str_n(room, n);
	return AK_OK;
}

/* What stands between the quotes of a key; On-Demand hands over where it begins. */
static ak_str raw_key(const char *p)
{
	const char *q = p;

#ifdef __SSE2__
	/* The text is padded, so that 16 bytes may be read anywhere in it. */
	__m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
	int quote = _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
	int back = _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	if (quote && !back)
		return ak_str_n(p, static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(quote))));
#endif
	while (*q != '"')
		q += *q == '\\' ? 2 : 1;
	return ak_str_n(p, static_cast<size_t>(q - p));
}

static const ak_elided *elided_at(const ak_walker *w, const char *quote)
{
	if (!w->frame || w->nesting != 1)
		return nullptr;
	for (size_t i = 0; i < w->frame->nelided; i++)
		if (w->frame->elided[i].at == static_cast<uint64_t>(quote - w->base))
			return &w->frame->elided[i];
	return nullptr;
}

/* One past the bracket that closes the one at p; the text is known to be balanced. */
static const char *container_end(const char *p)
{
	int depth = 0;

	for (;; p++) {
		if (*p == '"')
			for (p++; *p != '"'; p++)
				p += *p == '\\';
		else if (*p == '{' || *p == '[')
			depth++;
		else if ((*p == '}' || *p == ']') && --depth == 0)
			return p + 1;
	}
}

/* ---- what was found ---- */

static ak_str kept(ak_walker *w, ak_str s)
{
	/* The text lies in a buffer that the next record overwrites. */
	return ak_arena_str(w->row->arena, s);
}

static void emit(ak_walker *w, const place &p, ak_jtype type, ak_str text, uint64_t bytes)
{
	ak_pick pick = {};

	pick.slot = p.node->slot;
	pick.type = type;
	pick.key = p.star;
	pick.item = p.item;
	pick.bytes = bytes;
	if (p.node->how == AK_PICK_VALUE) {
		pick.text = kept(w, text);
	} else if (type == AK_J_NULL || (type == AK_J_STR && !bytes)) {
		return;
	}
	ak_row_add(w->row, pick);
}

static memo_slot *memo_of(ak_walker *w, const ak_tnode *node, ak_str key, ak_jtype type)
{
	uint64_t mix = ak_key_mix(key, node->id, static_cast<uint64_t>(type));

	if (w->memo_drift != w->row->drift->id) {
		memset(w->memo, 0, sizeof w->memo);
		ak_arena_clear(&w->memory);
		w->memo_drift = w->row->drift->id;
	}
	for (size_t i = mix % MEMO, tries = 0; tries < 8; i = (i + 1) % MEMO, tries++) {
		memo_slot *m = &w->memo[i];
		if (!m->node) {
			m->node = node->id;
			m->mix = mix;
			m->type = type;
			m->key = ak_arena_str(&w->memory, key);
			return m;
		}
		if (m->node == node->id && m->mix == mix && m->type == type && ak_str_eq(m->key, key))
			return m;
	}
	return nullptr;
}

/* A member that the mapping does not name: counted below its parent, never kept. */
static void unknown(ak_walker *w, const ak_tnode *parent, ak_str key, ak_jtype type, uint64_t len)
{
	ak_row *r = w->row;

	if (!r->drift || !parent)
		return;
	memo_slot *m = memo_of(w, parent, key, type);
	if (m && m->unknown) {
		ak_drift_add(r->drift, m->unknown, len, r->rec_no);
		return;
	}
	ak_str path = ak_trie_path(parent, r->arena);
	ak_drift_count(r->drift, path, key, type, len, r->rec_no);
	if (m) {
		ak_buf b;
		ak_buf_init(&b, 1 << 20);
		ak_buf_addstr(&b, path);
		ak_buf_addc(&b, '/');
		ak_drift_key(&b, key);
		m->unknown = ak_drift_at(r->drift, ak_buf_str(&b), type);
		ak_buf_release(&b);
	}
}

static ak_jtype type_of(char c)
{
	switch (c) {
	case '{':
		return AK_J_OBJ;
	case '[':
		return AK_J_ARR;
	case '"':
		return AK_J_STR;
	case 't':
	case 'f':
		return AK_J_BOOL;
	case 'n':
		return AK_J_NULL;
	default:
		return AK_J_NUM;
	}
}

static bool is_picked(const ak_tnode *n) { return n && n->slot >= 0; }
static bool leads_on(const ak_tnode *n) { return n && (n->child || n->iter || n->any); }

/* ---- strings ---- */

static ak_rc nested(ak_walker *w, ak_str text, const place &p, bool *was_json);

static ak_rc payload_string(ak_walker *w, ak_str text, uint64_t bytes, const place &p)
{
	bool was_json = false;

	if (p.label || ak_payload_is_void(text))
		return AK_OK;
	if (!bytes)
		return AK_OK;
	if (ak_payload_is_mask(w->row, text)) {
		p.pay->masked = true;
		return AK_OK;
	}
	if (!p.pay->in_string && (text.p[0] == '{' || text.p[0] == '[')) {
		ak_paystate inner = {};
		inner.in_string = true;
		place q = {nullptr, {nullptr, 0}, 0, &inner, false};
		ak_rc rc = nested(w, text, q, &was_json);
		if (rc == AK_OK && was_json) {
			ak_payload_merge(p.pay, &inner);
			return AK_OK;
		}
	}
	p.pay->present = true;
	p.pay->bytes += bytes;
	return AK_OK;
}

static ak_rc visit_text(ak_walker *w, ak_str text, const place &p)
{
	bool was_json = false;
	ak_rc rc;

	if (p.pay)
		return payload_string(w, text, text.n, p);
	if (p.node && p.node->json && leads_on(p.node) && ak_json_in_string(text)) {
		rc = nested(w, text, p, &was_json);
		if (rc != AK_OK || was_json)
			return rc;
	}
	if (is_picked(p.node))
		emit(w, p, AK_J_STR, text, text.n);
	return AK_OK;
}

static ak_rc visit_string(ak_walker *w, ak_str token, const place &p)
{
	ak_str raw = ak_str_n(token.p + 1, token.n - 2), text;
	const ak_elided *gone = elided_at(w, token.p);
	ak_rc rc;

	if (gone) {
		if (p.pay) {
			p.pay->present = true;
			p.pay->bytes += gone->len;
			return AK_OK;
		}
		return is_picked(p.node) && p.node->how == AK_PICK_VALUE
			       ? refuse(w, "json_string_too_long", "a kept field is longer than a string may be", token.p)
			       : AK_OK;
	}
	if ((rc = unescape(w, raw, &text)) != AK_OK)
		return rc;
	return visit_text(w, text, p);
}

/* ---- scalars ---- */

static ak_rc visit_scalar(ak_walker *w, ak_str token, const place &p)
{
	if (!token.n)
		return refuse(w, "json_syntax", "a value is missing", token.p);
	if (token.p[0] == '"') {
		if (token.n < 2 || token.p[token.n - 1] != '"')
			return refuse(w, "json_syntax", "something follows a string", token.p);
		return visit_string(w, token, p);
	}
	ak_jtype type = type_of(token.p[0]);
	if (type == AK_J_NUM ? !ak_json_is_number(token)
			     : !ak_str_is(token, type == AK_J_NULL ? "null" : token.p[0] == 't' ? "true" : "false"))
		return refuse(w, type == AK_J_NUM ? "json_number" : "json_syntax",
			      type == AK_J_NUM ? "not a number as json writes it" : "not a json value", token.p);
	if (p.pay && type == AK_J_NUM && p.item && !p.label) /* numbers in arrays: embeddings */
		p.pay->present = true;
	if (is_picked(p.node) && !p.pay)
		emit(w, p, type, token, token.n);
	return AK_OK;
}

/* ---- containers ---- */

static const ak_tnode *child_of(const ak_tnode *n, ak_str key) { return n ? ak_trie_child(n, key) : nullptr; }

/* The place of a member; counts it when nobody asked for it. */
static place member(ak_walker *w, const place &p, ak_str key, od::value v)
{
	place q = {child_of(p.node, key), p.star, p.pay ? 0 : p.item, p.pay, false};

	if (p.pay) {
		q.label = ak_payload_is_label(key);
		return q;
	}
	if (q.node && q.node == p.node->any)
		q.star = kept(w, key);
	if (p.node && p.node->how != AK_PICK_DROP && !is_picked(p.node) && (!q.node || (!is_picked(q.node) && !leads_on(q.node)))) {
		ak_str token = trimmed(v.raw_json_token());
		ak_jtype type = type_of(token.n ? token.p[0] : 'n');
		uint64_t len = type == AK_J_OBJ || type == AK_J_ARR ? 0 : type == AK_J_STR && token.n >= 2 ? token.n - 2 : token.n;
		unknown(w, p.node, key, type, len);
		q.node = nullptr;
	}
	return q;
}

template <typename Each> static ak_rc each_member(ak_walker *w, od::object o, Each each)
{
	ak_keyset_obj seen = ak_keyset_open(&w->keys);
	ak_rc rc = AK_OK;

	for (auto item : o) {
		od::field f;
		ak_str key;
		if (auto code = std::move(item).get(f))
			return refuse_code(w, code);
		ak_str raw = raw_key(f.key().raw());
		if ((rc = unescape(w, raw, &key)) != AK_OK)
			return rc;
		if (!ak_keyset_add(&w->keys, &seen, key))
			return refuse(w, "json_duplicate_key", "an object has the same key twice", raw.p);
		if (++w->nodes > AK_MAX_NODES_PER_RECORD)
			return refuse(w, "json_too_many", "a record has too many values", raw.p);
		if ((rc = each(key, f.value())) != AK_OK)
			return rc;
	}
	ak_keyset_close(&w->keys, &seen);
	return rc;
}

template <typename Each> static ak_rc each_element(ak_walker *w, od::array a, Each each)
{
	uint32_t i = 0;

	for (auto item : a) {
		od::value v;
		if (auto code = std::move(item).get(v))
			return refuse_code(w, code);
		if (++w->nodes > AK_MAX_NODES_PER_RECORD)
			return refuse(w, "json_too_many", "a record has too many values", nullptr);
		ak_rc rc = each(i++, v);
		if (rc != AK_OK)
			return rc;
	}
	return AK_OK;
}

static ak_rc visit_object(ak_walker *w, od::object o, const place &p)
{
	return each_member(w, o, [&](ak_str key, od::value v) { return visit(w, v, member(w, p, key, v)); });
}

static ak_rc visit_array(ak_walker *w, od::array a, const place &p)
{
	const ak_tnode *inner = p.node ? p.node->iter : nullptr;

	return each_element(w, a, [&](uint32_t i, od::value v) {
		place q = {inner, p.star, p.pay ? 1 : i, p.pay, false};
		return visit(w, v, q);
	});
}

/* ---- OTLP key-value lists ---- */

static ak_rc visit_kv(ak_walker *w, od::array a, const place &p);

static bool is_any_value(ak_str key)
{
	static const char *const names[] = {"stringValue", "intValue",	  "boolValue",	 "doubleValue",
					    "bytesValue",  "arrayValue", "kvlistValue", nullptr};

	for (size_t i = 0; names[i]; i++)
		if (ak_str_is(key, names[i]))
			return true;
	return false;
}

/* {"values": [AnyValue...]}: as a plain JSON array of the scalars, and each element below `[]`. */
static ak_rc visit_array_value(ak_walker *w, od::value v, const place &p)
{
	od::object o;
	ak_buf list;
	bool first = true;

	if (auto code = v.get_object().get(o))
		return refuse_code(w, code);
	ak_buf_init(&list, AK_MAX_RECORD_BYTES);
	ak_buf_addc(&list, '[');
	ak_rc rc = each_member(w, o, [&](ak_str key, od::value values) -> ak_rc {
		od::array a;
		place none = {nullptr, {nullptr, 0}, 0, p.pay, false};
		if (!ak_str_is(key, "values") || values.get_array().get(a))
			return visit(w, values, none);
		return each_element(w, a, [&](uint32_t i, od::value any) -> ak_rc {
			od::object wrapper;
			place q = {p.node ? p.node->iter : nullptr, p.star, i, p.pay, false};
			if (any.get_object().get(wrapper))
				return refuse(w, "json_syntax", "not an OTLP value", nullptr);
			return each_member(w, wrapper, [&](ak_str, od::value x) {
				ak_str token = trimmed(x.raw_json_token());
				if (token.n && token.p[0] != '{' && token.p[0] != '[') {
					ak_buf_adds(&list, first ? "" : ",");
					ak_buf_addstr(&list, token);
					first = false;
				}
				return visit(w, x, q);
			});
		});
	});
	ak_buf_addc(&list, ']');
	if (rc == AK_OK && is_picked(p.node) && !p.pay)
		emit(w, p, AK_J_ARR, ak_buf_str(&list), list.n);
	ak_buf_release(&list);
	return rc;
}

static ak_rc visit_any_value(ak_walker *w, od::value v, const place &p)
{
	od::object o;
	std::string_view token = v.raw_json_token();

	if (token.empty() || token[0] != '{')
		return visit(w, v, p);
	if (auto code = v.get_object().get(o))
		return refuse_code(w, code);
	return each_member(w, o, [&](ak_str key, od::value x) -> ak_rc {
		od::object list;
		if (!is_any_value(key))
			return visit(w, x, member(w, p, key, x));
		if (ak_str_is(key, "arrayValue"))
			return visit_array_value(w, x, p);
		if (!ak_str_is(key, "kvlistValue"))
			return visit(w, x, p);
		if (auto code = x.get_object().get(list))
			return refuse_code(w, code);
		return each_member(w, list, [&](ak_str name, od::value y) -> ak_rc {
			od::array a;
			place none = {nullptr, {nullptr, 0}, 0, p.pay, false};
			if (!ak_str_is(name, "values") || y.get_array().get(a))
				return visit(w, y, none);
			return visit_kv(w, a, p);
		});
	});
}

/* One {key, value}. The key comes first as a rule; where it does not, the value is visited again once it is known. */
static ak_rc visit_pair(ak_walker *w, od::object o, const place &p)
{
	ak_str name = {nullptr, 0};
	bool early = false;
	ak_rc rc = each_member(w, o, [&](ak_str key, od::value v) -> ak_rc {
		place none = {nullptr, {nullptr, 0}, 0, p.pay, false};
		if (ak_str_is(key, "key")) {
			ak_str token = trimmed(v.raw_json_token());
			if (token.n < 2 || token.p[0] != '"' || token.p[token.n - 1] != '"')
				return refuse(w, "json_syntax", "a key of a key-value list is no string", token.p);
			return unescape(w, ak_str_n(token.p + 1, token.n - 2), &name);
		}
		if (ak_str_is(key, "value") && name.p)
			return visit_any_value(w, v, member(w, p, name, v));
		early |= ak_str_is(key, "value");
		return visit(w, v, none);
	});
	if (rc != AK_OK || !early || !name.p)
		return rc;
	od::value v;
	if (o.reset().error() || o.find_field_unordered("value").get(v))
		return refuse(w, "json_syntax", "not a key-value list", nullptr);
	return visit_any_value(w, v, member(w, p, name, v));
}

static ak_rc visit_kv(ak_walker *w, od::array a, const place &p)
{
	return each_element(w, a, [&](uint32_t, od::value v) -> ak_rc {
		od::object o;
		if (v.get_object().get(o))
			return refuse(w, "json_syntax", "an element of a key-value list is no object", nullptr);
		return visit_pair(w, o, p);
	});
}

/* ---- any value ---- */

static ak_rc visit_container(ak_walker *w, od::value v, char bracket, const place &p)
{
	od::object o;
	od::array a;

	if (bracket == '{') {
		if (auto code = v.get_object().get(o))
			return refuse_code(w, code);
		return visit_object(w, o, p);
	}
	if (auto code = v.get_array().get(a))
		return refuse_code(w, code);
	return p.node && p.node->kv ? visit_kv(w, a, p) : visit_array(w, a, p);
}

static void emit_payload(ak_walker *w, const place &p, const ak_paystate &state)
{
	ak_pick pick = {};

	pick.slot = p.node->slot;
	pick.key = p.star;
	pick.item = p.item;
	pick.payload = ak_payload_of(&state);
	pick.bytes = state.bytes;
	ak_row_add(w->row, pick);
}

static ak_rc visit_payload(ak_walker *w, od::value v, const place &p)
{
	ak_paystate state = {};
	place q = {nullptr, {nullptr, 0}, 0, &state, false};
	ak_rc rc = visit(w, v, q);

	emit_payload(w, p, state);
	return rc;
}

static ak_rc visit(ak_walker *w, od::value v, const place &p)
{
	std::string_view token = v.raw_json_token();
	char c = token.empty() ? '\0' : token[0];
	ak_rc rc;

	if (is_picked(p.node) && p.node->how == AK_PICK_PAYLOAD && !p.pay)
		return visit_payload(w, v, p);
	if (c != '{' && c != '[')
		return visit_scalar(w, trimmed(token), p);
	if (w->depth >= AK_MAX_JSON_DEPTH)
		return refuse(w, "json_too_deep", "json is nested too deeply", token.data());
	w->depth++;
	rc = visit_container(w, v, c, p);
	w->depth--;
	if (rc == AK_OK && is_picked(p.node) && !p.pay) {
		size_t n = static_cast<size_t>(container_end(token.data()) - token.data());
		if (p.node->how != AK_PICK_DROP || n > 2)
			emit(w, p, type_of(c), ak_str_n(token.data(), n), n);
	}
	return rc;
}

/* ---- documents ---- */

static ak_rc visit_document(ak_walker *w, od::document &doc, size_t length, const place &p)
{
	od::value v;
	std::string_view token;

	if (auto code = doc.raw_json_token().get(token))
		return refuse_code(w, code);
	if (!token.empty() && (token[0] == '{' || token[0] == '[')) {
		if (auto code = doc.get_value().get(v))
			return refuse_code(w, code);
		ak_rc rc = visit(w, v, p);
		if (rc != AK_OK)
			return rc;
		const char *rest = nullptr;
		if (doc.current_location().get(rest) == simdjson::SUCCESS && rest < w->base + length &&
		    trimmed(std::string_view(rest, static_cast<size_t>(w->base + length - rest))).n)
			return refuse(w, "json_trailing", "something follows the json value", rest);
		return AK_OK;
	}
	/* The kernel ends a token at a form feed too. */
	ak_str scalar = trimmed(token);
	const char *end = scalar.p + scalar.n;
	if (trimmed(std::string_view(end, static_cast<size_t>(w->base + length - end))).n)
		return refuse(w, "json_trailing", "something follows the json value", nullptr);
	return visit_scalar(w, scalar, p);
}

static ak_rc run(ak_walker *w, ak_str text, const place &p)
{
	level *l = &w->levels[w->nesting++];
	const char *outer = w->base;
	od::document doc;
	ak_rc rc;

	ak_buf_clear(&l->text);
	char *room = ak_buf_room(&l->text, text.n + simdjson::SIMDJSON_PADDING);
	if (!room) {
		w->nesting--;
		return refuse(w, "json_too_large", "a record is too long", nullptr);
	}
	memcpy(room, text.p, text.n);
	memset(room + text.n, ' ', simdjson::SIMDJSON_PADDING);
	w->base = room;
	if (auto code = l->parser.iterate(room, text.n, text.n + simdjson::SIMDJSON_PADDING).get(doc))
		rc = refuse_code(w, code);
	else
		rc = visit_document(w, doc, text.n, p);
	w->base = outer;
	w->nesting--;
	return rc;
}

/* JSON inside a string. What does not parse stays text, whatever was picked from it is forgotten. */
static ak_rc nested(ak_walker *w, ak_str text, const place &p, bool *was_json)
{
	size_t picks = w->row->n;
	ak_err ignored = {}, *outer = w->err;
	place q = p;

	*was_json = false;
	if (w->nesting > AK_MAX_JSON_IN_STRING || w->depth >= AK_MAX_JSON_DEPTH)
		return AK_OK;
	w->err = &ignored;
	ak_rc rc = run(w, text, q);
	w->err = outer;
	if (rc == AK_OK)
		*was_json = true;
	else
		w->row->n = picks;
	return AK_OK;
}

extern "C" {

struct ak_walker *ak_walker_new(void)
{
	void *room = ak_alloc_zero(1, sizeof(ak_walker));
	ak_walker *w = new (room) ak_walker();

	ak_keyset_init(&w->keys);
	ak_arena_init(&w->memory);
	for (level &l : w->levels)
		ak_buf_init(&l.text, AK_MAX_RECORD_BYTES + 4096);
	return w;
}

void ak_walker_free(struct ak_walker *w)
{
	if (!w)
		return;
	for (level &l : w->levels)
		ak_buf_release(&l.text);
	ak_keyset_release(&w->keys);
	ak_arena_release(&w->memory);
	w->~ak_walker();
	ak_free(w);
}

static void start(struct ak_walker *w, const struct ak_frame *frame, struct ak_row *row, struct ak_err *err)
{
	w->row = row;
	w->frame = frame;
	w->err = err;
	w->nodes = 0;
	w->depth = 0;
	w->nesting = 0;
	ak_keyset_clear(&w->keys);
}

enum ak_rc ak_walker_walk(struct ak_walker *w, struct ak_str text, const struct ak_frame *frame, const struct ak_trie *trie,
			  struct ak_row *row, struct ak_err *err)
{
	place p = {trie->root, {nullptr, 0}, 0, nullptr, false};

	start(w, frame, row, err);
	return run(w, text, p);
}

enum ak_rc ak_walker_walk_node(struct ak_walker *w, struct ak_str text, const struct ak_tnode *node, struct ak_row *row,
			       struct ak_err *err)
{
	place p = {node, {nullptr, 0}, 0, nullptr, false};

	start(w, nullptr, row, err);
	return run(w, text, p);
}

enum ak_rc ak_walker_walk_text(struct ak_walker *w, struct ak_str text, const struct ak_tnode *node, struct ak_str key,
			       struct ak_row *row, struct ak_err *err)
{
	ak_paystate state = {};
	place p = {node, key, 0, nullptr, false};

	start(w, nullptr, row, err);
	if (!is_picked(node) || node->how != AK_PICK_PAYLOAD)
		return visit_text(w, text, p);
	place q = {nullptr, {nullptr, 0}, 0, &state, false};
	ak_rc rc = visit_text(w, text, q);
	emit_payload(w, p, state);
	return rc;
}

} // extern "C"
