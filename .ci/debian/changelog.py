#!/usr/bin/env python3
"""Makes debian/changelog of CHANGELOG.md.

    .ci/debian/changelog.py --date RFC-2822 --maintainer 'NAME <ADDRESS>' [--version V --change TEXT] CHANGELOG.md

`--version` puts an entry of a package with the same program above the others.
"""
import argparse
import datetime
import email.utils
import pathlib
import re
import sys
import textwrap

HEADING = re.compile(r"## (\d+\.\d+\.\d+) \((not released|(\d{4})-(\d\d)-(\d\d))\)$")


def sections(text):
    """The version, the date (None: not released) and the points of each section, newest first."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        heading = HEADING.match(line)
        if heading:
            date = heading[3] and datetime.datetime(*map(int, heading.group(3, 4, 5)), tzinfo=datetime.timezone.utc)
            found.append((heading[1], date, []))
        elif line.startswith("- ") and found:
            found[-1][2].append(line[2:])
        elif line.startswith("  ") and found and found[-1][2]:
            found[-1][2][-1] += " " + line.strip()
        elif line.strip() and line != "# Changelog":
            sys.exit(f"CHANGELOG.md, line {number}: neither '## VERSION (DATE or not released)' nor a point: {line!r}")
    return found


def entry(version, points, maintainer, date):
    lines = [f"hashdrop ({version}) unstable; urgency=medium", ""]
    for point in points:
        plain = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", point).replace("`", "").replace("**", "")
        lines += textwrap.wrap(plain, 78, initial_indent="  * ", subsequent_indent="    ",
                               break_long_words=False, break_on_hyphens=False)
    return "\n".join([*lines, "", f" -- {maintainer}  {date}", "", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", required=True, help="of what is not released")
    parser.add_argument("--maintainer", required=True)
    parser.add_argument("--version")
    parser.add_argument("--change")
    parser.add_argument("changelog", type=pathlib.Path)
    chosen = parser.parse_args()
    if chosen.version:
        sys.stdout.write(entry(chosen.version, [chosen.change], chosen.maintainer, chosen.date))
    for version, date, points in sections(chosen.changelog.read_text()):
        stamp = email.utils.format_datetime(date) if date else chosen.date
        sys.stdout.write(entry(version, points, chosen.maintainer, stamp))


main()
