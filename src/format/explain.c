#include "base/ak.h"

#include "base/text.h"
#include "format/mapper.h"

static void value(struct ak_buf *out, enum ak_field_id f, const struct ak_value *v)
{
	enum ak_type t = ak_fields[f].type;

	if (t == AK_T_BOOL)
		ak_buf_adds(out, v->num ? "true" : "false");
	else if (t == AK_T_INT || t == AK_T_PRESENCE)
		ak_buf_addf(out, "%lld", (long long)v->num);
	else
		ak_text_safe(out, v->text);
}

static const char *unreadable(enum ak_field_id f)
{
	return ak_fields[f].type == AK_T_TIME ? "(a time of another form, or one that needs `zone`)" : "(does not fit)";
}

void ak_mapper_explain(const struct ak_mapper *mp, const struct ak_record *last, struct ak_buf *out)
{
	static const char *const reasons[] = {
		[AK_ABSENT_NOT_MAPPED] = "(not in this format)",
		[AK_ABSENT_NULL] = "(not given)",
		[AK_ABSENT_SENTINEL] = "(stands for nothing)",
		[AK_ABSENT_DROPPED] = "(removed)",
	};

	for (int i = 0; i < AK_F_COUNT; i++) {
		enum ak_field_id f = (enum ak_field_id)i;
		const char *rule = mp->m->rule_text[f];
		const struct ak_value *v = &last->v[f];

		if (!ak_field_of(f, last->kind) || (!rule && !v->set))
			continue;
		ak_buf_addf(out, "%-22s  ", ak_fields[f].column);
		if (v->set)
			value(out, f, v);
		else if (mp->m->rule[f] && mp->last[f] >= 0)
			ak_buf_adds(out, mp->last[f] == AK_ABSENT_INVALID ? unreadable(f) : reasons[mp->last[f]]);
		else
			ak_buf_adds(out, mp->m->rule[f] ? reasons[AK_ABSENT_DROPPED] : reasons[AK_ABSENT_NULL]);
		ak_buf_addf(out, "  %s\n", rule ? rule : "(derived)");
	}
}
