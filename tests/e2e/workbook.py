"""workbook.py PACKET: every value of data/evidence.xlsx against the packet's CSV, read by zipfile and ElementTree alone.

Prints "ok SHEETS ROWS" or what differs. A cell is a text, or of an integer column a number that a double holds; nothing is a formula."""
import csv, json, sys, zipfile
import xml.etree.ElementTree as ET

base = sys.argv[1]
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
book = zipfile.ZipFile(base + "/data/evidence.xlsx")
assert book.testzip() is None
targets = {r.get("Id"): r.get("Target") for r in ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))}
sheets = {s.get("name"): "xl/" + targets[s.get(R)] for s in ET.fromstring(book.read("xl/workbook.xml")).iter(S + "sheet")}
wrong = []


def column(ref):
    n = 0
    for c in ref.rstrip("0123456789"):
        n = 26 * n + ord(c) - 64
    return n - 1


def rows(path):
    root = ET.fromstring(book.read(path))
    if root.findall(".//" + S + "f") or root.findall(".//" + S + "hyperlink"):
        wrong.append(path + ": a formula or link")
    if root.find(".//" + S + "pane").get("state") != "frozen":
        wrong.append(path + ": no frozen head")
    for row in root.iter(S + "row"):
        cells = {}
        for c in row.iter(S + "c"):
            texts = [t.text or "" for t in c.iter(S + "t")]
            cells[column(c.get("r"))] = "".join(texts) if c.get("t") == "inlineStr" else float(c.find(S + "v").text)
        yield cells


package = json.load(open(base + "/data/datapackage.json"))["resources"]
counted = 0
if list(sheets) != ["contents"] + [t["name"] for t in package]:
    wrong.append("the sheets are not the tables")
for t in package:
    fields = t["schema"]["fields"]
    with open(base + "/data/" + t["path"], newline="", encoding="utf-8") as f:
        want = list(csv.reader(f))
    got = list(rows(sheets[t["name"]]))
    counted += len(got) - 1
    if len(got) != min(len(want), 5001):
        wrong.append("%s: %d rows of %d" % (t["name"], len(got), len(want)))
    for n, (g, w) in enumerate(zip(got, want)):
        for i, text in enumerate(w):
            text = text[1:] if n and text.startswith("'") else text
            number = n > 0 and fields[i]["type"] == "integer"
            value = g.get(i, "")
            if number and text and (not isinstance(value, float) or int(value) != int(text)) or (not number or not text) and value != text:
                wrong.append("%s row %d column %d: %r, not %r" % (t["name"], n, i, value, text))
print("\n".join(wrong[:5]) or "ok %d %d" % (len(sheets), counted))
