#!/usr/bin/env python3
"""Measures hashdrop against a simulated VirusTotal on this machine, and against VirusTotal's own Python client.

Every figure is a ratio to a baseline of the same run, from the median of several rounds; absolute times are shown
for orientation only. Loads go to 127.0.0.1 and stop by themselves.

    .ci/benchmark [--program PATH] [--rounds N] [--hashes N] [--cached N] [--rows N] [--long N] [--only PART]
"""
import argparse
import asyncio
import csv
import html
import itertools
import json
import os
import pathlib
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from daemon import KEY, Daemon, Simulator, hashes
from fairness import fairness

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


async def vt_py(url, lines):
    """What a person would write with VirusTotal's own client: one hash after the other."""
    import vt
    start = time.monotonic()
    async with vt.Client(KEY, host=url) as client:
        for line in lines:
            try:
                await client.get_object_async(f"/files/{line}")
            except vt.APIError:
                pass
    return time.monotonic() - start


def throughput(program, rounds, count):
    print(f"\nA key without limits, 50 ms an answer, {count} new hashes: requests a second by connections")
    with Simulator(program, 50) as simulator:
        base = None
        salt = 0
        for connections in [1, 2, 4, 8, 16, 32]:
            speeds = []
            with Daemon(program, simulator.url, connections) as daemon:
                for _ in range(rounds):
                    salt += 1
                    # A short list for few connections: it would only take longer.
                    size = min(count, 60 * connections)
                    speeds.append(size / daemon.submit(hashes(size, salt)))
            speed = statistics.median(speeds)
            base = base or speed
            print(f"  {connections:3} connections {speed:8.0f}/s   {speed / base:5.1f} times one connection")
        few = hashes(60, 9999)
        alone = statistics.median(len(few) / asyncio.run(vt_py(simulator.url, few)) for _ in range(rounds))
        print(f"  vt-py, one by one   {alone:8.0f}/s   {alone / base:5.1f} times one connection")


def cached(program, rounds, count):
    print(f"\nThe same list again, {count} hashes, all in the cache, no latency")
    with Simulator(program, 0) as simulator, Daemon(program, simulator.url, 16) as daemon:
        lines = hashes(count, 1)
        first = daemon.submit(lines)
        again = statistics.median(daemon.submit(lines) for _ in range(rounds))
        some = lines[:200]
        client = statistics.median(asyncio.run(vt_py(simulator.url, some)) for _ in range(rounds)) / len(some)
        print(f"  first time {first:6.1f} s, again {again:6.2f} s: {client * count / again:.0f} times as fast as vt-py, "
              f"which asks each hash again ({client * 1000:.2f} ms a hash)")


class WriterWatch:
    """Looks every millisecond whether the database's writer is free, and remembers the longest time that it was not."""

    def __init__(self, database):
        self.longest = 0
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.watch, args=[database])
        self.thread.start()

    def watch(self, database):
        connection = sqlite3.connect(database, timeout=0, isolation_level=None)
        since = None
        while not self.ends.wait(0.001):
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
                since = None
            except sqlite3.OperationalError:
                since = since or time.monotonic()
                self.longest = max(self.longest, time.monotonic() - since)
        connection.close()

    def end(self):
        self.ends.set()
        self.thread.join()
        return self.longest


def neighbours(program, rounds, count):
    print(f"\nSomebody's list of 5 new hashes, while another user's {count} are read, and while those are reported, cancelled")
    with Simulator(program, 0) as simulator, Daemon(program, simulator.url, 4) as daemon:
        daemon.run("user", "add", "other")
        numbers = itertools.count()

        def seconds_for_five():
            number = next(numbers)
            start = time.monotonic()
            daemon.drop(hashes(5, 1000 + number), f"{number}.txt")
            while daemon.table(f"{number}.txt") is None:
                assert time.monotonic() - start < 120, "not finished"
                time.sleep(0.01)
            return time.monotonic() - start

        def until(is_over):
            times = []
            while not is_over():
                times.append(seconds_for_five())
            return times

        times = {"alone": [seconds_for_five() for _ in range(10 * rounds)]}
        watch = WriterWatch(daemon.folder / "spool/.hashdrop/hashdrop.sqlite")
        for number in range(rounds):
            name = f"long{number}.txt"
            reports = daemon.folder / "reports/other"
            daemon.drop(hashes(count, 6 + number), name, "other")
            times.setdefault("read", []).extend(until(lambda: any(reports.glob(f"*_{name}/status.json"))))
            job, = reports.glob(f"*_{name}")
            daemon.run("cancel", job.name)
            times.setdefault("reported", []).extend(until(lambda: daemon.table(name, "other") is not None))
            while not daemon.run("job", "remove", job.name, check=False):
                time.sleep(0.1)
        print(f"  the database's writer was not free for {watch.end():.2f} s at the longest")
        base = statistics.median(times["alone"])
        for name, some in times.items():
            print(f"  {name:9} {len(some):4} lists, median {statistics.median(some):5.2f} s, worst {max(some):5.2f} s: "
                  f"{statistics.median(some) / base:5.1f} and {max(some) / base:5.1f} times alone")


