import Foundation
import Store
import Support
import Synchronization
import TestSupport
import Testing

@testable import Notifications

/// With real programs.
@Suite(.limited(.server))
struct HookDeliveryTests {
    let fixture: NotificationFixture
    private let message: NotificationMessage

    init() throws {
        fixture = try NotificationFixture()
        try fixture.database.notifications.use([.hook: [.refused]])
        try fixture.refuse("Übersicht.png")
        message = NotificationMessage(
            try fixture.database.notifications.due(.hook, at: Samples.now, limit: 1),
            links: MessageLinks(reportsDirectory: "/srv/reports"))
    }

    private func deliver(
        _ script: String, timeout: Duration = .seconds(600), clock: any ServiceClock = SystemClock()
    ) async throws -> DeliveryOutcome {
        let method = try HookDelivery(
            .init(arguments: ["/bin/sh", "-c", script, "hook", "a b", "$HOME;id"], timeout: timeout),
            clock: clock)
        return await method.deliver(message, to: nil, at: Samples.now)
    }

    private func path(_ name: String) -> String { fixture.folder.path(name) }
    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    @Test func theMessageIsOnStandardInputAndTheArgumentsAreAsWritten() async throws {
        let outcome = try await deliver(
            "cat > '\(path("input"))'; pwd > '\(path("folder"))'; echo \"$1|$2\" > '\(path("words"))'")
        #expect(outcome == .delivered)
        #expect(try Data(contentsOf: URL(filePath: path("input"))) == Data(message.json(isLocal: true)))
        #expect(try text("folder") == "/\n")
        #expect(try text("words") == "a b|$HOME;id\n")
    }

    @Test func theDaemonsSecretsAreNotInItsEnvironmentNorItsFiles() async throws {
        // As a daemon's open database: inherited by whatever is started carelessly.
        try Data().write(to: URL(filePath: path("database")))
        let file = try FileHandle(forReadingFrom: URL(filePath: path("database")))
        _ = fcntl(file.fileDescriptor, F_SETFD, 0)
        defer { try? file.close() }
        let outcome = try await deliver(
            "env > '\(path("environment"))'; ls -l /proc/$$/fd > '\(path("files"))'")
        #expect(outcome == .delivered)
        let names = Set(try text("environment").split(separator: "\n").map { $0.prefix { $0 != "=" } })
        // The last four are the shell's.
        let allowed: Set<Substring> = [
            "PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PWD", "OLDPWD", "SHLVL", "_",
        ]
        #expect(names.contains("PATH"))
        #expect(names.isSubset(of: allowed), "\(names)")
        #expect(try !text("files").contains("/database"))
    }

    @Test func aFailureShowsTheCodeAndTheBeginningOfWhatItPrinted() async throws {
        let outcome = try await deliver("echo out; echo '\u{1B}[31mred' >&2; exit 3")
        #expect(
            outcome
                == .failed(
                    "the hook ended with exit code 3: out\\u{A}\\u{1B}[31mred\\u{A}", concernsChannel: true))
    }

    @Test func aHookThatPrintsALotIsReadAndNotKept() async throws {
        #expect(try await deliver("yes | head -c 20000000") == .delivered)
        let failed = try await deliver("yes | head -c 2000000; exit 1")
        guard case .failed(let reason, _) = failed else {
            Issue.record("it failed")
            return
        }
        #expect(reason.utf8.count < 3_000)
    }

    @Test func aHookThatDoesNotReadItsInputIsFine() async throws {
        #expect(try await deliver("exec 0<&-; exit 0") == .delivered)
        #expect(try await deliver("true") == .delivered)
    }

    @Test func aSignalIsNamed() async throws {
        #expect(
            try await deliver("kill -9 $$")
                == .failed("the hook was ended by signal 9", concernsChannel: true))
    }

    @Test(arguments: [
        "sleep 1000", "trap '' TERM; while :; do sleep 1000; done", "trap '' TERM; cat; sleep 1000",
    ])
    func aHookThatHangsIsEndedWithAllThatItHasStarted(_ script: String) async throws {
        let clock = ManualClock()
        let file = path("process")
        let isOver = Exchangeable(false)
        async let outcome = {
            defer { isOver.value = true }
            return try await deliver(
                "sleep 1000 & echo $! > '\(file).new'; mv '\(file).new' '\(file)'; \(script)",
                timeout: .seconds(30), clock: clock)
        }()
        let child = try await eventually("the hook runs") {
            (try? String(contentsOfFile: file, encoding: .utf8)).flatMap { pid_t($0.dropLast()) }
        }
        try await eventually("its time is counted") { clock.sleeperCount > 0 }
        clock.advance(by: .seconds(30))
        try await eventually("it is ended") {
            // A script that ignores the request is ended by force, two seconds later.
            clock.advance(by: .seconds(1))
            return isOver.value
        }
        try await eventually("what it has started is ended") {
            kill(child, 0) != 0 || Self.isZombie(child)
        }
        guard case .failed(let reason, true) = try await outcome else {
            Issue.record("it was ended")
            return
        }
        #expect(reason.hasPrefix("the hook took longer than 30"))
    }

    /// Nobody may be there to take its end.
    private static func isZombie(_ id: pid_t) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
        return status?.split(separator: ")").last?.hasPrefix(" Z") ?? true
    }

    @Test func aProgramInTheBackgroundHoldsUpNothing() async throws {
        let file = path("process")
        let outcome = try await deliver("sleep 1000 & echo $! > '\(file)'")
        #expect(outcome == .delivered)
        let child = try #require(pid_t(try text("process").dropLast()))
        #expect(kill(child, SIGKILL) == 0, "it was left alone")
    }

    @Test func aStopEndsAHookThatIsUnderWayAndItIsStartedAgain() async throws {
        let file = path("count")
        let hang = "echo >> '\(file)'; sleep 1000"
        try await fixture.run(.all(hook: .init(arguments: ["/bin/sh", "-c", hang]))) {
            try await eventually("the hook runs") { (try? text("count")) == "\n" }
        }
        #expect(try fixture.waiting(.hook) == 1)
        #expect(fixture.results.withLock { $0.isEmpty }, "it has not failed")
        try await fixture.run(.all(hook: .init(arguments: ["/bin/sh", "-c", "echo >> '\(file)'"]))) {
            try await eventually("it is delivered") { try fixture.waiting(.hook) == 0 }
        }
        #expect(try text("count") == "\n\n")
    }

    @Test(arguments: [["hook.sh"], ["/no/such/program"], ["/etc/passwd"], ["/etc"], []])
    func aProgramThatCannotRunIsNamedAtTheStart(_ arguments: [String]) throws {
        let error = #expect(throws: NotificationError.self) {
            try HookDelivery(.init(arguments: arguments), clock: SystemClock())
        }
        #expect(error?.description.contains("notify.hook") == true)
    }

    @Test func aProgramWithoutALoaderIsAFailureAndNoCrash() async throws {
        let program = path("script")
        try Data("#!/no/such/interpreter\n".utf8).write(to: URL(filePath: program))
        chmod(program, 0o755)
        let method = try HookDelivery(.init(arguments: [program]), clock: SystemClock())
        guard case .failed(let reason, true) = await method.deliver(message, to: nil, at: Samples.now) else {
            Issue.record("it cannot be started")
            return
        }
        #expect(reason.contains("cannot be started"))
    }
}
