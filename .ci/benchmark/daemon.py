"""The programs under measurement: the simulated VirusTotal and the daemon, each with files of its own."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request

KEY = "0123456789abcdef" * 4


def hashes(count, salt):
    """SHA-256 digests that no other salt has."""
    return [hashlib.sha256(b"%d %d" % (salt, n)).hexdigest() for n in range(count)]


def short_hashes(count, salt):
    """MD5 digests, of which two million are within the 64 MiB of a list."""
    return [hashlib.md5(b"%d %d" % (salt, n)).hexdigest() for n in range(count)]


class Simulator:
    """A simulated VirusTotal without limits whose answers take so many milliseconds."""

    def __init__(self, program, latency):
        self.process = subprocess.Popen(
            [program, "simulate", "--port", "0", "--per-minute", "0", "--per-day", "0", "--per-month", "0",
             "--latency", str(latency)], stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline()).group(0)

    def add_fault(self, **rule):
        """Makes it misbehave (`FaultRule`)."""
        urllib.request.urlopen(self.url + "/simulator/faults", json.dumps(rule).encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Daemon:
    """hashdrop serve with a spool of its own and a user."""

    def __init__(self, program, url, connections, **settings):
        self.program = program
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hashdrop-bench-"))
        self.environment = dict(os.environ, HASHDROP_VIRUSTOTAL_ENDPOINT=url, HASHDROP_VIRUSTOTAL_API_KEY=KEY,
                                HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE="0", HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY="0",
                                HASHDROP_VIRUSTOTAL_REQUESTS_PER_MONTH="0", HASHDROP_LOG_LEVEL="error",
                                HASHDROP_VIRUSTOTAL_CONNECTIONS=str(connections))
        self.environment.update(settings)
        self.run("user", "add", "bench")
        self.log = self.folder / "log"
        self.start()

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen([self.program, "serve"], cwd=self.folder, env=self.environment, stderr=log)
        self.until(lambda: "bench: events" in self.run("status", check=False), 30)

    def restart(self, **settings):
        """Starts it again, with other settings."""
        self.stop()
        self.environment.update(settings)
        self.start()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    @staticmethod
    def until(is_so, seconds=120):
        """Waits until something is so."""
        end = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < end, "it did not come about"
            time.sleep(0.05)

    def run(self, *arguments, check=True):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert not check or done.returncode in (0, 1, 2), done.stderr
        return done.stdout

    def submit(self, lines):
        """Seconds until the report of a list is finished."""
        path = self.folder / "list.txt"
        path.write_text("\n".join(lines) + "\n")
        start = time.monotonic()
        self.run("submit", "--wait", "--user", "bench", "list.txt")
        return time.monotonic() - start

    def drop(self, lines, name, user="bench"):
        """Drops a list as programs should: under a name that waits, then renamed."""
        path = self.folder / "spool" / user / f".{name}"
        path.write_text("\n".join(lines) + "\n")
        path.rename(path.with_name(name))

    def table(self, name, user="bench"):
        """The CSV of a dropped list's report, once it is there."""
        return next((self.folder / "reports" / user).glob(f"*_{name}/report.csv"), None)

    def peak_memory(self):
        """The most memory that the daemon has had, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    def written_bytes(self):
        """What the daemon has written so far."""
        return int(re.search(r"wchar: (\d+)", pathlib.Path(f"/proc/{self.process.pid}/io").read_text()).group(1))

    def forget_peak(self):
        """Counts the peak from now on."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def report(self):
        """The latest job's folder, and how many seconds its last report took by the daemon's own log."""
        *_, line = [line for line in self.log.read_text().splitlines() if "Reported." in line]
        name = re.search(r"job=(\S+)", line).group(1)
        folder, = (self.folder / "reports/bench").glob(f"{name}_*")
        return folder, float(re.search(r"seconds=(\S+)", line).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder)
