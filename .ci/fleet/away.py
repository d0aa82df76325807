"""The server out of reach: its link cut, a site's link cut, the server stopped at once; and sites that are killed."""
import dataclasses
import random
import time

from findings import Check, at_most, checks, exactly
from fleet import Fleet, drop_all, files, overlapping, until, until_done

NAMES = ("a", "b", "c")
CONNECTIONS = 2
WAITS = "shared database"
# Longer than it takes a site to give up a silent server, and its report to be written again.
AWAY_SECONDS = 30
# After this a request that had been reserved before has left.
SETTLED_SECONDS = 2


@dataclasses.dataclass
class Load:
    """Lists on three sites that ask a little faster than the limit allows: both bind by turns."""
    minute: int
    count: int
    latency: float

    @classmethod
    def of(cls, is_small):
        minute = 120 if is_small else 240
        return cls(minute, minute * 3 // 2, CONNECTIONS * len(NAMES) * 60 / (1.25 * minute))

    @property
    def limits(self):
        return self.minute, 0, 0

    def words(self):
        return (f"{self.count} files, half of them in all three lists; {self.minute} a minute; answers take "
                f"{self.latency:.1f} s, {CONNECTIONS} at once on each site.")


def begin(fleet, load, salt):
    """Starts the sites and drops their lists; the names by site."""
    sites = fleet.standard(NAMES, load.limits, load.latency, CONNECTIONS)
    lists = drop_all(sites, overlapping(files(load.count, salt), len(sites)), "cold.txt")
    until(lambda: fleet.asked() >= load.minute // 6, 60, "the first requests")
    return lists


def out_of_reach(fleet, waiting, cut, mend, what):
    """Takes the server out of some sites' reach until they have said so, and longer; what was seen of it."""
    others = [site for site in fleet.sites if site not in waiting]
    cut()
    begin_wall, begin = time.time(), time.monotonic()
    until(lambda: all(WAITS in site.wait_reason() for site in waiting), 60, "their word that they wait")
    said = time.monotonic() - begin
    until(lambda: all(WAITS in (site.receipt("cold.txt").get("wait_reason") or "") for site in waiting), 60,
          "their reports' word that they wait")
    written = time.monotonic() - begin
    served = served_from_cache(fleet, waiting[0])
    time.sleep(max(0, AWAY_SECONDS - (time.monotonic() - begin)))
    wrongly = sum(WAITS in site.wait_reason() for site in others)
    sent = [request for request in fleet.requests() if request.time > begin_wall + SETTLED_SECONDS]
    mend()
    names = {site.name for site in waiting}
    found = [
        at_most(f"{what}: seconds until `hashdrop status` said that the shared database is waited for",
                round(said, 1), 30),
        at_most(f"{what}: seconds until the reports of all lists that wait said so", round(written, 1), 45),
        exactly(f"{what}: requests sent meanwhile by the sites that wait",
                sum(request.site in names for request in sent), 0),
        at_most(f"{what}: seconds for a list whose answers the site has", round(served, 1), 10)]
    if others:
        going_on = sum(request.site not in names for request in sent)
        found.append(Check(f"{what}: requests sent meanwhile by the others",
                           f"{going_on:,}; {wrongly} say that they wait", "some; 0", going_on > 0 and not wrongly))
    return found


def served_from_cache(fleet, site):
    """Seconds for a list of what the site has asked itself some time ago, while it is alone."""
    known = [request.hash for request in fleet.requests()
             if request.site == site.name and request.time < time.time() - 15][:5]
    assert known, f"site {site.name} has asked nothing"
    name = f"known-{time.time_ns()}.txt"
    site.drop(known, name)
    return until(lambda: site.is_done(name), 60, "a list that the cache knows")


def scenario(program, is_small, salt, disturb):
    load = Load.of(is_small)
    with Fleet(program) as fleet:
        lists = begin(fleet, load, salt)
        found, notes = disturb(fleet, load, lists)
        until_done(lists, 400)
        common, repeats = checks(fleet.judge(), load.limits, lists)
    return [*found, *common], [load.words(), *notes, *repeats]


def times(fleet, load, is_small):
    """How often a link is cut: in full once more, when the second minute is asked."""
    yield "first cut"
    if not is_small:
        until(lambda: fleet.asked() >= load.minute + load.minute // 8, 120, "the second minute")
        yield "second cut"


def engine_cut(program, is_small):
    """The server's link is cut while all sites ask, and comes back."""
    def disturb(fleet, load, _):
        found = []
        for which in times(fleet, load, is_small):
            found += out_of_reach(fleet, fleet.sites, fleet.server.host.cut, fleet.server.host.mend, which)
        return found, [f"Each cut lasts {AWAY_SECONDS} s or until all have said so."]
    return scenario(program, is_small, 11, disturb)


def site_cut(program, is_small):
    """One site's link is cut while all ask, and comes back; it reaches VirusTotal all the time."""
    def disturb(fleet, load, _):
        found = []
        site = fleet.sites[1]
        for which in times(fleet, load, is_small):
            found += out_of_reach(fleet, [site], site.host.cut, site.host.mend, which)
        return found, [f"Each cut lasts {AWAY_SECONDS} s or until site {site.name} has said so."]
    return scenario(program, is_small, 12, disturb)


def server_stop(program, is_small):
    """The server is stopped at once (`pg_ctl stop -m immediate`) while all sites ask, and started again."""
    stops = 1 if is_small else 4

    def disturb(fleet, load, _):
        def stop():
            fleet.server.stop("immediate")
        start = fleet.server.start
        for _ in range(stops):
            stop()
            time.sleep(1)
            start()
            asked = fleet.asked()
            until(lambda: fleet.asked() >= asked + load.minute // 20, 90, "the next requests")
        return out_of_reach(fleet, fleet.sites, stop, start, "last stop"), [
            f"{stops} {'stop' if stops == 1 else 'stops'} of a second each, then one of {AWAY_SECONDS} s."]
    return scenario(program, is_small, 13, disturb)


def kill(program, is_small):
    """Sites are killed (`kill -9`) at random moments while they ask, and started again at once."""
    kills = 12 if is_small else 40

    def disturb(fleet, load, lists):
        chance, done = random.Random(16), 0
        for _ in range(kills):
            time.sleep(chance.uniform(0.2, 2.4))
            if all(site.is_done(name) for site, names in lists.items() for name in names):
                break
            chance.choice(fleet.sites).kill()
            done += 1
        hit = sum(row.outcome == "hashdrop ended" for row in fleet.judge().ledger)
        return [Check("kills while lists were running", f"{done}", f"{kills}", done == kills),
                Check("requests that were reserved or under way at a kill", f"{hit}", "some", hit > 0)], []
    found, notes = scenario(program, is_small, 14, disturb)
    return found, [*notes, "A request that was under way at a kill is spent; its answer is lost, and another is asked."]
