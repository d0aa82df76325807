"""What the cases found, and the Markdown table of it."""
import dataclasses
import datetime
import hashlib
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class CannotRun(Exception):
    """Why a case cannot be measured on this machine: a missing program, say."""


@dataclasses.dataclass
class Goal:
    """A limit for the ratio to the baseline, or for hashdrop's own figure."""
    limit: float
    is_least: bool = False
    is_ratio: bool = True

    def is_kept(self, value):
        return value >= self.limit if self.is_least else value <= self.limit

    def words(self, unit):
        sign = "≥" if self.is_least else "≤"
        return f"{sign} {self.limit:g} times" if self.is_ratio else f"{sign} {amount(self.limit, unit)}"


def at_most(limit, **options):
    return Goal(limit, **options)


def at_least(limit, **options):
    return Goal(limit, is_least=True, **options)


@dataclasses.dataclass
class Row:
    """A comparison: the figures of every round, of hashdrop and of its baseline."""
    what: str
    unit: str
    ours: list
    baseline: str = "–"
    theirs: list = dataclasses.field(default_factory=list)
    goal: Goal = None

    def __post_init__(self):
        assert self.ours and (not self.theirs or len(self.theirs) == len(self.ours)), "each side once a round"

    @property
    def ratio(self):
        return divide(statistics.median(self.ours), statistics.median(self.theirs)) if self.theirs else None

    @property
    def spread(self):
        """The least and the most of the rounds: of their ratios, or of the figure where there is no baseline."""
        if not self.theirs:
            return f"{amount(min(self.ours), self.unit)} – {amount(max(self.ours), self.unit)}"
        ratios = [divide(ours, theirs) for ours, theirs in zip(self.ours, self.theirs)]
        return f"{min(ratios):.3g} – {max(ratios):.3g}"

    @property
    def verdict(self):
        if self.goal is None:
            return "–"
        value = self.ratio if self.goal.is_ratio else statistics.median(self.ours)
        return "kept" if self.goal.is_kept(value) else "**missed**"

    def cells(self):
        theirs = amount(statistics.median(self.theirs), self.unit) if self.theirs else "–"
        return [self.what, self.baseline, amount(statistics.median(self.ours), self.unit), theirs,
                f"{self.ratio:.3g}" if self.theirs else "–", self.spread,
                self.goal.words(self.unit) if self.goal else "–", self.verdict]


def divide(ours, theirs):
    """The ratio; without end where the baseline took no time that its clock shows."""
    return ours / theirs if theirs > 0 else float("inf")


def amount(value, unit):
    """A figure with three digits that count."""
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".strip()


class Results:
    """The table, written again after each case."""
    HEADINGS = ["measured", "baseline", "hashdrop", "the baseline", "ratio", "spread", "goal", ""]

    def __init__(self, path, program, rounds, is_small):
        self.path = pathlib.Path(path)
        self.about = about(program, rounds, is_small)
        self.parts = []

    def add(self, name, title, rows, notes):
        self.parts.append(f"## {title} (`{name}`)\n\n" + table(self.HEADINGS, [row.cells() for row in rows])
                          + "".join(f"- {note}\n" for note in notes))
        for row in rows:
            print("  " + " | ".join(row.cells()), flush=True)
        self.write()

    def add_failure(self, name, title, reason):
        self.parts.append(f"## {title} (`{name}`)\n\nNot measured: {reason}\n")
        print(f"  not measured: {reason}", flush=True)
        self.write()

    def write(self):
        self.path.write_text("# Benchmark\n\n" + "\n".join([self.about, *self.parts]), encoding="utf-8")


def table(headings, rows):
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines) + "\n"


def about(program, rounds, is_small):
    """The machine, the day and the program, and how to read the table."""
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown model")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    now = datetime.datetime.now(datetime.timezone.utc)
    text = (f"{now:%Y-%m-%d %H:%M} UTC, benchmark of commit {commit()}, {version(program)}, "
            f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB of memory, data on {file_system()}, "
            f"load {os.getloadavg()[0]:.1f} before.\n\n"
            f"Made by `make bench`: medians of {rounds} rounds, in each of which hashdrop and its baseline ran one "
            "after the other. The ratio is that of the medians; the spread is that of the rounds' ratios (of the "
            "figures where there is no baseline). The goals were set before the measurements; [LIMITS.md](LIMITS.md) "
            "says what limits those that are missed. Quotas are off, and the log tells errors alone.\n\n"
            "`make bench` needs Debian 12 with nothing else running, about an hour after its build, and up to 10 GB on "
            "the disk of `$TMPDIR` (`/tmp`), whose flushes are part of what is measured. It installs Debian and Python "
            "packages, and puts load on 127.0.0.1 alone. What it leaves are those packages, `.venv`, the release build "
            "and this file. One case: `make bench BENCH=\"--only warm\"`.\n")
    return text + ("\n**`--size small`: about a twentieth of the real sizes. It shows that the cases run; its figures "
                   "say nothing.**\n" if is_small else "")


def file_system():
    """What the data of a run lie on."""
    folder = tempfile.gettempdir()
    done = subprocess.run(["findmnt", "--noheadings", "--output", "FSTYPE", "--target", folder], text=True,
                          capture_output=True)
    return done.stdout.strip() or "an unknown file system"


def commit():
    def git(*arguments):
        done = subprocess.run(["git", *arguments], cwd=ROOT, text=True, capture_output=True)
        return done.stdout.strip() if done.returncode == 0 else ""
    # But for the tables themselves, which each run writes.
    changes = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!.ci/*/RESULTS.md")
    changed = " with changes" if changes else ""
    return (git("rev-parse", "--short", "HEAD") or "unknown") + changed


def version(program):
    """The program's version, and its digest: it may be of another commit than the benchmark."""
    done = subprocess.run([program, "--version"], text=True, capture_output=True)
    digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
    return f"hashdrop {done.stdout.strip() or 'of unknown version'} (SHA-256 {digest[:12]}…)"
