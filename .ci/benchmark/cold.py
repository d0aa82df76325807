"""New hashes, asked over HTTPS without a limit: against VirusTotal's own client, and against h2load."""
import concurrent.futures
import csv
import http.client
import importlib.util
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse

from daemon import KEY, Daemon, Simulator, hashes
from nginx import Nginx, certificate
from results import CannotRun, Row, at_least, at_most
from watch import has_table

CONNECTIONS = 50
ANSWER_BYTES = 50_000


def cold(bench):
    """New hashes, lookups a second and processor time a lookup, on one and the same server."""
    if not importlib.util.find_spec("vt"):
        raise CannotRun(f"vt-py is not installed for {sys.executable}; 'make bench' does it")
    root = bench.folder / "answers"
    lines, size = fetch_answers(bench.program, root / "api/v3/files", bench.size(20_000))
    path = bench.write("cold.txt", lines)
    authority, *server = certificate(bench.folder)
    try:
        with Nginx(bench.folder / "nginx-answers", root, "application/json", server) as nginx, \
                Nginx(bench.folder / "nginx-http2", root, "application/json", server, is_http2=True) as http2:
            return compare(bench, nginx.url, http2.url, authority, lines, path, size)
    finally:
        shutil.rmtree(root)


def compare(bench, url, http2, authority, lines, path, size):
    count = len(lines)

    def hashdrop(url=url):
        with Daemon(bench.program, url, CONNECTIONS, HASHDROP_VIRUSTOTAL_CA_FILE=str(authority),
                    HASHDROP_REPORTS_JSON="false") as daemon:
            before = daemon.processor_seconds()
            seconds, = daemon.seconds(lines, "cold.txt", has_table)
            processor = daemon.processor_seconds() - before
            with daemon.table("cold.txt").open(encoding="utf-8-sig", newline="") as table:
                answered = sum(bool(row["sha256"]) for row in csv.DictReader(table))
            assert answered == count, f"{answered} of {count} were answered"
            return count / seconds, 1000 * processor / count

    def client():
        done = subprocess.run(
            [sys.executable, pathlib.Path(__file__).with_name("vt_client.py"), url, KEY, path, str(CONNECTIONS)],
            env={**os.environ, "SSL_CERT_FILE": str(authority)}, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        seconds, processor, answered = map(float, done.stdout.split())
        assert answered == count, f"{answered} of {count} were answered"
        return count / seconds, 1000 * processor / count

    sides = {"hashdrop": hashdrop, "vt-py": client, "hashdrop over HTTP/2": lambda: hashdrop(http2)}
    if shutil.which("h2load"):
        sides["h2load"] = lambda: h2load(url, lines, bench, "--h1", "-c", CONNECTIONS)
        sides["h2load over HTTP/2"] = lambda: h2load(http2, lines, bench, "-c", 1, "-m", CONNECTIONS)
    ours, theirs, multiplexed, *loads = bench.turns(unit="lookups a second, ms of processor a lookup", **sides)
    (speeds, processor), (their_speeds, their_processor) = zip(*ours), zip(*theirs)
    what = f"{count:,} new SHA-256, answers of {size / 1000:.0f} kB over HTTPS, {CONNECTIONS} connections"
    client_name = f"vt-py, {CONNECTIONS} in flight"
    rows = [Row(f"{what}: lookups a second", "/s", speeds, client_name, their_speeds, at_least(8)),
            Row(f"{what}: processor time a lookup", "ms", processor, client_name, their_processor, at_most(1 / 8))]
    notes = ["One nginx on this machine, and another one for HTTP/2, serve all of them the simulator's answers as "
             f"files. They are lengthened to {ANSWER_BYTES // 1000} kB by names of the file, padding that no side "
             "reads.",
             "hashdrop's time is from the rename to report.csv, without JSON Lines, and its answers are stored; "
             "vt-py's is from its first request, without Python's start, and it keeps three figures of each answer."]
    if not loads:
        return rows, [*notes, "h2load is not installed (nghttp2-client): not measured."]
    rows.append(Row(f"{what}: lookups a second", "/s", speeds, f"h2load, HTTP/1.1, {CONNECTIONS} connections",
                    loads[0], at_least(0.4)))
    rows.append(Row(f"the same, {CONNECTIONS} in flight over one connection (HTTP/2): lookups a second", "/s",
                    [figures[0] for figures in multiplexed], f"h2load, HTTP/2, {CONNECTIONS} streams", loads[1]))
    return rows, [*notes, "h2load reads the answers and throws them away; it does not check the certificate, and each "
                          "of its connections asks for the first hashes of the list."]


def h2load(url, lines, bench, *options):
    addresses = bench.write("addresses.txt", [f"{url}/api/v3/files/{line}" for line in lines])
    done = subprocess.run(["h2load", *map(str, options), "-n", str(len(lines)), "-t", "1", "-i", addresses,
                           "-H", f"x-apikey: {KEY}"], text=True, capture_output=True)
    succeeded = re.search(r"(\d+) 2xx", done.stdout)
    assert done.returncode == 0 and succeeded and int(succeeded.group(1)) == len(lines), done.stdout + done.stderr
    return float(re.search(r"([\d.]+) req/s", done.stdout).group(1))


def fetch_answers(program, folder, count):
    """Writes the simulator's answers for so many hashes that it knows as files, each as long as a real one.

    Returns the hashes, and the answers' mean length.
    """
    print(f"  fetches {count:,} answers …", flush=True)
    folder.mkdir(parents=True)
    with Simulator(program, 0) as simulator, concurrent.futures.ThreadPoolExecutor(4) as threads:
        address = urllib.parse.urlsplit(simulator.url).netloc
        # It does not know some; four parts, each with a connection and hashes of its own.
        parts = list(threads.map(lambda part: fetch(address, folder, part, -(-count // 4)), range(4)))
    lines = list(itertools.chain.from_iterable(parts))[:count]
    return lines, sum(folder.joinpath(line).stat().st_size for line in lines) / count


def fetch(address, folder, part, count):
    known = []
    connection = http.client.HTTPConnection(address, timeout=60)
    for line in hashes(2 * count + 100, 60 + part):
        if len(known) == count:
            break
        connection.request("GET", f"/api/v3/files/{line}", headers={"x-apikey": KEY})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            folder.joinpath(line).write_bytes(lengthen(body))
            known.append(line)
        else:
            assert answer.status == 404, f"the simulator answers {answer.status}"
    connection.close()
    assert len(known) == count, f"the simulator knows {len(known)} of {count} hashes"
    return known


def lengthen(body):
    """The answer with as many of the file's names as make it as long as real ones are: nobody here reads them."""
    answer = json.loads(body)
    lack = ANSWER_BYTES - len(body)
    if lack > 0:
        # Text alone: vt-py wraps each object of an answer, and would pay for more of those than real answers have.
        names = (f"a name of the file, number {number}.exe" for number in itertools.count())
        taken = answer["data"]["attributes"].setdefault("names", [])
        while lack > 0:
            taken.append(next(names))
            lack -= len(taken[-1]) + len('"", ')
    return json.dumps(answer).encode()
