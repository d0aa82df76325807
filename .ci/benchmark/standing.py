"""A daemon with nothing to do, and one with a long past."""
import pathlib
import statistics
import time

from daemon import NOWHERE, Daemon, memory, processor_seconds
from prepared import known
from results import Row, at_most
from watch import IN_MOVED_FROM, Folders, is_done
from webpage import Session

# For so long a page is asked for again.
PAGE_SECONDS = 10


def idle(bench):
    """Processor time and memory of a daemon with 100 users and no list."""
    users, seconds = 100, bench.size(60, least=5)
    watcher = []

    def hashdrop():
        with Daemon(bench.program, NOWHERE, 4, starts=False) as daemon:
            for number in range(users - 1):
                daemon.run("user", "add", f"user{number}")
            daemon.start()
            # What a start leaves to be done.
            time.sleep(bench.size(20, least=3))
            processes = [daemon.process.pid, *children(daemon.process.pid)]
            before = sum(map(processor_seconds, processes))
            time.sleep(seconds)
            share = (sum(map(processor_seconds, processes)) - before) / seconds * 100
            watcher.append(sum(memory(process, "VmRSS") for process in processes[1:]))
            return share, daemon.memory("VmRSS")

    ours, = bench.turns(unit="% of a core, MiB", hashdrop=hashdrop)
    shares, resident = zip(*ours)
    return [Row(f"{users} users, no list, {seconds} s: processor time", "% of a core", shares,
                goal=at_most(0.03, is_ratio=False)),
            Row(f"{users} users, no list: resident memory of hashdrop", "MiB", resident,
                goal=at_most(30, is_ratio=False))], [
        f"Processor time of hashdrop and hashdrop-watch together. hashdrop-watch has {statistics.median(watcher):.1f} "
        "MiB of memory besides. Each round begins 20 s after the start."]


def children(process):
    return [int(child) for task in pathlib.Path(f"/proc/{process}/task").iterdir()
            for child in (task / "children").read_text().split()]


def start(bench):
    """A start with a million finished jobs: until it takes lists, and the pages."""
    many, few = bench.size(1_000_000), 1_000
    users = ["bench", *(f"user{number}" for number in range(1, 20))]
    databases = {jobs: bench.databases.finished(jobs, users) for jobs in (many, few)}
    times = {many: {}, few: {}}

    def hashdrop(jobs):
        with Daemon(bench.program, NOWHERE, 1, cache=databases[jobs], starts=False) as daemon:
            for user in users[1:]:
                # Their folders; the database knows them.
                daemon.run("user", "add", user, check=False)
                assert (daemon.folder / "spool" / user).is_dir(), f"{user} has no drop folder"
            taken = seconds_until_taken(daemon)
            daemon.run("user", "add", "boss", "--administrator")
            for name, seconds in pages(daemon).items():
                times[jobs].setdefault(name, []).append(seconds)
            return taken

    theirs, ours = bench.turns(**{f"{few:,} jobs": lambda: hashdrop(few), f"{many:,} jobs": lambda: hashdrop(many)})
    what = f"{many:,} finished jobs"
    return [Row(f"{what}: from the start until a list is taken", "s", ours, f"{few:,} finished jobs", theirs,
                at_most(1, is_ratio=False))] + [
        Row(f"{what}: the page {name}", "ms", figures, f"{few:,} finished jobs", times[few][name], at_most(1.5))
        for name, figures in times[many].items()], [
        f"The jobs are inserted into the database, of {len(users)} users, without report folders. A page's "
        f"time is the median of 20 requests over one connection (fewer where they take more than {PAGE_SECONDS} s). "
        "The last daemon ended in good order; after a kill the database is looked through before lists are taken "
        "(about 1 s for each gigabyte)."]


def seconds_until_taken(daemon):
    """Starts the daemon and drops a list every 10 ms, until it takes one of them.

    Those that it finds at its start, without a rename, lie there for `spool.quietPeriod`, which is no work of its.
    """
    reports = daemon.reports()
    lines = known(10, 1_000)
    with Folders() as folders:
        folders.add(daemon.folder / "spool/bench", IN_MOVED_FROM)
        start = time.monotonic()
        daemon.serve()
        dropped, is_taken = 0, False
        while not is_taken:
            now = time.monotonic()
            assert now < start + 120, "it takes no list"
            if now >= start + 0.01 * dropped:
                daemon.drop(lines, f"{dropped}.txt")
                dropped += 1
            # A drop takes its own hidden name away, too.
            is_taken = any(not name.startswith(".") for name in folders.wait(start + 0.01 * dropped - now))
        seconds = time.monotonic() - start
    for number in range(dropped):
        reports.wait(f"{number}.txt", is_done)
    return seconds


def pages(daemon):
    """Milliseconds of the pages, each the median of some requests."""
    user, boss = Session(daemon, "bench"), Session(daemon, "boss")
    job, = (daemon.folder / "reports/bench").glob("*_0.txt")
    name = job.name.removesuffix("_0.txt")
    asked = {"/jobs": (user, "/jobs"), "/jobs/JOB": (user, f"/jobs/{name}"),
             "/jobs/JOB/report.html": (user, f"/jobs/{name}/report.html"),
             "/everybody": (boss, "/everybody"), "/everybody?page=9": (boss, "/everybody?page=9"),
             "/operations": (boss, "/operations")}
    times = {}
    for name, (session, path) in asked.items():
        requests, end = [], time.monotonic() + PAGE_SECONDS
        while len(requests) < 4 or (len(requests) < 21 and time.monotonic() < end):
            start = time.monotonic()
            session.get(path)
            requests.append(1000 * (time.monotonic() - start))
        # Without the first, which opens what the others find open.
        times[name] = statistics.median(requests[1:])
    user.close()
    boss.close()
    return times
