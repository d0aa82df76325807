"""The programs under measurement: the simulated VirusTotal and the daemon, each with files of its own."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

from watch import Reports

KEY = "0123456789abcdef" * 4
# Where nobody answers: for lists that ask for nothing.
NOWHERE = "http://127.0.0.1:9"


def hashes(count, salt):
    """SHA-256 digests that no other salt has."""
    return [hashlib.sha256(b"%d %d" % (salt, n)).hexdigest() for n in range(count)]


def short_hashes(count, salt):
    """MD5 digests, of which two million are within the 64 MiB of a list."""
    return [hashlib.md5(b"%d %d" % (salt, n)).hexdigest() for n in range(count)]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


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
    """hashdrop serve with a spool of its own and a user.

    `cache` is a prepared database, which is copied; without `starts` it is not started yet.
    """

    def __init__(self, program, url, connections, cache=None, starts=True, **settings):
        self.program = program
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hashdrop-bench-"))
        self.page = f"127.0.0.1:{free_port()}"
        self.environment = dict(os.environ, HASHDROP_VIRUSTOTAL_ENDPOINT=url, HASHDROP_VIRUSTOTAL_API_KEY=KEY,
                                HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE="0", HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY="0",
                                HASHDROP_VIRUSTOTAL_REQUESTS_PER_MONTH="0", HASHDROP_LOG_LEVEL="error",
                                HASHDROP_VIRUSTOTAL_CONNECTIONS=str(connections), HASHDROP_WEB_LISTEN=self.page)
        self.environment.update(settings)
        self.process = None
        self.watches = {}
        self.log = self.folder / "log"
        self.database = self.folder / "spool/.hashdrop/hashdrop.sqlite"
        try:
            self.run("user", "add", "bench")
            if cache:
                self.take(cache)
            if starts:
                self.start()
        except BaseException:
            self.__exit__()
            raise

    def take(self, cache):
        """Begins with a copy of a prepared database; what is measured later does not wait for the copy's writing."""
        for path in self.database.parent.glob(self.database.name + "*"):
            path.unlink()
        subprocess.run(["cp", "--reflink=auto", cache, self.database], check=True)
        self.database.chmod(0o600)
        os.sync()

    def serve(self):
        """Starts it without waiting for it."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen([self.program, "serve"], cwd=self.folder, env=self.environment, stderr=log)

    def start(self):
        self.serve()
        self.until(lambda: "bench: events" in self.run("status", check=False), 30)

    def restart(self, **settings):
        """Starts it again, with other settings."""
        self.stop()
        self.environment.update(settings)
        self.start()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    @staticmethod
    def until(is_so, seconds=120):
        """Waits until something is so."""
        end = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < end, "it did not come about"
            time.sleep(0.05)

    def run(self, *arguments, check=True, text=None):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, env=self.environment, text=True, input=text,
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

    def hide(self, lines, name, user="bench"):
        """Writes a list into the drop folder under a name that waits."""
        path = self.folder / "spool" / user / f".{name}"
        path.write_text("\n".join(lines) + "\n")
        return path

    def drop(self, lines, name, user="bench"):
        """Drops a list as programs should: under a name that waits, then renamed."""
        path = self.hide(lines, name, user)
        path.rename(path.with_name(name))

    def seconds(self, lines, name, *facts, user="bench"):
        """Drops a list; the seconds from its rename until each of some facts is true of its report folder."""
        reports = self.reports(user)
        path = self.hide(lines, name, user)
        start = time.monotonic()
        path.rename(path.with_name(name))
        return [reports.wait(name, fact) - start for fact in facts]

    def reports(self, user="bench"):
        """The watch on a user's report folder."""
        if user not in self.watches:
            self.watches[user] = Reports(self.folder / "reports" / user)
        return self.watches[user]

    def table(self, name, user="bench"):
        """The CSV of a dropped list's report, once it is there."""
        return next((self.folder / "reports" / user).glob(f"*_{name}/report.csv"), None)

    def memory(self, field):
        """Memory that the daemon has (`VmRSS`), or has had at most (`VmHWM`), in MiB."""
        return memory(self.process.pid, field)

    def peak_memory(self):
        """The most memory that the daemon has had, in MiB."""
        return self.memory("VmHWM")

    def written_bytes(self, field="wchar"):
        """What the daemon has written so far (`wchar`), or sent to the disk (`write_bytes`)."""
        text = pathlib.Path(f"/proc/{self.process.pid}/io").read_text()
        return int(re.search(rf"^{field}: (\d+)", text, re.MULTILINE).group(1))

    def processor_seconds(self):
        """Processor time that the daemon has had."""
        return processor_seconds(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        for watch in self.watches.values():
            watch.close()
        shutil.rmtree(self.folder)


def processor_seconds(process):
    """Processor time of a process, of threads that have ended too, by its clock (clock_getcpuclockid(3))."""
    return time.clock_gettime(~process << 3 | 2)


def memory(process, field):
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", status).group(1)) / 1024
