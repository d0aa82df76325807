"""A PostgreSQL server of its own, as Debian's package has it, with TLS by an authority of its own."""
import os
import pathlib
import secrets
import shutil
import subprocess
import time

from network import TIED
from results import CannotRun

# It does not run as root; Debian's package makes this account.
ACCOUNT = "postgres"
OWNER = "hashdrop"
DATABASE = "hashdrop"
HOST_NAME = "db.fleet.test"
SETTINGS = ["shared_preload_libraries=pg_stat_statements", "max_connections=50", "lc_messages=C", "timezone=UTC",
            "ssl=on", "ssl_cert_file=../server.pem", "ssl_key_file=../server.key"]


def programs():
    """The folder of the newest server's programs."""
    places = [place for place in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (place / "postgres").exists()]
    if not places:
        raise CannotRun("PostgreSQL is not installed (postgresql)")
    return max(places, key=lambda place: int(place.parent.name))


class Server:
    """The cluster on a host of the network, and its database with the schema of a program."""

    def __init__(self, folder, host, program, clock):
        if not shutil.which("openssl"):
            raise CannotRun("openssl is not installed")
        self.programs = programs()
        self.folder = pathlib.Path(folder)
        self.host = host
        self.program = program
        self.process = None
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.make_certificates(clock)
        (self.folder / "run").mkdir(0o700)
        (self.folder / "server.key").chmod(0o600)
        for path in [self.folder, *self.folder.iterdir()]:
            shutil.chown(path, ACCOUNT, ACCOUNT)
        self.command("initdb", "--pgdata", "data", "--username", OWNER, "--auth-local", "trust", "--auth-host",
                     "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync")
        with (self.folder / "data/pg_hba.conf").open("a") as rules:
            rules.write("hostssl all all samenet scram-sha-256\n")

    def make_certificates(self, clock):
        """Makes the authority and the server's certificate, of yesterday: a site whose clock is behind takes them."""
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3"]
        for arguments in [
                [*new, "-keyout", "authority.key", "-out", "authority.pem", "-subj", "/CN=authority of the fleet"],
                [*new, "-keyout", "server.key", "-out", "server.pem", "-subj", f"/CN={HOST_NAME}", "-CA",
                 "authority.pem", "-CAkey", "authority.key", "-addext",
                 f"subjectAltName=DNS:{HOST_NAME},IP:127.0.0.1"]]:
            subprocess.run(["openssl", "req", "-x509", *arguments], cwd=self.folder, check=True,
                           env={**os.environ, **clock.off_by(-86_400)}, stderr=subprocess.DEVNULL)

    @staticmethod
    def as_account():
        return ["setpriv", "--reuid", ACCOUNT, "--regid", ACCOUNT, "--clear-groups", "--pdeathsig", "QUIT", "--"]

    def command(self, name, *arguments):
        done = subprocess.run([*self.as_account(), self.programs / name, *arguments], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C"})
        assert done.returncode == 0, f"{name}: {done.stdout}"

    # Start and stop

    def start(self):
        settings = [*SETTINGS, f"listen_addresses=127.0.0.1,{self.host.address}",
                    f"unix_socket_directories={self.folder}/run"]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [*self.host.enter, *self.as_account(), self.programs / "postgres", "-D", "data",
                 *(word for setting in settings for word in ["-c", setting])], cwd=self.folder, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while not self.is_ready():
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()[-2_000:]
            time.sleep(0.02)

    def is_ready(self):
        try:
            lines = (self.folder / "data/postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        # Source: PostgreSQL 15, src/include/utils/pidfile.h.
        return len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].startswith("ready")

    def stop(self, mode="fast"):
        """Stops it; `immediate` is at once, and the next start recovers."""
        if self.process and self.process.poll() is None:
            self.command("pg_ctl", "stop", "--pgdata", "data", "--mode", mode, "--silent")
            self.process.wait()

    # For clients

    @property
    def socket(self):
        """The database's address by the socket, as its owner, who needs no password there."""
        return f"postgres://{OWNER}@/{DATABASE}?host={self.folder}/run"

    def address(self, role, is_here=False):
        """The database's address for a site on another host, or on the server's own."""
        if is_here:
            return f"postgres://{role}@127.0.0.1/{DATABASE}"
        return (f"postgres://{role}@{HOST_NAME}/{DATABASE}?hostaddr={self.host.address}&sslmode=verify-full"
                f"&sslrootcert={self.folder}/authority.pem")

    def query(self, sql, address=None):
        """The rows of a statement, as texts."""
        done = subprocess.run(
            [self.programs / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t",
             "--set", "ON_ERROR_STOP=1", "--command", sql, address or self.socket], text=True, capture_output=True)
        assert done.returncode == 0, f"psql: {done.stderr}"
        return [tuple(line.split("\t")) for line in done.stdout.splitlines()]

    def make_database(self, roles):
        """Makes the database with the program's schema; a password file for each role of a site."""
        self.query(f"CREATE DATABASE {DATABASE}", f"postgres://{OWNER}@/postgres?host={self.folder}/run")
        self.query("CREATE EXTENSION pg_stat_statements")
        files = {role: self.folder / f"{role}.password" for role in roles}
        for role, file in files.items():
            file.write_text(secrets.token_hex(16) + "\n")
            file.chmod(0o600)
        sites = [word for role, file in files.items() for word in ["--site", role, "--site-password-file", file]]
        done = subprocess.run([self.program, "shared", "init", "--database", self.socket, *sites], cwd=self.folder,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, f"hashdrop shared init: {done.stdout}"
        return files

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop("immediate")
