"""Databases that are made before anything is measured, and copied for each daemon."""
import hashlib
import os
import pathlib
import random
import shutil
import sqlite3
import time

from daemon import Daemon, Simulator, hashes

# So many answers of the simulator are looked up; the other files of a cache have these files' columns in turn.
TEMPLATES = 500
# Of finished jobs, more than a page lists.
NEWEST = 150
KINDS = {"md5": hashlib.md5, "sha1": hashlib.sha1, "sha256": hashlib.sha256}


def digest(kind, number):
    """A name of the cache's file of a number."""
    return KINDS[kind](b"file %d" % number)


def known(count, files, kinds=("sha256",), seed=1):
    """So many names of a cache's files, in random order: of files from all over it, each by one name of each kind."""
    assert count <= files * len(kinds), "the cache has not so many names"
    chance = random.Random(seed)
    numbers = chance.sample(range(files), -(-count // len(kinds)))
    names = [digest(kind, number).hexdigest() for number in numbers for kind in kinds][:count]
    chance.shuffle(names)
    return names


class Databases:
    """The prepared databases of a run, each made when it is asked for first."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = pathlib.Path(folder)
        self.made = {}

    def cache(self, files):
        """A database whose cache knows so many files by all three names, with the texts of simulated answers."""
        if files not in self.made:
            print(f"  makes a cache of {files:,} files …", flush=True)
            path = self.copy(self.answered(), f"cache-{files}.sqlite")
            fill(path, files)
            self.made[files] = path
        return self.made[files]

    def finished(self, jobs, users):
        """A small cache's database with so many finished jobs of some users."""
        key = ("jobs", jobs)
        if key not in self.made:
            print(f"  makes {jobs:,} finished jobs …", flush=True)
            path = self.copy(self.cache(1_000), f"jobs-{jobs}.sqlite")
            finish(path, jobs, users)
            self.made[key] = path
        return self.made[key]

    def answered(self):
        """The database of a daemon that has looked up the templates, with nothing of that daemon's own but its user."""
        if "answered" not in self.made:
            path = self.folder / "answered.sqlite"
            with Simulator(self.program, 0) as simulator, Daemon(self.program, simulator.url, 16) as daemon:
                daemon.submit(hashes(TEMPLATES, 1))
                daemon.stop()
                shutil.copy(daemon.database, path)
            database = edit(path)
            with database:
                # Where the answers came from, and where the reports lie: a copy has others.
                for table in ["jobHash", "job", "request", "requestDay", "retry", "answer", "meta", "memory"]:
                    database.execute(f"DELETE FROM {table}")
            close(database)
            self.made["answered"] = path
        return self.made["answered"]

    def copy(self, source, name):
        path = self.folder / name
        shutil.copy(source, path)
        return path


def edit(path):
    """A connection for writing a great deal into a database that nothing else uses."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -2000000")
    return database


def close(database):
    """Leaves the database on the disk, as one file and with the journal that hashdrop's have."""
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    os.sync()


def fill(path, files):
    database = edit(path)
    columns = [name for _, name, *_ in database.execute("PRAGMA table_info(file)") if name not in ("id", *KINDS)]
    templates = database.execute(f"SELECT {', '.join(columns)} FROM file").fetchall()
    assert templates, "the simulator knew no file"
    asked_at = int(time.time() * 1000)
    with database:
        database.execute("DELETE FROM file")
        # In the order of the numbers, which is unlike that of any of the digests.
        database.executemany(
            f"INSERT INTO file ({', '.join(['id', *KINDS, *columns])}) VALUES ({', '.join('?' * (4 + len(columns)))})",
            ((number + 1, *(digest(kind, number).digest() for kind in KINDS), *templates[number % len(templates)])
             for number in range(files)))
        names = " UNION ALL ".join(f"SELECT {kind} AS hash, id FROM file" for kind in KINDS)
        database.execute(f"INSERT INTO answer (hash, fileID, askedAt) SELECT hash, id, ? FROM ({names}) ORDER BY hash",
                         (asked_at,))
    close(database)


def finish(path, jobs, users):
    """Inserts finished jobs of the last ten days, of the users in turn.

    The newest are all of the first user, whose page then has as many rows however few jobs there are.
    """
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    now = int(time.time()) - 60
    spread = 10 * 86_400
    database = edit(path)

    def name(number, second):
        tail, rest = "", number
        for _ in range(5):
            tail, rest = letters[rest % 32] + tail, rest // 32
        return time.strftime("%Y%m%d-%H%M%S-", time.gmtime(second)) + tail

    def rows():
        for number in range(jobs):
            second = now - spread + spread * number // jobs
            user = users[0] if number >= jobs - NEWEST else users[number % len(users)]
            yield (number + 1, name(number, second), user, b"list%d.txt" % number, "done",
                   second * 1000, second * 1000 + 500, 660, hashlib.sha256(b"%d" % number).digest(), "renamed", 10,
                   10, "malicious 4,clean 6", 1, 100_000, 2)

    with database:
        for user in users[1:]:
            database.execute("INSERT INTO user (name, createdAt) VALUES (?, ?)", (user, now * 1000))
        database.executemany(
            "INSERT INTO job (id, name, user, droppedName, state, receivedAt, finishedAt, inputBytes, inputSHA256, "
            "evidence, hashCount, savedByCache, words, isPublished, reportBytes, memoryStage) "
            f"VALUES ({', '.join('?' * 16)})", rows())
        database.execute(
            "INSERT INTO jobHash (jobID, hash, position, state, line) SELECT id, inputSHA256, 1, 2, 1 FROM job")
    close(database)