def memory(program):
    print("\nPeak memory of the daemon by the length of a list (cached verdicts: none, all unknown to us, not asked)")
    base = None
    for count in [1_000, 10_000, 100_000]:
        with Simulator(program, 10_000) as simulator, Daemon(program, simulator.url, 1) as daemon:
            path = daemon.folder / "list.txt"
            path.write_text("\n".join(hashes(count, 5)) + "\n")
            daemon.run("submit", "list.txt")
            end = time.monotonic() + 120
            while f" of {count}" not in daemon.run("status", check=False):
                assert time.monotonic() < end, "not picked up"
                time.sleep(0.2)
            time.sleep(3)
            peak = daemon.peak_memory()
            base = base or peak
            print(f"  {count:7} hashes {peak:7.1f} MiB   {peak / base:4.2f} times that of 1,000")


def memory_by_answers(program):
    print("\nPeak memory of the daemon by the answers that came, 5 ms each, 4 connections")
    base = None
    for count in [3_000, 30_000]:
        with Simulator(program, 5) as simulator, Daemon(program, simulator.url, 4) as daemon:
            daemon.submit(hashes(count, 9))
            peak = daemon.peak_memory()
            base = base or peak
            print(f"  {count:7} answers {peak:7.1f} MiB   {peak / base:4.2f} times that of 3,000")


class Chromium:
    """Debian's Chromium, driven by its driver over the WebDriver protocol; it reaches nothing but this machine."""

    def __enter__(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        port = None
        while port is None:
            port = re.search(r"successfully on port (\d+)", self.driver.stdout.readline())
        self.url = f"http://127.0.0.1:{port.group(1)}/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1280,900"]
        made = self.call("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "timeouts": {"script": 120_000, "pageLoad": 120_000},
            "goog:chromeOptions": {"args": arguments}}}})
        self.url += "/" + made["sessionId"]
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.kill()
            self.driver.wait()

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.load(answer)["value"]

    def ask(self, script):
        """What the script hands to `done`."""
        return self.call("POST", "/execute/async", {"script": "var done=arguments[0];" + script, "args": []})

    def open(self, path):
        self.call("POST", "/url", {"url": "about:blank"})
        self.call("POST", "/url", {"url": path.as_uri()})
        return self.ask("""
            var tasks=[0];new PerformanceObserver(function(list){list.getEntries().forEach(function(entry){
              tasks.push(entry.duration)})}).observe({type:'longtask',buffered:true});
            setTimeout(function(){
              var page=performance.getEntriesByType('navigation')[0];
              done({paint:performance.getEntriesByType('paint')[0].startTime,ready:page.domContentLoadedEventEnd,
                task:Math.max.apply(null,tasks)})},1000)""")

    def filter(self, words):
        """Milliseconds from the search to the next picture, without the 150 ms for which the page waits for the next
        letter, and how many rows were left."""
        return self.ask("""
            var field=document.querySelector('input[type=search]'),output=document.querySelector('output');
            var start=performance.now(),before=output.textContent;
            field.value=%s;field.dispatchEvent(new Event('input'));
            (function look(){
              if(output.textContent===before)return setTimeout(look,5);
              requestAnimationFrame(function(){setTimeout(function(){
                done([performance.now()-start-150,output.textContent])})})})()""" % json.dumps(words))


# A plain table of 100,000 rows is not open after two minutes.
PLAIN_PART = 10


