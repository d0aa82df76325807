"""A logged-in user of hashdrop's page."""
import http.client
import re
import urllib.parse

PASSWORD = "a password for the benchmark"


class Session:
    """One connection with the session's cookie."""

    def __init__(self, daemon, user):
        daemon.run("user", "passwd", user, "--password-stdin", text=PASSWORD + "\n")
        self.address = daemon.page
        self.connection = http.client.HTTPConnection(daemon.page, timeout=60)
        self.cookie = ""
        status, headers, form = self.ask("GET", "/login")
        assert status == 200, f"the login page answers {status}"
        self.cookie = cookies(headers)
        token = re.search(rb'name=token value="([^"]+)"', form).group(1).decode()
        fields = urllib.parse.urlencode({"user": user, "password": PASSWORD, "token": token})
        status, headers, _ = self.ask("POST", "/login", fields, {"Content-Type": "application/x-www-form-urlencoded",
                                                                "Origin": f"http://{daemon.page}"})
        self.cookie = cookies(headers, "hashdrop-session")
        assert self.cookie, f"the login of {user} was answered with {status}"

    def ask(self, method, path, body=None, headers=()):
        self.connection.request(method, path, body, {"Cookie": self.cookie, **dict(headers)})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def get(self, path):
        """The bytes of a page."""
        status, _, body = self.ask("GET", path)
        assert status == 200, f"{path} answers {status}"
        return body

    def close(self):
        self.connection.close()


def cookies(headers, name=""):
    """What a browser would send back of the cookies whose names begin so, but for those that are removed."""
    values = [line.split(";")[0] for line in headers.get_all("Set-Cookie", []) if "Max-Age=0" not in line]
    return "; ".join(value for value in values if value.startswith(name))
