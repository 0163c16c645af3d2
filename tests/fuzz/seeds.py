#!/usr/bin/env python3
"""Writes the first inputs of the fuzz targets: python3 seeds.py CORPUS. Fuzzing added the others, minimized."""
import io
import pathlib
import struct
import sys
import tarfile
import zipfile



def edit(op, at, data=b"", n=None):
    return struct.pack(">BIB", op, at, len(data) if n is None else n) + data


def tar(**files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for name, text in files.items():
            info = tarfile.TarInfo("p/" + name.replace("_", "."))
            info.size = len(text)
            t.addfile(info, io.BytesIO(text))
    return b"\xff" + out.getvalue()[:3072]


def zip_(method, **files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, text in files.items():
            z.writestr(zipfile.ZipInfo("p/" + name.replace("_", "."), (1980, 1, 1, 0, 0, 0)), text, method)
    return b"\xff" + out.getvalue()


def part(which, text):
    return struct.pack(">BH", which, len(text)) + text


# Whole files and edits of packets and workspaces; positions are taken modulo the size.
EDITS = [b"", edit(0, 700, b"x"), edit(0, 0, b"\0\0\0\0"), edit(1, 5000), edit(1, 0), edit(2, 1024, b"abc"), edit(3, 512, n=200),
         edit(2, 0xFFFFFFFF, b"\0" * 40), edit(0, 100, b"0000777"), edit(0, 156, b"2") + edit(0, 157, b"../../x")]

SEEDS = {
    "decimal": [
        b"\x20" + t
        for t in (b"0", b"-0.00", b"12.50", b"1.2e-05", b"0E-6176", b"1e59", b"9007199254740991", b"59200.0",
                  b"1.5\n-2.25", b"0.1\n0.2", b"1" * 60 + b"\n0." + b"0" * 35 + b"1")
    ] + [b"\x21" + t for t in (b"$1,245.00", b" +.5 ", b"\xe2\x82\xac 3", b"1,24", b"007")],
    "time": [b"\x01" + t for t in (b"2026-03-02T10:00:00Z", b"2026-03-02T10:00:00.123456789+05:30", b"2026-03-02",
                                   b"2016-12-31T23:59:60.5Z", b"2026-02-30T00:00:00Z", b"0001-01-01T00:00:00+00:01")]
    + [b"\x0a" + t for t in (b"2026-03-29 02:30:00", b"2026-10-25 02:30", b"2026-07-01T12:00:00")]
    + [b"\x00" + t for t in (b"1785564000", b"1750000000.123456", b"1.75e9", b"-1")]
    + [b"\x031750000000123", b"\x0c639000000000000000", b"\x0f1750000000123456789", b"\x01yesterday", b"\x0130d",
       b"\x012026-03"],
    "json": [
        p + s + t
        for p, t in (
            (b"\x00", b'{"id":"a","o":{"x":[1,2]}}\n\n{"id":1e5}\n{"broken\n{"id":2}\n'),
            (b"\x00", b'\xef\xbb\xbf{\n "m": {"k": true, "l": null},\n "p": [{"role": "user", "content": "hi"}]\n}\n'),
            (b"\x00", b'{"j":"{\\"x\\":[3,{\\"y\\":\\"\\\\u00e9\\"}]}","d":"\\ud83d\\ude00"}{"a":[{"b":-0.5},{"b":1E+2}]}'),
            (b"\x00", b'{"attributes":[{"key":"k","value":{"stringValue":"v"}},{"key":"n","value":{"intValue":"3"}}]}'),
            (b"\x01", b'{"data":[{"start":1,"results":[{"id":1},{"id":2}],"end":2},{"results":[]}],"has_more":true}'),
            (b"\x02", b'{"data":[{"results":[{"id":"x"}\n,{"id":}\n,{"id":"y"}]}],"has_more":false}'),
            (b"\x03", b'{"a":[{"id":1},{"id":2}],"z":0}\n{"b":{"c":[{"id":3}]}}\n{"id":4}'),
            (b"\x04", b'{"a":[{"id":1},2,"x",null]} {"b":{"c":[]}}'),
            (b"\x05", b'[{"id":1},\n{"id":2}\n,[],{"id"}]'),
            (b"\x06", b'{"id":"\\u0000","id":2}{"\\ud800":1}\n[1]\n"x"\ntrue\n'),
        )
        for s in (b"\x00", b"\x03")
    ],
    "page": [
        b'{"data":[{"id":1},{"id":2}],"paging":{"next":"a\\/b"},"has_more":true}',
        b'{"data":[],"paging":{"next":null},"has_more":false}',
        b'{"data":[[1,2],[3]],"x":{"data":[4]},"paging":{"next":12},"has_more":"true"}',
        b'{"data":{"data":[1]},"paging":[{"next":"a"}],"has_more":1}',
        b'{"paging":{"paging":{"next":"a"}},"data":null}',
        b'{"data":[1,]}', b'{"data":[1', b'{"data":[1]}]', b'{"data":[1]}{"data":[2]}', b'[{"data":[1]}]', b'[' * 70 + b']' * 70,
        b'{"da\\u0074a":[1],"has_more":tru}', b'{"paging":{"next":"\\ud83d\\ude00"},"a":{"b~1/c":0}}', b'', b' ', b'"x"', b'null',
    ],
    "csv": [
        p + s + t
        for p, t in (
            (b"\x00", b'id,a,j,p,d,u\r\n1,x,"{""x"":[1]}",hi,,z\r\n\r\n2,"two\nlines",,,,\r\n'),
            (b"\x00", b"\xef\xbb\xbfid;a\n1;2\n3\n4;5;6\n7;8"),
            (b"\x00", b'id,a\n1,"open\n2,b\n3,c"d\n4,e\n'),
            (b"\x03", b"id\ta\n1\t\xff\n2\t\x00\n3\tok\n"),
            (b"\x01", b'm,id\n"{""k"":1,""k"":2}",1\n"not json",2\n'),
            (b"\x00", b"id,id\n1,2\n"),
        )
        for s in (b"\x00", b"\x02")
    ],
    "mapping": [
        b"id: t\ntitle: t\nversion: 1\nkind: " + t
        for t in (
            b"request\ncontainer: json\nrecords: [/data/[]/results/[], '']\nempty_records: true\n"
            b"detect: {required: [/id], const: {/s: 'a*'}}\nidentity: [event_id]\nrevision: exported_at\n"
            b"fields:\n  event_id: /id\n  event_start: {path: ^/start_time, time: s}\n"
            b"  response_cost: {path: /n, decimal: {scale: -2, currency: usd}}\n  request_model: [/a/[]/x, {const: m}]\n"
            b"payload: {prompt: [/p], masks: ['x']}\ndrop: {/b: why}\n",
            b"request\ncontainer: csv\nzone: Europe/Berlin\nsentinels: [none]\ndetect: {required: [/id]}\n"
            b"fields:\n  event_id: {path: /id, strip-prefix: a, lower: true}\n  event_start: {path: /s, time: rfc3339}\n"
            b"  response_cost: /n\n  request_model: {path: /j|json/x, split: {by: ',', take: -1}}\n",
            b"[{when: {path: /b, is: true}, kind: audit_event}, {kind: request}]\ncontainer: json\n"
            b"detect: {any: [/id, /data], forbidden: [/q]}\nfields:\n"
            b"  outcome: {path: /s, enum: {'2*': success, '*': failure}, when: [{path: /m/k, in: [v, w]}]}\n"
            b"  changes: {diff: {before: /m, after: /j|json}}\n  input_tokens: {sum: [/a/[]/x, /n]}\n"
            b"identifiers:\n  - {path: /id, kind: trace_id, hex-or-base64: 16}\nheaders: [/m]\n",
            b"nothing\n",
            b"request\nkind: request\n",
        )
    ],
    "policy": [
        b"version: 1\n",
        b"version: 1\ndeclared: {by: security-lead, on: 2026-06-16, review_by: 2026-09-30}\n"
        b"scope: {organization: Brindle Labs, system: unknown, excluded: [{what: a, why: b, owner: c}]}\n"
        b"sources:\n  gateway: {path: 'x/*.jsonl', owner: platform, every: 1d, tz: Europe/Berlin}\n"
        b"not_provided: {cost: {why: later, owner: fin, due: 2026-07-15}}\n",
        b"version: 1\nredaction: {payload_mode: metadata-only, ip_mask: {v4: 24, v6: 48}, pseudonyms: per-packet}\n"
        b"limits: {max_rejects: 0.1%, min_link_coverage: 95%, max_export_age: 40d}\n",
        b"version: 1\nretention: {request: {keep: 90d, why: x}}\nfields:\n  end_user: {keep: false, why: no need}\n",
        b"version: 2\nretension: 3\n",
        b"a: &x [1]\nb: *x\n",
    ],
    "redact": [
        p + t
        for p, t in (
            (b"\x00\x05\x00\x00\x00\x00", b"plain words"),
            (b"\x01\x08\x01\x00\x00\x04", b"mail to ada@example.org, please"),
            (b"\x02\x10\x02\x00\x00\x09", b'{"password": "hunter2hunter2", "a": [1]}'),
            (b"\x03\x18\x03\x00\x00\x02", b"203.0.113.7 and 2001:db8::1"),
            (b"\x84\x20\x00\x00\x00\x02", b"key: [REDACTED:sk_key:0a1b2c3d:" + b"0" * 32 + b"]"),
            (b"\x85\x28\x04\x00\x00\x01", b"%73%6b\\u002d\\n\xe2\x80\x8bc2stYWJj"),
            (b"\x86\x30\x05\x00\x00\x01", b'[{"path":"/a","before":"x","after":{"k":["y"]}}]'),
            (b"\x80\x38\x00\x00\x00\x00", b"https://gw.example.org/v1/chat?x=1#y"),
        )
    ],
    "argv": [
        b"\0".join(a) + b"\0"
        for a in (
            [b"status"], [b"-w", b"dir", b"ingest", b"a", b"b", b"--strict"], [b"packet", b"build", b"--draft", b"-o", b"d.zip"],
            [b"packet", b"verify", b"--digest=00", b"--", b"-x"], [b"trace", b"reconstruct", b"id", b"--json"],
            [b"--hepl"], [b"ingst"], [b"help", b"packet", b"build"], [b"formats", b"try", b"x", b"y", b"-q"], [b"--version", b"-v"],
            [b"ingest", b"--max-rejects", b"-3"], [b"-wdir", b"verify", b"--color=never", b"--progress", b"plain"], [b"-", b""],
        )
    ],
    "tar": EDITS + [tar(bagit_txt=b"BagIt-Version: 1.0\n"), tar(a=b"1", b=b"2"), tar(a=b"1", A=b"2")],
    "zip": EDITS + [zip_(m, bagit_txt=b"BagIt-Version: 1.0\n", a=b"1" * 40) for m in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)]
    + [edit(0, 6, b"\x01"), edit(0, 8, b"\x63")],
    "workspace": [b"\0" + e for e in EDITS] + [b"\x40" + e for e in EDITS[:6]]
    # A byte here and there: the header, and all over the pages.
    + [b"\0" + edit(0, at, b"\x7f") for at in (18, 28, 44, 60, 68, *range(4096 + 3, 240000, 7919))]
    + [b"\x40" + edit(2, 9, b"\0"), b"\xcc" + edit(0, 40, b"}")]
    + [bytes([128 + q]) + edit(0, 4096 + 5003 * q, b"\0\xff") for q in range(14)],
    "packet": [
        b"\x01",
        b"\x00" + part(0, b'{"draft":true,"ledger_size":1,"workspace":"w","proven":0,"declared":0,"sections":[]}'),
        b"\x00" + part(1, b'{"resources":[{"path":"tables/sources.csv","schema":{"fields":[{"name":"a","type":"integer"}]}}]}')
        + part(3, b"a\r\n1\r\n"),
        b"\x00" + part(2, b'{"tables":[{"name":"sources","columns":[{"name":"name"}],"rows":[["gw"],[1,2],{}]}],"statements":7}'),
        b"\x01" + part(3, b'name,records_in,stored,rejected\r\n"g""w",3,2,1\r\n"\r\n'),
        b"\x00" + part(4, b"x+00000000+AAAA\n") + part(5, b"x\n1\nAAAA\n\n\xe2\x80\x94 x AAAA\n"),
        b"\x00" + part(6, b'{"index":0,"kind":1,"groups":{"who":{"digest":"0","body":"x"}}}'),
        b"\x00" + part(7, b"c2sp.org/tlog-proof@v1\nindex 0\n\n"),
        b"\x00" + part(2, b'{"tables":[{"name":"sources","columns":[{}],"rows":[["gw",3,2,1],[null,0,0,0]]}]}'),
        b"\x00" + part(2, b'{"tables":[{"name":"links","columns":[{"name":"linked"},{"name":"ambiguous"}],'
                          b'"rows":[[9223372036854775807,1]]}]}'),
        b"\x00" + part(0, b"[]") + part(1, b"[]") + part(2, b"[]"),
    ],
}


def main(corpus):
    for target, inputs in SEEDS.items():
        folder = pathlib.Path(corpus) / target
        folder.mkdir(parents=True, exist_ok=True)
        for i, data in enumerate(inputs):
            (folder / f"seed-{i:02}").write_bytes(data)


main(sys.argv[1])
