import Curl
import Foundation
import Glibc
import Model
import Simulator
import Store
import Support
import TestSupport
import Testing
import VirusTotal

@testable import Doctor

/// The whole of it, on a spool of the test's own.
@Suite(.limited(.daemon, .server))
struct ExaminationTests {
    private let folder: TemporaryFolder
    private let privateFolder: String

    init() throws { self = try Self(inMemory: false) }

    private init(inMemory: Bool) throws {
        folder = TemporaryFolder(inMemory: inMemory)
        privateFolder = folder.path("spool/.hashdrop")
        for name in ["spool", "spool/.hashdrop", "spool/alice", "reports"] {
            #expect(mkdir(folder.path(name), name == "spool/alice" ? 0o750 : 0o700) == 0)
        }
        let database = try HashdropDatabase(path: "\(privateFolder)/hashdrop.sqlite", endpoint: nil)
        try database.users.add(User(name: Samples.user("alice"), createdAt: Samples.now))
    }

    private func examine(
        _ endpoint: String = "http://127.0.0.1:1", _ change: (inout DoctorOptions) -> Void = { _ in }
    ) async throws -> [Finding] {
        var options = DoctorOptions(
            spool: folder.path("spool"), privateFolder: privateFolder,
            database: "\(privateFolder)/hashdrop.sqlite", reports: folder.path("reports"),
            reportsMarker: ".hashdrop-reports", poll: .seconds(5), quietPeriodWithoutLease: .seconds(5),
            helper: Self.helper, daemon: DaemonFacts(isHeld: false),
            endpoint: try VirusTotalEndpoint(endpoint), curl: CurlOptions(), environment: [:],
            key: KeyFacts(place: .variable("V"), key: APIKey(SimulatedAccount.demoKey)), user: nil,
            limits: QuotaLimits())
        change(&options)
        return await Examination(options).run()
    }

