-- The workspace, version 1. A sentence per table, a comment per column. The record tables (request, audit_event,
-- app_event, usage, ticket, access_grant, api_key, provider_call, dlp_verdict, quota_event, settlement, price,
-- config_snapshot) are made from model/fields.def after this file; their fixed columns are described at the end. Rows of the ledger are never updated: triggers refuse it. Triggers protect against accidents
-- only; what detects tampering is a checkpoint that is kept elsewhere.

-- Settings of this workspace, one row each: workspace id, creation time, ledger size and frontier, key ids.
CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- A source is a logical export stream, such as the production gateway; exports and files hang below it.
CREATE TABLE source(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,       -- chosen by --source or policy.yaml, else the format's id
  system TEXT,                     -- product the records come from; two sources of one system corroborate each other
  format TEXT NOT NULL,            -- mapping id of its first export
  owner TEXT                       -- who answers for it, declared; NULL = undeclared
) STRICT;

-- An ingest run: one call of the program that wrote.
CREATE TABLE run(
  id INTEGER PRIMARY KEY,
  started TEXT NOT NULL,           -- RFC 3339 UTC
  version TEXT NOT NULL,           -- of the program
  options TEXT NOT NULL,           -- JSON of parsed options; no argv, no paths
  policy TEXT                      -- SHA-256 of policy.yaml in force, NULL = none
) STRICT;

-- A mapping or policy text that was used, kept so that a packet can carry it.
CREATE TABLE document(
  digest TEXT PRIMARY KEY,         -- SHA-256 of the text, lower hex
  kind TEXT NOT NULL,              -- mapping or policy
  name TEXT NOT NULL,              -- mapping id or policy.yaml
  version TEXT,                    -- mapping version
  text TEXT NOT NULL               -- the YAML as it was
) STRICT, WITHOUT ROWID;

-- An export is what one argument of an ingest brought: a file, a folder, an archive or standard input.
CREATE TABLE export(
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES source(id),
  run INTEGER NOT NULL REFERENCES run(id), -- that read it; after an interruption the one that went on
  name TEXT NOT NULL,              -- base name, scanned and made safe
  exported_at TEXT,                -- when the source produced it
  exported_at_basis TEXT,          -- declared, file time, retrieved (a pull) or unknown
  query TEXT,                      -- query or filter that produced it, declared (--query or policy)
  state TEXT NOT NULL CHECK(state IN ('partial', 'complete', 'incomplete', 'interrupted'))
) STRICT;

-- A file is one named byte stream of an export. Counts obey in = stored + duplicate + rejected + blank + excluded + expired.
CREATE TABLE file(
  id INTEGER PRIMARY KEY,
  export INTEGER NOT NULL REFERENCES export(id),
  name TEXT NOT NULL,              -- base name, or archive!member; scanned and made safe
  codec TEXT NOT NULL,             -- none, gzip, zstd or xz
  mapping TEXT NOT NULL,           -- digest of the mapping (document), '' when the format was not recognised
  format TEXT NOT NULL,            -- mapping id
  detected TEXT NOT NULL,          -- why this format: the signs that matched, or --format
  sha256 TEXT,                     -- of the bytes as given; NULL for archive members until the archive is read
  bytes INTEGER,                   -- as given
  decoded_sha256 TEXT,             -- of the decoded stream
  decoded_bytes INTEGER,
  records_in INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0,
  duplicate INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  blank INTEGER NOT NULL DEFAULT 0,
  excluded INTEGER NOT NULL DEFAULT 0,
  expired INTEGER NOT NULL DEFAULT 0,
  conflict INTEGER NOT NULL DEFAULT 0,    -- part of stored: same natural key, other content
  superseded INTEGER NOT NULL DEFAULT 0,  -- part of stored: an older revision of the same identity
  first_us INTEGER,                -- earliest and latest event time stored or seen again, microseconds
  last_us INTEGER,
  query TEXT,                      -- dimensions this export was grouped by, derived; NULL unless usage
  has_more INTEGER,                -- 1 = the last page says that more pages follow
  state TEXT NOT NULL CHECK(state IN ('partial', 'complete', 'incomplete', 'interrupted')),
  next_offset INTEGER NOT NULL DEFAULT 0, -- resume: decoded offset behind the last committed record
  check_offset INTEGER NOT NULL DEFAULT 0, -- resume: decoded offset at which check_sha256 was taken
  check_sha256 TEXT,               -- resume: digest of the decoded bytes before check_offset
  request TEXT,                    -- of a page that was pulled from an API: what was asked, without credentials; NULL = a file
  saved INTEGER,                   -- of such a page: 1 = the user keeps its bytes (pull --save), 0 = the original is not retained
  CHECK(records_in = stored + duplicate + rejected + blank + excluded + expired)
) STRICT;

CREATE INDEX file_export ON file(export);

