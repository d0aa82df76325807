"""nginx with a configuration and a folder of its own, on this machine alone."""
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import time

from daemon import free_port
from results import CannotRun


class Nginx:
    """Serves the files below a folder, over HTTPS if it is given a certificate, and then HTTP/2 if it shall."""

    def __init__(self, folder, root, content_type, certificate=None, is_http2=False):
        if not shutil.which("nginx"):
            raise CannotRun("nginx is not installed")
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.port = free_port()
        # A worker cannot have more, and keeps one open for each answer that it has given.
        _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
        files = 65_536 if files == resource.RLIM_INFINITY else min(files, 65_536)
        tls = f"ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};" if certificate else ""
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self.folder.joinpath("nginx.conf").write_text(f"""
            {'user root;' if os.geteuid() == 0 else ''}
            daemon off; pid {self.folder}/pid; worker_processes auto; worker_rlimit_nofile {files};
            events {{ worker_connections 4096; }}
            http {{
                access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; keepalive_timeout 1h;
                open_file_cache max={files // 2} inactive=1h; open_file_cache_valid 1h; open_file_cache_min_uses 1;
                client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
                fastcgi_temp_path {self.folder}/fastcgi; uwsgi_temp_path {self.folder}/uwsgi;
                scgi_temp_path {self.folder}/scgi;
                server {{
                    listen 127.0.0.1:{self.port}{' ssl' if tls else ''}{' http2' if is_http2 else ''}; {tls}
                    root {root}; types {{ }} default_type "{content_type}";
                }}
            }}""")
        self.process = subprocess.Popen(["nginx", "-e", self.folder / "errors", "-p", self.folder, "-c",
                                         self.folder / "nginx.conf"])
        try:
            self.wait()
        except BaseException:
            self.__exit__()
            raise

    def wait(self):
        end = time.monotonic() + 10
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                assert self.process.poll() is None, (self.folder / "errors").read_text()
                assert time.monotonic() < end, "nginx does not listen"
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def certificate(folder):
    """A certificate for this machine by an authority of its own: the authority's file, and the server's two."""
    if not shutil.which("openssl"):
        raise CannotRun("openssl is not installed")
    folder = pathlib.Path(folder)
    authority, key, server, server_key = (folder / name for name in ("ca.pem", "ca.key", "server.pem", "server.key"))
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    for arguments in [
            [*curve, "-keyout", key, "-out", authority, "-subj", "/CN=benchmark authority"],
            [*curve, "-keyout", server_key, "-out", server, "-subj", "/CN=localhost", "-CA", authority, "-CAkey", key,
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]]:
        subprocess.run(["openssl", "req", "-x509", *arguments], check=True, stderr=subprocess.DEVNULL)
    return authority, server, server_key
