"""A fleet: a server, simulators and daemons, each on a host of its own on one switch."""
import contextlib
import csv
import datetime
import json
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import daemon
import watch
from clocks import Clock
from judge import Judge, Request
from network import TIED, Network
from server import Server

# Nothing else listens in the sites' namespaces, and all sites must ask at the same address.
SIMULATOR_PORT = 8099
# More than a site may wait for what is under way, and for a server that is away.
STOP_SECONDS = 60


class Simulator:
    """A simulated VirusTotal on a host, for one site; it refuses nothing and writes down everything."""

    def __init__(self, program, host, site, folder, latency):
        self.site = site
        self.journal = folder / f"journal-{site}"
        self.process = subprocess.Popen(
            [*host.enter, *TIED, program, "simulate", "--port", str(SIMULATOR_PORT), "--per-minute", "0", "--per-day",
             "0", "--per-month", "0", "--latency", str(round(latency * 1000)), "--journal", self.journal],
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def requests(self):
        """The lookups that have reached it."""
        if not self.journal.exists():
            return
        for line in self.journal.read_text().splitlines():
            entry = json.loads(line)
            if entry["endpoint"] == "files":
                yield Request(datetime.datetime.fromisoformat(entry["time"]).timestamp(), self.site, entry["hash"],
                              entry["status"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Site(daemon.Daemon):
    """hashdrop serve on a host, as one site of several; it is started by `start`."""

    def __init__(self, fleet, name, host, url, connections, settings):
        self.name = name
        self.host = host
        super().__init__(fleet.program, url, connections, starts=False, HASHDROP_LOG_LEVEL="notice",
                         HASHDROP_WEB_LISTEN="off", HASHDROP_REPORTS_JSON="false", **settings)

    def serve(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen([*self.host.enter, *TIED, self.program, "serve"], cwd=self.folder,
                                            env=self.environment, stderr=log)

    def stop(self):
        try:
            if self.process and self.process.poll() is None:
                self.process.terminate()
                self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"site {self.name} did not end within {STOP_SECONDS} s") from None

    def __exit__(self, *failure):
        try:
            self.stop()
        finally:
            super().__exit__(*failure)

    def kill(self):
        """Kills it and starts it again at once."""
        self.process.kill()
        self.process.wait()
        self.serve()

    def report(self, name):
        """The report folder of a list; None before there is one."""
        return next((self.folder / "reports/bench").glob(f"*_{name}"), None)

    def receipt(self, name):
        """The list's `status.json`; empty before there is one."""
        folder = self.report(name)
        return watch.state(folder) if folder else {}

    def is_done(self, name):
        return self.receipt(name).get("state") == "done"

    def answers(self, name):
        """The rows of a list's report; None before it is done."""
        if not self.is_done(name):
            return None
        with (self.report(name) / "report.csv").open(encoding="utf-8-sig", newline="") as rows:
            return list(csv.DictReader(rows))

    def wait_reason(self):
        """What its lookups wait for, by `hashdrop status`."""
        shown = json.loads(self.run("status", "--json", check=False))
        return (shown.get("daemon") or {}).get("wait_reason") or ""

    def last_words(self):
        """The end of its log, for the reader of a failure."""
        return self.log.read_text()[-1_000:] if self.log.exists() else ""


class Fleet:
    """What a scenario works with; all of it is gone at the end."""

    def __init__(self, program):
        self.program = program
        self.stack = contextlib.ExitStack()
        self.simulators, self.sites = [], []
        self.passwords = {}

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hashdrop-fleet-"))
            stack.callback(shutil.rmtree, self.folder)
            # The server's account has a folder below it.
            self.folder.chmod(0o755)
            self.clock = Clock(self.folder)
            self.network = stack.enter_context(Network())
            self.server = stack.enter_context(
                Server(self.folder / "server", self.network.host(), self.program, self.clock))
            self.server.start()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *failure):
        if failure[0] and issubclass(failure[0], Exception):
            for site in self.sites:
                print(f"  the log of site {site.name} ends so:\n{site.last_words()}", flush=True)
        self.stack.close()

    def make_database(self, sites):
        self.passwords = self.server.make_database([f"site-{name}" for name in sites])

    def simulator(self, host, site, latency):
        """A simulated VirusTotal on a host."""
        simulator = self.stack.enter_context(Simulator(self.program, host, site, self.folder, latency))
        self.simulators.append(simulator)
        return simulator

    def site(self, name, host, url, connections, limits, is_shared=True, **settings):
        """A daemon on a host, which is not started yet."""
        if is_shared:
            role = f"site-{name}"
            settings |= {
                "HASHDROP_SHARED_DATABASE": self.server.address(role, is_here=host is self.server.host),
                "HASHDROP_SHARED_PASSWORD_FILE": str(self.passwords[role]), "HASHDROP_SHARED_SITE": name}
        site = self.stack.enter_context(
            Site(self, name, host, url, connections, {**limit_settings(limits), **settings}))
        self.sites.append(site)
        return site

    def standard(self, names, limits, latency, connections=2, starts=True, **settings):
        """Sites on hosts of their own, each with a simulator beside it."""
        self.make_database(names)
        for name in names:
            host = self.network.host()
            url = self.simulator(host, name, latency).url
            self.site(name, host, url, connections, limits, **settings)
        if starts:
            for site in self.sites:
                site.start()
        return self.sites

    def judge(self, names=None):
        """The evidence so far; `names` are further names of files."""
        return Judge(self, names)

    def requests(self):
        """The requests that have reached the simulators, the oldest first."""
        return sorted((request for simulator in self.simulators for request in simulator.requests()),
                      key=lambda request: request.time)

    def asked(self):
        """How many requests have reached the simulators."""
        return len(self.requests())


def limit_settings(limits):
    """The settings of limits: a minute, a day, a month; 0 is none."""
    return {f"HASHDROP_VIRUSTOTAL_REQUESTS_PER_{period}": str(limit)
            for period, limit in zip(["MINUTE", "DAY", "MONTH"], limits)}


def until(fact, seconds, what):
    """Waits for a fact; how long that took."""
    begin = time.monotonic()
    while not fact():
        assert time.monotonic() < begin + seconds, f"{what} did not come about within {seconds:.0f} s"
        time.sleep(0.1)
    return time.monotonic() - begin


def until_done(lists, seconds):
    """Waits until lists are done: the names by site."""
    until(lambda: all(site.is_done(name) for site, names in lists.items() for name in names), seconds,
          "the end of all lists")


def files(count, salt):
    """MD5 digests of files that no other salt has; every simulator knows the same other names of them."""
    return daemon.short_hashes(count, salt)


def overlapping(files, sites):
    """The files that each site's list holds: half of them are in every list, in the same order."""
    return [[file for place, file in enumerate(files) if place % 2 == 0 or place // 2 % sites == number]
            for number in range(sites)]


def other_names(program, files):
    """The SHA-256 of files, of those that VirusTotal knows, by asking a simulator that is not the judge's."""
    names = {}
    with daemon.Simulator(program, 0) as simulator:
        for file in files:
            request = urllib.request.Request(f"{simulator.url}/api/v3/files/{file}", headers={"x-apikey": daemon.KEY})
            try:
                with urllib.request.urlopen(request) as answer:
                    names[file] = json.load(answer)["data"]["id"]
            except urllib.error.HTTPError as error:
                assert error.code == 404, error
    return names


def shuffled(lines, salt):
    """The same lines in another order, the same in each run."""
    return random.Random(salt).sample(lines, len(lines))


def drop_all(sites, lines, name):
    """Drops a list at each site at once; the names by site."""
    hidden = [site.hide(list(some), name) for site, some in zip(sites, lines)]
    for path in hidden:
        path.rename(path.with_name(name))
    return {site: [name] for site in sites}
