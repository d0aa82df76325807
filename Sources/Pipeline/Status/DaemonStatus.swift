import FileSystem
package import Foundation
import Lookup
import Model
import Reporting

/// The state of the drop folders.
package struct FolderHealth: Hashable, Sendable, Codable {
    package struct Folder: Hashable, Sendable, Codable {
        package var user: String
        /// `events` or `polling`.
        package var watching: String
        /// Why it is polled, cannot be read, or is not picked up.
        package var problem: String?
        /// Files that are waiting, whatever the reason.
        package var waitingFiles: Int
        /// Files that a scan found and no event told of, since the daemon's start.
        package var missedByEvents: Int
        /// How far long lists are read that were picked up, a sentence each.
        package var reading: [String] = []

        package init(
            user: String, watching: String, problem: String?, waitingFiles: Int, missedByEvents: Int = 0
        ) {
            self.user = user
            self.watching = watching
            self.problem = problem
            self.waitingFiles = waitingFiles
            self.missedByEvents = missedByEvents
        }
    }

    package var folders: [Folder] = []
    /// Why new files cannot be taken at the moment, such as a full disk.
    package var trouble: String?

    package init() {}
}

/// What the daemon says of itself in `.hashdrop/daemon.json`, for `hashdrop status`.
package struct DaemonStatus: Hashable, Sendable, Codable {
    package struct Quota: Hashable, Sendable, Codable {
        package var used: Int
        /// 0 is no limit.
        package var limit: Int
    }

    package var processID: Int32
    package var folders: FolderHealth
    package var minute: Quota
    package var day: Quota
    package var month: Quota
    package var requestsInFlight: Int
    /// Open hashes by user.
    package var queue: [String: Int]
    package var waitReason: String?
    /// Whether the operator should look: lookups wait for more than the minute.
    package var needsAttention: Bool
    package var waitsUntil: Date?
    package var reportTrouble: String?

    init(folders: FolderHealth, lookups: LookupHealth, reportTrouble: String?) {
        processID = ProcessInfo.processInfo.processIdentifier
        self.folders = folders
        let limits = lookups.limits
        minute = Quota(used: lookups.spentThisMinute, limit: limits.requestsPerMinuteLimit)
        day = Quota(used: lookups.spentToday, limit: limits.requestsPerDayLimit)
        month = Quota(used: lookups.spentThisMonth, limit: limits.requestsPerMonthLimit)
        requestsInFlight = lookups.requestsInFlight
        queue = Dictionary(uniqueKeysWithValues: lookups.openHashes.map { ($0.key.description, $0.value) })
        waitReason = lookups.waitReason
        needsAttention = lookups.needsAttention
        waitsUntil = lookups.waitsUntil
        self.reportTrouble = reportTrouble
    }
}

/// The file with the daemon's status; it exists while the daemon runs.
package final class DaemonStatusFile: Sendable {
    private let url: URL

    /// - Parameter path: in the daemon's own folder, which nobody else can read.
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
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: Self.padding(text.count)))
        do {
            let file = try AtomicFile(replacing: url, mode: 0o600)
            try file.append(text)
            try file.commit()
        } catch let error as AtomicFileError where error.isRetryable {
            // Whoever reads it at this moment finds no JSON, and a second later the new status.
            try overwrite(with: text)
        }
    }

    private static func padding(_ count: Int) -> Int { (roomBytes - count % roomBytes) % roomBytes }

    private func overwrite(with text: Data) throws {
        let file = try FileHandle(forUpdating: url)
        defer { try? file.close() }
        guard let size = try? file.seekToEnd(), size == text.count else {
            throw AtomicFileError(step: .write, path: url.path(percentEncoded: false), code: ENOSPC)
        }
        try file.seek(toOffset: 0)
        try file.write(contentsOf: text)
    }

    /// Ends the status with the daemon. A file that stays behind misleads nobody: `hashdrop status` looks at
    /// the daemon's lock first.
    func remove() { try? FileManager.default.removeItem(at: url) }

    /// The status as last written, or nil if there is none or it is just being written.
    package func read() -> DaemonStatus? {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return (try? Data(contentsOf: url)).flatMap { try? decoder.decode(DaemonStatus.self, from: $0) }
    }
}
