"""Short lists: how long one takes, and how many a second."""
import json
import os
import random
import shutil
import sqlite3
import statistics
import time

from daemon import NOWHERE, Daemon
from known import JSON_NOTE
from prepared import known
from results import Row, at_least, at_most
from shell import NOTES
from watch import has_table, is_done

FILES = 1_000_000


def latency(bench):
    """A list of 100 known hashes, again and again, against a shell script."""
    files, lists = bench.size(FILES), bench.size(1_000)
    cache, shell = bench.cache(files), bench.shell()
    names = known(files, files)
    chance = random.Random(2)
    settings = {"HASHDROP_REPORTS_JSON": "false"}
    numbers = iter(range(lists * bench.rounds))
    with Daemon(bench.program, NOWHERE, 1, cache=cache, **settings) as daemon:
        def hashdrop():
            times = []
            for _ in range(lists):
                # The next list comes when all of this one is done.
                times.append(daemon.seconds(chance.sample(names, 100), f"{next(numbers)}.txt", has_table, is_done)[0])
            return middle_and_worst(times)

        def script():
            times = []
            for _ in range(lists):
                path = bench.write("hundred.txt", chance.sample(names, 100))
                times.append(shell.seconds(cache, path))
            return middle_and_worst(times)

        ours, theirs = bench.turns(unit="ms (median, p99)", hashdrop=hashdrop, script=script)
        path = bench.write("hundred.txt", chance.sample(names, 100))
        daemon.seconds(path.read_text().split(), "compared.txt", is_done)
        shell.seconds(cache, path)
        shell.compare(daemon.table("compared.txt"))
    what = f"100 known SHA-256, from the rename to report.csv, {lists:,} lists a round"
    medians, worst = zip(*ours)
    scripts, scripts_worst = zip(*theirs)
    return [Row(f"{what}: median", "ms", medians, "a shell script a list, median", scripts),
            Row(f"{what}: p99", "ms", worst, "the script's median", scripts, at_most(1)),
            Row(f"{what}: p99", "ms", worst, "the script's p99", scripts_worst)], [
        *NOTES, JSON_NOTE, "The list is renamed into the folder. One that is copied is taken when it has been quiet "
        "for `spool.quietPeriod`, 2 s by default."]


def middle_and_worst(times):
    """The median and the 99th percentile, in milliseconds."""
    return [1000 * statistics.median(times), 1000 * statistics.quantiles(times, n=100, method="inclusive")[98]]


def burst(bench):
    """Many small files at once, against a loop that only writes and syncs."""
    files, folders = bench.size(10_000), 20
    cache = bench.cache(bench.size(100_000))
    names = known(bench.size(100_000), bench.size(100_000))
    chance = random.Random(3)

    def hashdrop():
        users = [f"user{number}" for number in range(folders)]
        with Daemon(bench.program, NOWHERE, 1, cache=cache) as daemon:
            for user in users:
                daemon.run("user", "add", user)
            daemon.until(lambda: f"{users[-1]}: events" in daemon.run("status", check=False))
            dropped = [daemon.hide(chance.sample(names, 10), f"{number}.txt", users[number % folders])
                       for number in range(files)]
            os.sync()
            start = time.monotonic()
            for path in dropped:
                path.rename(path.with_name(path.name[1:]))
            until_all_reported(daemon, users, files)
            seconds = time.monotonic() - start
            states = [json.loads(path.read_text())["state"] for path in daemon.folder.glob("reports/*/*/status.json")]
            assert states == ["done"] * files, f"{states.count('done')} of {files} lists are done"
            return files / seconds

    loops = bench.size(2_000)
    ours, theirs = bench.turns(unit="a second", hashdrop=hashdrop, loop=lambda: loops / write_and_sync(bench, loops))
    return [Row(f"{files:,} files of 10 known SHA-256 in {folders} folders, to the last report: lists a second", "/s",
                ours, "a Python loop: five files of 4 kB a job, each synced, and their folder", theirs, at_least(3))], [
        f"The loop runs {loops:,} jobs: the least that a program does that stores five files safely. It reads, parses, "
        "looks up and remembers nothing; hashdrop's five files a list are larger (report.html alone)."]


def until_all_reported(daemon, users, files):
    """Asks the drop folders and then the database, which costs less time than a look at all the report folders."""
    end = time.monotonic() + 1800
    database = sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True, timeout=30)
    try:
        while (any(not name.startswith(".") for user in users for name in os.listdir(daemon.folder / "spool" / user))
               or database.execute("SELECT count(*) FROM job WHERE isPublished = 0").fetchone()[0]
               or database.execute("SELECT count(*) FROM job").fetchone()[0] < files):
            assert time.monotonic() < end, "not all were reported"
            time.sleep(0.02)
    finally:
        database.close()


def write_and_sync(bench, count):
    folder = bench.folder / "loop"
    folder.mkdir()
    content = os.urandom(4096)
    start = time.monotonic()
    for number in range(count):
        job = folder / str(number)
        job.mkdir()
        for name in "abcde":
            with open(job / name, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        descriptor = os.open(job, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    seconds = time.monotonic() - start
    shutil.rmtree(folder)
    return seconds
