"""Reports as people open them: from hashdrop's page, and in a browser."""
import csv
import html
import itertools
import re
import shutil
import subprocess

from chromium import Chromium
from daemon import NOWHERE, Daemon
from nginx import Nginx
from prepared import known
from results import CannotRun, Row, at_least, at_most
from watch import is_done
from webpage import Session

# A plain table of 100,000 rows is not open after two minutes.
PLAIN_PART = 10


def page(bench):
    """A report from hashdrop's page, logged in, against nginx with the same bytes."""
    if not shutil.which("wrk"):
        raise CannotRun("wrk is not installed")
    rows, seconds, connections = bench.size(2_000), bench.size(10, least=2), 16
    files = bench.size(100_000)
    cache = bench.cache(files)
    with Daemon(bench.program, NOWHERE, 1, cache=cache) as daemon:
        daemon.seconds(known(rows, files), "page.txt", is_done)
        folder, = (daemon.folder / "reports/bench").glob("*_page.txt")
        session = Session(daemon, "bench")
        path = f"/jobs/{folder.name.removesuffix('_page.txt')}/report.html"
        root = bench.folder / "served"
        root.mkdir(exist_ok=True)
        body = session.get(path)
        root.joinpath("report.html").write_bytes(body)
        cookie = session.cookie
        session.close()
        assert body == folder.joinpath("report.html").read_bytes(), "the page changes the report"

        def wrk(url, *headers):
            done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *headers, url], text=True,
                                  capture_output=True)
            assert done.returncode == 0 and "Non-2xx" not in done.stdout, done.stdout + done.stderr
            assert "Socket errors" not in done.stdout, done.stdout
            return float(re.search(r"Requests/sec: +([\d.]+)", done.stdout).group(1))

        with Nginx(bench.folder / "nginx-page", root, "text/html; charset=utf-8") as nginx:
            theirs, ours = bench.turns(
                unit="requests a second", nginx=lambda: wrk(f"{nginx.url}/report.html"),
                hashdrop=lambda: wrk(f"http://{daemon.page}{path}", "-H", f"Cookie: {cookie}"))
    return [Row(f"report of {rows:,} rows, {len(body) / 2**20:.2f} MiB, logged in: requests a second", "/s", ours,
                "nginx, the same bytes as a file", theirs, at_least(0.3))], [
        f"wrk, {connections} connections kept open, {seconds} s a round, no compression. hashdrop looks up the session "
        "and the job for each request."]


def browsing(bench):
    """A long report in Chromium, against a plain HTML table of a tenth of its rows."""
    count = bench.size(100_000)
    cache = bench.cache(count)
    with Daemon(bench.program, NOWHERE, 1, cache=cache) as daemon:
        daemon.seconds(known(count, count), "browsing.txt", is_done)
        folder, = (daemon.folder / "reports/bench").glob("*_browsing.txt")
        report = folder / "report.html"
        plain = bench.folder / "plain.html"
        plain_table(folder / "report.csv", plain, count // PLAIN_PART)

        def browse(path):
            with Chromium() as browser:
                paint, ready = browser.open(path)
                first, found = browser.filter("a1")
                following, _ = browser.filter("b2c")
                # A digest has two letters of hexadecimal side by side more often than not.
                assert re.search(r"[1-9]", found), f"nothing was found: {found}"
                return paint, ready, first, following

        ours, theirs = bench.turns(unit="ms (paint, ready, first search, next)",
                                   hashdrop=lambda: browse(report), plain=lambda: browse(plain))
    baseline = f"a plain table of {count // PLAIN_PART:,} rows"
    goals = {"first paint": None, "ready": at_most(1000, is_ratio=False),
             "first search": at_most(100, is_ratio=False), "next search": at_most(100, is_ratio=False)}
    return [Row(f"report of {count:,} rows in Chromium: {name}", "ms", mine, baseline, other, goal)
            for (name, goal), mine, other in zip(goals.items(), zip(*ours), zip(*theirs))], [
        "A search's time is from the input to the next picture, without the 150 ms for which both pages wait for "
        "another letter. The plain table has all columns of the CSV and a filter that hides rows."]


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
