#!/usr/bin/env python3
"""Measures hashdrop, each case beside a baseline of the same run, and writes a table of it.

Every goal is a ratio to what stands beside it, or a limit, for the median of several rounds in which hashdrop and the
baseline take turns; absolute times are shown for orientation. Loads go to 127.0.0.1 and stop by themselves. A case
that cannot run says so, and the others go on.

    make bench BENCH="[--program PATH] [--rounds N] [--size small|full] [--only CASE[,CASE…]] [--results PATH]"

`--only fairness`, which lasts about half an hour, is no case of the table: how long one user waits while another one
does her worst.
"""
import argparse
import os
import resource
import signal
import sys
import time
import traceback

from bench import Bench
from cold import cold
from fairness import fairness
from known import beside_peers, growth, warm
from pages import browsing, page
from reading import parse, written
from renewal import renewal
from results import ROOT, CannotRun, Results
from small_lists import burst, latency
from standing import idle, start

CASES = {
    "warm": ("Known hashes", warm),
    "growth": ("Known hashes, by the list's length", growth),
    "peers": ("Known hashes, beside other tools", beside_peers),
    "renewal": ("A report written anew", renewal),
    "cold": ("New hashes over HTTPS", cold),
    "latency": ("A short list", latency),
    "burst": ("Many short lists", burst),
    "parse": ("Reading a log", parse),
    "written": ("Bytes written", written),
    "idle": ("Idle", idle),
    "start": ("A long past", start),
    "page": ("The page", page),
    "browsing": ("A long report in the browser", browsing),
}
FAIRNESS = "fairness"


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / ".build/release/hashdrop"), help="default: the release build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", choices=["small", "full"], default="full",
                        help="small: about a twentieth, to try the cases out")
    parser.add_argument("--only", default=",".join(CASES), metavar="CASE[,CASE…]",
                        help=f"of {', '.join([*CASES, FAIRNESS])}; default: all but {FAIRNESS}")
    parser.add_argument("--results", help="where the table is written; default: .ci/benchmark/RESULTS.md, and "
                        ".build/benchmark.md for a part of the cases or small sizes")
    parser.add_argument("--scenario", help=f"of {FAIRNESS}, one: a part of its name")
    chosen = parser.parse_args()
    chosen.program = os.path.abspath(chosen.program)
    chosen.only = chosen.only.split(",")
    unknown = set(chosen.only) - {*CASES, FAIRNESS}
    if unknown:
        parser.error(f"there is no case {', '.join(sorted(unknown))}")
    if not chosen.results:
        is_whole = chosen.size == "full" and set(CASES) <= set(chosen.only)
        chosen.results = str(ROOT / (".ci/benchmark/RESULTS.md" if is_whole else ".build/benchmark.md"))
    if chosen.rounds < 1:
        parser.error("there is at least one round")
    if not os.path.exists(chosen.program):
        sys.exit(f"There is no {chosen.program}; 'make bench' builds it.")
    return chosen


def measure(chosen, cases):
    results = Results(chosen.results, chosen.program, chosen.rounds, chosen.size == "small")
    failed = []
    with Bench(chosen.program, chosen.rounds, chosen.size == "small") as bench:
        for name in cases:
            title, case = CASES[name]
            begin = time.monotonic()
            print(f"\n{name}: {title}", flush=True)
            try:
                results.add(name, title, *case(bench))
            except CannotRun as reason:
                results.add_failure(name, title, str(reason))
            except Exception as error:
                failed.append(name)
                traceback.print_exc()
                results.add_failure(name, title, f"the case failed: {str(error)[:500] or type(error).__name__}")
            print(f"  {time.monotonic() - begin:.0f} s", flush=True)
    print(f"\nThe table is in {results.path}.")
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


def main():
    chosen = options()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    # So that what it has started and made ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"{chosen.program}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before")
    if FAIRNESS in chosen.only:
        fairness(chosen.program, chosen.scenario)
    cases = [name for name in CASES if name in chosen.only]
    if cases:
        measure(chosen, cases)


main()
