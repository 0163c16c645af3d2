/* Admin events that release money: the other side of a refund's chain, from the approval to its settlement row. */
#include "base/ak.h"
#include "chain/money.h"

#include <ctype.h>
#include <strings.h>

#include "chain/row.h"

/* Beginnings of words of an action. */
static const char *const money[] = {"refund", "credit", "void", "adjust", "settle", "chargeback", "reimburs", NULL};
/* With one of these it is about money to come, not about money given back. */
static const char *const settings[] = {"limit", "card", "polic", "setting", "rule", "threshold", "config", "purchas", "auto", NULL};
static const char *const refusals[] = {"reject", "deny", "denied", "declin", "cancel", NULL};
static const char *const requests[] = {"request", "submit", "propos", "draft", "pending", "open", NULL};

static bool word_begins(const char *text, size_t at)
{
	unsigned char c = (unsigned char)text[at], before = at ? (unsigned char)text[at - 1] : '.';

	return !isalpha(before) || (isupper(c) && islower(before));
}

static bool has_word(const char *text, const char *const *beginnings)
{
	for (size_t at = 0; text && text[at]; at++)
		for (size_t i = 0; word_begins(text, at) && beginnings[i]; i++)
			if (strncasecmp(text + at, beginnings[i], strlen(beginnings[i])) == 0)
				return true;
	return false;
}

bool ak_chain_money(const json_t *event)
{
	const char *action = ak_chain_text(event, "action");

	return ak_chain_same(ak_chain_text(event, "category"), "billing") &&
	       (ak_chain_text(event, "settlement") || ak_chain_text(event, "rows") || (has_word(action, money) && !has_word(action, settings)));
}

static void say(json_t *event, const char *state, const char *why)
{
	json_object_set_new(event, "verdict", json_string("settlement"));
	json_object_set_new(event, "settlement_state", json_string(state));
	json_object_set_new(event, "why", json_string(why));
}

static void not_settled(json_t *event)
{
	const char *first = ak_chain_text(event, "settled_first"), *last = ak_chain_text(event, "settled_last"), *id = ak_chain_text(event, "settlement");
	json_t *why = json_sprintf("%s%s%s; the settlement rows here run from %s to %s", id ? "it names settlement row " : "no settlement row names it",
				   id ? id : ", or the request that it names", id ? ", which is in no record" : "", first ? first : "an unknown time",
				   last ? last : "an unknown time");

	say(event, "not settled", json_string_value(why));
	ak_chain_say(event, "missing", "settlement", "no settlement row");
	json_decref(why);
}

void ak_chain_judge_money(json_t *event, bool settlements_known)
{
	json_t *rows = ak_chain_list(event, "rows");
	const char *action = ak_chain_text(event, "action");

	ak_chain_cite_all(event, rows);
	if (has_word(action, refusals))
		say(event, "refused", "it refuses to give money back");
	else if (json_array_size(rows))
		say(event, "settled", "judged with its settlement row");
	else if (has_word(action, requests))
		say(event, "requested", "it asks for money and releases none");
	else if (!settlements_known)
		say(event, "not evaluable", "no settlement rows were ingested");
	else
		not_settled(event);
	json_decref(rows);
}
