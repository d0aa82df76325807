"""A finished report that is written anew by another policy: against its first writing, and the sqlite3 shell."""
import sqlite3
import time

from daemon import NOWHERE, Daemon
from prepared import known
from results import Row, at_most
from watch import is_done, state

NAME = "renewal.txt"
FILES = ["report.csv", "report.html", "status.json"]


def renewal(bench):
    """`hashdrop report JOB` for a long finished list, whose verdicts change with the policy."""
    count = bench.size(100_000)
    cache, shell = bench.cache(count), bench.shell()
    listed = known(count, count)
    path = bench.write(NAME, listed)

    def hashdrop():
        with Daemon(bench.program, NOWHERE, 1, cache=cache, starts=False) as daemon:
            use(daemon, malicious_from=3)
            daemon.start()
            first, = daemon.seconds(listed, NAME, is_done)
            return first, seconds_anew(daemon)

    ours, script = bench.turns(**{"hashdrop, the first report and the same anew": hashdrop,
                                  "sqlite3 shell": lambda: shell.seconds(cache, path)})
    first, anew = zip(*ours)
    what = f"{count:,} rows written anew by another policy, with CSV, HTML and JSON Lines"
    return [Row(what, "s", anew, "the first report of the same run, from the rename", first, at_most(1)),
            Row(what, "s", anew, "sqlite3 shell, same database and list, CSV alone", script, at_most(2.5))], [
        "From the start of `hashdrop report JOB --no-wait` until the files are new, by `reports.maliciousFrom: 1` in "
        "place of 3. Each round makes sure that there are more malicious rows then, and no request in the ledger."]


def use(daemon, malicious_from):
    """Writes the settings' file; the daemon reads it at its start, and when a report is to be written anew."""
    file = daemon.folder / "config/hashdrop.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"reports:\n  maliciousFrom: {malicious_from}\n")


def seconds_anew(daemon):
    """Seconds until the list's report is written by another policy."""
    folder = daemon.reports().found[NAME]
    malicious, old = state(folder)["counts"]["malicious"], inodes(folder)
    use(daemon, malicious_from=1)
    end, said = time.monotonic() + 60, ""
    # The receipt lies there a moment before the database knows that it does.
    while not said:
        start = time.monotonic()
        assert start < end, "the report cannot be written anew"
        said = daemon.run("report", folder.name, "--no-wait", check=False)
    written = daemon.reports().wait(NAME, lambda _: all(new != before for new, before in zip(inodes(folder), old)))
    assert state(folder)["counts"]["malicious"] > malicious, "the policy has changed nothing"
    assert requests(daemon) == 0, "something was asked"
    return written - start


def inodes(folder):
    return [(folder / name).stat().st_ino for name in FILES]


def requests(daemon):
    """What the ledger has; the prepared database has none."""
    database = sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)
    try:
        counts = [database.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("request", "requestDay")]
        return sum(count for count, in counts)
    finally:
        database.close()
