#!/usr/bin/env python3
"""Writes the first inputs of the fuzz targets: python3 seeds.py CORPUS. Fuzzing added the others, minimized."""
import pathlib
import sys

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
}


def main(corpus):
    for target, inputs in SEEDS.items():
        folder = pathlib.Path(corpus) / target
        folder.mkdir(parents=True, exist_ok=True)
        for i, data in enumerate(inputs):
            (folder / f"seed-{i:02}").write_bytes(data)


main(sys.argv[1])
