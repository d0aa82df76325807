import Cryptography
import Foundation
import Logging
import Model
import ServiceLifecycle
import Store
import Support
import Synchronization
import TestSupport

@testable import Web

/// Page of a test's own: alice, bob and the administrator carol, with a job each for alice and bob.
///
/// Requests go to its router directly. Only tests of connections have it listen, few at a time.
final class WebFixture: Sendable {
    /// The work of a guess in tests: a thousandth of the real one.
    static let parameters = PasswordHash.Parameters(logRounds: 5)
    static let password = "correct horse"

    let database: HashdropDatabase
    let reports: URL
    let client: RouterClient
    let log: LogStore
    let clock: ManualClock
    let alicesJob: Job
    let bobsJob: Job
    private let folder: TemporaryFolder
    private let service: WebService

    /// A page that is not listened for.
    static func make(
        _ options: WebOptions = WebFixture.options(), queries: DaemonQueries = WebFixture.quiet,
        check: @escaping Authenticator.Check = { try $1.matches($0) }
    ) async throws -> WebFixture {
        try await blocking { try WebFixture(options, queries, check) }
    }

    /// Runs `body` with a page that listens until then.
    static func listening(
        _ options: WebOptions = WebFixture.options(),
        _ body: (_ site: WebFixture, _ client: RawClient) async throws -> Void
    ) async throws {
        let site = try await make(options)
        let logger = Logger(label: "test", factory: { _ in LogHandlerToStore(store: site.log) })
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: site.service)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await eventually("the page listens") { site.service.boundPort }
            do {
                try await body(site, RawClient(port: port))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// The defaults on a free port, but for what `change` changes.
    static func options(_ change: (inout WebOptions) -> Void = { _ in }) -> WebOptions {
        var options = WebOptions(
            address: ListenAddress("127.0.0.1:0")!, version: "0.0.0-test", isSimulated: false)
        change(&options)
        return options
    }

    static let quiet = DaemonQueries(
        estimates: { [:] }, operations: { OperationsView() }, waiting: { [:] })

    /// Blocks: SQLite, scrypt, files.
    private init(
        _ options: WebOptions, _ queries: DaemonQueries, _ check: @escaping Authenticator.Check
    ) throws {
        folder = TemporaryFolder()
        reports = folder.url.appending(path: "reports", directoryHint: .isDirectory)
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        let hash = try PasswordHash(password: Self.password, parameters: Self.parameters).stored
        for name in ["alice", "bob", "carol"] {
            try database.users.add(
                User(
                    name: UserName(name)!, isAdministrator: name == "carol", passwordHash: hash,
                    createdAt: Samples.now))
        }
        alicesJob = try Self.job("alice", "<img src=x onerror=alert(1)>.txt", in: database, reports)
        bobsJob = try Self.job("bob", "secret-of-bob.txt", in: database, reports)
        let log = LogStore()
        self.log = log
        clock = ManualClock()
        let logger = Logger(label: "test", factory: { _ in LogHandlerToStore(store: log) })
        service = try WebService(
            options: options, database: database, reports: reports.path(percentEncoded: false),
            queries: queries, parameters: Self.parameters, clock: clock, check: check, logger: logger)
        client = RouterClient(responder: service.responder, logger: logger)
    }

    private static func job(
        _ user: String, _ name: String, in database: HashdropDatabase, _ reports: URL
    ) throws -> Job {
        let job = try database.jobs.accept(
            Samples.job(user: user, name: name), ages: CacheAges()
        ) { writer in
            writer.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        let folder = reports.appending(path: "\(user)/\(job.folderName)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in ["report.html", "status.json", "input"] {
            try Data("\(file) of \(user)".utf8).write(to: folder.appending(path: file))
        }
        return job
    }

    /// A file of alice's report folder.
    func alicesFile(_ name: String) -> URL {
        reports.appending(path: "alice/\(alicesJob.folderName)/\(name)")
    }

    /// Changes the database, beside the threads that tests share.
    func store<Value: Sendable>(
        _ change: @escaping @Sendable (HashdropDatabase) throws -> Value
    ) async throws -> Value {
        try await blocking { [database] in try change(database) }
    }

    /// The session's cookie after a login.
    func session(_ user: String) async throws -> [String: String] {
        let answer = try await logIn(user, Self.password)
        guard answer.status == 303 else { throw URLError(.userAuthenticationRequired) }
        return answer.cookies.filter { $0.key.hasSuffix("hashdrop-session") }
    }

    /// What a browser sends for a login.
    func logIn(
        _ user: String, _ password: String, cookies: [String: String] = [:],
        headers: [String: String] = WebFixture.sameOrigin, host: String = "127.0.0.1"
    ) async throws -> HTTPAnswer {
        let form = try await client.send("GET", "/login", host: host, headers: headers, cookies: cookies)
        return try await client.send(
            "POST", "/login", host: host, headers: headers,
            cookies: cookies.merging(form.cookies) { $1 },
            body: Self.form(user, password, token: form.formToken))
    }

    static let sameOrigin = ["Origin": "null", "Sec-Fetch-Site": "same-origin"]

    /// The login form's body.
    static func form(_ user: String, _ password: String, token: String?) -> String {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        return "user=\(encoded(user))&password=\(encoded(password))&token=\(token ?? "")"
    }
}

/// Store of the lines that were logged.
final class LogStore: Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }
    func append(_ line: String) { kept.withLock { $0.append(line) } }
}

struct LogHandlerToStore: LogHandler {
    let store: LogStore
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let fields = all.map { "\($0.key)=\(LogText.value("\($0.value)"))" }.sorted().joined(separator: " ")
        store.append("\(event.message) \(fields)")
    }
}
