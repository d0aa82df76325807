#!/usr/bin/env python3
"""Looks at the Debian packages with Debian's own tools, and lives through an administrator's days with them in a clean
Debian 12: install, configure, serve, upgrade, remove, purge.

    .ci/package-test [--only PART[,PART…]]

Needs root, and the packages that 'make deb' has made. Prints a line for each thing that was seen, and stops at the
first that was not. The Debian is made in a folder of its own and booted in a container without a network; both are
gone at the end, however that comes.
"""
import argparse
import os
import signal
import sys
import time

from completion import completion
from life import life
from packages import Packages
from pages import pages
from seen import NotSeen, count
from tools import contents, lint, unit

PARTS = {"contents": contents, "lint": lint, "unit": unit, "pages": pages, "completion": completion, "life": life}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART[,PART…]",
                        help=f"of {', '.join(PARTS)}; default: all")
    only = parser.parse_args().only.split(",")
    unknown = set(only) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    if os.geteuid() != 0:
        sys.exit("Run this as root: it makes a Debian of its own and boots it.")
    # So that what it has started and made ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Packages() as packages:
        for name in PARTS:
            if name not in only:
                continue
            begin = time.monotonic()
            print(f"\n{name}", flush=True)
            try:
                PARTS[name](packages)
            except NotSeen as reason:
                print(f"  NOT SEEN: {reason}\n\n{count()} passed, 1 failed")
                sys.exit(1)
            print(f"  {time.monotonic() - begin:.0f} s", flush=True)
    print(f"\n{count()} passed, 0 failed")


main()
