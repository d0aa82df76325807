"""The baseline of new hashes: what a person would write with VirusTotal's own client, run by `cold.py`.

    vt_client.py URL KEY LIST IN_FLIGHT

Asks for each hash of a list, so many at once, and prints the seconds, the processor seconds and how many are known.
"""
import asyncio
import sys
import time

import vt


async def ask(url, key, lines, in_flight):
    rows = []
    lines = iter(lines)

    async with vt.Client(key, host=url) as client:
        async def one_after_the_other():
            for line in lines:
                file = await client.get_object_async(f"/files/{line}")
                findings = file.get("last_analysis_results", {}).values()
                rows.append((line, sum(finding["category"] == "malicious" for finding in findings), file.sha256))

        await asyncio.gather(*(one_after_the_other() for _ in range(in_flight)))
    return rows


def main():
    url, key, path, in_flight = sys.argv[1:]
    with open(path) as file:
        lines = file.read().split()
    start, processor = time.monotonic(), time.process_time()
    rows = asyncio.run(ask(url, key, lines, int(in_flight)))
    print(time.monotonic() - start, time.process_time() - processor, len(rows))


main()
