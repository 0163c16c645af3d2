#include "base/ak.h"
#include "cmd/packet_like.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/time.h"
#include "packet/past.h"

/* What the packet has, unless the option gives another; the difference is told. */
static const char *text(struct ak_ctx *c, const char *option, const char *was)
{
	const char *given = ak_args_text(c->args, option);

	if (!given)
		return was ? ak_arena_z(&c->arena, ak_str_of(was)) : NULL;
	if (!was || strcmp(given, was) != 0)
		ak_io_note(c->io, "differs", "--%s %s, not %s", option, given, was ? was : "left out");
	return given;
}

static enum ak_rc bound(struct ak_ctx *c, const char *option, const json_t *period, const char *member, int64_t *us, struct ak_err *err)
{
	const char *was = ak_jtxt(period, member, NULL), *given = ak_args_text(c->args, option);
	char now[32];

	if (given && (!was || strcmp(ak_time_z(*us, 0, now), was) != 0))
		ak_io_note(c->io, "differs", "--%s %s, not %s", option, given, was ? was : "open");
	return given || !was ? AK_OK : ak_time_arg(was, 0, us, err);
}

static bool any_scope(const struct ak_ctx *c)
{
	return ak_args_list(c->args, "user") || ak_args_list(c->args, "app") || ak_args_list(c->args, "key") || ak_args_list(c->args, "resource");
}

static enum ak_rc scope(struct ak_ctx *c, const json_t *packet, struct ak_err *err)
{
	const json_t *filters = json_object_get(json_object_get(packet, "scope"), "filters");
	struct ak_buf b;
	const char *name;
	json_t *v;

	if (!json_object_size(filters)) {
		if (any_scope(c))
			ak_io_note(c->io, "differs", "this one has a scope, that one had none");
		return AK_OK;
	}
	if (any_scope(c))
		return AK_OK;
	ak_buf_init(&b, 1 << 12);
	json_object_foreach((json_t *)filters, name, v)
		ak_buf_addf(&b, " --%s VALUE", name);
	ak_hint(err, "give it again:%s", b.p);
	ak_buf_release(&b);
	return ak_fail(err, AK_EXIT_USAGE, "that packet has a scope, whose values it holds as pseudonyms of its own");
}

enum ak_rc ak_packet_like(struct ak_ctx *c, struct ak_packet_opts *o, const char **view, struct ak_err *err)
{
	const char *path = ak_args_text(c->args, "like");
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	const json_t *period;
	enum ak_rc rc;

	*view = ak_args_text(c->args, "view");
	if (!path)
		return AK_OK;
	rc = ak_past_json(path, "data/packet.json", &packet, err);
	if (rc == AK_END)
		rc = ak_fail(err, AK_EXIT_INPUT, "the packet given with --like has no packet.json");
	if (rc != AK_OK)
		return rc;
	period = json_object_get(packet, "period");
	if ((rc = bound(c, "from", period, "from", &o->from_us, err)) != AK_OK || (rc = bound(c, "to", period, "to", &o->to_us, err)) != AK_OK ||
	    (rc = scope(c, packet, err)) != AK_OK)
		return rc;
	*view = text(c, "view", ak_jtxt(json_object_get(packet, "view"), "name", NULL));
	o->reviewer = text(c, "reviewer", ak_jtxt(packet, "reviewer", NULL));
	o->approved_by = text(c, "approved-by", ak_jtxt(packet, "approved_by", NULL));
	o->sample = (size_t)ak_jnum(json_object_get(packet, "sample"), "size");
	if (!o->previous)
		ak_io_note(c->io, "hint", "with --previous the packet also says what changed since that one");
	o->rows = json_is_true(json_object_get(packet, "rows"));
	o->tables_most = ak_jnum(packet, "tables_most");
	ak_io_note(c->io, "like", "%s: view %s, reviewer %s", ak_jtxt(packet, "id", "?"), *view ? *view : AK_VIEW_DEFAULT, o->reviewer ? o->reviewer : "nobody named");
	return AK_OK;
}
