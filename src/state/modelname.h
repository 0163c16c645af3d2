/* Are two names of models names of one model? By the rules by which providers and gateways write them, never by likeness. */
#ifndef AK_STATE_MODELNAME_H
#define AK_STATE_MODELNAME_H

enum ak_model_relation {
	AK_MODEL_SAME,	  /* letter for letter */
	AK_MODEL_ALIAS,	  /* served as a dated snapshot (gpt-4o, gpt-4o-2024-08-06), or a provider, region or version stands around one of them
			   * (openai/gpt-4o, bedrock/us.anthropic.claude-3-haiku-20240307-v1:0) */
	AK_MODEL_UNTOLD,  /* a snapshot was asked for, and the name served does not say which it is */
	AK_MODEL_OTHER,
};

#ifdef __cplusplus
extern "C" {
#endif

enum ak_model_relation ak_model_relation(const char *asked, const char *served);

#ifdef __cplusplus
}
#endif
#endif
