import CPostgreSQL
import Support

/// Address of a database: server, database, account and TLS, from a `postgres://` URL.
///
/// The URL is read by libpq, so it may hold what libpq knows (PostgreSQL 15, chapter "libpq", "Connection
/// Strings"): several hosts, `sslrootcert`, `sslcert`, `passfile` … The password is never shown: an address
/// prints as its `endpoint`.
package struct PostgreSQLAddress: Hashable, Sendable {
    /// Server and database, without account and password: `db.example.org:5432/hashdrop`.
    package let endpoint: String
    /// Whether the way to the server is safe from reading along and from another that pretends to be it: the
    /// server is this machine's, or TLS verifies its name.
    package let isProtected: Bool
    /// What libpq is given: keywords and values, the password among them.
    private let parameters: [Parameter]

    private struct Parameter: Hashable, Sendable {
        var keyword: String
        var value: String
    }

    /// Debian's folder for the server's socket, which is also what Debian's libpq takes without a host.
    private static let socketFolder = "/var/run/postgresql"
    private static let example = "postgres://hashdrop@db.example.org/hashdrop"

    /// Reads `postgres://USER@HOST:PORT/DATABASE?sslmode=…`.
    ///
    /// What it leaves out: the port 5432, the socket in /var/run/postgresql as the host, and as `sslmode`
    /// `verify-full`, or `prefer` for this machine's own server. None of these comes from the environment.
    ///
    /// - Parameter password: takes the place of one in the URL; without either libpq takes `PGPASSWORD` or
    ///   looks into the password file (`passfile`, else `~/.pgpass`).
    ///
    /// Throws `address`, without repeating the URL.
    package init(_ text: String, password: String? = nil) throws(PostgreSQLError) {
        guard ["postgres://", "postgresql://"].contains(where: text.hasPrefix) else {
            throw Self.refusal("is no URL that begins with postgres://")
        }
        guard !text.utf8.contains(0), password?.utf8.contains(0) != true else {
            throw Self.refusal("or its password holds a zero byte")
        }
        // No URL does; and where a message of libpq repeats the URL, it ends with the second of them.
        guard !text.utf8.contains(UInt8(ascii: "\"")) else {
            throw Self.refusal("holds a quotation mark, which is %22 in a URL")
        }
        var given = try Self.parse(text)
        guard given["service"] == nil else {
            throw Self.refusal("names a service, whose file may lead elsewhere")
        }
        guard let database = given["dbname"] else { throw Self.refusal("names no database") }
        let numbers = given["hostaddr"]
        if given["host"] == nil, numbers == nil { given["host"] = Self.socketFolder }
        let port = given["port"] ?? "5432"
        given["port"] = port
        let isLocal = Self.areLocal(given["host"]) && Self.areLocal(numbers)
        let sslMode = given["sslmode"] ?? (isLocal ? "prefer" : "verify-full")
        given["sslmode"] = sslMode
        if let password { given["password"] = password }
        // Where it is used TLS is not, and a server's certificate is not looked at (PostgreSQL 15, chapter
        // "libpq", "Parameter Key Words").
        given["gssencmode"] = given["gssencmode"] ?? "disable"
        // Text goes to and fro as Swift has it.
        given["client_encoding"] = "UTF8"
        parameters = given.map { Parameter(keyword: $0.key, value: $0.value) }
            .sorted { $0.keyword < $1.keyword }
        isProtected = isLocal || sslMode == "verify-full"
        endpoint = Self.endpoint(host: given["host"] ?? numbers ?? "", port: port) + "/" + database
    }

    /// Whether all of the hosts, separated by commas, are this machine: a socket's folder (or `@` and an
    /// abstract name) or a loopback address. True if there are none.
    private static func areLocal(_ hosts: String?) -> Bool {
        guard let hosts else { return true }
        return hosts.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { host in
            if host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost" || host == "::1" {
                return true
            }
            let parts = host.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        }
    }

    /// Each host with its port. A single port is that of all hosts.
    private static func endpoint(host: String, port: String) -> String {
        let hosts = host.split(separator: ",", omittingEmptySubsequences: false)
        let ports = port.split(separator: ",", omittingEmptySubsequences: false)
        return hosts.enumerated().map { index, host in
            let port = ports.count == hosts.count ? ports[index] : ports[0]
            return "\(host.contains(":") ? "[\(host)]" : String(host)):\(port.isEmpty ? "5432" : port)"
        }.joined(separator: ",")
    }

    /// What the URL itself gives; empty values count as left out.
    private static func parse(_ text: String) throws(PostgreSQLError) -> [String: String] {
        var complaint: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &complaint) else {
            defer { PQfreemem(complaint) }
            let reason = complaint.map { String(cString: $0).oneLine } ?? "out of memory"
            throw refusal("cannot be read: \(withoutQuotations(reason))")
        }
        defer { PQconninfoFree(options) }
        var given: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            let value = option.pointee.val.map { String(cString: $0) } ?? ""
            if !value.isEmpty { given[String(cString: keyword)] = value }
            option += 1
        }
        return given
    }

    /// libpq repeats parts of the URL, or all of it, between quotation marks, and a password may be there.
    /// Only what can be a keyword stays.
    static func withoutQuotations(_ message: String) -> String {
        let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            let isQuoted = !index.isMultiple(of: 2)
            let isKeyword = part.utf8.count <= 30 && part.utf8.allSatisfy { isLetter($0) || $0 == 0x5F }
            return isQuoted && !isKeyword ? "…" : String(part)
        }.joined(separator: "\"")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func refusal(_ reason: String) -> PostgreSQLError {
        .address(Explanation("the database's address \(reason)", advice: "write it as \(example)"))
    }
}

