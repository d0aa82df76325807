"""The packages that 'make deb' has made, and their files."""
import pathlib
import shutil
import tempfile

from seen import NotSeen, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = ["hashdrop", "hashdrop-watch"]


class Packages:
    """The newest packages of the machine's architecture, unpacked into a folder of their own."""

    def __init__(self):
        self.architecture = run("dpkg", "--print-architecture").strip()
        self.debs = self.newest(ROOT / ".build-deb")
        self.version = self.field("hashdrop", "Version")
        self.files = None

    def newest(self, folder):
        """The file of each package."""
        debs = {}
        for name in NAMES:
            found = sorted(folder.glob(f"{name}_*_{self.architecture}.deb"), key=lambda path: path.stat().st_mtime)
            if not found:
                raise SystemExit(f"There is no {name} for {self.architecture} in {folder}; 'make deb' makes it.")
            debs[name] = found[-1]
        return debs

    def field(self, name, field):
        return run("dpkg-deb", "--field", self.debs[name], field).strip()

    def control_file(self, name, file):
        """A file of the package's control part; empty if it has none of that name."""
        members = run("dpkg-deb", "--info", self.debs[name]).split()
        return run("dpkg-deb", "--info", self.debs[name], file) if file in members else ""

    def next(self):
        """The same programs as a higher version."""
        folder = ROOT / ".build-deb/next"
        shutil.rmtree(folder, ignore_errors=True)
        run(ROOT / ".ci/debian/build", "--next", cwd=ROOT)
        debs = self.newest(folder)
        version = run("dpkg-deb", "--field", debs["hashdrop"], "Version").strip()
        run("dpkg", "--compare-versions", version, "gt", self.version)
        return debs, version

    def file(self, path):
        """A file of the packages, where it was unpacked to."""
        file = self.files / path.lstrip("/")
        if not file.exists():
            raise NotSeen(f"The packages have no {path}.")
        return file

    def __enter__(self):
        self.files = pathlib.Path(tempfile.mkdtemp(prefix="hashdrop-package-"))
        for deb in self.debs.values():
            run("dpkg-deb", "--extract", deb, self.files)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.files)
