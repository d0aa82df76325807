"""An administrator's days with the packages, in a clean Debian 12."""
import collections
import csv
import hashlib
import io
import json
import re
import time

from machine import Machine
from seen import NotSeen, require, run, seen, until
from tools import EXPOSURE_MAX, PROGRAMS

KEY = "0123456789abcdef" * 4
CONFIGURATION = "/etc/hashdrop/hashdrop.yaml"
STATE = "/var/lib/hashdrop"
# What may be different after a purge of packages that were never used: the account that sysusers made.
ACCOUNT_FILES = {"etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "etc/passwd-", "etc/group-", "etc/shadow-",
                 "etc/gshadow-", "etc/subuid", "etc/subgid", "etc/subuid-", "etc/subgid-"}
CAP_LEASE = 1 << 28
CAP_SYS_RESOURCE = 1 << 24


def life(packages):
    later, later_version = packages.next()
    with Machine() as machine:
        clean_debian(machine, packages)
        never_used(machine, packages)
        machine.boot()
        seen("it boots in a container, with a network of its own")
        before = machine.snapshot()
        Days(machine, packages, later, later_version, before).live()
        machine.shut_down()
    require(not machine.folder.exists(), "the Debian is gone from this machine, and nothing of it is mounted")


def clean_debian(machine, packages):
    begin = time.monotonic()
    machine.make()
    version = machine.path("/etc/debian_version").read_text().strip()
    seen(f"debootstrap has made a Debian {version} in {time.monotonic() - begin:.0f} s")
    machine.chroot("apt-get", "update", "--quiet")
    # The init that a server has; adduser and a user's shell are in the base.
    machine.chroot("apt-get", "install", "--yes", "--no-install-recommends", "systemd", "systemd-sysv")
    machine.path("/packages").mkdir()
    for deb in packages.debs.values():
        run("cp", deb, machine.path("/packages"))
    # What the packages need comes first, so that the files that are theirs can be told apart.
    said = machine.chroot("apt-get", "install", "--simulate", *paths(packages.debs))
    others = [name for name in re.findall(r"^Inst (\S+)", said, re.MULTILINE) if name not in packages.debs]
    seen(f"apt finds what they need in Debian: {' '.join(others)}")
    machine.chroot("apt-get", "install", "--yes", *others)
    swift = [*machine.root.rglob("libswift*"), *machine.root.rglob("libFoundation*"), *machine.root.rglob("swift")]
    require(not swift, "there is nothing of Swift in it", str(swift))


def paths(debs):
    return [f"/packages/{deb.name}" for deb in debs.values()]


def never_used(machine, packages):
    """Installed and purged without having been used: nothing is left but the account."""
    before = machine.snapshot()
    machine.chroot("apt-get", "install", "--yes", *paths(packages.debs))
    for program in PROGRAMS:
        missing = [line for line in machine.chroot("ldd", program).splitlines() if "not found" in line]
        require(not missing, f"{program} finds each of its libraries", str(missing))
    version = machine.chroot("hashdrop", "--version").strip()
    require(version == packages.version, f"hashdrop --version says {version}")
    said = machine.chroot("systemd-analyze", "verify", "--man=no", "hashdrop.service", check=False).strip()
    require(not said, "systemd-analyze verify has no complaint about the unit", said)
    said = machine.chroot("systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={EXPOSURE_MAX}",
                          "hashdrop.service")
    seen(re.search(r"Overall exposure level .*", said)[0])
    owners = {path: mode(machine, path) for path in [STATE, f"{STATE}/spool", f"{STATE}/reports"]}
    require(set(owners.values()) == {"hashdrop:hashdrop 755", "hashdrop:hashdrop 711"}, f"the folders: {owners}")
    account = machine.chroot("getent", "passwd", "hashdrop").strip()
    require(account.endswith(f":{STATE}:/usr/sbin/nologin"), f"the account: {account}")
    machine.chroot("apt-get", "purge", "--yes", *packages.debs)
    difference = changes(before, machine.snapshot())
    require(set(difference) <= ACCOUNT_FILES,
            "purged without having been used, they leave the account behind and no file", str(difference))


def mode(machine, path):
    return machine.chroot("stat", "--format=%U:%G %a", path).strip()


def changes(before, after):
    return {path: (before.get(path), after.get(path)) for path in sorted({*before, *after})
            if before.get(path) != after.get(path) and not path.startswith("packages/")}


