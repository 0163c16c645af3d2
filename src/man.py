#!/usr/bin/env python3
"""Manual pages from the commands' own help: python3 src/man.py AUDITKIT man. A test compares them with what is kept."""
import json
import os
import re
import subprocess
import sys

tool, out = sys.argv[1:3]


def run(*words):
    # Formats of whoever runs this are not meant.
    return subprocess.run([tool, *words], check=True, capture_output=True, text=True, env={**os.environ, "XDG_CONFIG_HOME": os.path.abspath(out)}).stdout


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + l if l[:1] in ".'" else l for l in text.split("\n"))


def page(name, section, summary, parts):
    lines = ['.TH %s %d "November 21, 2026" auditkit "auditkit manual"' % (name.upper(), section), ".SH NAME",
             roff(name) + " \\- " + roff(summary)]
    for title, kind, body in parts:
        lines.append(".SH " + title)
        lines += [".nf", roff(body), ".fi"] if kind == "nf" else [body if kind == "raw" else roff(body).replace("\n\n", "\n.PP\n")]
    with open("%s/%s.%d" % (out, name, section), "w") as f:
        f.write("\n".join(lines) + "\n")


def command(words):
    text = run("help", *words.split())
    head, rest = text.split("\n\n", 1)
    summary = head.split(": ", 1)[1].replace("\n", " ")
    usage, rest = rest.split("\n\n", 1) if "\n\n" in rest else (rest, "")
    parts = [("SYNOPSIS", "nf", usage.replace("usage: ", ""))]
    body = []
    for block in rest.strip("\n").split("\n\n"):
        title = block.split("\n", 1)[0]
        if title in ("options", "global options", "examples"):
            parts.append((title.upper(), "nf", block.split("\n", 1)[1]))
        else:
            body.append(block)
    if body:
        parts.insert(1, ("DESCRIPTION", "p", "\n\n".join(body)))
    parts.append(("SEE ALSO", "p", "auditkit(1)"))
    page("auditkit-" + words.replace(" ", "-"), 1, summary, parts)


def exits():
    """The numbers and their comments from the one declaration."""
    text = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "base/err.h")).read()
    rows = re.findall(r"AK_EXIT_\w+ = (\d+),?\s*/\* (.*?) \*/", text)
    return "\n".join("%-4s%s" % row for row in rows)


def fields():
    """auditkit-fields(5): the dictionary as it is compiled in."""
    rows = json.loads(run("fields", "--json"))["fields"]
    parts = [("DESCRIPTION", "p", "What a stored record can hold. A field that is not listed here is not stored. The name is the key in JSON and in the"
              " ledger, the column stands in brackets; then type and what redaction does by default, what it means and why it is needed."
              " auditkit fields prints the same.")]
    for group, title in (("what", "WHAT HAPPENED"), ("who", "WHO ACTED"), ("how_much", "HOW MUCH")):
        body = []
        for f in (r for r in rows if r["group"] == group):
            unit = " in " + f["unit"] if f["unit"] else ""
            body.append(".TP\n.BR %s \" (%s)\"\n%s%s, %s. In %s.\n%s. Needed to %s." % (
                roff(f["name"]), roff(f["column"]), f["type"], roff(unit), f["redaction"], ", ".join(f["kinds"]),
                roff(f["meaning"][0].upper() + f["meaning"][1:]), roff(f["purpose"])))
        parts.append((title, "raw", "\n".join(body)))
    parts.append(("EXAMPLES", "nf", "  auditkit fields\n  auditkit fields show gen_ai.usage.input_tokens"))
    parts.append(("SEE ALSO", "p", "auditkit-fields(1), auditkit-formats(5)"))
    page("auditkit-fields", 5, "the field dictionary", parts)


def formats():
    """The table in auditkit-formats(5): what the files of built-in formats say of themselves."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(here + "/man/auditkit-formats.5") as f:
        before, rest = f.read().split(".SH BUILT-IN FORMATS\n")
    after = rest[rest.index(".SH "):]
    rows = [f for f in json.loads(run("formats", "--json"))["formats"] if f["origin"] == "built in"]
    real = sum(f["status"] != "from docs" for f in rows)
    lines = [roff("%d formats, %d of them verified on a real export, the others made from documentation: id, container, record"
                  " kinds, then the pages with the dates they were read." % (len(rows), real))]
    for f in rows:
        pages = "; ".join("%s (%s)" % (d["page"], d["read"]) for d in f["doc"])
        lines.append(".TP\n.BR %s \" (%s: %s)\"\n%s.\n%s." % (
            roff(f["id"]), f["container"], roff(", ".join(f["kinds"])), roff(f["title"]), roff(f["status"][0].upper() + f["status"][1:])))
        if pages:
            lines.append(roff(pages + "."))
    with open(out + "/auditkit-formats.5", "w") as f:
        f.write(before + ".SH BUILT-IN FORMATS\n" + "\n".join(lines) + "\n" + after)


ENVIRONMENT = (
    ("AUDITKIT_WORKSPACE", "The workspace, unless -w names one."),
    ("AUDITKIT_DATA", "The folder with samples and templates, where they are not installed."),
    ("AUDITKIT_SANDBOX", "A command opens what its arguments name, then closes a sandbox around itself: with Landlock and"
     " seccomp it can open nothing else, use no network and run no program. The network of pull is a"
     " second process with a sandbox of its own. on (or not set) uses what the kernel or container"
     " has; if that is there and fails, the command stops with 71. require stops also where it is not there. off makes none,"
     " for debuggers and the like. auditkit --version -v says what there is."),
    ("SOURCE_DATE_EPOCH", "The time that packet build gives a packet, instead of its checkpoint's."),
    ("XDG_CONFIG_HOME", "Keys and mappings of the user are in auditkit below it; $HOME/.config if it is not set."),
    ("NO_COLOR, TERM", "No colour if NO_COLOR is set or TERM is dumb."),
)


def environment():
    return "\n".join(".TP\n.B %s\n%s" % (roff(name), roff(text)) for name, text in ENVIRONMENT)


# Every command has its options there; the overview is laid out for people.
names = re.findall(r'^\t"([^"]+)"\*\) options=', run("completion", "bash"), re.M)
for n in names:
    command(n)
page("auditkit", 1, "audit evidence from LLM gateway and provider exports",
     [("SYNOPSIS", "nf", "auditkit COMMAND [options]"), ("DESCRIPTION", "nf", run("help").rstrip("\n")),
      ("EXIT STATUS", "nf", exits()), ("ENVIRONMENT", "raw", environment())])
fields()
formats()
