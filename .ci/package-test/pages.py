"""The manual pages, as man and mandoc see them."""
import gzip
import json
import os
import re
import sys

from packages import ROOT
from seen import require, run
from tools import PROGRAMS

sys.path.insert(0, str(ROOT / ".ci/debian"))
import configuration  # noqa: E402  it is beside the build

PAGES = ["man1/hashdrop.1", "man5/hashdrop.yaml.5", "man8/hashdrop-watch.8"]


def pages(packages):
    texts = {}
    for page in PAGES:
        path = packages.file(f"/usr/share/man/{page}.gz")
        # As lintian calls it: what groff warns of comes on standard error.
        said = run("sh", "-c", 'man --warnings -E UTF-8 -l -Tutf8 -Z "$1" >/dev/null', "sh", path, check=False,
                   env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"})
        require(not said, f"man has no warning for {page}", said)
        source = packages.files / page.replace("/", "-")
        source.write_bytes(gzip.decompress(path.read_bytes()))
        said = run("mandoc", "-T", "lint", "-W", "warning", source, check=False)
        require(not said, f"mandoc has no warning for {page}", said)
        texts[page] = plain(source)
    help_text = json.loads(run(packages.file(PROGRAMS[0]), "--experimental-dump-help"))
    commands = list(names(help_text["command"], []))
    missing = [command for command in commands if f"hashdrop {command}" not in texts[PAGES[0]]]
    require(not missing, f"hashdrop(1) has each of the {len(commands)} commands", f"missing: {missing}")
    keys = [path for path, *_ in configuration.keys((ROOT / "config/hashdrop.yaml").read_text())]
    missing = [key for key in keys if key not in texts[PAGES[1]]]
    require(not missing, f"hashdrop.yaml(5) has each of the {len(keys)} settings", f"missing: {missing}")
    # So that no comment is taken for a key, or a key for a comment.
    table = (ROOT / "Sources/Settings/SettingKey.swift").read_text()
    known = re.findall(r'\.init\(\s*"([a-z][A-Za-z.]+)",\s*\.', table)
    require(sorted(keys) == sorted(known), "these are the settings that the program has",
            f"in one and not in the other: {set(keys) ^ set(known)}")


def plain(page):
    """The page's text, on one line."""
    text = run("mandoc", "-T", "utf8", "-O", "width=200", page)
    # Bold and underlined letters are overstruck.
    return re.sub(r"\s+", " ", re.sub(".\b", "", text))


def names(command, path):
    for inner in command.get("subcommands", []):
        if inner["commandName"] != "help":
            yield from names(inner, [*path, inner["commandName"]])
    if path and not command.get("subcommands"):
        yield " ".join(path)
