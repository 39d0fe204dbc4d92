#!/usr/bin/env python3
"""zone_oracle.py [N]: what wall times mean from 2026 to 2035, told by Python's zoneinfo and the system's zone data.

A second opinion for test_zones.c, which reads it through a pipe: a line with the version of the zone data and the
number of zones (with N: only every N-th), then for each zone a line "NAME scan changes walls daily weekly monthly" and that many 64-bit numbers of the machine's order:
  scan     offsets in seconds at noon UTC of every seventh day
  changes  (moment, offset before, offset after) of each change of the clocks
  walls    (wall time as if UTC, its first moment, its second) at 15-minute steps within 3 hours of each change
  daily, weekly, monthly  the moments of 02:30 each day, each Sunday, each 31st
Moments are seconds since 1970. A wall time that is skipped is the moment when the skipping is over.
"""
import array
import datetime
import sys

YEARS = range(2026, 2036)
STEP = 15 * 60
WINDOW = 3 * 3600
EPOCH = datetime.datetime(1970, 1, 1)


def seconds(naive):
    return (naive - EPOCH) // datetime.timedelta(seconds=1)


def offset_at(zone, moment):
    utc = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    return utc.astimezone(zone).utcoffset() // datetime.timedelta(seconds=1)


def changes_of(zone, points, offsets):
    found = []
    for i in range(1, len(points)):
        if offsets[i] == offsets[i - 1]:
            continue
        low, high = points[i - 1], points[i]
        while high - low > 1:
            middle = (low + high) // 2
            if offset_at(zone, middle) == offsets[i - 1]:
                low = middle
            else:
                high = middle
        found.append((high, offset_at(zone, high - 1), offset_at(zone, high)))
    return found


def resolve(zone, wall, changes, wall_s):
    """The first and the second moment of a wall time."""
    one = wall.replace(tzinfo=zone).utcoffset()
    two = wall.replace(tzinfo=zone, fold=1).utcoffset()
    if one == two:
        moment = wall_s - (one.days * 86400 + one.seconds)
        return moment, moment
    first = wall_s - (one.days * 86400 + one.seconds)
    second = wall_s - (two.days * 86400 + two.seconds)
    if first < second:
        return first, second
    over = next(at for at, before, after in changes if second <= at <= first)
    return over, over


def main():
    try:
        import zoneinfo
        names = sorted(zoneinfo.available_timezones() - {"localtime"})  # a link to one of them
    except ImportError:
        names = []
    if not names:
        print("none 0", flush=True)
        return
    names = names[:: int(sys.argv[1]) if len(sys.argv) > 1 else 1]
    version = "unknown"
    try:
        with open("/usr/share/zoneinfo/tzdata.zi", encoding="ascii") as data:
            version = data.readline().split()[-1]
    except OSError:
        pass
    out = sys.stdout.buffer
    out.write(("%s %d\n" % (version, len(names))).encode())
    first = datetime.datetime(YEARS[0], 1, 1, 2, 30)
    days = []
    day = first
    while day.year in YEARS:
        days.append((day, seconds(day)))
        day += datetime.timedelta(days=1)
    points = [s + 9 * 3600 + 1800 for _, s in days[::7]]
    for name in names:
        zone = zoneinfo.ZoneInfo(name)
        offsets = [offset_at(zone, p) for p in points]
        changes = changes_of(zone, points, offsets)
        walls = []
        for at, before, after in changes:
            middle = (at + max(before, after)) // STEP * STEP
            for wall_s in range(middle - WINDOW, middle + WINDOW + 1, STEP):
                wall = EPOCH + datetime.timedelta(seconds=wall_s)
                walls.extend((wall_s,) + resolve(zone, wall, changes, wall_s))
        daily = [resolve(zone, d, changes, s)[0] for d, s in days]
        weekly = [m for (d, _), m in zip(days, daily) if d.isoweekday() == 7]
        monthly = [m for (d, _), m in zip(days, daily) if d.day == 31]
        flat = [n for change in changes for n in change]
        parts = (offsets, flat, walls, daily, weekly, monthly)
        counts = (len(offsets), len(changes), len(walls) // 3, len(daily), len(weekly), len(monthly))
        out.write(("%s %d %d %d %d %d %d\n" % ((name,) + counts)).encode())
        for part in parts:
            out.write(array.array("q", part).tobytes())
    out.flush()


main()
