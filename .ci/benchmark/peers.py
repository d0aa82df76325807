"""Other tools that look hashes up and have a cache, from PyPI: vex-ioc and ioc-triage, each with a warm cache."""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

from daemon import KEY, Simulator, hashes
from results import CannotRun

# So many hashes are really asked; the cache's other entries are these with another hash.
ASKED = 50


class Peer:
    """A tool with a home of its own, whose cache knows a list."""

    package = name = note = None

    def __init__(self, bench, lines, path):
        self.home = bench.folder / self.name
        self.home.mkdir(exist_ok=True)
        self.path = path
        self.count = len(lines)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "VT_API_KEY": KEY,
                            "VT_RATE_LIMIT_PER_MIN": "0", "PYTHONIOENCODING": "utf-8"}
        self.program = pathlib.Path(sys.executable).with_name(self.name)
        if not self.program.exists():
            raise CannotRun(f"{self.package} is not installed beside {sys.executable}; 'make bench' does it")
        self.prepare()
        asked = hashes(ASKED, 7)
        with Simulator(bench.program, 0) as simulator:
            few = bench.write(f"{self.name}.txt", asked)
            self.run([sys.executable, "-c", self.elsewhere.format(url=f"{simulator.url}/api/v3")], few)
        self.multiply(asked, lines)

    def prepare(self):
        """Whatever must be there before its first run."""

    def run(self, program, path):
        done = subprocess.run([*program, *self.arguments(path)], cwd=self.home, env=self.environment, text=True,
                              capture_output=True)
        assert done.returncode in self.exit_codes, f"{self.name} ended with {done.returncode}: {done.stderr[-2000:]}"
        return done

    def seconds(self):
        """Seconds for the table of the list."""
        start = time.monotonic()
        done = self.run([self.program], self.path)
        seconds = time.monotonic() - start
        self.examine(done)
        return seconds


class Vex(Peer):
    """vex-ioc: an SQLite cache."""

    package, name = "vex-ioc", "vex"
    note = "vex-ioc: `vex triage --file LIST --csv`, without its look for updates."
    # The worst verdict.
    exit_codes = (0, 1, 2)
    elsewhere = "import vex.client; vex.client.VT_BASE = '{url}'; from vex.main import app; app()"

    def prepare(self):
        folder = self.home / ".vex"
        folder.mkdir(exist_ok=True)
        folder.joinpath("config.yaml").write_text(
            "api: {tier: premium, rate_limit: {premium: {requests_per_minute: 1000000, requests_per_day: 1000000}}}\n"
            "update_check: {enabled: false}\n")

    @staticmethod
    def arguments(path):
        return ["triage", "--file", path, "--csv", "--quiet"]

    def multiply(self, asked, lines):
        database = sqlite3.connect(self.home / ".vex/cache.db")
        rows = dict(database.execute("SELECT key, data FROM results"))
        known = [(line, rows[f"triage:sha256:{line}"]) for line in asked]
        with database:
            database.executemany(
                "INSERT OR REPLACE INTO results (key, data, stored) VALUES (?, ?, ?)",
                ((f"triage:sha256:{line}", data.replace(old, line), time.time())
                 for line, (old, data) in zip(lines, known * (len(lines) // len(known) + 1))))
        database.close()

    def examine(self, done):
        assert f"(0 from API, {self.count} cached)" in done.stderr, f"vex's cache did not answer: {done.stderr[-2000:]}"
        assert len(done.stdout.splitlines()) > self.count, "vex wrote no table"


class IocTriage(Peer):
    """ioc-triage: a cache of one JSON file."""

    package = name = "ioc-triage"
    note = ("ioc-triage: `ioc-triage --input LIST --output csv`. It asks three sources and has no option to ask one: "
            "its cache knows all of them, and its table has three rows a hash.")
    exit_codes = (0,)
    elsewhere = ("from ioc_triage.sources import virustotal; virustotal.API_BASE = '{url}'; "
                 "from ioc_triage import cli; cli.SOURCES_BY_TYPE['sha256'] = [virustotal.check]; cli.main()")

    @staticmethod
    def arguments(path):
        return ["--input", path, "--output", "csv"]

    def multiply(self, asked, lines):
        path = self.home / ".cache/ioc-triage/cache.json"
        stored = json.loads(path.read_text())
        known = [stored[f"virustotal:sha256:{line}"]["value"] for line in asked]
        entries = {}
        for number, line in enumerate(lines):
            value = known[number % len(known)]
            for source in ["virustotal", "opentip", "abusech"]:
                entries[f"{source}:sha256:{line}"] = {
                    "timestamp": time.time(), "value": {**value, "indicator": line, "source": source}}
        path.write_text(json.dumps(entries, ensure_ascii=False))

    def examine(self, done):
        assert f": {3 * self.count}" in done.stderr, f"ioc-triage's cache did not answer all: {done.stderr[-2000:]}"
        rows = len(done.stdout.splitlines()) - 1
        assert rows == 3 * self.count, f"ioc-triage wrote {rows} rows for {self.count} hashes"
