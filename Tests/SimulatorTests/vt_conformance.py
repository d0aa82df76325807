"""Reads the simulator with VirusTotal's own client, vt-py; prints one line per fact and fails on the first
that does not hold.

Arguments: base URL, key, hash of a known file, its SHA-256, hash of an unknown file, key of a spent quota.
"""

import sys

import vt


def error_of(url, key, path):
    """The APIError that a request gets."""
    with vt.Client(key, host=url, timeout=10) as client:
        try:
            client.get_object(path)
        except vt.APIError as error:
            return error
    raise AssertionError(f"no error for {path}")


def main():
    url, key, known, sha256, unknown, spent_key = sys.argv[1:]
    with vt.Client(key, host=url, timeout=10) as client:
        file = client.get_object(f"/files/{known}")
        assert file.id == sha256, file.id
        assert file.type == "file", file.type
        assert file.sha256 == sha256, file.sha256
        stats = file.last_analysis_stats
        rows = file.last_analysis_results
        for category, count in stats.items():
            assert count == sum(row["category"] == category for row in rows.values()), category
        assert sum(stats.values()) == len(rows), stats
        assert rows["Fortinet"]["engine_name"] == "Fortinet"
        print(f"known file: {stats['malicious']} of {len(rows)} engines, {file.last_analysis_date}")
        quotas = client.get_json("/users/demo/overall_quotas")["data"]
        assert quotas["api_requests_daily"]["user"]["used"] == 1, quotas
        print("quotas:", quotas["api_requests_daily"]["user"])

    for name, code, arguments in [
        ("unknown file", "NotFoundError", (key, f"/files/{unknown}")),
        ("malformed id", "NotFoundError", (key, "/files/DONOTEXIST")),
        ("wrong key", "WrongCredentialsError", ("f" * 64, f"/files/{known}")),
        ("spent quota", "QuotaExceededError", (spent_key, f"/files/{known}")),
    ]:
        error = error_of(url, *arguments)
        assert error.code == code, (name, error.code, error.message)
        print(f"{name}: {error.code}: {error.message}")


main()