-- How far the pulls of a source have come: the period that is complete, and of an interrupted one where to go on. Written with
-- the records it speaks of.
CREATE TABLE pull(
  source TEXT PRIMARY KEY,         -- name of the source, which may not have a record yet
  state TEXT NOT NULL              -- JSON: through, window, pass, parent, cursor, page, pages
) STRICT, WITHOUT ROWID;

-- Which record stands for an identity, and how often one export showed it (DECISIONS: multiplicity is a maximum), where
-- that is not the plain case: one record, shown once. The plain ones stand in the identity runs only.
CREATE TABLE identity(
  id BLOB PRIMARY KEY,             -- 16 bytes, keyed
  seq INTEGER,                     -- newest record of this identity; NULL = tombstone of a disposed record
  export INTEGER NOT NULL,         -- export that showed it last
  shown INTEGER NOT NULL,          -- times that export has shown it so far
  kept INTEGER NOT NULL            -- records stored for it
) STRICT, WITHOUT ROWID;

-- Indexes that grow by sorted runs (store/runs.h): identity (16 bytes -> ledger seq and export) and lookup (64-bit hash
-- of an identifier -> seq; the value itself stands in the record's columns). Can be rebuilt from the records.
CREATE TABLE index_run(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,           -- 0 identity, 1 lookup
  entries INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  filter BLOB                      -- of identities: which may be there (store/filter.h); NULL = none
) STRICT;

-- A page: entries in order, big-endian; identity 24 bytes (id, seq << 24 | export), lookup 16 bytes (hash, seq).
CREATE TABLE index_page(
  id INTEGER PRIMARY KEY,          -- run << 24 | number of the page
  data BLOB NOT NULL
) STRICT;

-- Finds the page of a key.
CREATE TABLE index_fence(
  run INTEGER NOT NULL,
  first INTEGER NOT NULL,          -- first 64 bits of the page's first key, minus 2^63
  page INTEGER NOT NULL,
  PRIMARY KEY(run, first, page)
) STRICT, WITHOUT ROWID;

-- Further values of an identifier that a record's own column does not hold.
CREATE TABLE alias(
  seq INTEGER NOT NULL,
  field TEXT NOT NULL,             -- column of the record table
  value TEXT NOT NULL,
  PRIMARY KEY(seq, field, value)
) STRICT, WITHOUT ROWID;

-- An older revision of a record; totals leave it out.
CREATE TABLE superseded(
  seq INTEGER PRIMARY KEY,
  by_seq INTEGER NOT NULL          -- the newer record
) STRICT;

-- Two sources of one system that recorded the same attempt: the other record of a pair counts, this one is a second witness.
-- Derived from identifiers (store/corroborate.h) and recomputed by verify; no part of the ledger.
CREATE TABLE corroboration(
  seq INTEGER PRIMARY KEY,         -- the request record that counts nowhere; of a call of several entries each of them
  of_seq INTEGER NOT NULL,         -- the request record of the same attempt that counts; of several entries the first
  field TEXT NOT NULL              -- identifier column in which both are equal
) STRICT;

CREATE INDEX corroboration_of ON corroboration(of_seq);

-- What is wrong or odd in the data: rejects, conflicts, suspected caps. Never holds input bytes.
CREATE TABLE diag(
  id INTEGER PRIMARY KEY,
  export INTEGER NOT NULL,
  file INTEGER,
  severity TEXT NOT NULL CHECK(severity IN ('reject', 'warning', 'notice')),
  rule TEXT NOT NULL,              -- stable reason code
  rec_no INTEGER,                  -- 1-based record number in the file
  byte_offset INTEGER,             -- in the decoded stream
  byte_length INTEGER,
  field TEXT,                      -- column concerned
  n INTEGER NOT NULL DEFAULT 1,    -- occurrences this row stands for
  detail TEXT,                     -- words of the program's own
  hash TEXT                        -- rejects: HMAC of the raw bytes, 32 hex
) STRICT;

CREATE INDEX diag_export ON diag(export);

-- Fields that the mapping does not name: path, type, count, longest length; never a value.
CREATE TABLE unknown_field(
  export INTEGER NOT NULL,
  path TEXT NOT NULL,
  type TEXT NOT NULL,
  n INTEGER NOT NULL,
  max_length INTEGER NOT NULL,
  first_rec INTEGER NOT NULL,
  PRIMARY KEY(export, path, type)
) STRICT, WITHOUT ROWID;

-- What redaction did: counts per field, rule and action; never a value.
CREATE TABLE redaction(
  export INTEGER NOT NULL,
  field TEXT NOT NULL,             -- column, or a source path for what was not collected
  rule TEXT NOT NULL,
  action TEXT NOT NULL,            -- removed, hashed, masked, sanitised, not collected
  n INTEGER NOT NULL,
  PRIMARY KEY(export, field, rule, action)
) STRICT, WITHOUT ROWID;

-- Payload as it arrived, before it was removed, per source path.
CREATE TABLE payload(
  export INTEGER NOT NULL,
  path TEXT NOT NULL,
  role TEXT NOT NULL,              -- prompt, completion or other
  present INTEGER NOT NULL,
  masked INTEGER NOT NULL,         -- the source had put a mask in its place
  absent INTEGER NOT NULL,
  PRIMARY KEY(export, path)
) STRICT, WITHOUT ROWID;

-- What an export brought, per record kind, as it came: the report after an ingest does not read the records again.
CREATE TABLE export_kind(
  export INTEGER NOT NULL,
  kind TEXT NOT NULL,              -- record table
  records INTEGER NOT NULL,        -- stored
  payload_present INTEGER NOT NULL, -- records that came with prompt or completion
  payload_masked INTEGER NOT NULL, -- records where the source had masked what there was of them
  PRIMARY KEY(export, kind)
) STRICT, WITHOUT ROWID;

-- Why fields have no value: counts per reason.
CREATE TABLE absent(
  export INTEGER NOT NULL,
  field TEXT NOT NULL,
  reason TEXT NOT NULL,            -- null at source, sentinel, dropped by policy, invalid
  n INTEGER NOT NULL,
  PRIMARY KEY(export, field, reason)
) STRICT, WITHOUT ROWID;

-- Leaves of the ledger that are no records: source files, mappings, policies, statements, holds, disposals, anchors, and
-- rotations of the pseudonym key (kind pseudonym_key).
CREATE TABLE ledger_entry(
  seq INTEGER PRIMARY KEY,         -- position in the ledger, shared with the record tables
  kind TEXT NOT NULL,              -- source_file, mapping, policy, statement, hold, release, disposal, access
  time TEXT NOT NULL,              -- RFC 3339 UTC, when it was written
  body TEXT,                       -- JSON (RFC 8785); NULL once disposed
  salt BLOB,                       -- 16 bytes; NULL once disposed
  leaf BLOB NOT NULL CHECK(length(leaf) = 32)
) STRICT;

-- Requests by column, beside their rows (store/columns.h): which records a segment holds. Can be made again from the records.
CREATE TABLE column_segment(
  id INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  records INTEGER NOT NULL,
  first_us INTEGER,                -- earliest and latest time of its records, NULL = all are undated
  last_us INTEGER,
  undated INTEGER NOT NULL         -- records without a time
) STRICT;

-- One column of one segment.
CREATE TABLE column_page(
  id INTEGER PRIMARY KEY,          -- segment << 8 | number of the column
  data BLOB NOT NULL
) STRICT;

-- Roots of complete runs of 256 leaves, so that proofs need few reads; can be rebuilt.
CREATE TABLE tile(
  idx INTEGER PRIMARY KEY,         -- leaves 256 * idx to 256 * idx + 255
  hash BLOB NOT NULL CHECK(length(hash) = 32)
) STRICT;

-- Signed tree heads (C2SP tlog-checkpoint), one per ingest.
CREATE TABLE checkpoint(
  size INTEGER PRIMARY KEY,        -- leaves covered
  root TEXT NOT NULL,              -- base64
  time TEXT NOT NULL,              -- RFC 3339 UTC
  run INTEGER NOT NULL REFERENCES run(id),
  note TEXT NOT NULL               -- the signed note
) STRICT;

-- Retention classes in force, from policy.yaml; `keep_days` NULL = not chosen, -1 = forever by explicit choice.
CREATE TABLE retention_class(
  class TEXT NOT NULL,             -- record kind, or packet
  since TEXT NOT NULL,             -- RFC 3339 UTC
  keep_days INTEGER,
  why TEXT,
  how TEXT,                        -- deletion, as declared
  policy TEXT NOT NULL,            -- digest of the policy
  PRIMARY KEY(class, since)
) STRICT, WITHOUT ROWID;

-- Legal holds: what a disposal may not touch.
CREATE TABLE hold(
  id INTEGER PRIMARY KEY,
  placed_seq INTEGER NOT NULL,     -- ledger entry that placed it
  released_seq INTEGER,            -- ledger entry that released it
  selector TEXT NOT NULL           -- JSON: source, key, actor, tenant, trace or period
) STRICT;

-- Disposals: each covers a range of the ledger and is itself a ledger entry.
CREATE TABLE disposal(
  seq INTEGER NOT NULL,            -- ledger entry of the disposal
  first_seq INTEGER NOT NULL,      -- bodies and salts of these leaves are gone, the leaves stay
  last_seq INTEGER NOT NULL,
  class TEXT NOT NULL,
  PRIMARY KEY(seq, first_seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER ledger_entry_fixed BEFORE UPDATE OF seq, kind, time, leaf ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER checkpoint_fixed BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoint_kept BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