class Days:
    """From the installation to the purge, in the booted Debian."""

    def __init__(self, machine, packages, later, later_version, before):
        self.machine, self.packages, self.before = machine, packages, before
        self.later, self.later_version = later, later_version
        self.journal = machine.path("/srv/journal.jsonl")

    def live(self):
        self.install()
        self.configure()
        self.start()
        self.drop()
        self.other_accounts()
        self.look()
        self.reload()
        self.unharmed()
        self.watchdog()
        self.upgrade()
        self.without_the_helper()
        self.remove()
        self.purge()

    # MARK: The days

    def install(self):
        self.machine.run("apt-get", "install", "--yes", *paths(self.packages.debs))
        states = [self.machine.run("systemctl", verb, "hashdrop", check=False).strip()
                  for verb in ["is-enabled", "is-active"]]
        require(states == ["disabled", "inactive"],
                "installed: the service is neither enabled nor started, as it has no key yet", str(states))

    def configure(self):
        """As hashdrop(1) says under SETTING UP, but against a simulated VirusTotal."""
        run_ = self.machine.run
        key = self.machine.path("/etc/hashdrop/virustotal-api-key")
        key.write_text(KEY + "\n")
        key.chmod(0o600)
        self.edit({"  endpoint: https://www.virustotal.com": "  endpoint: http://127.0.0.1:8099",
                   "  requestsPerMinute: 4": "  requestsPerMinute: 0", "  requestsPerDay: 500": "  requestsPerDay: 0",
                   "  requestsPerMonth: 15500": "  requestsPerMonth: 0", "  emptyPeriod: 60s": "  emptyPeriod: 2s"})
        for name in ["alice", "bob"]:
            run_("useradd", "--no-create-home", name)
        said = run_("hashdrop", "user", "add", "alice", user="hashdrop")
        require("Added alice." in said, "hashdrop user add alice, as the account hashdrop")
        run_("usermod", "-aG", "alice", "hashdrop")
        for folder, bits in [("spool", "2770"), ("reports", "2750")]:
            run_("chgrp", "alice", f"{STATE}/{folder}/alice")
            run_("chmod", bits, f"{STATE}/{folder}/alice")
        self.journal.parent.mkdir(exist_ok=True)
        run_("systemd-run", "--unit=simulator", "--service-type=exec", "hashdrop", "simulate", "--per-minute", "0",
             "--per-day", "0", "--per-month", "0", "--latency", "200", "--journal", "/srv/journal.jsonl")

    def edit(self, lines):
        """Changes lines of the configuration, each of which must be there once."""
        path = self.machine.path(CONFIGURATION)
        text = path.read_text()
        for old, new in lines.items():
            require(text.count(f"\n{old}\n") == 1, f"configure: {new.strip()}", f"{CONFIGURATION} has no line {old!r}")
            text = text.replace(f"\n{old}\n", f"\n{new}\n")
        path.write_text(text)

    def start(self):
        begin = time.monotonic()
        self.machine.run("systemctl", "enable", "--now", "hashdrop")
        seen(f"systemctl enable --now: it tells systemd that it is ready, after {time.monotonic() - begin:.1f} s")
        status = self.machine.status(self.show("MainPID"))
        account = self.machine.run("id", "--user", "hashdrop").strip()
        require(status["Uid"].split() == [account] * 4, f"it runs as the account hashdrop ({account})")
        require(all(int(status[field], 16) == CAP_LEASE for field in ["CapEff", "CapPrm", "CapBnd"]),
                "its one capability is CAP_LEASE")
        require(status["Seccomp"] == "2" and status["NoNewPrivs"] == "1",
                "its system calls are filtered, and it gains no rights")
        until("hashdrop status: alice's folder has events, so the helper runs and watches",
              lambda: re.search(r"alice: events", self.status()), otherwise=self.trouble)
        until("systemctl status shows its line", lambda: self.show("StatusText"), otherwise=self.trouble)
        print(f"    {self.show('StatusText')}")

    def drop(self):
        hashes = self.drop_list("iocs.txt", 20)
        folder = self.report("iocs.txt", hashes)
        facts = self.machine.run("stat", "--format=%U:%G %a", f"{folder}/report.csv").strip()
        require(facts == "hashdrop:alice 640", f"report.csv: {facts}")
        self.machine.run("cat", f"{folder}/report.html", user="alice")
        seen("alice's account reads the report")
        # Only with a lease is it certain that nothing writes to the file, and alice's is not the daemon's account.
        self.machine.run("sh", "-c", f": >{STATE}/spool/alice/empty.txt", user="alice")
        until("an empty file of alice's is refused: the unit's CAP_LEASE works",
              lambda: any(status["state"] == "refused" for status in self.receipts("empty.txt")),
              otherwise=self.trouble)

    def other_accounts(self):
        for command in [["cat", f"{self.folder('iocs.txt')}/report.csv"], ["ls", f"{STATE}/spool"],
                        ["ls", f"{STATE}/spool/.hashdrop"], ["cat", "/etc/hashdrop/virustotal-api-key"]]:
            said = self.machine.run(*command, user="bob", check=False)
            require("Permission denied" in said, f"bob's account may not: {' '.join(command)}", said)
        process = self.show("MainPID")
        said = self.machine.run("cat", f"/proc/{process}/environ", user="bob", check=False)
        require("Permission denied" in said, "nor see the daemon's environment", said)
        require(KEY not in self.machine.run("cat", f"/proc/{process}/environ").replace("\0", "\n"),
                "the key is not in the environment either, but in a credential")

    def look(self):
        page = self.machine.host("python3", "-c", "import urllib.request as r; "
                                 "print(r.urlopen('http://127.0.0.1:8080/login').read().decode())")
        require("<form" in page, "the page answers on 127.0.0.1:8080")
        lines = [json.loads(line) for line in
                 self.machine.run("journalctl", "--unit=hashdrop", "--output=json").splitlines()]
        serving = [line for line in lines if "Serving" in line.get("MESSAGE", "")]
        require(serving and serving[0]["PRIORITY"] == "6", "journalctl -u hashdrop has its lines, with priorities")

    def reload(self):
        process = self.show("MainPID")
        self.machine.run("systemctl", "reload", "hashdrop")
        until("systemctl reload: the same process goes on", lambda: self.show("ActiveState") == "active"
              and self.show("MainPID") == process, otherwise=self.trouble)
        self.report("again.txt", self.drop_list("again.txt", 5))

    def watchdog(self):
        """A daemon that no longer turns is started again."""
        drop_in = "/run/systemd/system/hashdrop.service.d/test.conf"
        self.machine.run("mkdir", "-p", drop_in.rsplit("/", 1)[0])
        self.machine.run("tee", drop_in, text="[Service]\nWatchdogSec=3s\nRestartSec=1s\n")
        self.machine.run("systemctl", "daemon-reload")
        self.machine.run("systemctl", "restart", "hashdrop")
        process = self.show("MainPID")
        self.machine.run("kill", "-STOP", process)
        until("the watchdog: a daemon that hangs is ended and started again", lambda: self.show("NRestarts") == "1"
              and self.show("ActiveState") == "active", otherwise=self.trouble)
        self.report("after.txt", self.drop_list("after.txt", 5))
        self.machine.run("rm", drop_in)
        self.machine.run("systemctl", "daemon-reload")
        begin = time.monotonic()
        self.machine.run("systemctl", "restart", "hashdrop")
        seen(f"systemctl restart takes {time.monotonic() - begin:.1f} s")

    def upgrade(self):
        """While lists are being looked up."""
        lists = {f"load{number}.txt": self.drop_list(f"load{number}.txt", 150) for number in range(5)}
        wanted = [digest for hashes in lists.values() for digest in hashes]
        until("an upgrade under load begins", lambda: self.asked(lists) > 30, otherwise=self.trouble)
        database = self.machine.path(f"{STATE}/spool/.hashdrop/hashdrop.sqlite")
        process, number = self.show("MainPID"), database.stat().st_ino
        for deb in self.later.values():
            run("cp", deb, self.machine.path("/packages"))
        begin = time.monotonic()
        asked = self.asked(lists)
        self.machine.run("apt-get", "install", "--yes", *paths(self.later))
        seen(f"apt installs version {self.later_version} in {time.monotonic() - begin:.1f} s")
        left = len(wanted) - self.asked(lists)
        require(left > 0, f"of {len(wanted)} hashes {asked} were asked before, and {left} still are to be asked")
        require(self.show("ActiveState") == "active" and self.show("MainPID") != process,
                "the daemon was restarted", self.trouble())
        require("127.0.0.1:8099" in self.machine.path(CONFIGURATION).read_text(), "the changed configuration was kept")
        require(database.stat().st_ino == number, "the database is the same one")
        for name, hashes in lists.items():
            self.report(name, hashes)
        counts = self.requests()
        repeated = {digest: counts[digest] for digest in wanted if counts[digest] != 1}
        require(not repeated, f"no list was lost, and each of the {len(wanted)} hashes was asked once", str(repeated))
        log = self.machine.run("journalctl", "--unit=hashdrop", "--output=cat")
        require("stop-sigterm' timed out" not in log, "each stop was in time: systemd had to kill nothing")

    def without_the_helper(self):
        """hashdrop-watch is recommended, not needed."""
        self.machine.run("apt-get", "remove", "--yes", "hashdrop-watch")
        self.machine.run("systemctl", "restart", "hashdrop")
        line = until("without the package hashdrop-watch the folders are polled, and hashdrop status says so",
                     lambda: re.search(r"alice: polling.*", self.status()), otherwise=self.trouble)
        print(f"    {line[0]}")
        self.report("polled.txt", self.drop_list("polled.txt", 5))

    def remove(self):
        begin = time.monotonic()
        self.machine.run("apt-get", "remove", "--yes", *self.packages.debs)
        seen(f"apt remove takes {time.monotonic() - begin:.1f} s")
        processes = self.machine.run("ps", "-u", "hashdrop", "-o", "comm=", check=False).split()
        require(not processes, "removed: no process of the account hashdrop runs", str(processes))
        for path in [CONFIGURATION, "/etc/hashdrop/virustotal-api-key", f"{STATE}/spool/.hashdrop/hashdrop.sqlite"]:
            require(self.machine.path(path).exists(), f"{path} is kept")

    def purge(self):
        said = self.machine.run("apt-get", "purge", "--yes", *self.packages.debs)
        require(f"in {STATE} are kept" in said, "purged: it says that lists and reports are kept")
        self.machine.run("systemctl", "stop", "simulator")
        self.journal.unlink()
        left = changes(self.before, self.machine.snapshot())
        data = [path for path in left if f"/{path}".startswith(STATE)]
        others = set(left) - set(data) - ACCOUNT_FILES
        require(not others, f"left are {len(data)} files and folders in {STATE}, the accounts, and nothing else",
                str(others))
        known = self.machine.run("systemctl", "list-unit-files", "hashdrop*", "--no-legend", check=False).strip()
        require(not known, "systemd knows no unit of it", known)
        require(self.machine.path(self.folder("iocs.txt") + "/report.csv").exists(),
                "alice's reports are among what is left")

    def unharmed(self):
        """The sandbox takes nothing away that the program, its libraries or the helper need."""
        lines = self.machine.run("journalctl", "--unit=hashdrop", "--output=cat").splitlines()
        denied = [line for line in lines if re.search("errno|EPERM|EACCES|not permitted|[Dd]enied|[Ff]ailed", line)]
        # The unit's LimitNICE= needs a systemd that may raise limits; that of a container on some machines may not.
        if not int(self.machine.status(1)["CapEff"], 16) & CAP_SYS_RESOURCE:
            print("    (libdispatch's complaints about a priority are left out: this machine may not raise limits)")
            denied = [line for line in denied if "set thread priority" not in line or not line.endswith("errno=13")]
        require(not denied, "no line of its log says that something failed or is not permitted",
                "\n".join(denied[-10:]))

    # MARK: What they do

    def drop_list(self, name, count):
        """alice's account writes a list into the drop folder; gives its hashes."""
        hashes = [hashlib.sha256(f"{name} {number}".encode()).hexdigest() for number in range(count)]
        self.machine.run("tee", f"{STATE}/spool/alice/{name}", user="alice", text="\n".join(hashes) + "\n")
        return hashes

    def report(self, name, hashes):
        """Waits for a list's report and compares its hashes."""
        until(f"{name}: the report of its {len(hashes)} hashes is there",
              lambda: any(status["state"] == "done" for status in self.receipts(name)), 120, self.trouble)
        table = self.machine.path(self.folder(name) + "/report.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(table)))
        states = {row["state"] for row in rows}
        if [row["hash"] for row in rows] != hashes or not states <= {"answered", "unknown", "no-results"}:
            raise NotSeen(f"{name}: the report has other hashes than the list, or a row without an answer:\n{table}")
        return self.folder(name)

    def receipts(self, name):
        return [json.loads(path.read_text()) for path in
                self.machine.path(f"{STATE}/reports/alice").glob(f"*_{name}/status.json")]

    def folder(self, name):
        """The report's folder, as the container sees it."""
        found = next(self.machine.path(f"{STATE}/reports/alice").glob(f"*_{name}"))
        return f"{STATE}/reports/alice/{found.name}"

    def requests(self):
        """How often each hash was asked, as the simulated VirusTotal has written down."""
        return collections.Counter(json.loads(line)["hash"] for line in self.journal.read_text().splitlines())

    def asked(self, lists):
        counts = self.requests()
        return sum(1 for hashes in lists.values() for digest in hashes if digest in counts)

    def show(self, property_):
        return self.machine.run("systemctl", "show", "hashdrop", f"--property={property_}", "--value").strip()

    def status(self):
        return self.machine.run("hashdrop", "status", user="hashdrop", check=False)

    def trouble(self):
        """What helps to see why something did not come."""
        service = self.machine.run("systemctl", "status", "hashdrop", "--no-pager", "--lines=30", check=False)
        return "\n".join([service, self.status(), self.machine.run("find", STATE, check=False)[:4000]])
