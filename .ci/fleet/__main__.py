#!/usr/bin/env python3
"""Shows what several daemons do that share quota and cache through PostgreSQL, while links are cut, programs killed and
clocks wrong, and writes a table of it.

    make fleet FLEET="[--program PATH] [--size small|full] [--only SCENARIO[,SCENARIO…]] [--results PATH]"

Everything runs in network namespaces that nothing outside can be reached from, and is gone at the end, however that
comes. It needs root, to make them; a scenario that cannot run says so, and the others go on. Those that wait most of
the time run beside each other, each with a fleet of its own; the two that ask much come afterwards, one by one.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

FOLDER = pathlib.Path(__file__).resolve().parent
# The daemons, and how tables are written, are the benchmark's.
sys.path.append(str(FOLDER.parent / "benchmark"))

from away import engine_cut, kill, server_stop, site_cut  # noqa: E402
from findings import Check, Findings  # noqa: E402
from results import ROOT, CannotRun  # noqa: E402
from sharing import clock, limits  # noqa: E402
from speed import speed  # noqa: E402
from turns import allowance, fairness  # noqa: E402

SCENARIOS = {
    "limits": ("Limits that bind, cold lists that overlap", limits),
    "engine-cut": ("The server's link cut and back", engine_cut),
    "site-cut": ("A site's link cut and back", site_cut),
    "kill": ("Sites killed while they ask", kill),
    "server-stop": ("The server stopped at once and restarted", server_stop),
    "clock": ("Two clocks three hours off", clock),
    "fairness": ("A list of five beside a very long one", fairness),
    "allowance": ("1,000 a minute on ten sites", allowance),
    "speed": ("What sharing costs", speed),
}
# The scenarios whose figures other work would change.
ALONE = {"allowance", "speed"}
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / ".build/release/hashdrop"), help="default: the release build")
    parser.add_argument("--size", choices=["small", "full"], default="full", help="small: to try the scenarios out")
    parser.add_argument("--only", default=",".join(SCENARIOS), metavar="SCENARIO[,SCENARIO…]",
                        help=f"of {', '.join(SCENARIOS)}; default: all")
    parser.add_argument("--results", help="where the table is written; default: .ci/fleet/RESULTS.md, and "
                        ".build/fleet.md for a part of the scenarios or small sizes")
    # For this program itself: what a scenario has found, for the one that has started it.
    parser.add_argument("--rows", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.program = os.path.abspath(chosen.program)
    wanted = set(chosen.only.split(","))
    if wanted - set(SCENARIOS):
        parser.error(f"there is no scenario {', '.join(sorted(wanted - set(SCENARIOS)))}")
    chosen.only = [name for name in SCENARIOS if name in wanted]
    is_whole = chosen.size == "full" and len(chosen.only) == len(SCENARIOS)
    chosen.results = chosen.results or str(ROOT / (".ci/fleet/RESULTS.md" if is_whole else ".build/fleet.md"))
    chosen.is_small = chosen.size == "small"
    return chosen


def missing(program):
    """Why nothing can be shown here; None if it can."""
    if os.geteuid() != 0:
        return "Run this as root: it makes network namespaces."
    if not os.path.exists(program):
        return f"There is no {program}; 'make fleet' builds it."
    tools = [tool for tool in ["ip", "unshare", "nsenter", "setpriv"] if not shutil.which(tool)]
    if tools:
        return f"Missing: {', '.join(tools)} (iproute2, util-linux)."
    if not os.path.exists("/dev/net/tun"):
        return "There is no /dev/net/tun, by which links are made slower."
    return None


def run(name, program, is_small):
    """What a scenario finds, and the notes to it."""
    title, scenario = SCENARIOS[name]
    begin = time.monotonic()
    try:
        found, notes = scenario(program, is_small)
    except CannotRun as reason:
        found, notes = [Check("not shown", str(reason), "–", None)], []
    except Exception as error:
        traceback.print_exc()
        found, notes = [Check("the scenario failed", str(error)[:500] or type(error).__name__, "no failure", False)], []
    print(f"{name}: {title}: {time.monotonic() - begin:.0f} s", flush=True)
    return found, notes


def beside_each_other(names, chosen, findings):
    """Runs scenarios at the same time, as programs of their own."""
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        try:
            for name in names:
                running[name] = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-B", FOLDER, "--program", chosen.program,
                     "--size", chosen.size, "--only", name, "--rows", f"{folder}/{name}"])
            for name in names:
                status, rows = running[name].wait(), pathlib.Path(f"{folder}/{name}")
                found, notes = json.loads(rows.read_text()) if rows.exists() else (
                    [["the scenario ended without a word", f"status {status}", "a word", False]], [])
                add(findings, name, [Check(*row) for row in found], notes)
        finally:
            # Each takes its own away with it.
            for process in running.values():
                process.terminate()
            for process in running.values():
                process.wait()


def end(number, _):
    """Ends the program in good order, once: what it has started and made ends with it."""
    for other in SIGNALS:
        signal.signal(other, lambda *_: None)
    sys.exit(128 + number)


def add(findings, name, found, notes):
    findings.add(name, SCENARIOS[name][0], found, notes)


def main():
    chosen = options()
    reason = missing(chosen.program)
    if reason:
        sys.exit(reason)
    for number in SIGNALS:
        signal.signal(number, end)
    if chosen.rows:
        name, = chosen.only
        found, notes = run(name, chosen.program, chosen.is_small)
        rows = [[check.what, check.figure, check.goal, check.is_kept] for check in found]
        pathlib.Path(chosen.rows).write_text(json.dumps([rows, notes]))
        return
    findings = Findings(chosen.results, chosen.program, chosen.is_small)
    beside_each_other([name for name in chosen.only if name not in ALONE], chosen, findings)
    for name in chosen.only:
        if name in ALONE:
            add(findings, name, *run(name, chosen.program, chosen.is_small))
    print(f"The table is in {findings.path}.")
    if findings.failed:
        sys.exit(f"Failed: {', '.join(findings.failed)}")


main()