extension PostgreSQLAddress {
    /// The parameters for `PQconnectStartParams`, with what `options` adds. For the connection alone: the
    /// password is among them.
    func connectionParameters(_ options: PostgreSQLOptions) -> (keywords: [String], values: [String]) {
        var all: [String: String] = [:]
        for parameter in parameters { all[parameter.keyword] = parameter.value }
        func add(_ keyword: String, _ value: String) { all[keyword] = all[keyword] ?? value }
        add("application_name", options.applicationName)
        // A connection whose other end is silent is given up after a minute, and in the middle of a
        // statement as soon as the statement's limit is over (tcp(7), "TCP_USER_TIMEOUT").
        add("keepalives", "1")
        add("keepalives_idle", "30")
        add("keepalives_interval", "10")
        add("keepalives_count", "3")
        add("tcp_user_timeout", "\(options.statementLimit.millisecondsForPostgreSQL)")
        // What comes later in the line wins, so that an administrator's own setting does.
        all["options"] = [Self.serverSettings(options), all["options"]].compactMap(\.self)
            .joined(separator: " ")
        let sorted = all.sorted { $0.key < $1.key }
        return (sorted.map(\.key), sorted.map(\.value))
    }

    /// The same limits for the server's side (PostgreSQL 15, chapter "Server Configuration", "Statement
    /// Behavior" and "TCP Settings"), two seconds later, so that both sides do not end a statement at once.
    private static func serverSettings(_ options: PostgreSQLOptions) -> String {
        let limit = (options.statementLimit + .seconds(2)).millisecondsForPostgreSQL
        return [
            "statement_timeout=\(limit)", "idle_in_transaction_session_timeout=\(limit)",
            "tcp_keepalives_idle=30", "tcp_keepalives_interval=10", "tcp_keepalives_count=3",
            "tcp_user_timeout=\(limit)",
        ].map { "-c \($0)" }.joined(separator: " ")
    }
}

extension PostgreSQLAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { endpoint }
    package var debugDescription: String { endpoint }
    package var customMirror: Mirror { Mirror(self, children: ["endpoint": endpoint]) }
}
