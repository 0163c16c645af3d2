/* The only C++ of the tree, because simdjson is C++: the first of its two stages, in the kernel that suits the machine the
 * program runs on. */
#include "base/ak.h"

#include <new>
#include <simdjson.h>

#include "read/json_index.h"

namespace {

constexpr size_t FIRST_CAPACITY = 4096;

ak_json_flaw flaw_of(simdjson::error_code code)
{
	switch (code) {
	case simdjson::SUCCESS:
		return AK_JSON_FLAW_NONE;
	case simdjson::EMPTY:
		return AK_JSON_FLAW_EMPTY;
	case simdjson::UTF8_ERROR:
		return AK_JSON_FLAW_UTF8;
	case simdjson::UNESCAPED_CHARS:
		return AK_JSON_FLAW_CONTROL;
	case simdjson::UNCLOSED_STRING:
		return AK_JSON_FLAW_OPEN;
	case simdjson::MEMALLOC:
		ak_out_of_memory();
	default:
		AK_BUG("a text that simdjson cannot index");
	}
}

} // namespace

struct ak_json_index {
	std::unique_ptr<simdjson::internal::dom_parser_implementation> kernel;
};

/* Room for the positions of n bytes. */
static void grow(ak_json_index *x, size_t n)
{
	size_t capacity = x->kernel ? x->kernel->capacity() : FIRST_CAPACITY;

	while (capacity < n)
		capacity *= 2;
	simdjson::error_code code = x->kernel ? x->kernel->set_capacity(capacity)
					      : simdjson::get_active_implementation()->create_dom_parser_implementation(
							capacity, 1, x->kernel);
	if (code)
		ak_out_of_memory();
}

extern "C" {

struct ak_json_index *ak_json_index_new(void)
{
	std::set_new_handler(ak_out_of_memory); /* the library allocates what it throws nothing for, and C cannot catch */
	return new (ak_alloc_zero(1, sizeof(ak_json_index))) ak_json_index();
}

void ak_json_index_free(struct ak_json_index *x)
{
	if (!x)
		return;
	x->~ak_json_index();
	ak_free(x);
}

enum ak_json_flaw ak_json_index_run(struct ak_json_index *x, struct ak_str text, const uint32_t **at, uint32_t *n)
{
	if (!text.n)
		return AK_JSON_FLAW_EMPTY;
	if (!x->kernel || x->kernel->capacity() < text.n)
		grow(x, text.n);
	simdjson::error_code code = x->kernel->stage1(reinterpret_cast<const uint8_t *>(text.p), text.n,
						      simdjson::stage1_mode::regular);
	if (code)
		return flaw_of(code);
	*n = x->kernel->n_structural_indexes;
	x->kernel->structural_indexes[*n] = static_cast<uint32_t>(text.n);
	*at = x->kernel->structural_indexes.get();
	return AK_JSON_FLAW_NONE;
}

} // extern "C"