def plain_table(table, target, count):
    """The baseline: the first rows as people write them, with a filter that hides rows."""
    with open(table, encoding="utf-8-sig", newline="") as lines, open(target, "w", encoding="utf-8") as page:
        rows = csv.reader(lines)
        page.write("<!DOCTYPE html><meta charset=utf-8><title>plain</title><input type=search><output></output><table>")
        page.write("<thead><tr>" + "".join(f"<th>{html.escape(cell)}" for cell in next(rows)) + "<tbody>")
        for row in itertools.islice(rows, count):
            page.write("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in row) + "\n")
        page.write("""</table><script>
            var field=document.querySelector('input'),rows=Array.from(document.querySelectorAll('tbody tr')),pause;
            field.addEventListener('input',function(){clearTimeout(pause);pause=setTimeout(function(){
              var count=0;
              rows.forEach(function(row){
                row.hidden=row.textContent.toLowerCase().indexOf(field.value.toLowerCase())<0;
                if(!row.hidden)count++});
              document.querySelector('output').textContent=count+' shown'},150)})</script>""")


def browsing(program, rounds, count):
    print(f"\nA report of {count} rows in Chromium, against a plain HTML table of the first {count // PLAIN_PART}")
    with Simulator(program, 0) as simulator, Daemon(program, simulator.url, 16) as daemon:
        daemon.submit(hashes(count, 8))
        report, = (daemon.folder / "reports/bench").glob("*/report.html")
        plain = report.with_name("plain.html")
        plain_table(report.with_name("report.csv"), plain, count // PLAIN_PART)
        figures = {}
        for path in [report, plain]:
            runs = []
            for _ in range(rounds):
                with Chromium() as browser:
                    run = browser.open(path)
                    run["first search"], found = browser.filter("a1")
                    run["next search"], _ = browser.filter("b2c")
                    runs.append(run)
            figures[path] = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            print(f"  {path.name:12} {path.stat().st_size / 2**20:6.1f} MiB, " + ", ".join(
                f"{label} {figures[path][name]:6.0f} ms" for name, label in [
                    ("paint", "first paint"), ("ready", "ready"), ("task", "longest task"),
                    ("first search", "first search"), ("next search", "next")]) + f" ({found})")
        ratio = {name: figures[plain][name] / max(figures[report][name], 1) for name in figures[plain]}
        print(f"  with {PLAIN_PART} times the rows the report takes {1 / ratio['ready']:.1f} times as long to be ready, and "
              f"{1 / ratio['next search']:.1f} times as long to search")


def python_tables(folder):
    """Seconds that Python's own modules need to write a report's CSV and JSON Lines from memory."""
    with (folder / "report.json").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    columns = [column for column in rows[0] if column not in ("reputation", "engines")]
    with tempfile.TemporaryDirectory(dir=folder) as place:
        start = time.monotonic()
        with open(f"{place}/a.csv", "w", encoding="utf-8", newline="") as table:
            writer = csv.DictWriter(table, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        with open(f"{place}/a.json", "w", encoding="utf-8") as lines:
            for row in rows:
                lines.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
        return time.monotonic() - start


def reports(program, rounds, count):
    print(f"\nThe report of {count} answered hashes: CSV, JSON Lines, STIX, HTML and status, from the database to the disk")
    base = None
    for size in [1_000, count]:
        with Simulator(program, 0) as simulator, \
                Daemon(program, simulator.url, 16, HASHDROP_REPORTS_STIX="true", HASHDROP_LOG_LEVEL="info") as daemon:
            lines = hashes(size, 7)
            daemon.submit(lines)
            daemon.forget_peak()
            times, baselines = [], []
            for _ in range(rounds):
                daemon.submit(lines)
                folder, seconds = daemon.report()
                times.append(seconds)
                baselines.append(python_tables(folder))
                sizes = {file.name: file.stat().st_size / (1 << 20) for file in folder.glob("report.*")}
                shutil.rmtree(folder)
            seconds, baseline = statistics.median(times), statistics.median(baselines)
            peak = daemon.peak_memory()
            base = base or peak
            print(f"  {size:7} rows {seconds:6.2f} s, {seconds / baseline:4.2f} times what Python's csv and json need for "
                  f"the CSV and JSON alone, from memory; peak {peak:6.1f} MiB, {peak / base:4.2f} times that of 1,000")
            print("          " + ", ".join(f"{name} {megabytes:.1f} MiB" for name, megabytes in sorted(sizes.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / ".build/release/hashdrop"), help="default: the release build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hashes", type=int, default=2000)
    parser.add_argument("--cached", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--long", type=int, default=300_000)
    parser.add_argument("--only", choices=["throughput", "cached", "neighbours", "memory", "reports", "browsing", "fairness"], help="one part")
    parser.add_argument("--scenario", help="of fairness, one: a part of its name")
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    if not os.path.exists(program):
        sys.exit(f"There is no {program}; 'make bench' builds it.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    load = os.getloadavg()[0]
    print(f"{program}, {os.cpu_count()} processors, load {load:.1f} before")
    parts = {
        "throughput": lambda: throughput(program, options.rounds, options.hashes),
        "cached": lambda: cached(program, options.rounds, options.cached),
        "neighbours": lambda: neighbours(program, options.rounds, options.long),
        "memory": lambda: (memory(program), memory_by_answers(program)),
        "reports": lambda: reports(program, options.rounds, options.rows),
        "browsing": lambda: browsing(program, options.rounds, options.rows),
        "fairness": lambda: fairness(program, options.scenario),
    }
    for name, part in parts.items():
        if options.only in (None, name):
            part()


main()
