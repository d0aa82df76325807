"""Waiting for what a daemon does to its folders, as the kernel tells it.

No polling takes time from what is measured.
"""
import ctypes
import json
import os
import pathlib
import select
import struct
import time

LIBC = ctypes.CDLL(None, use_errno=True)
IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_Q_OVERFLOW = 0x40, 0x80, 0x100, 0x4000
EVENT = struct.Struct("iIII")


class Folders:
    """The inotify events of some folders."""

    def __init__(self):
        self.descriptor = LIBC.inotify_init1(os.O_CLOEXEC)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")

    def add(self, path, events):
        if LIBC.inotify_add_watch(self.descriptor, os.fsencode(path), events) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch", str(path))

    def wait(self, seconds):
        """The names that events came for; none if none came for so long."""
        if not select.select([self.descriptor], [], [], max(seconds, 0))[0]:
            return []
        data, names, start = os.read(self.descriptor, 1 << 16), [], 0
        while start < len(data):
            _, kinds, _, length = EVENT.unpack_from(data, start)
            assert not kinds & IN_Q_OVERFLOW, "events were lost"
            start += EVENT.size
            names.append(os.fsdecode(data[start:start + length].rstrip(b"\0")))
            start += length
        return names

    def close(self):
        os.close(self.descriptor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def has_table(folder):
    return os.path.exists(folder / "report.csv")


def state(folder):
    """The job's `status.json`, or nothing before there is one."""
    try:
        return json.loads((folder / "status.json").read_text())
    except FileNotFoundError:
        return {}


def is_done(folder):
    now = state(folder).get("state", "running")
    assert now in ("running", "done"), f"{folder.name} is {now}: {state(folder).get('reason')}"
    return now == "done"


class Reports:
    """A user's report folder. A list's folder is found by its events: there may be thousands of others."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.folders = Folders()
        self.folders.add(self.path, IN_CREATE | IN_MOVED_TO)
        self.found = {}
        for name in os.listdir(self.path):
            self.note(name)

    def note(self, name):
        """Remembers and watches a list's folder, named `<day>-<second>-<chance>_<name>`."""
        job, _, dropped = name.partition("_")
        folder = self.path / name
        if len(job) == 21 and dropped not in self.found and folder.is_dir():
            self.folders.add(folder, IN_MOVED_TO)
            self.found[dropped] = folder

    def wait(self, name, is_so, seconds=3600):
        """The moment at which something is so of the report folder of the list that was dropped under a name."""
        end = time.monotonic() + seconds
        while True:
            if name in self.found and is_so(self.found[name]):
                return time.monotonic()
            assert time.monotonic() < end, f"{name} was not reported within {seconds} s"
            for event in self.folders.wait(end - time.monotonic()):
                self.note(event)

    def close(self):
        self.folders.close()
