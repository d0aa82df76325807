"""Whose turn it is: a short list beside a very long one, and ten sites that use up a large allowance."""
import dataclasses
import math
import statistics
import time

from findings import Check, checks
from fleet import Fleet, files, until
from watch import is_done

FEW = 5


def fairness(program, is_small):
    """A list of five on site b while site a has a very long one open."""
    found, notes = [], []
    many = 2_000 if is_small else 100_000
    for minute in [60] if is_small else [60, 4]:
        some, more = beside_many(program, minute, many, drops=1 if is_small or minute < 10 else 3)
        found += some
        notes += more
    return found, [*notes, "Of two sites that ask, each has every second request: the five are asked within the first "
                           f"{2 * FEW} that come free, and done some seconds later."]


def beside_many(program, minute, many, drops):
    with Fleet(program) as fleet:
        long, short = fleet.standard(["a", "b"], (minute, 0, 0), latency=0.3, connections=4)
        long.drop(files(many, 21), "long.txt")
        until(lambda: fleet.asked() >= minute, 60, "the use of the first minute")
        waits, others = [], []
        for number in range(drops):
            time.sleep(7)
            begin = time.time()
            waits += short.seconds(files(FEW, 22 + number), f"five{number}.txt", is_done)
            others.append(sum(request.site == "a" for request in fleet.requests() if request.time > begin))
        common, repeats = checks(fleet.judge(), (minute, 0, 0),
                                 {short: [f"five{number}.txt" for number in range(drops)]})
    limit = math.ceil(2 * FEW / minute) * 60 + 15
    found = [Check(f"seconds until a list of {FEW} was done beside {many:,}",
                   ", ".join(f"{seconds:.1f}" for seconds in waits), f"≤ {limit}", max(waits) <= limit),
             Check("requests of the long list meanwhile", ", ".join(map(str, others)))]
    return [dataclasses.replace(check, what=f"{minute} a minute: {check.what}") for check in [*found, *common]], repeats


def allowance(program, is_small):
    """A premium key of 1,000 a minute on ten sites, all of which have enough to ask."""
    minute, count, minutes = 1_000, 10, 1 if is_small else 4
    names = [f"s{number}" for number in range(count)]
    with Fleet(program) as fleet:
        fleet.make_database(names)
        host = fleet.network.host()
        url = fleet.simulator(host, "all", 0.3).url
        for number, name in enumerate(names):
            site = fleet.site(name, host, url, 4, (minute, 0, 0))
            site.start()
            # More than its part: others may be slower.
            site.hide(files(minute * (minutes + 2) // 5, 30 + number), "cold.txt")
        for site in fleet.sites:
            hidden = site.folder / "spool/bench/.cold.txt"
            hidden.rename(hidden.with_name("cold.txt"))
        until(lambda: fleet.asked() > 0, 60, "the first request")
        first = fleet.requests()[0].time
        time.sleep(max(0, first + 60 * (1 + minutes) + 1 - time.time()))
        judge = fleet.judge()
        used = [judge.count(first + 60 * (number + 1), first + 60 * (number + 2)) for number in range(minutes)]
        share = sum(used) / (minute * minutes)
        # Of the last ones: the first cycles stretch the burst with which it begins.
        turn = statistics.median(later - time for time, later in zip(judge.times[-2 * minute:-minute],
                                                                     judge.times[-minute:]))
        common, repeats = checks(judge, (minute, 0, 0), {})
        shares = [sum(row.site == name for row in judge.ledger) for name in names]
    return [Check(f"share of {minute:,} a minute that was used, after the first minute",
                  f"{share:.1%} ({', '.join(f'{count:,}' for count in used)})", "≥ 98 %", share >= 0.98),
            Check(f"share in the long run: 60 s, of the time from one of the last requests to the {minute:,}th after "
                  "it (median)", f"{60 / turn:.1%} ({turn:.2f} s)", "≥ 98 %", None if is_small else 60 / turn >= 0.98),
            Check("requests of a site, the least and the most", f"{min(shares):,} – {max(shares):,}"), *common], [
        f"{count} daemons on one host beside the server's, each with a list of "
        f"{minute * (minutes + 2) // 5:,} files of its own; answers take 0.3 s, 4 at once on each site. They are not "
        "waited for.", *repeats]
