"""Limits that are small enough to bind, and clocks that are wrong."""
import datetime
import time

from findings import checks, exactly
from fleet import Fleet, drop_all, files, limit_settings, other_names, overlapping, shuffled, until, until_done
from results import CannotRun

NAMES = ("a", "b", "c")
HOURS_OFF = 3


def limits(program, is_small):
    """Three cold lists that overlap, on three sites, with limits of a minute, a day and a month that all bind."""
    minute = 20 if is_small else 60
    day, month, count = minute * 3 // 2, minute * 11 // 6, minute * 5 // 2
    expect_same_day(240)
    cold = files(count, 1)
    known = other_names(program, cold[::4])
    with Fleet(program) as fleet:
        sites = fleet.standard(NAMES, (minute, day, month), latency=0.3)
        lines = overlapping(cold, len(sites))
        # Site b calls some files by other names, as no site can know before one of the two is answered.
        lines[1] = [known.get(line, line) for line in lines[1]]
        lists = drop_all(sites, lines, "cold.txt")
        bound = []
        for period, limit, next_limits in [("day", day, (minute, 0, month)), ("month", month, (minute, 0, 0))]:
            bound += used_up(fleet, period, limit)
            for site in sites:
                site.restart(**limit_settings(next_limits))
        until_done(lists, 200)
        judge = fleet.judge({name: file for file, name in known.items()})
        found, notes = checks(judge, (minute, 0, 0), lists)
    return [*bound, *found], [
        f"{count} files, half of them in all three lists in the same order, some by another name on site b. Limits: "
        f"{minute} a minute, {day} a day, {month} a month; when the day's was used up it was lifted, then the month's.",
        *notes]


def used_up(fleet, period, limit):
    """Waits until a period's requests are used up, and looks whether they are kept to."""
    until(lambda: fleet.asked() >= limit, 150, f"the use of the {period}'s requests")
    reason = f"the {period}'s requests of all sites together are used up"
    until(lambda: all(reason in site.wait_reason() for site in fleet.sites), 30, f"their word that {reason}")
    time.sleep(3)
    return [exactly(f"requests when all sites said that the {period}'s were used up", fleet.asked(), limit)]


def clock(program, is_small):
    """Site a's clock is right, b's three hours ahead, c's three hours behind."""
    minute = 40 if is_small else 120
    day, count = minute * 3 // 4, minute * 3 // 2
    expect_same_day(180)
    cold = files(count, 2)
    with Fleet(program) as fleet:
        sites = fleet.standard(NAMES, (minute, day, 0), latency=0.3, starts=False,
                               HASHDROP_CACHE_MAX_AGE="1h", HASHDROP_CACHE_UNKNOWN_MAX_AGE="1h")
        offsets = dict(zip(sites, [0, HOURS_OFF * 3600, -HOURS_OFF * 3600]))
        for site, offset in offsets.items():
            site.environment.update(fleet.clock.off_by(offset))
            site.start()
        begin = time.time()
        lists = drop_all(sites, overlapping(cold, len(sites)), "cold.txt")
        bound = used_up(fleet, "day", day)
        for site in sites:
            site.restart(**limit_settings((minute, 0, 0)))
        until_done(lists, 150)
        asked = fleet.asked()
        # All of them by each site, which has asked a third itself: by a wrong clock they would be too old, or of a
        # time to come.
        everything = drop_all(sites, [shuffled(cold, 3)] * len(sites), "again.txt")
        until_done(everything, 60)
        ages = [age(row, offset, begin) for site, offset in offsets.items()
                for row in [*site.answers("cold.txt"), *site.answers("again.txt")]]
        judge = fleet.judge()
        found, notes = checks(judge, (minute, 0, 0), {site: ["cold.txt", "again.txt"] for site in sites})
        asked = len(judge.requests) - asked
    right = sum(ages)
    return [*bound, *found,
            exactly("requests for lists of all files at all sites afterwards, answers serving for 1 h", asked, 0),
            exactly(f"rows whose time of the answer is right by the site's clock, of {len(ages):,}", right,
                    len(ages))], [
        "The wall clocks are moved for the daemons alone, by a library that is loaded before libc (clock_gettime, "
        f"gettimeofday, time). Limits: {minute} a minute, {day} a day; then the day's was lifted.", *notes]


def age(row, offset, begin):
    """Whether a row's answer was asked for between the scenario's beginning and now, by its site's clock."""
    asked_at = datetime.datetime.fromisoformat(row["asked_at"]).replace(tzinfo=datetime.timezone.utc).timestamp()
    return begin + offset - 1 <= asked_at <= time.time() + offset + 1


def expect_same_day(seconds):
    """A day's limit is used up only while the day lasts."""
    left = 86_400 - time.time() % 86_400
    if left < seconds:
        raise CannotRun(f"the UTC day ends in {left:.0f} s; try again after that")
