"""What sharing costs: lookups a second of one site alone, with the server on its machine, and far from it."""
import os
import re
import statistics
import subprocess

from findings import Check
from fleet import Fleet, files
from watch import is_done

CONNECTIONS = 50
# To the server, and back again.
DELAY = 0.025
PROBES = 30
BATCHES = (1, 50)

# One transaction a statement, as a site has them; the answers are of known files, each of 2 kB.
PROBE = """
\\set call :call + 1
SELECT 1;
SELECT array_agg(decode(md5(a::text), 'hex')) AS hashes, \
array_agg(decode(md5(a::text) || '00000000', 'hex')) AS sha1s, \
array_agg(decode(md5(a::text) || md5(a::text), 'hex')) AS sha256s, array_agg('probe'::text) AS texts, \
array_agg(7::bigint) AS flags, array_agg(0::bigint) AS zeros, array_agg('(86400000,86400000,,,,,,,,)'::text) AS ages, \
array_agg('\\x00'::bytea) AS blanks, array_agg(decode(repeat(md5(a::text), 128), 'hex')) AS engines \
FROM (SELECT random() AS a FROM generate_series(1, :size)) numbers \\gset
SELECT array_agg(ticket ORDER BY place) AS tickets FROM hashdrop.reserve(1, 'probe', :run, :call, 0, '{}', :hashes, \
:texts, :ages::text[]::hashdrop.ages[], 0, 0, 0) \\gset
SELECT hashdrop.record(1, 'probe', :tickets, :hashes, :texts, :flags, :zeros, :zeros, :hashes, :sha1s, :sha256s, \
:zeros, :zeros, :texts, :texts, :zeros, :texts, :zeros, :blanks, :zeros, :zeros, :engines);
"""


def speed(program, is_small):
    """One site without limits: SQLite alone, the server on its machine, the server behind a delay."""
    found = []
    for latency in [0] if is_small else [0, 0.3]:
        found += measured(program, latency, rounds=2 if is_small else 5, count=300 if is_small else 2_000,
                          probes=latency == 0)
    return found, [
        f"{CONNECTIONS} requests at once, no limits; from the rename of a list of new files to its finished report. "
        "The sides take turns; medians, and the least and the most of the rounds.",
        f"The delay is {DELAY * 1000:.0f} ms each way on the site's link, in user space (`cable.py`): some kernels "
        "have no netem.",
        "The server's times are those of pg_stat_statements, during the same lists. The round trips are pgbench's: one "
        "connection, answers of known files of 2 kB each, as the role of a site."]


def measured(program, latency, rounds, count, probes):
    with Fleet(program) as fleet:
        fleet.make_database(["near", "far", "probe"])
        here, far = fleet.server.host, fleet.network.host(DELAY)
        url = fleet.simulator(here, "near", latency).url
        fleet.simulator(far, "far", latency)
        sides = {"SQLite alone": ("alone", here), "shared, server on the same machine": ("near", here),
                 f"shared, {2 * DELAY * 1000:.0f} ms to the server": ("far", far)}
        sites = {side: fleet.site(name, host, url, CONNECTIONS, (0, 0, 0), is_shared=name != "alone")
                 for side, (name, host) in sides.items()}
        for site in sites.values():
            site.start()
        speeds, costs = {side: [] for side in sides}, {side: [] for side in sides}
        for number in range(rounds):
            for place, (side, site) in enumerate(sites.items()):
                fleet.server.query("SELECT pg_stat_statements_reset()")
                seconds, = site.seconds(files(count, 1_000 + 10 * number + place), f"new{number}.txt", is_done)
                speeds[side].append(count / seconds)
                costs[side].append(server_times(fleet.server))
                print(f"  round {number + 1}, {side}: {count / seconds:.0f} lookups a second", flush=True)
        answers = f"answers after {latency * 1000:.0f} ms" if latency else "answers at once"
        found = [Check(f"lookups a second, {answers}: {side}", spread(speeds[side])) for side in sides]
        for side in list(sides)[1:]:
            found += [Check(f"server's time for a call of {name}, {answers}: {side}",
                            cost_words(costs[side], name, count)) for name in ("reserve", "record")]
        if probes:
            for side, host in list(zip(sides, [None, here, far]))[1:]:
                found += round_trips(fleet, side, host, url)
    return found


def spread(figures):
    return f"{statistics.median(figures):,.0f} /s ({min(figures):,.0f} – {max(figures):,.0f})"


def server_times(server):
    """Calls, and milliseconds a call, of the functions that every request needs."""
    rows = server.query("""
        SELECT substring(query FROM 'hashdrop.(reserve|record)\\('), sum(calls), sum(total_exec_time) / sum(calls)
        FROM pg_stat_statements WHERE query ~ 'hashdrop.(reserve|record)\\(' GROUP BY 1""")
    return {name: (int(calls), float(milliseconds)) for name, calls, milliseconds in rows}


def cost_words(costs, name, count):
    calls = statistics.median(cost[name][0] for cost in costs)
    milliseconds = [cost[name][1] for cost in costs]
    return (f"{statistics.median(milliseconds):.2f} ms ({min(milliseconds):.2f} – {max(milliseconds):.2f}), "
            f"{count / calls:.1f} requests a call")


def round_trips(fleet, side, host, url):
    """Milliseconds of the statements, from the site's side, of a batch of one and of many."""
    server = fleet.server
    role = "site-probe"
    address = server.address(role, is_here=host is server.host)
    secret = fleet.passwords[role].read_text().strip()
    (key,), = server.query("SELECT encode(key_hash, 'hex') FROM hashdrop.ledger")
    script = fleet.folder / "probe.sql"
    script.write_text(PROBE)
    rows = []
    for size in BATCHES:
        begin = subprocess.run(
            [*host.enter, server.programs / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
             "--command", f"SELECT hashdrop.begin_run(1, 'probe', decode('{key}', 'hex'), '{url}', 0, '{{}}', '{{}}', '{{}}')", address],
            text=True, capture_output=True, env={**os.environ, "PGPASSWORD": secret})
        assert begin.returncode == 0, begin.stderr
        done = subprocess.run(
            [*host.enter, server.programs / "pgbench", "--no-vacuum", "--protocol=extended", "--report-per-command",
             "--client=1", f"--transactions={PROBES}", f"--define=size={size}", f"--define=run={begin.stdout.strip()}",
             "--define=call=0", f"--file={script}", address], text=True, capture_output=True,
            env={**os.environ, "PGPASSWORD": secret})
        assert done.returncode == 0, done.stderr
        milliseconds = {what: float(re.search(rf"^ *([\d.]+) .*{re.escape(text)}", done.stdout, re.MULTILINE).group(1))
                        for what, text in [("nothing (SELECT 1)", "SELECT 1;"), ("reserve", "hashdrop.reserve("),
                                           ("record", "hashdrop.record(")]}
        words = ", ".join(f"{what} {time:.1f} ms" for what, time in milliseconds.items())
        rows.append(Check(f"round trips for {size} {'request' if size == 1 else 'requests'}: {side}", words))
    return rows
