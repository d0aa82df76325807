/// A mail for a mail server, and how to log in there.
///
/// The password is a secret: neither `description` nor `dump` shows it, nor the message.
package struct CurlMail: Sendable {
    /// `smtp://host:port`, or `smtps://host:port` for TLS from the first byte, without user name and
    /// password. Over `smtp` the mail goes only after STARTTLS, unless the host is this machine.
    package var server: String
    /// Whom the server tells of a mail that cannot be delivered.
    package var sender: String
    package var recipients: [String]
    /// Header lines, an empty line and the text, with the line ends CR LF (RFC 5322).
    package var message: [UInt8]
    /// Nil for a server that wants no login.
    package var user: String?
    package var password: String?

    package init(
        server: String, sender: String, recipients: [String], message: [UInt8], user: String? = nil,
        password: String? = nil
    ) {
        self.server = server
        self.sender = sender
        self.recipients = recipients
        self.message = message
        self.user = user
        self.password = password
    }

    /// Throws `invalidRequest` for what is no mail server's URL.
    package static func check(server: String) throws(CurlError) { _ = try url(of: server) }

    private static func url(of server: String) throws(CurlError) -> CurlURL {
        let url = try CurlURL(server, schemes: ["smtp", "smtps"])
        guard url.path == "/", url.query == nil, url.fragment == nil else {
            throw CurlError(.invalidRequest, "the mail server's URL has more than a host and a port")
        }
        return url
    }

    /// The server's URL in its parts, or why the mail cannot be sent.
    func validated() throws(CurlError) -> CurlURL {
        let url = try Self.url(of: server)
        guard !recipients.isEmpty, ([sender] + recipients).allSatisfy(Self.isAddress) else {
            throw CurlError(.invalidRequest, "a mail address has a character that SMTP does not allow there")
        }
        // In C they would end at a NUL, and a line break would be a command of its own.
        guard [user, password].compactMap(\.self).allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 } }) else {
            throw CurlError(.invalidRequest, "the mail server's user or password has a control character")
        }
        return url
    }

    /// Whether it can stand in angle brackets in a command of SMTP. Whether it leads to somebody, only the
    /// server knows.
    private static func isAddress(_ text: String) -> Bool {
        text.contains("@")
            && text.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
            }
    }
}

extension CurlMail: CustomStringConvertible, CustomReflectable {
    package var description: String { "mail by \(server) to \(recipients.count) recipients" }

    package var customMirror: Mirror {
        Mirror(self, children: ["server": server, "recipients": recipients.count])
    }
}
