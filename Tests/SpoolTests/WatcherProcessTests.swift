import FileSystem
import Foundation
import Glibc
import Model
import Testing

@testable import Spool

/// With the real helper, which the package builds beside the tests.
@Suite(.enabled(if: RealHelper.path != nil, "hashdrop-watch was not built"), .timeLimit(.minutes(1)))
struct WatcherProcessTests {
    private let spool: TemporarySpool
    private let watcher: WatcherProcess

    init() throws {
        spool = try TemporarySpool()
        watcher = WatcherProcess(helper: RealHelper.path ?? "", spool: spool.path)
    }

    /// The first event for which `pick` has a value; the suite's time limit bounds the wait.
    private func first<Value>(
        _ events: inout WatchEvents.Iterator, _ pick: (WatchEvent) -> Value?
    ) async throws -> Value {
        while let event = await events.next() {
            if let value = pick(event) { return value }
        }
        throw Ended()
    }

    private struct Ended: Error {}

    private func armed(_ user: String) -> (WatchEvent) -> FolderHint? {
        { event in
            if case .look(let hint) = event, hint.user?.description == user, hint.watch == .armed {
                hint
            } else {
                nil
            }
        }
    }

    private func look(_ event: WatchEvent) -> FolderHint? {
        if case .look(let hint) = event, hint.user == spool.alice { hint } else { nil }
    }

    @Test func aWrittenFileIsAHint() async throws {
        try watcher.start()
        defer { watcher.stop() }
        var events = watcher.events.makeAsyncIterator()
        _ = try await first(&events, armed("alice"))
        try spool.drop("x", as: "a")
        #expect(try await first(&events, look).movedIn.isEmpty)
    }

    @Test func aRenamedFileIsNamed() async throws {
        try Data("x".utf8).write(to: URL(fileURLWithPath: spool.path + "/outside"))
        try watcher.start()
        defer { watcher.stop() }
        var events = watcher.events.makeAsyncIterator()
        _ = try await first(&events, armed("alice"))
        let name: [UInt8] = [0xFF, 0x0A]
        let target = Array(spool.file("").utf8) + name
        #expect(withCString(target) { rename(spool.path + "/outside", $0) } == 0)
        #expect(try await first(&events, look).movedIn == [DroppedName(bytes: name)])
    }

    @Test func aFolderThatIsRemovedAndMadeAgainIsWatchedAgain() async throws {
        try watcher.start()
        defer { watcher.stop() }
        var events = watcher.events.makeAsyncIterator()
        _ = try await first(&events, armed("alice"))
        for round in 0..<20 {
            #expect(rmdir(spool.path + "/alice") == 0)
            #expect(mkdir(spool.path + "/alice", 0o755) == 0)
            _ = try await first(&events, armed("alice"))
            try spool.drop("x", as: "file \(round)")
            _ = try await first(&events, look)
            unlink(spool.file("file \(round)"))
            // The next round's rmdir needs an empty folder only; hints of this round may still come.
        }
    }

    @Test func aHelperThatIsKilledIsStartedAgain() async throws {
        try watcher.start()
        defer { watcher.stop() }
        var events = watcher.events.makeAsyncIterator()
        func started(_ event: WatchEvent) -> Int32? {
            if case .started(let processID) = event { processID } else { nil }
        }
        let old = try await first(&events, started)
        kill(old, SIGKILL)
        let loss = try await first(&events) { if case .lost(let loss) = $0 { loss } else { nil } }
        #expect(loss.description.contains("signal 9"))
        #expect(try await first(&events, started) != old)
        _ = try await first(&events, armed("alice"))
    }

    @Test func stopEndsTheHelperAndTheEvents() async throws {
        try watcher.start()
        var events = watcher.events.makeAsyncIterator()
        let processID = try await first(&events) { if case .started(let id) = $0 { id } else { nil } }
        watcher.stop()
        #expect(kill(processID, 0) == -1)
        while await events.next() != nil {}
        watcher.stop()
    }

    @Test func aMissingHelperIsSaid() async throws {
        let watcher = WatcherProcess(helper: "/nowhere/hashdrop-watch", spool: spool.path)
        try watcher.start()
        defer { watcher.stop() }
        var events = watcher.events.makeAsyncIterator()
        let loss = try await first(&events) { if case .lost(let loss) = $0 { loss } else { nil } }
        #expect(loss.description.contains("/nowhere/hashdrop-watch"))
    }

    @Test func aMissingSpoolFolderIsSaid() async throws {
        let watcher = WatcherProcess(helper: RealHelper.path ?? "", spool: spool.path + "/missing")
        try watcher.start()
        defer { watcher.stop() }
        var events = watcher.events.makeAsyncIterator()
        let loss = try await first(&events) { if case .lost(let loss) = $0 { loss } else { nil } }
        guard case .exited(status: 66, _) = loss else {
            Issue.record("\(loss)")
            return
        }
    }
}

enum RealHelper {
    /// Beside the test program, where SwiftPM puts all products.
    static let path: String? = {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let candidates = [program.deletingLastPathComponent().path, ".build/debug"].map {
            $0 + "/hashdrop-watch"
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()
}
