"""Reading lists: how fast, and what it writes."""
import random
import re
import shutil
import subprocess
import time

from daemon import Daemon, Simulator, short_hashes
from prepared import KINDS
from results import CannotRun, Row, at_least, at_most
from watch import state

GREP = "[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32}"
# Lines of the log that are written again and again; without the digest they stay the same.
LINES_A_BLOCK = 100_000


def parse(bench):
    """A log with a hash in every tenth line: the parser alone, against grep."""
    if not shutil.which("grep"):
        raise CannotRun("grep is not installed")
    log = bench.folder / "big.log"
    digests = write_log(log, bench.size(2**30))
    found = bench.folder / "found.txt"
    try:
        def check():
            start = time.monotonic()
            done = subprocess.run([bench.program, "check", log], text=True, capture_output=True, cwd=bench.folder,
                                  env={"PATH": "/usr/bin:/bin", "HASHDROP_LIST_BYTES_MAX": "4GiB",
                                       "HASHDROP_LIST_HASHES_MAX": "100000000", "HASHDROP_LOG_LEVEL": "error"})
            seconds = time.monotonic() - start
            assert done.returncode == 0, done.stderr or done.stdout
            count = int(re.search(r"^ +(\d[\d,]*) hash", done.stdout, re.MULTILINE).group(1).replace(",", ""))
            assert count == digests, f"check found {count} of {digests}"
            return seconds

        def grep():
            start = time.monotonic()
            with found.open("w") as output:
                subprocess.run(["grep", "-oE", GREP, log], stdout=output, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                               check=True)
            seconds = time.monotonic() - start
            with found.open() as output:
                count = sum(1 for _ in output)
            assert count == digests, f"grep found {count} of {digests}"
            return seconds

        ours, theirs = bench.turns(hashdrop=check, grep=grep)
    finally:
        size = log.stat().st_size
        log.unlink()
        found.unlink(missing_ok=True)
    # As speeds, so that more is better, as the goal has it.
    speed = [[size / 2**20 / seconds for seconds in side] for side in (ours, theirs)]
    return [Row(f"{size / 2**20:,.0f} MiB of log, a hash in every tenth line: `hashdrop check`", "MiB/s", speed[0],
                "`LC_ALL=C grep -oE` of the three lengths", speed[1], at_least(3))], [
        "Both find every digest, and the file is in memory. `hashdrop check` also counts the different ones, looks at "
        "what stands beside each and prints a sum; grep prints each one, into a file. The times are those of the whole "
        "commands. A list of this size is taken with `list.bytesMax` raised from 64 MiB."]


def write_log(path, size):
    """Writes about so many bytes of log; returns how many digests are in it, all different."""
    chance = random.Random(4)
    words = "GET POST connection from user session opened closed proxy cache miss hit scan worker queue".split()
    any_of = chance.randrange
    block = [f"Nov 27 {any_of(24):02}:{any_of(60):02}:{any_of(60):02} host{any_of(40)} scand[{any_of(30_000)}]: "
             f"{' '.join(chance.choices(words, k=6))} 10.{any_of(256)}.{any_of(256)}.{any_of(256)} "
             f"{any_of(10**6)} bytes" for _ in range(LINES_A_BLOCK)]
    kinds = list(KINDS.values())
    count = 0
    with path.open("w") as log:
        while log.tell() < size:
            for start in range(0, LINES_A_BLOCK, 10):
                digest = kinds[count % 3](b"log %d" % count).hexdigest()
                count += 1
                log.write("\n".join(block[start:start + 9]) + f"\n{block[start + 9]} file {digest} seen\n")
    return count


def written(bench):
    """What is written while a list of new hashes is taken in."""
    count = bench.size(1_500_000)
    listed = short_hashes(count, 5)
    size = sum(map(len, listed)) + count
    to_disk = []
    # The limits of a free key: next to nothing is asked meanwhile.
    limits = {"HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "4", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "500",
              "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MONTH": "15500"}
    settle = bench.size(10, least=2)

    def hashdrop():
        with Simulator(bench.program, 0) as simulator, Daemon(bench.program, simulator.url, 1, **limits) as daemon:
            before = daemon.written_bytes(), daemon.written_bytes("write_bytes")
            daemon.seconds(listed, "new.txt", lambda folder: state(folder).get("progress", {}).get("total") == count)
            # What is written after the last slice belongs to it.
            time.sleep(settle)
            to_disk.append((daemon.written_bytes("write_bytes") - before[1]) / 1e9)
            return (daemon.written_bytes() - before[0]) / 1e9

    ours, = bench.turns(unit="GB", hashdrop=hashdrop)
    sizes = [size / 1e9] * bench.rounds
    return [Row(f"{count:,} new MD5 taken in: bytes written (wchar)", "GB", ours, "the list's bytes", sizes,
                at_most(2, is_ratio=False)),
            Row(f"{count:,} new MD5 taken in: bytes sent to the disk (write_bytes)", "GB", to_disk, "the list's bytes",
                sizes, at_most(2, is_ratio=False))], [
        f"By `/proc/PID/io`, from the rename until status.json tells of all hashes, and {settle} s more."]
