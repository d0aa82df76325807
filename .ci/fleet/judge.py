"""What the simulators' journals say of all sites together, beside the ledger that they share."""
import bisect
import collections
import dataclasses
import datetime

# The journal has milliseconds, and the ledger whole ones.
ROUNDING = 0.002
ANSWERS = {"200", "404"}


@dataclasses.dataclass
class Request:
    """A request as it reached a simulator."""
    time: float
    site: str
    hash: str
    status: int


@dataclasses.dataclass
class Spent:
    """A row of the ledger."""
    site: str
    hash: str
    sent: float
    ended: float
    outcome: str


@dataclasses.dataclass
class Repeat:
    """A file that was asked again, and why that is right; without a reason it is not."""
    file: str
    reason: str
    sites: tuple

    def words(self):
        return f"{self.file[:8]}… by {' and '.join(self.sites)}"


OVERLAP = "asked by two names at once"
LOST = "asked again because the first answer was lost"
UNEXPLAINED = "asked again although it was answered"


class Judge:
    """Reads the evidence of a fleet at one moment.

    `names` are further names of files, by which the lists call some: each leads to the file's first one.
    """

    def __init__(self, fleet, names=None):
        self.names = names or {}
        # Before the ledger, which may have more of what is asked meanwhile.
        self.requests = fleet.requests()
        self.ledger, self.spent_in_days = ledger(fleet.server)
        self.times = [request.time for request in self.requests]

    def file(self, name):
        return self.names.get(name, name)

    def most_in(self, seconds=60):
        """The most requests in any span of so many seconds; one exactly at its end is outside."""
        return max((end - bisect.bisect_right(self.times, time - seconds)
                    for end, time in enumerate(self.times, 1)), default=0)

    def count(self, begin, end):
        """How many requests came in a span of time."""
        return bisect.bisect_left(self.times, end) - bisect.bisect_left(self.times, begin)

    def most_in_period(self, pattern):
        """The most requests of a UTC day (`%F`) or month (`%Y-%m`)."""
        periods = collections.Counter(
            f"{datetime.datetime.fromtimestamp(time, datetime.timezone.utc):{pattern}}" for time in self.times)
        return max(periods.values(), default=0)

    @property
    def by_site(self):
        return collections.Counter(request.site for request in self.requests)

    @property
    def files(self):
        """How many different files were asked."""
        return len({self.file(request.hash) for request in self.requests})

    def repeats(self):
        """The requests for files that had been asked before."""
        rows = collections.defaultdict(list)
        for row in self.ledger:
            rows[row.hash].append(row)
        earlier, repeats = {}, []
        for request in self.requests:
            file = self.file(request.hash)
            # One that was killed has spent requests which it never sent: its row is the last before.
            row = next((row for row in reversed(rows[request.hash]) if row.sent <= request.time + ROUNDING), None)
            if file in earlier:
                before, its_row = earlier[file]
                repeats.append(Repeat(file, self.reason(before, its_row, row), (before.site, request.site)))
            earlier[file] = request, row
        return repeats

    @staticmethod
    def reason(before, its_row, row):
        if its_row is None or row is None or its_row is row:
            return UNEXPLAINED
        if its_row.hash != row.hash and row.sent < its_row.ended:
            return OVERLAP
        return LOST if its_row.outcome not in ANSWERS and before.time < row.sent else UNEXPLAINED

    @property
    def unspent(self):
        """Requests that the ledger does not know: more of a hash were sent than it has counted."""
        sent = collections.Counter(request.hash for request in self.requests)
        spent = collections.Counter(row.hash for row in self.ledger)
        return sum((sent - spent).values())

    @property
    def unsent(self):
        """Requests that were spent and never sent."""
        sent = collections.Counter(request.hash for request in self.requests)
        spent = collections.Counter(row.hash for row in self.ledger)
        return sum((spent - sent).values())


def ledger(server):
    """The rows of the ledger, the oldest first, and the sum of its days, of one moment."""
    rows = server.query("""
        SELECT s.name, encode(r.hash, 'hex'), r.sent_at, coalesce(r.ended_at, 9e15::bigint), coalesce(r.outcome, ''),
            (SELECT sum(requests) FROM hashdrop.request_day)
        FROM hashdrop.request r JOIN hashdrop.site s ON s.id = r.site_id ORDER BY r.sent_at, r.id""")
    return [Spent(site, hash, int(sent) / 1000, int(ended) / 1000, outcome)
            for site, hash, sent, ended, outcome, _ in rows], int(rows[0][-1]) if rows else 0
