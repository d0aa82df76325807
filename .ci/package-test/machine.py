"""A Debian 12 of its own: made by debootstrap, with this machine's own mirror, and booted in a container."""
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from packages import ROOT
from seen import NotSeen, run

SUITE = "bookworm"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Downloads, kept from run to run.
CACHE = ROOT / ".build-deb/debootstrap"
# Not the packages' doing: what the machine itself writes while it runs.
VOLATILE = {"proc", "sys", "dev", "run", "tmp", "var/log", "var/cache", "var/tmp", "var/lib/apt", "var/lib/dpkg",
            "var/lib/systemd", "etc/ld.so.cache", "etc/.pwd.lock", "etc/resolv.conf", "root/.bash_history"}

ENVIRONMENT = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "HOME=/root", "PAGER=cat",
               "DEBIAN_FRONTEND=noninteractive"]


class Machine:
    """The folder with the Debian, and the container that it is booted in.

    Nothing is mounted outside of the container's own mount namespace, so its end leaves only the folder.
    """

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hashdrop-machine-"))
        # Every account of the Debian must be able to enter its root.
        self.root = self.folder / "debian"
        self.root.mkdir(mode=0o755)
        self.container = None
        self.leader = None

    # MARK: Making

    def make(self):
        CACHE.mkdir(parents=True, exist_ok=True)
        targets = self.mirrors()
        main = next((uri for uri, suite, _ in targets if suite == SUITE), None)
        if not main:
            raise NotSeen(f"this machine's apt has no source for Debian's {SUITE}")
        # In a mount namespace of its own, so that a debootstrap that is killed leaves nothing mounted.
        run("unshare", "--mount", "--propagation", "private", "debootstrap", "--variant=minbase",
            f"--keyring={KEYRING}", f"--cache-dir={CACHE}", SUITE, self.root, main)
        lines = [f"deb [signed-by={KEYRING}] {uri} {suite} {component}" for uri, suite, component in targets]
        (self.root / "etc/apt/sources.list").write_text("\n".join(lines) + "\n")
        # How this machine reaches it: proxies, and what it checks.
        asked = [line for line in run("apt-config", "dump").splitlines()
                 if re.match(r"Acquire::(http|https|Check-|Retries|AllowInsecure)", line)]
        (self.root / "etc/apt/apt.conf.d/99test").write_text("\n".join(asked) + "\nAPT::Sandbox::User \"root\";\n")
        for name in ["resolv.conf", "hosts"]:
            shutil.copy(f"/etc/{name}", self.root / "etc" / name)
        # The disk need not survive a power cut.
        (self.root / "etc/dpkg/dpkg.cfg.d/test").write_text("force-unsafe-io\n")

    @staticmethod
    def mirrors():
        """Address, suite and component of each of Debian's own sources of this suite."""
        lines = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)",
                    "Created-By: Packages").splitlines()
        found = [line.split(maxsplit=3) for line in lines]
        return [(uri, suite, component) for uri, suite, component, *origin in found
                if origin == ["Debian"] and suite.split("-")[0] == SUITE]

    # MARK: Running

    def chroot(self, *command, check=True):
        """Runs a command in the folder before it is booted; this machine's network is there."""
        inner = " ".join(shlex.quote(str(part)) for part in command)
        script = (f"mount -t proc proc {self.root}/proc && mount -t sysfs sysfs {self.root}/sys && "
                  f"mount --rbind /dev {self.root}/dev && "
                  f"exec chroot {self.root} env -i {' '.join(ENVIRONMENT)} {inner}")
        return run("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
                   "sh", "-c", script, check=check)

    def boot(self):
        """Boots it, without a network but its own loopback, and waits until its systemd says that it is up."""
        address = self.folder / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(address))
            listener.settimeout(120)
            console = (self.folder / "console").open("w")
            self.container = subprocess.Popen(
                ["systemd-nspawn", f"--directory={self.root}", "--boot", "--private-network", "--register=no",
                 "--keep-unit", "--notify-ready=yes", "--console=pipe", "--link-journal=no", "--resolv-conf=off",
                 "--timezone=off", "--hostname=hashdrop-test"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
                env={**os.environ, "NOTIFY_SOCKET": str(address), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
            told = ""
            while "READY=1" not in told:
                try:
                    told += listener.recv(4096).decode() + "\n"
                except TimeoutError:
                    raise NotSeen(f"the container did not boot:\n{self.console()}") from None
            self.leader = int(re.search(r"X_NSPAWN_LEADER_PID=(\d+)", told)[1])

    def console(self):
        return "\n".join((self.folder / "console").read_text(errors="replace").splitlines()[-40:])

    def run(self, *command, check=True, user=None, text=None):
        """Runs a command in the booted container; as another account by runuser."""
        command = ["runuser", "-u", user, "--", *command] if user else command
        options = {"input": text, "stdin": None} if text is not None else {}
        return run("nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--root",
                   "env", "--chdir=/", "-i", *ENVIRONMENT, *command, check=check, **options)

    def host(self, *command, check=True):
        """Runs a command of this machine in the container's network."""
        return run("nsenter", f"--target={self.leader}", "--net", *command, check=check)

    # MARK: Looking

    def status(self, process):
        """What the kernel says of a process of the container, by field."""
        lines = self.run("cat", f"/proc/{process}/status").splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def path(self, path):
        """A path in it, seen from outside."""
        return self.root / str(path).lstrip("/")

    def snapshot(self):
        """Each file and folder with its owner, mode and, below /etc, its content's time."""
        found = {}
        for folder, folders, files in os.walk(self.root):
            inside = os.path.relpath(folder, self.root)
            folders[:] = [name for name in folders if os.path.normpath(f"{inside}/{name}") not in VOLATILE]
            for name in folders + files:
                path = os.path.normpath(f"{inside}/{name}")
                if path not in VOLATILE:
                    status = os.lstat(os.path.join(folder, name))
                    found[path] = (oct(status.st_mode), status.st_uid, status.st_gid,
                                   status.st_size if path.startswith("etc/") and name in files else None)
        return found

    # MARK: Ending

    def shut_down(self):
        if self.container and self.container.poll() is None:
            # SIGTERM to nspawn powers the container off in good order.
            self.container.terminate()
            try:
                self.container.wait(60)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        self.container = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A second signal must not leave the folder behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.shut_down()
        mounts = pathlib.Path("/proc/self/mountinfo").read_text()
        assert f" {self.root}" not in mounts, f"something is still mounted below {self.root}; it is not removed"
        for _ in range(10):
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                break
            time.sleep(0.5)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
