"""What the scenarios found, and the Markdown of it."""
import collections
import dataclasses
import datetime
import os
import pathlib

from judge import LOST, OVERLAP, UNEXPLAINED
from results import commit, file_system, table, version


@dataclasses.dataclass
class Check:
    """A figure, and whether it is as it must be; None where it is for orientation alone."""
    what: str
    figure: str
    goal: str = "–"
    is_kept: bool = None

    def cells(self, scenario):
        verdict = "–" if self.is_kept is None else "pass" if self.is_kept else "**FAIL**"
        return [scenario, self.what, " ".join(self.figure.split()), self.goal, verdict]


def at_most(what, value, limit):
    return Check(what, f"{value:,}", f"≤ {limit:,}", value <= limit)


def exactly(what, value, goal):
    return Check(what, f"{value:,}", f"= {goal:,}", value == goal)


def checks(judge, limits, lists):
    """What is looked at in every scenario: limits (a minute, a day, a month; 0 is none), repeats, ledger, lists.

    `lists` are the names of each site's lists.
    """
    minute, day, month = limits
    by_site = ", ".join(f"{site} {count:,}" for site, count in sorted(judge.by_site.items()))
    found = [Check("requests, by site", by_site)]
    if minute:
        found.append(at_most("most requests in any 60 s, all sites together", judge.most_in(), minute))
    if day:
        found.append(at_most("requests of the UTC day", judge.most_in_period("%F"), day))
    if month:
        found.append(at_most("requests of the UTC month", judge.most_in_period("%Y-%m"), month))
    repeats = judge.repeats()
    counts = collections.Counter(repeat.reason for repeat in repeats)
    named = [f"{counts[reason]} {reason}" for reason in (OVERLAP, LOST) if counts[reason]]
    found.append(Check(f"requests for {judge.files:,} different files",
                       f"{len(judge.requests):,}" + (f" ({', '.join(named)})" if named else ""),
                       "one each, but for those named", not counts[UNEXPLAINED]))
    spent = len(judge.ledger)
    found.append(Check("requests in the ledger", f"{spent:,}, {judge.unsent:,} of them never sent",
                       f"≥ {len(judge.requests):,} of the journals, each of them",
                       judge.unspent == 0 and spent == judge.spent_in_days))
    if lists:
        found.append(all_done(lists))
    return found, [repeat_note(repeats, reason) for reason in (OVERLAP, LOST, UNEXPLAINED) if counts[reason]]


def all_done(lists):
    """Whether lists are done, and all of their hashes answered."""
    count, done, unanswered = 0, 0, 0
    for site, names in lists.items():
        for name in names:
            rows = site.answers(name)
            count += 1
            done += rows is not None
            unanswered += sum(row["state"] not in ("answered", "unknown", "no-results") for row in rows or [])
    return Check("lists done", f"{done} of {count}, {unanswered} of their hashes unanswered", "all, none",
                 done == count and not unanswered)


def repeat_note(repeats, reason, shown=12):
    words = [repeat.words() for repeat in repeats if repeat.reason == reason]
    more = f", and {len(words) - shown} more" if len(words) > shown else ""
    return f"{reason[0].upper()}{reason[1:]}: {'; '.join(words[:shown])}{more}."


class Findings:
    """The table, written again after each scenario."""
    HEADINGS = ["scenario", "seen", "figure", "must be", ""]

    def __init__(self, path, program, is_small):
        self.path = pathlib.Path(path)
        self.about = about(program, is_small)
        self.rows, self.notes = [], []
        self.failed = []

    def add(self, name, title, found, notes=()):
        """Takes a scenario's checks."""
        rows = [check.cells(name) for check in found]
        self.rows += rows
        self.notes += [f"- `{name}` – {title}.\n"] + [f"  - {note}\n" for note in notes]
        if any(check.is_kept is False for check in found):
            self.failed.append(name)
        print(table(self.HEADINGS, rows) + "".join(f"- {note}\n" for note in notes), flush=True)
        self.write()

    def write(self):
        self.path.write_text("# Fleet\n\n" + self.about + "\n" + table(self.HEADINGS, self.rows) + "".join(self.notes),
                             encoding="utf-8")


def about(program, is_small):
    """The day, the machine and the program, and how to read the table."""
    now = datetime.datetime.now(datetime.timezone.utc)
    text = (f"{now:%Y-%m-%d %H:%M} UTC, commit {commit()}, {version(program)}, {os.cpu_count()} cores, data on "
            f"{file_system()}, load {os.getloadavg()[0]:.1f} before.\n\n"
            "Made by `make fleet`: one PostgreSQL server and several daemons, each in a network namespace of its own "
            "on a switch whose links are cut, TLS between them (`verify-full`). Each has a simulated VirusTotal beside "
            "it, which refuses nothing; their journals, taken together, are the judge of what left the sites. The "
            "ledger is the server's table `hashdrop.request`.\n")
    return text + ("\n**`--size small`: fewer requests, kills and rounds. Its speeds say nothing.**\n"
                   if is_small else "")
