"""The packages, as dpkg, lintian, readelf and systemd-analyze see them."""
import re

from packages import NAMES, ROOT
from seen import require, run, seen

# The libraries that Debian patches, by package.
LIBRARIES = {
    "hashdrop": {"libc6", "libcurl4", "libpq5", "libsimdjson14", "libsqlite3-0", "libssl3", "libsystemd0", "zlib1g"},
    "hashdrop-watch": {"libc6", "libinotifytools0"},
}
PROGRAMS = ["/usr/bin/hashdrop", "/usr/libexec/hashdrop/hashdrop-watch"]
UNIT = "/lib/systemd/system/hashdrop.service"
# In tenths: the issue asks for 2.0 or better.
EXPOSURE_MAX = 20


def contents(packages):
    source = re.search(r'static let version = "(.*)"', (ROOT / "Sources/hashdrop/Hashdrop.swift").read_text())[1]
    for name in NAMES:
        deb = packages.debs[name]
        require(packages.field(name, "Version") == source,
                f"{deb.name} has version {source} and {deb.stat().st_size / 1e6:.1f} MB")
        depends = packages.field(name, "Depends")
        found = set(re.findall(r"[a-z0-9][a-z0-9.+-]+(?= \(|,|$)", depends))
        require(LIBRARIES[name] <= found, f"{name} depends on {depends}", f"missing: {LIBRARIES[name] - found}")
    require(packages.field("hashdrop", "Recommends") == f"hashdrop-watch (= {source})",
            "hashdrop recommends hashdrop-watch of the same version, and does not depend on it")
    for path in PROGRAMS:
        dynamic = run("readelf", "--dynamic", "--wide", packages.file(path))
        needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
        require(needed and not re.search("swift|Foundation|dispatch|Blocks", " ".join(needed)),
                f"{path} needs {', '.join(needed)}: nothing of Swift's")
        require("RUNPATH" not in dynamic and "RPATH" not in dynamic,
                f"{path} looks for libraries in the system's folders only")
        require(re.search(r"BIND_NOW|FLAGS_1.*NOW", dynamic), f"{path} has its tables read-only (full RELRO)")
        sections = run("readelf", "--sections", "--wide", packages.file(path))
        require(".symtab" not in sections and ".debug" not in sections, f"{path} is stripped")
    require(packages.control_file("hashdrop", "conffiles").split() == ["/etc/hashdrop/hashdrop.yaml"],
            "the only conffile is /etc/hashdrop/hashdrop.yaml")
    said = run("diff", ROOT / "config/hashdrop.yaml", packages.file("/etc/hashdrop/hashdrop.yaml"), check=False)
    changed = re.findall(r"^>\s+(\w.*)$", said, re.MULTILINE)
    require(len(changed) == 2, f"its settings differ from the defaults in {' and '.join(changed)}", said)
    for path in ["/usr/share/doc/hashdrop/copyright", "/usr/share/doc/hashdrop-watch/copyright",
                 "/usr/share/doc/hashdrop/changelog.gz", "/usr/share/doc/hashdrop/README.Debian",
                 "/usr/share/doc/hashdrop/examples/nginx.conf", "/usr/share/doc/hashdrop/examples/Caddyfile",
                 "/usr/share/doc/hashdrop/examples/prometheus/hashdrop.rules.yaml",
                 "/usr/share/doc/hashdrop/examples/grafana/hashdrop.json",
                 "/usr/share/doc/hashdrop/config/prometheus/README.md", "/usr/share/doc/hashdrop/config/SHARED.md",
                 "/usr/lib/sysusers.d/hashdrop.conf", "/usr/lib/tmpfiles.d/hashdrop.conf", UNIT]:
        packages.file(path)
    seen("copyright, changelog, README.Debian, examples, unit, sysusers.d and tmpfiles.d are there")


def lint(packages):
    said = run("lintian", "--allow-root", "--no-cfg", "--fail-on", "error,warning", *packages.debs.values(),
               check=False)
    require(not re.search("^[EW]:", said, re.MULTILINE),
            f"lintian {run('lintian', '--print-version').strip()} has no error and no warning", said)


def unit(packages):
    said = run("systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={EXPOSURE_MAX}",
               packages.file(UNIT), check=False)
    exposure = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    require(exposure and float(exposure[1]) * 10 <= EXPOSURE_MAX,
            f"systemd-analyze security: exposure {exposure and exposure[1]}, at most {EXPOSURE_MAX / 10}", said)
