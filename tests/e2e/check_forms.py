"""What `check` writes for other programs, read by parsers that are not ours: check_forms.py JSON [junit=FILE] [sarif=FILE] [markdown=FILE].
JSON is the document of the same run, and is looked at itself. Prints what is wrong, nothing when all is well."""
import json
import re
import sys
import xml.etree.ElementTree as ET

wrong = []


def want(ok, what):
    if not ok:
        wrong.append(what)


def junit(path, doc):
    """The members that Jenkins' and GitLab's readers ask for, and counts that agree with the cases."""
    root = ET.parse(path).getroot()
    want(root.tag == "testsuites", "root is %s" % root.tag)
    cases = root.findall("./testsuite/testcase")
    for suite in root.findall("testsuite") + [root]:
        for name, n in (("tests", len(cases)), ("failures", len(root.findall(".//failure"))), ("errors", 0), ("skipped", len(root.findall(".//skipped")))):
            want(int(suite.get(name)) == n, "%s says %s %s, has %d" % (suite.tag, suite.get(name), name, n))
    want([c.get("name") for c in cases] == [k["check"] for k in doc["checks"]], "cases are not the checks")
    for c, k in zip(cases, doc["checks"]):
        kinds = [x.tag for x in c]
        state = "failure" if k["failing"] else "skipped" if k["verdict"] == "not evaluable" else "system-out"
        want(kinds == [state], "%s is %s, not %s" % (c.get("name"), kinds, state))
        want(c.get("classname"), "a case without classname")
        if state == "failure":
            want(c[0].get("message") and c[0].get("type") == k["severity"], "%s without message or type" % c.get("name"))
            for f in k["findings"]:
                want(f["id"] in c[0].text, "%s is not in the case of %s" % (f["id"], k["check"]))
        if state == "skipped":
            want(c[0].get("message") == k["why"], "why %s is skipped" % k["check"])


LEVELS = ("none", "note", "warning", "error")


def sarif(path, doc):
    """What sarif-schema-2.1.0.json requires of the objects that are used, and its enumerations."""
    log = json.load(open(path))
    want(log["version"] == "2.1.0" and "sarif-2.1.0" in log["$schema"], "version")
    want(set(log) <= {"$schema", "version", "runs", "properties"}, "members of the log")
    run = log["runs"][0]
    want(set(run) <= {"tool", "results", "invocations", "columnKind", "originalUriBaseIds", "automationDetails", "properties"}, "members of the run")
    want(run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints"), "columnKind")
    driver = run["tool"]["driver"]
    want(driver["name"] and set(driver) <= {"name", "version", "rules", "informationUri"}, "driver")
    rules = driver["rules"]
    want([r["id"] for r in rules] == [k["check"] for k in doc["checks"]], "rules are not the checks")
    for r in rules:
        want(set(r) <= {"id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"}, "members of a rule")
        want(all(r[m]["text"] for m in ("shortDescription", "fullDescription", "help")), "texts of %s" % r["id"])
        want(r["defaultConfiguration"]["level"] in LEVELS, "level of %s" % r["id"])
    for i in run["invocations"]:
        want(isinstance(i["executionSuccessful"], bool), "executionSuccessful")
        for n in i.get("toolExecutionNotifications", []):
            want(n["message"]["text"] and n["level"] in LEVELS, "notification")
    found = [(k["check"], f) for k in doc["checks"] for f in k["findings"]]
    want(len(run["results"]) == len(found), "%d results of %d findings" % (len(run["results"]), len(found)))
    for r, (check, f) in zip(run["results"], found):
        want(set(r) <= {"ruleId", "ruleIndex", "kind", "level", "message", "locations", "partialFingerprints", "baselineState", "suppressions", "properties"}, "members of a result")
        want(r["message"]["text"] and r["level"] in LEVELS and r["kind"] == "fail", "result")
        want(r["ruleId"] == check and rules[r["ruleIndex"]]["id"] == check, "rule of a result")
        want(list(r["partialFingerprints"].values()) == [f["id"]], "fingerprint")
        want(r.get("baselineState", "new") in ("new", "unchanged"), "baselineState")
        for s in r["suppressions"]:
            want(s["kind"] in ("inSource", "external") and s["status"] in ("accepted", "underReview", "rejected"), "suppression")
        want(bool(r["suppressions"]) == ("muted" in f), "suppressed and muted")
        for place in r["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            want(re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+", uri), "uri %s" % uri)
            want(place["physicalLocation"]["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"], "uriBaseId")
        want([x["logicalLocations"][0]["fullyQualifiedName"] for x in r["locations"]] == f["cites"][:20], "citations")
    unjudged = {k["check"] for k in doc["checks"] if "why" in k}
    want({n["associatedRule"]["id"] for i in run["invocations"] for n in i["toolExecutionNotifications"] if "associatedRule" in n} == unjudged, "not evaluable ones")


