#include "base/ak.h"
#include "state/modelname.h"

static bool take_start(struct ak_str *s, const char *start)
{
	struct ak_str head = *s;
	size_t n = strlen(start);

	if (s->n <= n)
		return false;
	head.n = n;
	if (!ak_str_eq_fold(head, ak_str_of(start)))
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

static size_t digits_at_end(struct ak_str s)
{
	size_t n = 0;

	while (n < s.n && ak_is_digit((unsigned char)s.p[s.n - n - 1]))
		n++;
	return n;
}

/* Bedrock's "-v1:0": a revision of the deployment. */
static void drop_version(struct ak_str *s)
{
	struct ak_str v = *s;
	size_t n = digits_at_end(v);

	if (n && v.n > n && v.p[v.n - n - 1] == ':')
		v.n -= n + 1;
	n = digits_at_end(v);
	if (n && v.n > n + 2 && v.p[v.n - n - 1] == 'v' && v.p[v.n - n - 2] == '-')
		s->n = v.n - n - 2;
}

/* The model without what stands around it: "bedrock/us.anthropic.NAME-v1:0", "openai/NAME", "models/NAME". */
static struct ak_str bare(const char *name)
{
	static const char *const regions[] = {"us-gov.", "us.", "eu.", "apac.", "jp.", "au.", "ca.", "global."};
	static const char *const makers[] = {"anthropic.", "amazon.", "meta.", "mistral.", "cohere.", "ai21.", "deepseek.", "openai.", "qwen.", "stability.", "writer."};
	const char *slash = strrchr(name, '/');
	struct ak_str s = ak_str_of(slash && slash[1] ? slash + 1 : name);

	for (size_t i = 0; i < AK_COUNT(regions); i++)
		if (take_start(&s, regions[i]))
			break;
	for (size_t i = 0; i < AK_COUNT(makers); i++)
		if (take_start(&s, makers[i]))
			break;
	drop_version(&s);
	return s;
}

/* "-2024-08-06", "-20250514", "@20240620", "-0613", "-001": a snapshot's date or number. A shorter number is of the model's name. */
static bool is_snapshot(struct ak_str rest)
{
	size_t digits = 0;

	if (rest.n < 4 || (rest.p[0] != '-' && rest.p[0] != '@'))
		return false;
	for (size_t i = 1; i < rest.n; i++)
		if (ak_is_digit((unsigned char)rest.p[i]))
			digits++;
		else if (rest.p[i] != '-')
			return false;
	return digits == 3 || digits == 4 || digits == 6 || digits == 8;
}

static bool is_dated_form_of(struct ak_str plain, struct ak_str dated)
{
	struct ak_str head = dated, rest = dated;

	if (dated.n <= plain.n)
		return false;
	head.n = plain.n;
	rest.p += plain.n;
	rest.n -= plain.n;
	return ak_str_eq_fold(head, plain) && is_snapshot(rest);
}

/* "-latest" is whatever snapshot is the newest. */
static void drop_latest(struct ak_str *s)
{
	const char tail[] = "-latest";
	size_t n = sizeof tail - 1;

	if (s->n > n && ak_str_eq_fold(ak_str_n(s->p + s->n - n, n), ak_str_of(tail)))
		s->n -= n;
}

enum ak_model_relation ak_model_relation(const char *asked, const char *served)
{
	struct ak_str a = bare(asked), s = bare(served);

	if (strcmp(asked, served) == 0)
		return AK_MODEL_SAME;
	drop_latest(&a);
	if (ak_str_eq_fold(a, s) || is_dated_form_of(a, s))
		return AK_MODEL_ALIAS;
	return is_dated_form_of(s, a) ? AK_MODEL_UNTOLD : AK_MODEL_OTHER;
}
