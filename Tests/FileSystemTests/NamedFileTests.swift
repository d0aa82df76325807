import FileSystem
import Foundation
import Glibc
import TestSupport
import Testing

/// Files that settings name, and what stands in their place.
@Suite(.limited(.processor))
struct NamedFileTests {
    private let folder = TemporaryFolder()

    private func refusal(_ name: String) -> NamedFile.Refusal? {
        do throws(NamedFile.Refusal) {
            _ = try NamedFile.bytes(at: folder.path(name), max: 10)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [0, 1, 10, 11, 5_000])
    func aFileIsReadAndALongerOneShowsThatItIs(_ count: Int) throws {
        let bytes = [UInt8](repeating: 7, count: count)
        try Data(bytes).write(to: URL(filePath: folder.path("f")))
        #expect(try NamedFile.bytes(at: folder.path("f"), max: 10).count == min(count, 11))
    }

    @Test func whatIsNoFileIsNamedAndNotWaitedFor() throws {
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        #expect(mkdir(folder.path("folder"), 0o700) == 0)
        #expect(symlink("/dev/null", folder.path("device")) == 0)
        #expect(symlink("folder", folder.path("link")) == 0)
        #expect(refusal("pipe")?.reason == "it is a named pipe")
        #expect(refusal("pipe")?.advice == "put a regular file in its place")
        #expect(refusal("folder")?.advice == "name the file in it")
        #expect(refusal("link")?.reason == "it is a folder")
        #expect(refusal("device")?.reason == "it is a device")
        #expect(refusal("missing")?.reason == "it is missing")
    }

    @Test(.enabled(if: geteuid() != 0))
    func whatThisAccountMayNotReadIsSaid() throws {
        try Data("x".utf8).write(to: URL(filePath: folder.path("closed")))
        chmod(folder.path("closed"), 0)
        #expect(refusal("closed")?.advice == "let this account read it")
    }
}
