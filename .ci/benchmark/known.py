"""Lists whose hashes the cache knows, long ones: against the sqlite3 shell, by their length, and beside other tools."""
from daemon import NOWHERE, Daemon
from peers import IocTriage, Vex
from prepared import KINDS, known
from results import Row, at_least, at_most
from shell import NOTES
from watch import has_table, is_done

WITHOUT_JSON = {"HASHDROP_REPORTS_JSON": "false"}
JSON_NOTE = ("“Without JSON Lines” is `reports.json: false`. By default there is report.json too, and report.csv "
             "appears after it.")
# A long list is beyond the limits that users have.
LONG = {"HASHDROP_LIST_BYTES_MAX": "1GiB", "HASHDROP_LIST_HASHES_MAX": "10000000"}


def warm(bench):
    """A long list to its CSV, and to its end with HTML and JSON Lines, against the sqlite3 shell."""
    count = bench.size(1_000_000)
    cache, shell = bench.cache(count), bench.shell()
    listed = known(count, count)
    path = bench.write("warm.txt", listed)
    compared = []

    def hashdrop(fact, **settings):
        with Daemon(bench.program, NOWHERE, 1, cache=cache, **settings) as daemon:
            seconds, = daemon.seconds(listed, "warm.txt", fact)
            if fact is has_table and not compared:
                shell.seconds(cache, path)
                shell.compare(daemon.table("warm.txt"))
                compared.append(True)
            return seconds

    table, script, done = bench.turns(
        **{"hashdrop to report.csv": lambda: hashdrop(has_table, **WITHOUT_JSON),
           "sqlite3 shell": lambda: shell.seconds(cache, path),
           "hashdrop to done, with JSON Lines": lambda: hashdrop(is_done)})
    name = f"{count:,} known SHA-256, from the rename"
    return [Row(f"{name} to report.csv, without JSON Lines", "s", table,
                "sqlite3 shell, same database, list and columns", script, at_most(1)),
            Row(f"{name} to done, with CSV, HTML and JSON Lines", "s", done, "the same runs of the shell, CSV alone",
                script, at_most(2.5))], [*NOTES, JSON_NOTE]


def growth(bench):
    """Time a hash and peak memory of a list 300 times as long."""
    files = bench.size(1_000_000)
    few, many = bench.size(10_000), 3 * files
    cache = bench.cache(files)
    peaks = {few: [], many: []}

    def hashdrop(count):
        listed = known(count, files, KINDS)
        with Daemon(bench.program, NOWHERE, 1, cache=cache, **WITHOUT_JSON, **LONG) as daemon:
            seconds, = daemon.seconds(listed, "long.txt", is_done)
            peaks[count].append(daemon.peak_memory())
            return seconds / count * 1e6

    short, long = bench.turns(unit="µs a hash", **{f"{few:,} hashes": lambda: hashdrop(few),
                                                   f"{many:,} hashes": lambda: hashdrop(many)})
    return [Row(f"{many:,} known hashes to done, time a hash", "µs", long, f"{few:,} hashes", short, at_most(1.5)),
            Row(f"{many:,} known hashes, peak memory (VmHWM)", "MiB", peaks[many], f"{few:,} hashes", peaks[few],
                at_most(128, is_ratio=False))], [
        f"The list has the MD5, SHA-1 and SHA-256 of {files:,} files, in random order; without JSON Lines, with CSV "
        "and HTML; `list.bytesMax` and `list.hashesMax` raised."]


def beside_peers(bench):
    """Known hashes a second beside other tools, each with its own warm cache."""
    count, files = bench.size(50_000), bench.size(100_000)
    cache = bench.cache(files)
    listed = known(count, files)
    path = bench.write("peers.txt", listed)
    peers = [kind(bench, listed, path) for kind in (Vex, IocTriage)]

    def hashdrop():
        with Daemon(bench.program, NOWHERE, 1, cache=cache, **WITHOUT_JSON) as daemon:
            return count / daemon.seconds(listed, "peers.txt", has_table)[0]

    ours, *theirs = bench.turns(unit="hashes a second", hashdrop=hashdrop,
                                **{peer.name: (lambda peer=peer: count / peer.seconds()) for peer in peers})
    # The goal is for the faster one.
    fastest = max(range(len(peers)), key=lambda index: sorted(theirs[index])[bench.rounds // 2])
    return [Row(f"{count:,} known SHA-256 to report.csv, hashes a second", "/s", ours, peer.name, figures,
                at_least(6) if index == fastest else None)
            for index, (peer, figures) in enumerate(zip(peers, theirs))], [
        "Each peer's time is that of its whole run, from its start to its table; hashdrop's is from the rename, "
        "without JSON Lines."] + [
        peer.note for peer in peers]
