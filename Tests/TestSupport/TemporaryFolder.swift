package import Foundation

/// A folder of a test's own, removed when the test lets go of it.
package final class TemporaryFolder: Sendable {
    package let url: URL

    /// - Parameter inMemory: on a file system in memory, if the machine has one.
    package init(inMemory: Bool = false) {
        let name = "hashdrop-test-\(UUID().uuidString)"
        let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
        let isThere = inMemory && FileManager.default.isWritableFile(atPath: "/dev/shm")
        url = (isThere ? memory : FileManager.default.temporaryDirectory)
            .appending(path: name, directoryHint: .isDirectory)
        // A test that has no folder cannot go on.
        try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    package func path(_ name: String) -> String {
        url.appending(path: name).path(percentEncoded: false)
    }
}