def markdown(path, doc):
    text = open(path).read()
    want(text.startswith("## auditkit check\n"), "title")
    rows = [line for line in text.split("\n") if line.startswith("| ")]
    for r in rows:
        want(len(re.findall(r"(?<!\\)\|", r)) in (5, 6), "cells: %s" % r[:80])
    failing = [f["id"] for k in doc["checks"] for f in k["findings"] if "muted" not in f and f.get("new", True)]
    shown = [i for i in failing if i in text]
    want(len(shown) == min(50, len(failing)), "%d of %d findings are there" % (len(shown), len(failing)))
    for k in doc["checks"]:
        want(k["check"].replace("-", "") in text.replace("\\", "").replace("-", ""), "%s is not there" % k["check"])
    want(not re.search(r"(?<!\\)<(?!/?details|/?summary)", text), "a tag")


def check_json(doc):
    """auditkit.check/1: every member of its type, sums that add up."""
    types = {"check": str, "title": str, "severity": str, "verdict": str, "found": int, "failing": int, "muted": int, "known": int, "affected": int, "of": int,
             "unit": str, "rationale": str, "fix": str, "listed": int, "findings": list}
    want(doc["schema"] == "auditkit.check/1" and doc["format_version"] == 1, "schema")
    ids = set()
    for k in doc["checks"]:
        for name, t in types.items():
            want(type(k.get(name)) is t and (t is not str or k[name]), "%s.%s is no %s" % (k.get("check"), name, t.__name__))
        want(k["severity"] in ("high", "medium", "low"), "severity of %s" % k["check"])
        want(k["verdict"] == ("not met" if k["found"] else "not evaluable" if "why" in k else "met"), "verdict of %s" % k["check"])
        want(k["found"] == k["failing"] + k["muted"] + k["known"], "%s: found is not failing + muted + known" % k["check"])
        want(k["listed"] == len(k["findings"]) and k["found"] == k["listed"] + len(k.get("further_ids", [])), "%s: not all have an id" % k["check"])
        for f in k["findings"]:
            want(re.fullmatch("[a-f][0-9a-f]{15}", f["id"]) and f["id"] not in ids, "id %s" % f["id"])
            ids.add(f["id"])
            want(isinstance(f["subject"], str) and isinstance(f["text"], str) and isinstance(f["cites"], list), "finding %s" % f["id"])
    for n in ("found", "failing", "muted", "known"):
        want(doc["findings"][n] == sum(k[n] for k in doc["checks"]), "sum of %s" % n)
    for verdict, n in (("met", "met"), ("not met", "not_met"), ("not evaluable", "not_evaluable")):
        want(doc[n] == sum(k["verdict"] == verdict for k in doc["checks"]), "number %s" % verdict)


document = json.load(open(sys.argv[1]))
check_json(document)
for arg in sys.argv[2:]:
    form, file = arg.split("=")
    {"junit": junit, "sarif": sarif, "markdown": markdown}[form](file, document)
print("\n".join(wrong[:10]), end="")
