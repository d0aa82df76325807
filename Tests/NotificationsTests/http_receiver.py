"""An HTTP receiver that fails half the time: http_receiver.py FOLDER. It writes its port into FOLDER/port, and what it
was sent into FOLDER/received, a line of JSON each. Of four requests it takes the first, refuses the second, takes the
third and says that it has not, and hangs up on the fourth without an answer."""

import http.server
import itertools
import json
import os
import sys
import threading

folder = sys.argv[1]
numbers = itertools.count()
lock = threading.Lock()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            number = next(numbers) % 4
            if number in (0, 2):
                with open(folder + "/received", "a", encoding="utf-8") as file:
                    entry = {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}
                    file.write(json.dumps(entry | {"body": body.decode("utf-8")}) + "\n")
        if number == 3:
            self.close_connection = True
            return
        self.send_response(204 if number == 0 else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
with open(folder + "/port.new", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(folder + "/port.new", folder + "/port")
server.serve_forever()
