#!/usr/bin/env python3
"""Says which Swift packages are linked into the programs, and compares them with debian/copyright.

    .ci/debian/linked.py SCRATCH-FOLDER COPYRIGHT >NOTICES

Writes the notices that these packages want passed on (Apache License 2.0, 4d). A package without a paragraph in
the copyright file, or a paragraph without a package, is an error.
"""
import pathlib
import re
import sys


def modules(scratch):
    """The modules of which objects are linked."""
    lists = list(scratch.glob("release/*.product/Objects.LinkFileList"))
    if not lists:
        sys.exit(f"{scratch}: no release build is there.")
    return {module for path in lists for module in re.findall(r"/release/([^/]+)\.build/", path.read_text())}


def package(module, scratch):
    """The package that a module comes from, by its folder; None for one of ours."""
    if pathlib.Path("Sources", module).is_dir() or pathlib.Path("Sources", module.replace("_", "-")).is_dir():
        return None
    for place in [f"Sources/{module}", module]:
        for folder in sorted(scratch.glob(f"checkouts/*/{place}")):
            if any(folder.rglob("*.swift")) or any(folder.rglob("*.c")):
                return folder.relative_to(scratch / "checkouts").parts[0]
    # A few have their sources elsewhere, and say so.
    for manifest in sorted(scratch.glob("checkouts/*/Package.swift")):
        if re.search(rf'[tT]arget\(\s*name: "{module}",', manifest.read_text()):
            return manifest.parent.name
    sys.exit(f"The module {module} is linked, and no package below {scratch}/checkouts has its sources.")


def main():
    scratch, copyright_file = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    linked = {package(module, scratch) for module in modules(scratch)} - {None}
    described = set(re.findall(r"checkouts/([^/\s]+)/\*", copyright_file.read_text()))
    for name in sorted(linked - described):
        print(f"{copyright_file}: the package {name} is linked and has no paragraph; write one.", file=sys.stderr)
    for name in sorted(described - linked):
        print(f"{copyright_file}: the package {name} has a paragraph and is not linked; remove it.", file=sys.stderr)
    if linked != described:
        sys.exit(1)
    print("The program hashdrop contains packages that want these notices passed on.")
    for name in sorted(linked):
        for notice in sorted(scratch.glob(f"checkouts/{name}/NOTICE*")):
            print(f"\n{'=' * 78}\n{name}\n{'=' * 78}\n\n{notice.read_text().strip()}")


main()
