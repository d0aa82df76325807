"""The baseline of known lists: the sqlite3 shell on the same database, with the same list, and columns up to the facts."""
import csv
import itertools
import pathlib
import shutil
import subprocess
import time

from results import CannotRun

# The columns of report.csv before the facts. Fortinet's finding is cut out of the stored text, of which each record is
# a category's letter, the engine's name and, after a unit separator, what it calls the file.
QUERY = """
WITH listed AS (
    SELECT list.rowid AS line, list.hash AS listed, askedAt, file.*, instr(engines, 'Fortinet') AS place
    FROM list LEFT JOIN answer ON answer.hash = list.hash LEFT JOIN file ON file.id = answer.fileID
    ORDER BY list.rowid LIMIT -1),
rows AS (
    SELECT *, CASE WHEN place THEN substr(engines, place - 1, 1) END AS category,
        CASE WHEN place THEN substr(engines, place + 8, 200) END AS rest
    FROM listed LIMIT -1)
SELECT lower(hex(listed)) AS hash,
    CASE WHEN category IN ('m', 's') THEN iif(substr(rest, 1, 1) = char(31),
        substr(rest, 2, instr(rest, char(30)) - 2), iif(category = 'm', 'malicious', 'suspicious')) END AS fortinet,
    iif(engines = '', NULL, detectionCount) AS engines_detected,
    strftime('%Y-%m-%d %H:%M:%S', lastAnalysisAt / 1000, 'unixepoch') AS scan_date,
    CASE WHEN md5 IS NULL THEN 'unknown' WHEN engineCount = 0 THEN 'no-results' ELSE 'answered' END AS state,
    CASE WHEN md5 IS NULL THEN 'unknown' WHEN engineCount = 0 THEN 'no-results'
        WHEN detectionCount >= 3 THEN 'malicious' WHEN detectionCount >= 1 THEN 'suspicious' ELSE 'clean'
        END AS verdict,
    iif(engines = '', NULL, engineCount) AS engines_total,
    threatLabel AS threat_label, name, type, sizeBytes AS size_bytes,
    strftime('%Y-%m-%d %H:%M:%S', firstSubmittedAt / 1000, 'unixepoch') AS first_submitted,
    lower(hex(md5)) AS md5, lower(hex(sha1)) AS sha1, lower(hex(sha256)) AS sha256,
    NULL AS comment, line, 1 AS occurrences,
    strftime('%Y-%m-%d %H:%M:%S', askedAt / 1000, 'unixepoch') AS asked_at, 'false' AS is_stale,
    NULL AS asked_as, NULL AS reason,
    'https://www.virustotal.com/gui/file/' || lower(hex(coalesce(sha256, listed))) AS link,
    CASE WHEN md5 IS NULL THEN NULL WHEN engines = '' THEN 'no-analysis' WHEN category IS NULL THEN 'no-row'
        WHEN category IN ('m', 's') THEN 'detected' WHEN category IN ('u', 'h') THEN 'undetected'
        ELSE 'could-not-scan' END AS fortinet_state
FROM rows;
"""

# Debian 12's shell has no unhex(), so the list comes in as blobs in SQL, 500 to a statement.
SCRIPT = """#!/bin/sh
# report.sh DATABASE LIST TABLE
set -eu
{
    echo "CREATE TEMP TABLE list (hash BLOB NOT NULL); BEGIN;"
    awk '{ printf "%s(x\\047%s\\047)", NR % 500 == 1 ? "INSERT INTO list VALUES " : ",", $0
           if (NR % 500 == 0) print ";" }
         END { if (NR % 500) print ";" }' "$2"
    echo "COMMIT;"
    echo ".mode csv"
    echo ".headers on"
    cat "$0.sql"
} | sqlite3 -bail "$1" >"$3.part"
mv "$3.part" "$3"
"""

NOTES = [
    "The baseline is a shell script: `awk` writes the list as `INSERT` statements (Debian 12's sqlite3 shell has no "
    "`unhex()` for `.import`), the sqlite3 shell joins and writes the first 24 columns as CSV, `mv` puts it in place. "
    "It leaves out what hashdrop does besides: it tells no facts, takes each line for a hash, looks for no repeated "
    "ones and no age, keeps no job, syncs nothing, escapes nothing for spreadsheets.",
    "The first 10,000 rows of both tables are compared cell by cell; the shell quotes more cells and writes no byte "
    "order mark.",
]


class Shell:
    """The script, in a folder of its own."""

    def __init__(self, folder):
        for program in ["sqlite3", "awk"]:
            if not shutil.which(program):
                raise CannotRun(f"{program} is not installed")
        self.folder = pathlib.Path(folder)
        self.script = self.folder / "report.sh"
        self.script.write_text(SCRIPT)
        self.folder.joinpath("report.sh.sql").write_text(QUERY)
        self.table = self.folder / "shell.csv"

    def seconds(self, database, path):
        """Seconds for the table of a list."""
        self.table.unlink(missing_ok=True)
        start = time.monotonic()
        subprocess.run(["sh", self.script, database, path, self.table], check=True)
        seconds = time.monotonic() - start
        assert self.table.exists(), "the shell wrote no table"
        return seconds

    def compare(self, table, count=10_000):
        """Fails unless the latest table says what the same columns of hashdrop's say."""
        with open(table, encoding="utf-8-sig", newline="") as ours, open(self.table, newline="") as theirs:
            pairs = itertools.zip_longest(csv.reader(ours), csv.reader(theirs))
            for number, (row, other) in enumerate(itertools.islice(pairs, count)):
                assert row and other and row[:len(other)] == other, f"row {number} differs:\n{row}\n{other}"
        assert lines(table) == lines(self.table), "the tables have not the same number of rows"


def lines(path):
    with open(path, "rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
