/* Names of models: which are names of one (state/modelname.h). */
#include "base/ak.h"
#include "state/modelname.h"

#include "tap.h"

int main(void)
{
	static const struct {
		const char *asked, *served;
		enum ak_model_relation is;
	} rows[] = {
		{"gpt-4o", "gpt-4o", AK_MODEL_SAME},
		{"gpt-4o", "gpt-4o-2024-08-06", AK_MODEL_ALIAS},
		{"gpt-4", "gpt-4-0613", AK_MODEL_ALIAS},
		{"gemini-2.0-flash", "gemini-2.0-flash-001", AK_MODEL_ALIAS},
		{"openai/gpt-4o", "gpt-4o-2024-08-06", AK_MODEL_ALIAS},
		{"azure/gpt-4o", "gpt-4o", AK_MODEL_ALIAS},
		{"gpt-4o", "azure/gpt-4o", AK_MODEL_ALIAS},
		{"bedrock/us.anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307", AK_MODEL_ALIAS},
		{"claude-sonnet-4", "eu.anthropic.claude-sonnet-4-20250514-v1:0", AK_MODEL_ALIAS},
		{"claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", AK_MODEL_ALIAS},
		{"claude-3-5-sonnet@20240620", "claude-3-5-sonnet-20241022", AK_MODEL_OTHER},
		{"gpt-4o", "gpt-4o-mini", AK_MODEL_OTHER},
		{"gpt-4", "gpt-4-32k", AK_MODEL_OTHER},
		{"claude-3", "claude-3-5", AK_MODEL_OTHER},
		{"gpt-4o", "gpt-4o-mini-2024-07-18", AK_MODEL_OTHER},
		{"gpt-4o-2024-05-13", "gpt-4o-2024-08-06", AK_MODEL_OTHER},
		{"gpt-4o-2024-05-13", "gpt-4o", AK_MODEL_UNTOLD},
		{"chat-fast", "gpt-4o", AK_MODEL_OTHER},
		{"", "gpt-4o", AK_MODEL_OTHER},
		{"/", ":0", AK_MODEL_OTHER},
	};

	for (size_t i = 0; i < AK_COUNT(rows); i++)
		is_int((int64_t)ak_model_relation(rows[i].asked, rows[i].served), (int64_t)rows[i].is, rows[i].asked);
	return done_testing();
}
