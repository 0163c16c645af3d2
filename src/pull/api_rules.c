#include "base/ak.h"
#include "pull/api.h"

static const struct ak_yaml_rule doc_rules[] = {
	{.name = "page", .type = AK_Y_STR, .required = true},
	{.name = "read", .type = AK_Y_STR, .required = true},
	{0},
};

static const struct ak_yaml_rule auth_rules[] = {
	{.name = "header", .type = AK_Y_STR, .required = true},
	{.name = "scheme", .type = AK_Y_STR},
	{.name = "env", .type = AK_Y_STR, .required = true},
	{.name = "needs", .type = AK_Y_STR},
	{0},
};

static const struct ak_yaml_rule value_rules[] = {{.name = "*", .type = AK_Y_SCALAR}, {0}};
static const struct ak_yaml_rule word_rules[] = {{.name = "*", .type = AK_Y_STR}, {0}};

static const struct ak_yaml_rule window_rules[] = {
	{.name = "from", .type = AK_Y_STR, .required = true},
	{.name = "to", .type = AK_Y_STR, .required = true},
	{.name = "as", .type = AK_Y_STR, .required = true},
	{.name = "align", .type = AK_Y_STR},
	{0},
};

static const struct ak_yaml_rule paging_rules[] = {
	{.name = "by", .type = AK_Y_STR, .required = true},
	{.name = "send", .type = AK_Y_STR},
	{.name = "from", .type = AK_Y_STR},
	{.name = "more", .type = AK_Y_STR},
	{.name = "pages", .type = AK_Y_STR},
	{.name = "total", .type = AK_Y_STR},
	{.name = "first", .type = AK_Y_INT},
	{0},
};

static const struct ak_yaml_rule each_rules[] = {
	{.name = "path", .type = AK_Y_STR, .required = true},
	{.name = "records", .type = AK_Y_STR, .required = true},
	{.name = "id", .type = AK_Y_STR, .required = true},
	{0},
};

static const struct ak_yaml_rule stream_rules[] = {
	{.name = "title", .type = AK_Y_STR},
	{.name = "path", .type = AK_Y_STR},
	{.name = "formats", .type = AK_Y_STR_OR_LIST},
	{.name = "records", .type = AK_Y_STR},
	{.name = "params", .type = AK_Y_MAP},
	{.name = "window", .type = AK_Y_MAP, .of = window_rules},
	{.name = "passes", .type = AK_Y_LIST, .of = value_rules},
	{.name = "paging", .type = AK_Y_MAP, .of = paging_rules},
	{.name = "overlap", .type = AK_Y_STR},
	{.name = "each", .type = AK_Y_MAP, .of = each_rules},
	{.name = "status", .type = AK_Y_STR},
	{.name = "notes", .type = AK_Y_STR_OR_LIST},
	{0},
};

static const struct ak_yaml_rule streams_rules[] = {{.name = "*", .type = AK_Y_MAP, .of = stream_rules}, {0}};

const struct ak_yaml_rule ak_api_rules[] = {
	{.name = "id", .type = AK_Y_STR, .required = true},
	{.name = "title", .type = AK_Y_STR, .required = true},
	{.name = "docs", .type = AK_Y_LIST, .of = doc_rules},
	{.name = "base", .type = AK_Y_STR},
	{.name = "auth", .type = AK_Y_MAP, .required = true, .of = auth_rules},
	{.name = "headers", .type = AK_Y_MAP, .of = word_rules},
	{.name = "needs", .type = AK_Y_MAP, .of = word_rules},
	{.name = "defaults", .type = AK_Y_MAP, .of = stream_rules},
	{.name = "streams", .type = AK_Y_MAP, .required = true, .of = streams_rules},
	{0},
};
