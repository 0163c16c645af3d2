"""Recall of the redactor over every kind of kinds.py in the contexts secrets are found in (SECURITY R-SEC-11).

usage: recall.py AUDITKIT SEED ROUNDS. One process of 'redact try' gets all lines; of the random parts of a secret, as they
stand in the line, no 8 characters may come out again. Prints TAP, and misses by kind and context."""
import base64
import collections
import html
import json
import random
import string
import subprocess
import sys
import urllib.parse

import kinds

GRAM = 8


def j(text):
    return json.dumps(text)[1:-1]


def percent(text):
    return urllib.parse.quote(text, safe="")


def all_percent(text):
    return "".join("%%%02X" % b for b in text.encode())


def b64(text):
    return base64.b64encode(text.encode()).decode()


def b64url(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def entities(text):
    return "".join("&#%d;" % ord(c) for c in text)


def hex_entities(text):
    return "".join("&#x%x;" % ord(c) for c in text)


def backslash_x(text):
    return "".join("\\x%02x" % ord(c) for c in text)


def backslash_u(text):
    return "".join("\\u%04x" % ord(c) for c in text)


def zero_width(text):
    return text[:1] + "".join("​" + c if i % 5 == 0 else c for i, c in enumerate(text[1:], 1))


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if 0x21 <= ord(c) <= 0x7E else c for c in text)


def mathematical(text):
    return "".join(chr(0x1D400 + string.ascii_uppercase.index(c)) if c in string.ascii_uppercase
                   else chr(0x1D41A + string.ascii_lowercase.index(c)) if c in string.ascii_lowercase
                   else chr(0x1D7D8 + int(c)) if c in string.digits else c for c in text)


def in_hex(text):
    return text.encode().hex()


def octal(text):
    return "".join("\\%03o" % ord(c) for c in text)


def old_percent(text):
    return "".join("%%u%04X" % ord(c) for c in text)


def overlong(text):
    """Every character in one byte more than it needs."""
    return "".join("%%%02X%%%02X" % (0xC0 | ord(c) >> 6, 0x80 | ord(c) & 63) for c in text)


def coloured(text):
    return text[:1] + "".join("\033[1m" + c if i % 7 == 0 else c for i, c in enumerate(text[1:], 1))


# name: text before, encoding of the secret, text after
CONTEXTS = {
    "plain": ("", str, ""),
    "json value": ('{"note": "', j, '"}'),
    "json in json": ('{"body": "{\\"note\\": \\"', lambda s: j(j(s)), '\\"}"}'),
    "json three deep": ('"\\"\\\\\\"', lambda s: j(j(j(s))), '\\\\\\"\\""'),
    "slashes escaped": ('{"note":"', lambda s: j(s).replace("/", "\\/"), '"}'),
    "json list": ('["a","', j, '","b"]'),
    "base64": ("", b64, ""),
    "base64 of a sentence": ("", lambda s: b64("see: " + s + " thanks"), ""),
    "base64 shifted by one": ("x", lambda s: b64("a " + s), ""),
    "base64 shifted by two": ("xy", lambda s: b64("a " + s), " z"),
    "base64 shifted by three": ("xyz", lambda s: b64("a " + s), " z"),
    "base64 behind bytes": ("", lambda s: base64.b64encode(b"\x00\xff\x07" + s.encode()).decode(), ""),
    "base64 behind two bytes": ("", lambda s: base64.b64encode(b"\xfe\xff" + s.encode()).decode(), ""),
    "base64url": ("", b64url, ""),
    "base64 twice": ("", lambda s: b64(b64(s)), ""),
    "hex": ("", in_hex, ""),
    "hex in capitals": ("0x", lambda s: in_hex(s).upper(), ""),
    "hex of a sentence": ("id ", lambda s: in_hex("see: " + s + " thanks"), " failed"),
    "hex behind a digit": ("a", in_hex, ""),
    "hex behind bytes": ("", lambda s: "00ff07" + in_hex(s), ""),
    "base64 in hex": ("", lambda s: in_hex(b64(s)), ""),
    "percent": ("q=", percent, "&y=1"),
    "percent, every byte": ("", all_percent, ""),
    "percent twice": ("q=", lambda s: percent(percent(s)), "&y=1"),
    "csv cell": ('1,"', lambda s: s.replace('"', '""'), '",2'),
    "bare csv cell": ("1,", str, ",2"),
    "header": ("X-Upstream-Note: ", str, ""),
    "url query": ("https://example.org/x?q=", percent, "&y=1"),
    "sse": ('data: {"delta":"', j, '"}'),
    "stack trace": ("    at Client.send (", str, ") line 7"),
    "markdown bold": ("**", str, "**"),
    "markdown code": ("`", str, "`"),
    "key=value": ("level=error thing=", str, " code=4"),
    "quoted value": ("thing='", str, "' x=1"),
    "xml attribute": ('<a b="', html.escape, '"/>'),
    "xml text": ("<td>", html.escape, "</td>"),
    "entities": ("", entities, ""),
    "hex entities": ("", hex_entities, ""),
    "backslash x": ("b'", backslash_x, "'"),
    "backslash u": ('"', backslash_u, '"'),
    "zero width": ("", zero_width, ""),
    "full width": ("", full_width, ""),
    "letters of mathematics": ("", mathematical, ""),
    "accents that combine": ("", "\u0301".join, ""),
    "octal": ("$'", octal, "'"),
    "percent u": ("escape(", old_percent, ")"),
    "overlong": ("q=", overlong, "&y=1"),
    "backslash U": ("", lambda s: "".join("\\U%08x" % ord(c) for c in s), ""),
    "utf-16 in base64": ("", lambda s: base64.b64encode(s.encode("utf-16-le")).decode(), ""),
    "utf-16 of the other order": ("", lambda s: base64.b64encode(s.encode("utf-16-be")).decode(), ""),
    "zero bytes": ('"', lambda s: "\\u0000".join(s), '"'),
    "tags": ("", "\U000e0041".join, ""),
    "other dashes": ("", lambda s: s.replace("-", "\u2011"), ""),
    "in colour": ("error:\033[31m", str, "\033[0m"),
    "in colour, escaped": ("error\\u001b[31m", str, "\\u001b[0m"),
    "letters in colour": ("", coloured, ""),
    "behind a mark": ("key\\u200b", str, ""),
    "line escape": ("failed\\n", str, "\\nretry"),
    "before &": ("", str, "&y=1"),
    "before ,": ("", str, ", then"),
    "before )": ("(", str, ") then"),
    "before }": ("{", str, "} then"),
    "before .": ("", str, ". Then"),
    "before **": ("", str, "** then"),
    "before <": ("", str, "<br> then"),
    "before /": ("", str, "/ then"),
}
BARS = {"prefix": 0.99, "context": 0.95}