    /// Beside the test program, where all products are.
    private static let helper = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "hashdrop-watch").path(percentEncoded: false)

    private func listing() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path("")).sorted()
    }

    @Test func aSpoolThatIsWellFailsNowhereAndNothingStays() async throws {
        let before = try listing()
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let findings = try await examine(simulator.baseURL) { options in
                let facts = SharedFacts(endpoint: nil, clockAhead: .zero, roundTrip: .zero, sites: nil)
                options.shared = SharedQuestion(address: "db", site: "a", ask: { facts })
            }
            #expect(findings.filter { $0.state == .failed } == [])
            let checks = Set(findings.map(\.check))
            let left = Set(Check.allCases).subtracting(checks)
            #expect(left == [.page, .metrics, .notifications, .keyFile, .keyAccepted, .quota])
            #expect(simulator.journal.lookups.isEmpty)
        }
        #expect(try listing() == before)
    }

    @Test func withAskTheKeyIsTriedOnce() async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let findings = try await examine(simulator.baseURL) { $0.asks = true }
            #expect(findings.filter { $0.check == .keyAccepted }.map(\.state) == [.ok])
            #expect(simulator.journal.lookups.count == 1)
        }
    }

    /// Its request would be missing in the ledger of all sites.
    @Test func aSharedKeyIsNotTried() async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let findings = try await examine(simulator.baseURL) { options in
                let facts = SharedFacts(endpoint: nil, clockAhead: .zero, roundTrip: .zero, sites: nil)
                options.shared = SharedQuestion(address: "db", site: "a", ask: { facts })
                options.asks = true
            }
            let finding = try #require(findings.first { $0.check == .keyAccepted })
            #expect(finding.state == .warning)
            #expect(finding.advice == "hashdrop lookup HASH asks through it")
            #expect(simulator.journal.lookups.isEmpty)
        }
    }

    @Test func withoutAUsableDatabaseTheKeyIsNotTried() async throws {
        try Data(String(repeating: "no database\n", count: 1_000).utf8).write(
            to: URL(filePath: "\(privateFolder)/hashdrop.sqlite"))
        let findings = try await examine { $0.asks = true }
        #expect(findings.filter { $0.check == .database }.map(\.state) == [.failed])
        #expect(findings.last?.advice == "See database")
        // Whose folders are looked at then, the spool says.
        #expect(findings.contains { $0.check == .rename && $0.subject.hasSuffix("/alice") })
    }

    @Test func aBareMountPointIsNoSpool() async throws {
        let empty = TemporaryFolder()
        let findings = try await examine {
            $0.spool = empty.path("")
            $0.privateFolder = empty.path(".hashdrop")
            $0.database = empty.path(".hashdrop/hashdrop.sqlite")
        }
        let failed = findings.filter { $0.state == .failed && $0.check == .spool }
        #expect(failed.map(\.subject) == [empty.path(".hashdrop")])
        #expect(failed[0].advice?.contains("Mount the spool's disk") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path("")).isEmpty)
    }

    @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
    func aSpoolInMemoryIsSaid() async throws {
        let findings = try await Self(inMemory: true).examine()
        let warned = findings.filter { $0.check == .fileSystem && $0.state == .warning }
        #expect(warned.count == 4)
        #expect(warned.allSatisfy { $0.message.contains("tmpfs") })
    }

    @Test func wrongModesAndFoldersAreFoundForReal() async throws {
        #expect(chmod(privateFolder, 0o755) == 0)
        #expect(chmod(folder.path("spool/alice"), 0o777) == 0)
        #expect(mkdir(folder.path("spool/mallory"), 0o750) == 0)
        let database = try HashdropDatabase(path: "\(privateFolder)/hashdrop.sqlite", endpoint: nil)
        try database.users.add(User(name: Samples.user("bob"), createdAt: Samples.now))
        try database.users.add(User(name: Samples.user("carol"), createdAt: Samples.now))
        #expect(symlink("/etc", folder.path("spool/carol")) == 0)
        try database.noteReports(
            directory: URL(filePath: folder.path("reports"), directoryHint: .isDirectory)
                .standardizedFileURL.path(percentEncoded: false))
        let findings = try await examine()
        func state(_ check: Check, _ name: String) -> [Finding.State] {
            findings.filter { $0.check == check && $0.subject == folder.path(name) }.map(\.state)
        }
        #expect(state(.ownership, "spool/.hashdrop") == [.failed])
        #expect(state(.ownership, "spool/alice") == [.warning])
        #expect(state(.spool, "spool/bob") == [.failed])
        #expect(state(.spool, "spool/carol") == [.failed])
        #expect(state(.spool, "spool/mallory") == [.warning])
        // The marker is gone.
        #expect(state(.spool, "reports") == [.failed])
        #expect(findings.filter { $0.check == .tcp }.map(\.state) == [.failed])
    }

    @Test func aDatabaseThatHasLostItsUsersIsSaidOnce() async throws {
        let database = try HashdropDatabase(path: "\(privateFolder)/hashdrop.sqlite", endpoint: nil)
        try database.users.remove(Samples.user("alice"))
        let findings = try await examine()
        let failed = findings.filter { $0.state == .failed && $0.message.contains("alice") }
        #expect(failed.map(\.check) == [.database])
        #expect(failed.first?.advice?.contains("backup") == true)
    }

    @Test func aUsersReportFolderIsTriedAndALinkOfTheOperatorsFollowed() async throws {
        func findings() async throws -> [Finding] {
            try await examine().filter { $0.subject == folder.path("reports/alice") }
        }
        #expect(try await findings().map(\.state) == [.ok])
        #expect(mkdir(folder.path("elsewhere"), 0o700) == 0)
        #expect(symlink(folder.path("elsewhere"), folder.path("reports/alice")) == 0)
        let linked = try await findings()
        #expect(linked.map(\.check) == [.ownership, .rename])
        #expect(linked.map(\.state) == [.ok, .ok])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("elsewhere")) == [])
        #expect(chmod(folder.path("elsewhere"), 0o755) == 0)
        #expect(try await findings().map(\.state) == [.warning, .ok])
    }

    @Test func listenersAndChannelsAreLookedAt() async throws {
        let server = try SilentServer()
        let findings = try await examine {
            $0.listeners = [
                Listener(.page, host: "127.0.0.1", port: server.port, isWildcard: false),
                Listener(.metrics, host: "127.0.0.1", port: server.port, isWildcard: false),
            ]
            $0.channels = [ChannelFacts(.hook, setting: "notify.hook", refusal: nil)]
        }
        func states(_ check: Check) -> [Finding.State] {
            findings.filter { $0.check == check }.map(\.state)
        }
        #expect(states(.page) == [.failed])
        #expect(states(.metrics) == [.failed])
        #expect(states(.notifications) == [.ok])
    }

    @Test func withoutTheHelperItIsSaid() async throws {
        let findings = try await examine { $0.helper = "/nowhere/hashdrop-watch" }
        #expect(findings.filter { $0.check == .helper }.map(\.state) == [.warning])
        #expect(!findings.contains { $0.check == .events })
    }

    /// On a new machine everything is missing for one reason.
    @Test func withoutASpoolOneFindingFailsForAllThatIsNotThere() async throws {
        let empty = TemporaryFolder()
        let findings = try await examine {
            $0.spool = empty.path("spool")
            $0.privateFolder = empty.path("spool/.hashdrop")
            $0.database = empty.path("spool/.hashdrop/hashdrop.sqlite")
            $0.reports = empty.path("reports")
        }
        let folders = findings.filter { $0.check == .spool }
        #expect(folders.map(\.state) == [.failed, .warning, .warning])
        #expect(folders.map(\.subject) == ["spool", "spool/.hashdrop", "reports"].map(empty.path))
        #expect(folders.dropFirst().allSatisfy { $0.message.hasPrefix("not tried: ") })
        #expect(folders.dropFirst().allSatisfy { $0.advice == "See spool" })
    }

    @Test func aStoppedDaemonsListenersAreNotTried() async throws {
        let findings = try await examine {
            $0.daemon = DaemonFacts(isHeld: true, processID: 1, isStopped: true)
            $0.listeners = [Listener(.page, host: "127.0.0.1", port: 1, isWildcard: false)]
        }
        #expect(findings.filter { $0.check == .daemon }.map(\.state) == [.failed])
        let page = findings.filter { $0.check == .page }
        #expect(page.map(\.advice) == ["See daemon"])
        #expect(page.map(\.state) == [.warning])
    }

    @Test func whatTheDatabaseRemembersIsTold() async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let database = try HashdropDatabase(
                path: "\(privateFolder)/hashdrop.sqlite",
                endpoint: VirusTotalEndpoint(simulator.baseURL).description)
            try refuseKeyAndFailHook(database)
            let findings = try await examine(simulator.baseURL)
            let failed = findings.filter { $0.state == .failed }
            #expect(failed.map(\.check) == [.notifications, .keyAccepted])
            #expect(failed.first?.message.hasSuffix("last error: the hook ended with exit code 1") == true)
            #expect(simulator.journal.lookups.isEmpty)
            // A request with the key tells more than the ledger.
            let asked = try await examine(simulator.baseURL) { $0.asks = true }
            #expect(asked.filter { $0.check == .keyAccepted }.map(\.state) == [.ok])
        }
    }

    private func refuseKeyAndFailHook(_ database: HashdropDatabase) throws {
        let clock = SystemClock()
        try database.ledger.goOn(at: clock.now, bootID: clock.bootID)
        let request = try database.ledger.begin(Samples.hash(1), at: clock.now.wall)
        try database.ledger.end(request, outcome: QuotaLedger.refusedOutcome, at: clock.now)
        let store = database.notifications
        try store.use([.hook: [.quota]])
        try store.tellOfQuota("It is used up.", subject: "day", at: clock.now.wall)
        let entry = try #require(try store.due(.hook, at: clock.now.wall + 60, limit: 1).first)
        let result = OutboxSettlement.Result.postponed(
            until: clock.now.wall + 60, reason: "the hook ended with exit code 1")
        for _ in 0..<3 { try store.settle([OutboxSettlement(rowID: entry.rowID, result: result)]) }
    }
}
