#!/usr/bin/env python3
"""Makes the package's /etc/hashdrop/hashdrop.yaml of config/hashdrop.yaml: the folders are those of the package, and
everything else, comments included, stays as it is.

    .ci/debian/configuration.py config/hashdrop.yaml >hashdrop.yaml
"""
import pathlib
import re
import sys

# Each line of the source that changes, exactly once, and what it becomes. `(?m)`: a line's begin and end.
CHANGES = [
    (r"(?m)^(spool:\n(?:(?!\w).*\n)*?  directory: )spool$", r"\1/var/lib/hashdrop/spool"),
    (r"(?m)^(reports:\n(?:(?!\w).*\n)*?  directory: )reports$", r"\1/var/lib/hashdrop/reports"),
    (r"config/README\.md", "hashdrop.yaml(5)"),
]
# The values that may differ afterwards.
VALUES = {"spool.directory": "/var/lib/hashdrop/spool", "reports.directory": "/var/lib/hashdrop/reports"}
# Of a group that is commented out as a whole its keys are indented behind the sign.
KEY = re.compile(r"^( *)(# )?((?<=# ) *)?([a-z][A-Za-z]*):(?: (.*))?$")


def packaged(text):
    """The configuration with the package's folders."""
    changed = text
    for pattern, replacement in CHANGES:
        changed, count = re.subn(pattern, replacement, changed)
        if count != 1:
            raise SystemExit(f"config/hashdrop.yaml: {pattern!r} is there {count} times and must be there once; "
                             f"adapt {pathlib.Path(__file__).name}.")
    expected = {**values(text), **VALUES}
    if values(changed) != expected or len(changed.splitlines()) != len(text.splitlines()):
        raise SystemExit(f"config/hashdrop.yaml: more than {', '.join(VALUES)} would change; "
                         f"adapt {pathlib.Path(__file__).name}.")
    return changed


def values(text):
    """The value of each key, by its path; of one that is commented out `None` and its example."""
    found = {}
    for path, value, is_set, _ in keys(text):
        found[path] = value if is_set else (None, value)
    return found


def keys(text):
    """Each key that has no keys below it: its path, its value, whether it is set, and the comment above it.

    What is said of a group that is commented out stands before what is said of its first key."""
    parents, comment, last = [], [], None
    # A key without a value that is commented out is a group if the next one stands deeper.
    bare = None
    for number, line in enumerate(text.splitlines(), 1):
        match = KEY.match(line)
        if not line.strip():
            comment = []
        elif match and (not match[2] or match[1]):
            depth, value = len(match[1] + (match[3] or "")) // 2, match[5]
            if bare and depth > bare[0]:
                comment = bare[1][3].split() + comment
            elif bare:
                yield bare[1]
            bare = None
            parents = parents[:depth] + [match[4]]
            last = ".".join(parents)
            key = last, value, not match[2], " ".join(comment)
            if value is not None:
                yield key
            elif match[2]:
                bare = depth, key
            comment = []
        elif line.lstrip().startswith("#"):
            comment.append(line.lstrip(" #").rstrip())
        else:
            raise SystemExit(f"config/hashdrop.yaml, line {number}: neither a key nor a comment ({line!r}, after "
                             f"{last}); teach {pathlib.Path(__file__).name} to read it.")
    if bare:
        yield bare[1]


if __name__ == "__main__":
    sys.stdout.write(packaged(pathlib.Path(sys.argv[1]).read_text()))
