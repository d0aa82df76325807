"""Joins two network namespaces by a cable on which each frame is under way for some time.

    cable.py SECONDS PROCESS INTERFACE PROCESS INTERFACE

Makes an interface in the namespace of each of two processes, says `ready`, and carries frames between them until it is
ended; then both are gone. It does what `tc qdisc … netem delay` does, which some kernels are built without.
"""
import collections
import ctypes
import fcntl
import os
import select
import struct
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
# <linux/if_tun.h>: frames with their Ethernet headers, without another one.
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
FRAME_MAX = 65_536


def interface(process, name):
    """A new interface in a process's namespace, for reading what is sent there and writing what arrives."""
    namespace = os.open(f"/proc/{process}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    if LIBC.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(namespace)
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH14x", name.encode(), IFF_TAP | IFF_NO_PI))
    return descriptor


def carry(ends, seconds):
    """Carries frames between two interfaces, in their order, each so many seconds after it was sent."""
    under_way = {end: collections.deque() for end in ends}
    others = dict(zip(ends, reversed(ends)))
    while True:
        due = min((frames[0][0] for frames in under_way.values() if frames), default=None)
        wait = None if due is None else max(0, due - time.monotonic())
        for end in select.select(ends, [], [], wait)[0]:
            under_way[others[end]].append((time.monotonic() + seconds, os.read(end, FRAME_MAX)))
        now = time.monotonic()
        for end, frames in under_way.items():
            while frames and frames[0][0] <= now:
                _, frame = frames.popleft()
                try:
                    os.write(end, frame)
                except OSError:
                    # Its link is down: the frame is lost.
                    pass


def main():
    seconds, process, name, other_process, other_name = sys.argv[1:]
    ends = [interface(process, name), interface(other_process, other_name)]
    print("ready", flush=True)
    carry(ends, float(seconds))


main()
