import FileSystem
import Foundation
import Glibc
import Model
import Support
import TestSupport
import Testing

@testable import Spool

/// With the real helper, which the package builds beside the tests.
@Suite(.enabled(if: RealHelper.path != nil, "hashdrop-watch was not built"), .limited(.daemon))
struct WatcherProcessTests {
    private let spool: TemporarySpool
    private let watcher: WatcherProcess

    init() throws {
        spool = try TemporarySpool()
        watcher = WatcherProcess(helper: RealHelper.path ?? "", spool: spool.path, clock: SystemClock())
    }

    /// Starts a watcher and reads its events one by one.
    private final class Reader {
        private let watcher: WatcherProcess
        private var news: AsyncStream<Void>.Iterator
        private var taken: ArraySlice<WatchEvent> = []

        init(_ watcher: WatcherProcess) throws {
            self.watcher = watcher
            let (stream, wakeUp) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            news = stream.makeAsyncIterator()
            try watcher.start { wakeUp.yield() }
        }

        deinit { watcher.stop() }

        /// The first event for which `pick` has a value.
        func first<Value>(_ pick: (WatchEvent) -> Value?) async throws -> Value {
            while true {
                while let event = taken.popFirst() {
                    if let value = pick(event) { return value }
                }
                taken = watcher.takeEvents()[...]
                if taken.isEmpty { _ = await news.next() }
                try Task.checkCancellation()
            }
        }
    }

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
        let events = try Reader(watcher)
        _ = try await events.first(armed("alice"))
        try spool.drop("x", as: "a")
        #expect(try await events.first(look).movedIn.isEmpty)
    }

    @Test func aRenamedFileIsNamed() async throws {
        try Data("x".utf8).write(to: URL(fileURLWithPath: spool.path + "/outside"))
        let events = try Reader(watcher)
        _ = try await events.first(armed("alice"))
        let name: [UInt8] = [0xFF, 0x0A]
        let target = Array(spool.file("").utf8) + name
        #expect(withCString(target) { rename(spool.path + "/outside", $0) } == 0)
        #expect(try await events.first(look).movedIn == [DroppedName(bytes: name)])
    }

    @Test func aFolderThatIsRemovedAndMadeAgainIsWatchedAgain() async throws {
        let events = try Reader(watcher)
        _ = try await events.first(armed("alice"))
        for round in 0..<20 {
            #expect(rmdir(spool.path + "/alice") == 0)
            #expect(mkdir(spool.path + "/alice", 0o755) == 0)
            _ = try await events.first(armed("alice"))
            try spool.drop("x", as: "file \(round)")
            _ = try await events.first(look)
            unlink(spool.file("file \(round)"))
            // The next round's rmdir needs an empty folder only; hints of this round may still come.
        }
    }

    @Test func aHelperThatIsKilledIsStartedAgain() async throws {
        let events = try Reader(watcher)
        func started(_ event: WatchEvent) -> Int32? {
            if case .started(let processID) = event { processID } else { nil }
        }
        let old = try await events.first(started)
        kill(old, SIGKILL)
        let loss = try await events.first { if case .lost(let loss) = $0 { loss } else { nil } }
        #expect(loss.description.contains("signal 9"))
        #expect(try await events.first(started) != old)
        _ = try await events.first(armed("alice"))
    }

    @Test func stopEndsTheHelper() async throws {
        let events = try Reader(watcher)
        let processID = try await events.first { if case .started(let id) = $0 { id } else { nil } }
        watcher.stop()
        #expect(kill(processID, 0) == -1)
        watcher.stop()
    }

    @Test func aMissingHelperIsSaid() async throws {
        let watcher = WatcherProcess(
            helper: "/nowhere/hashdrop-watch", spool: spool.path, clock: SystemClock())
        let events = try Reader(watcher)
        let loss = try await events.first { if case .lost(let loss) = $0 { loss } else { nil } }
        #expect(loss.description.contains("/nowhere/hashdrop-watch"))
    }

    @Test func aMissingSpoolFolderIsSaid() async throws {
        let watcher = WatcherProcess(
            helper: RealHelper.path ?? "", spool: spool.path + "/missing", clock: SystemClock())
        let events = try Reader(watcher)
        let loss = try await events.first { if case .lost(let loss) = $0 { loss } else { nil } }
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
