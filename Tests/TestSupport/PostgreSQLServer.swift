import Foundation
import Glibc
import Synchronization

/// Real PostgreSQL server (Debian's package) of the tests, below a temporary folder, on a socket there and on
/// 127.0.0.1; the system's own cluster is not touched.
///
/// It refuses to run as root, and then has the account of Debian's package. It is gone, and its folder with
/// it, when it is released or when the test program has ended, however that did.
package final class PostgreSQLServer: Sendable {
    /// How it is told to stop (pg_ctl, "Shutdown mode").
    package enum StopMode: Sendable {
        /// Transactions are rolled back, sessions closed.
        case fast
        /// At once, without a last checkpoint: the next start recovers.
        case immediate
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Superuser of the server. By the socket it needs no password.
    package static let user = "hashdrop"
    /// Its password for TCP.
    package static let password = "the password of hashdrop"
    /// Host name in the server's certificate.
    package static let certifiedHost = "db.hashdrop.test"

    /// Stays the same for as long as the server is there, also while it is stopped.
    package let port: Int
    /// Removed by the guardian alone, once the server has ended.
    private let folder: URL
    private let guardian: ChildProcess
    /// Folder of the server's programs.
    private let programs: String
    private let settings: [String]
    private let process = Mutex<ChildProcess?>(nil)
    private let databasesCount = Mutex(0)

    /// One for all tests of a run, without fsync; not to be stopped. Each test has a database of its own.
    package static func shared() async throws -> PostgreSQLServer { try await sharedServer.value }

    private static let sharedServer = Task { try await PostgreSQLServer.start() }

    /// A server of the caller's own, which may be stopped and started.
    ///
    /// - Parameter settings: of the server beside those that the fixture needs, for example `fsync=on`; it
    ///   is `off` unless they say otherwise.
    package static func start(settings: [String] = []) async throws -> PostgreSQLServer {
        guard let programs = Self.installedPrograms() else {
            throw Failure(description: "there is no PostgreSQL server: `make test` installs it")
        }
        for _ in 0..<attemptsMax {
            let server = try PostgreSQLServer(programs: programs, settings: settings)
            try await server.makeCluster()
            do {
                try await server.start()
                return server
            } catch let failure as Failure where failure.description.contains("Address already in use") {
                // Another program had the port first.
                continue
            }
        }
        throw Failure(description: "no port is free for PostgreSQL")
    }

    private static let attemptsMax = 5

    private init(programs: String, settings: [String]) throws {
        self.programs = programs
        folder = FileManager.default.temporaryDirectory
            .appending(path: "hashdrop-test-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        port = FreePort().number
        self.settings = settings
        // Before the server, which it must not miss.
        guardian = try ChildProcess(
            "/bin/sh", ["-uc", Self.guarding], in: folder, output: .nullDevice, errors: .nullDevice)
    }

    deinit { guardian.send(SIGTERM) }

    private func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

    /// Waits for the end of the test program or a signal, then stops the server and removes its folder.
    private static let guarding = """
        trap : TERM INT
        tail --pid=$PPID -f /dev/null &
        wait $!
        kill $! 2>/dev/null
        if [ -r data/postmaster.pid ]; then
            server=$(head -n 1 data/postmaster.pid)
            # A server that was killed has left its file, and its number may be another's now.
            if [ "$(cat "/proc/$server/comm" 2>/dev/null)" = postgres ]; then
                kill -QUIT "$server"
                timeout 60 tail --pid="$server" -f /dev/null
            fi
        fi
        rm -rf -- "$PWD"
        """

    // MARK: Start and stop

    /// Starts it on its port, and returns when it takes connections.
    package func start() async throws {
        let log = folder.appending(path: "log")
        if !FileManager.default.fileExists(atPath: path("log")) { try Data().write(to: log) }
        let output = try FileHandle(forWritingTo: log)
        try output.seekToEnd()
        let settings =
            [
                "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=\(path("run"))",
                "max_connections=200", "fsync=off", "ssl=on", "ssl_cert_file=\(path("server.pem"))",
                "ssl_key_file=\(path("server.key"))", "lc_messages=C",
            ] + self.settings
        let command =
            Self.asAccount + ["\(programs)/postgres", "-D", path("data")]
            + settings.flatMap { ["-c", $0] }
        let server = try ChildProcess(
            command[0], Array(command.dropFirst()), in: folder, output: output, errors: output)
        process.withLock { $0 = server }
        let isReady = try await eventually("PostgreSQL takes connections, or ends") {
            if self.isReady(server) { return true }
            return server.isRunning ? nil : false
        }
        guard isReady else { throw Failure(description: "PostgreSQL does not start: \(log.contents)") }
    }

    /// Source: PostgreSQL 15, `src/include/utils/pidfile.h`: the process's id is in the first line, its state
    /// in the eighth.
    private func isReady(_ server: ChildProcess) -> Bool {
        let lines = folder.appending(path: "data/postmaster.pid").contents
            .split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count >= 8 && lines[0] == "\(server.id)" && lines[7].hasPrefix("ready")
    }

    /// Stops it and waits for its end; does nothing if it is stopped.
    package func stop(_ mode: StopMode = .fast) async throws {
        guard let server = process.withLock({ $0.take() }) else { return }
        server.send(mode == .fast ? SIGINT : SIGQUIT)
        try await server.end()
    }

    package func restart(_ mode: StopMode = .fast) async throws {
        try await stop(mode)
        try await start()
    }

    // MARK: Cluster

    /// The folder of the newest server's programs; nil if none is installed.
    private static func installedPrograms() -> String? {
        let place = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        return versions.compactMap { Int($0) }.sorted(by: >).map { "\(place)/\($0)/bin" }
            .first { FileManager.default.isExecutableFile(atPath: "\($0)/postgres") }
    }

    /// Account of Debian's package, where the tests run as root.
    private static let account = geteuid() == 0 ? "postgres" : ""
    private static let asAccount =
        account.isEmpty
        ? [] : ["/usr/bin/setpriv", "--reuid", account, "--regid", account, "--clear-groups", "--"]

    private func makeCluster() async throws {
        let log = folder.appending(path: "initdb.log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        let process = try ChildProcess(
            "/bin/sh",
            [
                "-euc", Self.making, "make-cluster", Self.account, programs, Self.user, Self.password,
                Self.certifiedHost,
            ], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"], in: folder,
            output: output, errors: output)
        let status = try await process.end()
        guard status == 0 else { throw Failure(description: "no cluster is made: \(log.contents)") }
    }

    /// The server's certificate is signed by an authority of its own; of the other one it has nothing.
    private static let making = """
        account=$1 programs=$2 user=$3 password=$4 host=$5
        new="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        for name in authority stranger; do
            openssl req -x509 $new -days 2 -subj "/CN=$name of hashdrop's tests" -keyout $name.key -out $name.pem
        done
        openssl req -new $new -subj "/CN=$host" -keyout server.key -out server.csr
        echo "subjectAltName=DNS:$host" >server.extensions
        openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 \\
            -extfile server.extensions -out server.pem
        echo "$password" >password
        mkdir run
        chmod 600 server.key
        set -- "$programs/initdb" --pgdata data --username "$user" --pwfile password --auth-local trust \\
            --auth-host scram-sha-256 --encoding UTF8 --locale C --no-sync
        if [ -n "$account" ]; then
            chown -R "$account:" .
            chmod 755 .
            exec setpriv --reuid "$account" --regid "$account" --clear-groups -- "$@"
        fi
        exec "$@"
        """

    // MARK: For clients

    /// Makes an empty database; returns its name.
    package func makeDatabase() async throws -> String {
        let name = databasesCount.withLock { count in
            count += 1
            return "test\(count)"
        }
        try await run("CREATE DATABASE \(name)", in: "postgres")
        return name
    }

    /// Runs a script of SQL by psql, as the superuser. Throws what psql says if it fails.
    ///
    /// - Returns: the rows, without headings.
    @discardableResult
    package func run(_ script: String, in database: String) async throws -> String {
        let log = TemporaryFolder()
        let (output, errors) = (log.url.appending(path: "output"), log.url.appending(path: "errors"))
        for url in [output, errors] { try Data().write(to: url) }
        let process = try ChildProcess(
            "\(programs)/psql",
            [
                "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1",
                "--command", script, socketAddress(database),
            ], output: try FileHandle(forWritingTo: output), errors: try FileHandle(forWritingTo: errors))
        let status = try await process.end()
        guard status == 0 else { throw Failure(description: "psql: \(errors.contents)") }
        return output.contents
    }

    /// Address by the socket, as the superuser.
    package func socketAddress(_ database: String) -> String {
        "postgres://\(Self.user)@/\(database)?host=\(path("run"))&port=\(port)"
    }

    /// Address by TCP, without the password.
    ///
    /// - Parameters:
    ///   - port: of a relay before the server; nil for the server's own.
    ///   - parameters: `name=value`, separated by `&`.
    package func address(
        _ database: String, host: String = "127.0.0.1", port: Int? = nil, parameters: String = ""
    ) -> String {
        "postgres://\(Self.user)@\(host):\(port ?? self.port)/\(database)?\(parameters)"
    }

    /// Certificate of the authority that has signed the server's.
    package var authorityFile: String { path("authority.pem") }
    /// Certificate of another one.
    package var strangerFile: String { path("stranger.pem") }
}

extension URL {
    /// Text of the file; empty if it cannot be read.
    fileprivate var contents: String {
        (try? Data(contentsOf: self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
