import Foundation
import Glibc
import Model
import Spool
import Support
import TestSupport
import Testing

@testable import Doctor

/// With the real helper, and with helpers that do not do as they should.
@Suite(.limited(.daemon))
struct WatchTrialTests {
    private let folder = TemporaryFolder()
    private let alice = Samples.user("alice")
    private static let account = FolderFindingsTests.daemon

    init() throws { #expect(mkdir(folder.path("alice"), 0o700) == 0) }

    /// Beside the test program, where all products are.
    private static let realHelper: String? = {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let candidates = [program.deletingLastPathComponent().path, ".build/debug"].map {
            $0 + "/hashdrop-watch"
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    private var spool: String { folder.url.resolvingSymlinksInPath().path(percentEncoded: false) }

    private func trial(_ helper: String, _ clock: any ServiceClock = SystemClock()) -> WatchTrial {
        WatchTrial(helper: helper, spool: spool, runtime: ServiceRuntime(clock: clock))
    }

    /// A helper that is a shell script.
    ///
    /// Another program writes it: while this one had it open, a child that another test forks would have it
    /// open too, and the kernel starts no file that is open for writing.
    private func script(_ body: String) async throws -> String {
        let path = folder.path(".helper")
        let null = FileHandle.nullDevice
        let writer = try ChildProcess(
            "/bin/sh", ["-c", #"printf '#!/bin/sh\n%s\n' "$1" > "$2" && chmod 755 "$2""#, "sh", body, path],
            output: null, errors: null)
        #expect(try await writer.end() == 0)
        return path
    }

    @Test(.enabled(if: realHelper != nil, "hashdrop-watch was not built"))
    func theRealHelperTellsOfAProbeThatDoesNotStay() async throws {
        let facts = await trial(Self.realHelper ?? "").run([alice])
        #expect(facts.run == .running)
        #expect(facts.root == .armed)
        #expect(facts.folders[alice] == .init(watch: .armed, probing: 0, isTold: true))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("alice")).isEmpty)
        #expect(facts.helperFinding("h").state == .ok)
        #expect(facts.eventFindings(spool: spool, Self.account).map(\.state) == [.ok, .ok])
    }

    @Test func aHelperWithoutItsLibraryIsSaid() async throws {
        let facts = await trial(try await script("exit 127")).run([alice])
        let finding = facts.helperFinding("h")
        #expect(finding.state == .failed)
        #expect(finding.message.contains("libinotifytools"))
        #expect(finding.advice == "sudo apt-get install libinotifytools0")
        #expect(facts.eventFindings(spool: spool, Self.account).isEmpty)
    }

    @Test func aHelperThatIsNoProgramIsSaid() async throws {
        let path = try await script("")
        try Data("\u{7F}ELF".utf8).write(to: URL(filePath: path))
        let finding = await trial(path).run([alice]).helperFinding(path)
        #expect(finding.state == .failed)
        #expect(finding.message.contains("cannot start"), "\(finding.message)")
    }

    @Test func aHelperThatSaysNothingIsWaitedForTenSeconds() async throws {
        let clock = ManualClock()
        let trial = trial(try await script("exec sleep 600"), clock)
        async let facts = trial.run([alice])
        try await eventually("it waits for its word") { clock.sleeperCount > 0 }
        clock.advance(by: .seconds(10))
        let result = await facts
        #expect(result.folders[alice]?.probing == nil)
        #expect(result.helperFinding("h").message.contains("said nothing"))
        #expect(result.eventFindings(spool: spool, Self.account).isEmpty)
    }

    @Test func eventsThatDoNotComeAreWaitedForThreeSeconds() async throws {
        let clock = ManualClock()
        let armed = #"printf 'watching//\0watching/alice/\0'; exec sleep 600"#
        let trial = trial(try await script(armed), clock)
        async let facts = trial.run([alice])
        try await eventually("it waits for the event") {
            // The first wait ends by the helper's word.
            clock.sleeperCount > 0 && clock.nextDeadline == clock.passed + .seconds(3)
        }
        clock.advance(by: .seconds(3))
        let findings = await facts.eventFindings(spool: spool, Self.account)
        #expect(findings.map(\.state) == [.ok, .warning])
        #expect(findings.last?.advice?.contains("spool.poll") == true)
    }

    @Test func aWatchThatIsRefusedIsSaidWithItsLimit() {
        var facts = WatchFacts(run: .running, root: .armed)
        facts.folders[alice] = .init(watch: .failed(errorNumber: ENOSPC))
        facts.folders[Samples.user("bob")] = .init(watch: .failed(errorNumber: EACCES))
        facts.folders[Samples.user("carol")] = .init(watch: .armed, probing: EACCES)
        let findings = facts.eventFindings(spool: "/s", Self.account)
        #expect(findings.map(\.state) == [.ok, .warning, .failed, .failed])
        #expect(findings[1].advice == "See inotify-watches")
        #expect(findings[3].advice == "See rename")
    }

    @Test func whatCameBeforeTheProbeIsNoAnswer() {
        var facts = WatchFacts()
        facts.folders[alice] = .init()
        let news = WatchEvent.look(FolderHint(user: alice, tellsOfNews: true))
        facts.take(.look(FolderHint(user: alice, tellsOfNews: true, watch: .armed)))
        #expect(facts.folders[alice]?.isTold == false)
        facts.folders[alice]?.probing = 0
        facts.take(news)
        #expect(facts.isToldOfAll)
    }

    @Test func withoutTheHelperFoldersArePolled() {
        let finding = WatchFacts.missingHelper("/usr/bin/hashdrop-watch", poll: .seconds(5))
        #expect(finding.state == .warning)
        #expect(finding.message.contains("every 5 s"))
    }
}
