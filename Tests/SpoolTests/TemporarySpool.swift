import Foundation
import Glibc
import Model
import Testing

@testable import Spool

/// A spool folder with one user, alice, in a temporary folder of its own.
final class TemporarySpool {
    let path: String
    let alice = UserName("alice")!
    let at = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/spool-test-XXXXXX").utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
        try FileManager.default.createDirectory(atPath: path + "/alice", withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/alice/\(name)" }

    func drop(_ text: String, as name: String) throws { try Self.write(text, to: file(name)) }

    /// Writes a file and returns when no process has it open for writing.
    ///
    /// A process that another test starts meanwhile has copies of all descriptors until it executes its
    /// program, and is a writer as far as the kernel knows.
    static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try waitForNoWriter(path)
    }

    static func waitForNoWriter(_ path: String) throws {
        let number = open(path, O_RDONLY)
        defer { close(number) }
        var looks = 0
        while WriterProbe.check(descriptor: number) == .writerPresent {
            looks += 1
            try #require(looks < 60_000, "\(path) stays open for writing")
            // A rest of a millisecond.
            poll(nil, 0, 1)
        }
    }

    func folder() throws -> SpoolFolder { try SpoolFolder(path: path) }

    func entry(_ name: String) throws -> SpoolEntry {
        try #require(try folder().scan(alice).entries.first { $0.name == DroppedName(name) })
    }

    func names(_ folder: String = "alice") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted()
    }

    func status(of name: String) -> stat? {
        var status = stat()
        return lstat("\(path)/\(name)", &status) == 0 ? status : nil
    }

    func store(
        _ rules: ReadinessStateMachine.Rules = .init(), stepBytes: Int64 = 8 << 20, sparesMax: Int = 0,
        checkpoint: @escaping @Sendable (ClaimStep) throws -> Void = { _ in }
    ) throws -> ClaimStore {
        try ClaimStore(
            spool: folder(), rules: rules, stepBytes: stepBytes, sparesMax: sparesMax, checkpoint: checkpoint)
    }

    static func id(_ tail: String = "aaaaa") -> JobID { JobID("20270115-080000-\(tail)")! }
}
