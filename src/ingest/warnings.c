/* What is said of a file once all of it is stored. */
#include "base/ak.h"

#include "ingest/warnings.h"

#include <stdio.h>

static enum ak_rc warn(const struct ak_warnings *w, const char *rule, uint64_t n, const char *detail, struct ak_err *err)
{
	struct ak_diag_row row = {.export_ = w->export_, .file = w->file->id, .severity = "warning", .rule = rule, .n = n, .detail = detail};

	return n ? ak_register_diag(w->s, &row, err) : AK_OK;
}

/* Exactly as many records as a limit: what lies beyond may be missing (F037), unless the last page says that nothing does. Limits
 * of the format, else of exports at large. */
static enum ak_rc warn_of_cap(const struct ak_warnings *w, struct ak_err *err)
{
	static const uint64_t caps[] = {1000, 5000, 10000, 50000, 100000, 1000000, 1500000};
	const struct ak_cap *cap = NULL;
	uint64_t in = w->file->counts.in;
	char detail[160];

	for (size_t i = 0; w->mapping && (cap = ak_mapping_cap(w->mapping, i)); i++)
		if (in == cap->rows) {
			snprintf(detail, sizeof detail, "exactly the limit of %s; check for a further part", cap->what);
			return warn(w, "suspected_cap", in, detail, err);
		}
	for (size_t i = 0; i < AK_COUNT(caps); i++)
		if (in == caps[i])
			return warn(w, "suspected_cap", in, "exactly a known export limit; check for a further part", err);
	return AK_OK;
}

/* Records that were stored under a key that is deleted cannot be told from new ones. */
static enum ak_rc warn_of_gone(const struct ak_warnings *w, struct ak_err *err)
{
	const struct ak_file_row *f = w->file;
	bool meets = false;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < w->ngone && !meets && f->counts.stored && rc == AK_OK; i++)
		rc = ak_key_period_meets(w->s, &w->gone[i], f->format, f->first_us, f->last_us, &meets, err);
	if (rc == AK_OK && meets)
		rc = warn(w, "key_deleted", f->counts.stored, "records were stored in a time of which there are rows under a pseudonym key "
							      "that is deleted: they cannot be compared, some may be stored twice", err);
	return rc;
}

/* Without a key of its own a record is known by its content, so what another mapping makes of it is another record. */
static enum ak_rc warn_of_twice(const struct ak_warnings *w, struct ak_err *err)
{
	bool twice = false;
	enum ak_rc rc = w->mapping && !w->remap && w->file->counts.stored
				? ak_register_mapped_otherwise(w->s, w->file, &twice, err)
				: AK_OK;

	if (rc != AK_OK || !twice)
		return rc;
	return warn(w, "mapped_twice", w->file->counts.stored,
		    "records were stored a second time: the mapping has changed since these bytes were read; "
		    "'auditkit ingest --remap', with all files of the source, lets them count once",
		    err);
}

enum ak_rc ak_warnings_put(const struct ak_warnings *w, struct ak_err *err)
{
	const struct {
		const char *rule;
		uint64_t n;
		const char *detail;
	} said[] = {
		{"id_not_unique", w->repeated_keys, "records share a natural key but differ in content; all are kept"},
		{"undated", w->undated,
		 "records without a time that can be read; kept, in no period: look with `auditkit formats try`; times without a zone"
		 " need zone: in the mapping, then ingest --remap"},
		{"odd_time", w->odd_times, "records with a time before 2015 or in the future; kept, out of timelines"},
		{"bad_number", w->bad_numbers, "records with a count or amount below zero or over the bounds; kept, out of totals"},
		{"mapped_before", w->mapped_before,
		 "records stand as the mapping of then made them; 'auditkit ingest --remap', with all files of the source, makes them"
		 " follow"},
		{"has_more", w->file->has_more == 1, "the last page says that more pages follow"},
		{"remapped", w->replaced, "records of the mapping before are superseded by those of this one"},
		{"remap_unmatched", w->unmatched, "records of the mapping before have no counterpart in this one; they count on"},
	};
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(said) && rc == AK_OK; i++)
		rc = warn(w, said[i].rule, said[i].n, said[i].detail, err);
	if (rc == AK_OK)
		rc = warn_of_twice(w, err);
	if (rc == AK_OK && w->file->has_more != 0)
		rc = warn_of_cap(w, err);
	return rc == AK_OK ? warn_of_gone(w, err) : rc;
}
