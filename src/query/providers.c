/* Whose calls the providers' own logs tell of. */
#include "base/ak.h"
#include "query/query.h"

#include "query/rows.h"

enum ak_rc ak_query_call_providers(struct ak_store *s, int64_t most, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(most)};
	json_t *rows = NULL, *row;
	size_t i;
	bool whole = true;
	enum ak_rc rc = ak_rows(s, "SELECT provider, sum(n) OVER () AS of, n FROM (SELECT provider, count(*) AS n FROM"
				   " (SELECT provider FROM provider_call WHERE state = 0 LIMIT ?1) GROUP BY 1) ORDER BY 1", p, 1, &rows, err);

	if (rc != AK_OK)
		return rc;
	*out = json_array();
	json_array_foreach(rows, i, row) {
		whole = whole && json_is_string(json_object_get(row, "provider")) && (most < 0 || json_integer_value(json_object_get(row, "of")) < most);
		if (json_is_string(json_object_get(row, "provider")))
			json_array_append(*out, json_object_get(row, "provider"));
	}
	if (!whole)
		json_array_clear(*out);
	json_decref(rows);
	return AK_OK;
}

/* What else a source writes may be any of them. */
bool ak_query_is_provider(struct ak_str name)
{
	static const char *const known[] = {"openai", "anthropic", "aws.bedrock", "azure.ai.openai", "azure.ai.inference", "gcp.vertex_ai", "gcp.gemini",
					    "gcp.gen_ai", "mistral_ai", "cohere", "groq", "deepseek", "x_ai", "perplexity"};

	for (size_t i = 0; i < AK_COUNT(known); i++)
		if (ak_str_eq_fold(name, ak_str_of(known[i])))
			return true;
	return false;
}

static struct ak_str vendor(struct ak_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '.')
			return ak_str_n(name.p, i);
	return name;
}

bool ak_query_no_calls_of(const json_t *providers, struct ak_str provider)
{
	const json_t *v;
	size_t i;

	json_array_foreach((json_t *)providers, i, v) {
		struct ak_str name = ak_str_of(json_string_value(v));

		if (!ak_query_is_provider(name) || ak_str_eq_fold(vendor(name), vendor(provider)))
			return false;
	}
	return json_array_size(providers) > 0 && ak_query_is_provider(provider);
}
