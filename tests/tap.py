"""TAP for tests in Python: tap(GOOD, NAME, NOTES), then done()."""
import sys

_points = 0


def tap(good, name, notes=()):
    global _points
    _points += 1
    print("%sok %d - %s" % ("" if good else "not ", _points, name))
    for n in notes:
        print("# " + n)
    sys.stdout.flush()


def done():
    print("1..%d" % _points)