def case(before, encode, after, text, parts):
    """The line, and what of it must not come out: every 8 characters of a random part as they are encoded. Base64 encodes
    them by their place; of it the middle must not come out, by 8 characters."""
    line = encode(text)
    plain = {p[i : i + GRAM] for p in parts for i in range(len(p) - GRAM + 1)}
    secret = {g for g in map(encode, plain) if g in line}
    if not secret:
        coded = line[len(line) // 4 : -max(len(line) // 8, 4)]
        secret = {coded[i : i + GRAM] for i in range(len(coded) - GRAM + 1)}
    return before + line + after, secret


def one_line(text):
    return text.replace("\n", "\\n")


def main(auditkit, seed, rounds):
    cases = []
    for kind, tier, template, text, parts in kinds.samples(seed, rounds):
        for name, (before, encode, after) in CONTEXTS.items():
            line, secret = case(before, encode, after, text.replace("\\n", "\n") if encode is not str else text, parts)
            cases.append((kind, tier, template, name, one_line(line), secret))
    lines = "".join(c[4] + "\n" for c in cases)
    out = subprocess.run([auditkit, "redact", "try"], input=lines.encode(), capture_output=True, check=True).stdout
    results = out.decode().split("\n")[:-1]
    again = subprocess.run([auditkit, "redact", "try"], input=out, capture_output=True, check=True).stdout
    number, bad = 0, 0

    def ok(good, name):
        nonlocal number, bad
        number += 1
        bad += not good
        print(f"{'' if good else 'not '}ok {number} - {name}")

    ok(len(results) == len(cases), f"one line out for each of {len(cases)} lines")
    missed = [c for c, r in zip(cases, results) if any(g in r for g in c[5]) or "[REDACTED:" not in r]
    for tier, bar in BARS.items():
        of = sum(c[1] == tier for c in cases)
        got = of - sum(c[1] == tier for c in missed)
        ok(of > 0 and got >= bar * of, f"recall of {tier} kinds: {got} of {of} ({100 * got / of:.2f} %)")
    ok(len(CONTEXTS) >= 15, f"{len(kinds.KINDS)} shapes of {len({c[0] for c in cases})} kinds in {len(CONTEXTS)} contexts each")
    changed = sum(a != b for a, b in zip(results, again.decode().split("\n")))
    ok(changed == 0, f"redacted again, {changed} of {len(cases)} lines change")
    whole = [c for c, r in zip(cases, results) if "[REDACTED:nested_encoding:" in r]
    ok(not whole, f"{len(whole)} texts are taken whole instead of what they hide")
    for kind, _, template, name, *_ in whole[:10]:
        print(f"# taken whole: {kind}, {name}: {template[:60]}")
    tally = collections.Counter((c[0], c[2], c[3]) for c in missed)
    for (kind, template, name), n in sorted(tally.items()):
        print(f"# missed {n} times: {kind}, {name}: {template[:60]}")
    print(f"1..{number}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
