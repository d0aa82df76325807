"""A mail server: smtp_receiver.py FOLDER [--host HOST] [--fail-half] [--starttls] [--login USER PASSWORD]. It writes its
port into FOLDER/port, each mail into FOLDER/received (a line of JSON, as Python's email module reads it), and its
certificate into FOLDER/certificate.pem. It knows nobody whose name is 'gone'."""

import argparse
import asyncio
import email
import email.policy
import json
import os
import ssl
import subprocess

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--fail-half", action="store_true")
parser.add_argument("--starttls", action="store_true")
parser.add_argument("--login", nargs=2)
options = parser.parse_args()


class Handler:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("gone@"):
            return "550 5.1.1 There is no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        if options.fail_half and self.count % 2 == 0:
            return "451 4.3.0 Try again later"
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        entry = {
            "tls": session.ssl is not None,
            "user": getattr(session.auth_data, "login", b"").decode() if session.authenticated else None,
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "headers": [[name, str(value)] for name, value in mail.items()],
            "defects": [str(defect) for defect in mail.defects],
            "isMultipart": mail.is_multipart(),
            "longest": max(len(line) for line in envelope.original_content.split(b"\r\n")),
            "isASCII": envelope.original_content.isascii(),
            "text": mail.get_content().replace("\r\n", "\n"),
        }
        with open(options.folder + "/received", "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    wanted = [text.encode() for text in options.login]
    return AuthResult(success=[data.login, data.password] == wanted, handled=False, auth_data=data)


def certificate():
    files = [options.folder + "/key.pem", options.folder + "/certificate.pem"]
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test"
    addresses = "subjectAltName=IP:127.0.0.1,IP:" + options.host
    subprocess.run(
        command.split() + ["-addext", addresses, "-keyout", files[0], "-out", files[1]],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files[1], files[0])
    return context


async def serve():
    handler = Handler()
    settings = {"hostname": "receiver.test"}
    if options.starttls:
        settings |= {"tls_context": certificate(), "require_starttls": True}
    if options.login:
        settings |= {"authenticator": authenticate, "auth_required": True}
        settings |= {"auth_require_tls": options.starttls}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, **settings), options.host, 0)
    with open(options.folder + "/port.new", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(options.folder + "/port.new", options.folder + "/port")
    await server.serve_forever()


asyncio.run(serve())
