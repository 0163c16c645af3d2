"""auditkit's own exports: each column is what the export says it is."""
import csv
import io
import json


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def record(r):
    return r["kind"], {c: v for c, v in r["fields"].items() if not isinstance(v, (list, dict))}


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def row(r):
    plain = {c: v[1:] if v and v.startswith("'") else v for c, v in r.items()}
    return plain["auditkit_kind"], {c: v for c, v in plain.items() if not c.startswith("auditkit_") and c != "changes"}


FORMATS = {"auditkit-records": (lines, record), "auditkit-records-csv": (rows, row)}
