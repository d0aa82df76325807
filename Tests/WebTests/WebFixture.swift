import Foundation
import Logging
import Model
import Cryptography
import ServiceLifecycle
import Store
import Synchronization
import TestSupport
import Web

/// A page of a test's own: alice, bob and the administrator carol, a job each for alice and bob.
final class WebFixture: Sendable {
    /// The work of a guess in tests: a thousandth of the real one.
    static let parameters = PasswordHash.Parameters(logRounds: 5)
    static let password = "correct horse"

    let database: HashdropDatabase
    let reports: URL
    let client: RawClient
    let log: LogStore
    let time: ManualTime
    let alicesJob: Job
    let bobsJob: Job
    private let folder: TemporaryFolder
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    /// Runs `body` with a page that is gone afterwards.
    static func with(
        _ options: WebOptions = WebFixture.options(), sources: DaemonQueries = WebFixture.quiet,
        check: @escaping Check = { try $1.matches($0) }, _ body: (WebFixture) async throws -> Void
    ) async throws {
        let site = try await WebFixture(options, sources, check)
        do {
            try await body(site)
        } catch {
            await site.stop()
            throw error
        }
        await site.stop()
    }

    /// Whether a password is a hash's.
    typealias Check = @Sendable (String, PasswordHash) throws -> Bool

    /// The defaults on a free port, but for what `change` changes.
    static func options(_ change: (inout WebOptions) -> Void = { _ in }) -> WebOptions {
        var options = WebOptions(
            address: ListenAddress("127.0.0.1:0")!, version: "0.0.0-test", isSimulated: false)
        change(&options)
        return options
    }

    static let quiet = DaemonQueries(
        estimates: { [:] }, operations: { OperationsView() }, waiting: { [:] })

    private init(
        _ options: WebOptions, _ sources: DaemonQueries,
        _ check: @escaping Check
    ) async throws {
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
        time = ManualTime()
        let logger = Logger(label: "test", factory: { _ in LogHandlerToStore(store: log) })
        let service = try WebService(
            options: options, database: database, reports: reports.path(percentEncoded: false),
            sources: sources, parameters: Self.parameters, clock: time.clock, check: check, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: logger))
        self.group = group
        running = Task { try await group.run() }
        client = RawClient(
            port: try await eventually("the page listens") { service.boundPort })
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

    private func stop() async {
        await group.triggerGracefulShutdown()
        _ = try? await running.value
    }

    /// The cookies of somebody who has logged in.
    func session(_ user: String) async throws -> [String: String] {
        let answer = try await logIn(user, Self.password)
        guard answer.status == 303 else { throw URLError(.userAuthenticationRequired) }
        return answer.cookies.filter { $0.key.hasSuffix("hashdrop-session") }
    }

    /// What a browser sends when somebody fills in the login form.
    func logIn(
        _ user: String, _ password: String, cookies: [String: String] = [:],
        headers: [String: String] = WebFixture.sameOrigin, host: String = "127.0.0.1"
    ) async throws -> HTTPAnswer {
        let form = try await client.send("GET", "/login", host: host, headers: headers, cookies: cookies)
        return try await client.send(
            "POST", "/login", host: host, headers: headers,
            cookies: cookies.merging(form.cookies) { $1 },
            body:
                "user=\(Self.encoded(user))&password=\(Self.encoded(password))&token=\(form.formToken ?? "")"
        )
    }

    static let sameOrigin = ["Origin": "null", "Sec-Fetch-Site": "same-origin"]

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

/// A time that stands until it is moved.
final class ManualTime: Sendable {
    private let passed = Mutex<Duration>(.zero)

    func advance(by duration: Duration) { passed.withLock { $0 += duration } }

    var clock: WebClock {
        WebClock(
            wall: { [self] in Samples.now + passed.withLock { $0 } / .seconds(1) },
            monotonic: { [self] in passed.withLock { $0 } })
    }
}

/// What was logged.
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
        let fields = all.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        store.append("\(event.message) \(fields)")
    }
}
