import FileSystem
import Foundation
import Testing

struct PrivateDirectoryTests {
    private func mode(_ path: String) -> mode_t {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_mode & 0o7777 : 0
    }

    @Test func aFolderIsForItsOwnerAndGroupAndKeepsTheGroupOfTheOneAbove() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "hashdrop-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let path = root.path(percentEncoded: false)
        try PrivateDirectory.make(at: root.appending(path: "alice"))
        #expect(mode(path + "/alice") == 0o750)
        // As the README has it: new files belong to alice's group.
        #expect(chmod(path + "/alice", 0o2750) == 0)
        try PrivateDirectory.make(at: root.appending(path: "alice/job"))
        #expect(mode(path + "/alice/job") == 0o2750)
        let file = try AtomicFile(replacing: root.appending(path: "alice/job/report.csv"))
        try file.commit()
        #expect(mode(path + "/alice/job/report.csv") == 0o640)
        // What is there stays as its owner has made it.
        #expect(chmod(path + "/alice/job", 0o700) == 0)
        try PrivateDirectory.make(at: root.appending(path: "alice/job", directoryHint: .isDirectory))
        #expect(mode(path + "/alice/job") == 0o700)
        #expect(throws: FileSystemError.self) {
            try PrivateDirectory.make(at: root.appending(path: "alice/job/report.csv"))
        }
    }
}
