import FileSystem
import Foundation

/// The file with the daemon's status; it exists while the daemon runs.
package final class DaemonStatusFile: Sendable {
    private let url: URL

    /// - Parameter path: in the daemon's own folder, which no other account can read.
    package init(path: String) { url = URL(filePath: path) }

    /// The file takes a multiple of so many bytes, so that a status that says why the disk is full still
    /// fits.
    private static let roomBytes = 16_384

    /// Replaces the file; on a full disk it is overwritten in its place, where it needs no new space.
    func write(_ status: DaemonStatus) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys]
        var text = try encoder.encode(status)
        text.append(Data(repeating: UInt8(ascii: " "), count: Self.padding(text.count)))
        do {
            let file = try AtomicFile(replacing: url, mode: 0o600)
            try file.append(text)
            try file.commit()
        } catch let error as FileSystemError where error.isRetryable {
            // A command that reads it at this moment finds no JSON, and a second later the new status.
            try overwrite(with: text)
        }
    }

    private static func padding(_ count: Int) -> Int { (roomBytes - count % roomBytes) % roomBytes }

    private func overwrite(with text: Data) throws {
        let file = try FileHandle(forUpdating: url)
        defer { try? file.close() }
        guard let size = try? file.seekToEnd(), size == text.count else {
            throw FileSystemError("write", ENOSPC, path: url.path(percentEncoded: false))
        }
        try file.seek(toOffset: 0)
        try file.write(contentsOf: text)
    }

    /// Ends the status with the daemon. A file that stays behind does no harm: `hashdrop status` looks at the
    /// daemon's lock first.
    func remove() { try? FileManager.default.removeItem(at: url) }

    /// The status as last written, or nil if there is none or it is just being written.
    package func read() -> DaemonStatus? {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return (try? Data(contentsOf: url)).flatMap { try? decoder.decode(DaemonStatus.self, from: $0) }
    }
}
