"""Machines on one machine: network namespaces on a switch, whose links can be cut and made slower.

A namespace lives for as long as a `cat` in it does, whose standard input is ours: however this program ends, its
namespaces end with it, and the machine's own network is never touched.
"""
import os
import pathlib
import subprocess
import sys
import time

# What a program is started with so that it ends with us, also when we are killed.
TIED = ["setpriv", "--pdeathsig", "KILL", "--"]
# Of the switch; nothing outside can be reached from it.
ADDRESS = "10.77.0.{}"


class Namespace:
    """A network namespace; a program runs in it when `enter` stands before its command."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "--", "cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL)
        self.process_id = self.holder.pid
        self.enter = ["nsenter", f"--net=/proc/{self.process_id}/ns/net", "--"]
        end = time.monotonic() + 10
        while not self.is_there():
            assert self.holder.poll() is None and time.monotonic() < end, "no network namespace is made"
            time.sleep(0.005)
        self.ip("link set lo up")

    def is_there(self):
        """Whether the process has left our namespace: before that, its links would be ours."""
        process = pathlib.Path(f"/proc/{self.process_id}")
        return os.readlink(process / "ns/net") != os.readlink("/proc/self/ns/net") \
            and (process / "comm").read_text() == "cat\n"

    def ip(self, *commands):
        subprocess.run([*self.enter, "ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


class Host(Namespace):
    """A namespace with an address on the switch."""

    def __init__(self, switch, number, delay=0):
        super().__init__()
        self.switch = switch
        self.address = ADDRESS.format(number)
        self.port = f"port{number}"
        self.cable = None
        try:
            if delay:
                self.delay(delay)
            else:
                switch.ip(f"link add {self.port} type veth peer name eth0 netns {self.process_id}")
            switch.ip(f"link set {self.port} master switch", f"link set {self.port} up")
            self.ip(f"address add {self.address}/24 dev eth0", "link set eth0 up")
        except BaseException:
            self.close()
            raise

    def delay(self, seconds):
        """Joins the switch by a cable on which each frame is under way for so long."""
        self.cable = subprocess.Popen(
            [*TIED, sys.executable, "-B", pathlib.Path(__file__).with_name("cable.py"), str(seconds),
             str(self.process_id), "eth0", str(self.switch.process_id), self.port], stdout=subprocess.PIPE, text=True)
        assert self.cable.stdout.readline() == "ready\n", "the cable is not there"

    def cut(self):
        """Takes the link away, as a pulled cable does: nothing comes back, not even a refusal."""
        self.switch.ip(f"link set {self.port} down")

    def mend(self):
        self.switch.ip(f"link set {self.port} up")

    def close(self):
        if self.cable:
            self.cable.terminate()
            self.cable.wait()
            self.cable.stdout.close()
        super().close()


class Network:
    """A switch, and the hosts on it."""

    def __init__(self):
        self.members = [Namespace()]
        self.switch, = self.members
        self.switch.ip("link add switch type bridge", "link set switch up")

    def host(self, delay=0):
        host = Host(self.switch, len(self.members), delay)
        self.members.append(host)
        return host

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for member in reversed(self.members):
            member.close()
