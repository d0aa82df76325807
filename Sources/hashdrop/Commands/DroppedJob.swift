import Cryptography
import Foundation
import Glibc
import Model
import Reporting
import Support

/// Finds and follows the job that became of a dropped file, by the rule of reports/README.md: the newest
/// folder `<job>_<name>` in the user's report folder.
struct DroppedJob {
    let reports: URL
    let dropFolder: URL
    let name: DroppedName
    let sha256: String
    let droppedAt: Date
    /// The report folders that were there before the drop.
    let before: Set<String>

    private static let pollInterval: Duration = .milliseconds(100)

    /// Waits until the report is final.
    ///
    /// - Parameters:
    ///   - display: shows what is waited for; nil for nothing.
    ///   - isDaemonGone: whether it is certain that no daemon runs.
    /// - Throws: `CommandFailure` if there is none in time, or no daemon that would read the file;
    ///   `Interruption` if one was held back.
    func wait(
        timeout: Duration?, _ display: inout ProgressDisplay?, isDaemonGone: () -> Bool
    ) async throws -> JobReceipt {
        let end = timeout.map { ContinuousClock.now + $0 }
        guard let first = try await accepted(until: end, &display, isDaemonGone: isDaemonGone) else {
            throw unfinished()
        }
        guard let last = try await finished(first, until: end, &display) else {
            throw unfinished(in: first.folder)
        }
        return last
    }

    /// Waits until the file has become a job, and returns its first receipt; nil if it has not until `end`,
    /// which for nil never comes. Parameters and errors are those of `wait`.
    func accepted(
        until end: ContinuousClock.Instant?, _ display: inout ProgressDisplay?, isDaemonGone: () -> Bool
    ) async throws -> JobReceipt? {
        while true {
            if let receipt = try find() { return receipt }
            display?.show(waitText)
            if isLate, isDaemonGone() {
                display?.end()
                throw CommandFailure(
                    .unavailable,
                    "'\(name.display)' is dropped, and no daemon runs that would read it: "
                        + "'hashdrop serve' starts one, and the list is read then.")
            }
            if Self.isOver(end) {
                display?.end()
                return nil
            }
            try await Self.pause()
        }
    }

    /// Waits until an accepted job's report is final, and returns its last receipt; nil if it is not until
    /// `end`.
    func finished(
        _ receipt: JobReceipt, until end: ContinuousClock.Instant?, _ display: inout ProgressDisplay?
    ) async throws -> JobReceipt? {
        while true {
            // A job that is removed meanwhile has none any more.
            if let status = Self.status(in: receipt.folder) {
                display?.show(status)
                if status.state != JobState.running.rawValue {
                    display?.end()
                    return JobReceipt(folder: receipt.folder, status: status)
                }
            }
            if Self.isOver(end) {
                display?.end()
                return nil
            }
            try await Self.pause()
        }
    }

    private static func isOver(_ end: ContinuousClock.Instant?) -> Bool {
        end.map { ContinuousClock.now >= $0 } ?? false
    }

    private static func pause() async throws {
        try await Task.sleep(for: pollInterval)
        try Interruption.check()
    }

    /// What becomes of the dropped file while no daemon runs.
    var withoutDaemon: String {
        "No daemon serves the spool at the moment; '\(name.display)' waits in "
            + "'\(dropFolder.path(percentEncoded: false))' and is read when one does: 'hashdrop serve' "
            + "starts it."
    }

    /// Why `hashdrop` waits no longer, though the list goes on.
    func unfinished(in folder: URL? = nil) -> CommandFailure {
        CommandFailure(
            .temporary,
            "'\(name.display)' has no finished report yet; it goes on by itself, in "
                + (folder ?? reports).path(percentEncoded: false) + ".")
    }

    /// Deletes the dropped file if it was not picked up yet.
    ///
    /// - Returns: whether it was still there: then it never becomes a job.
    func withdraw() -> Bool { unlink(droppedPath) == 0 }

    private var droppedPath: String {
        dropFolder.path(percentEncoded: false) + "/" + String(decoding: name.bytes, as: UTF8.self)
    }

    private var isLate: Bool { Date().timeIntervalSince(droppedAt) > 10 }

    private var waitText: String {
        FileManager.default.fileExists(atPath: droppedPath)
            ? "waiting to be picked up" + (isLate ? " (does 'hashdrop serve' run?)" : "")
            : "picked up, waiting for the report"
    }

    /// The receipt in the folder whose name and content are the dropped file's and that has come since the
    /// drop: no clock is asked, for the daemon's may be another one. Nil before there is one.
    func find() throws -> JobReceipt? {
        let ending = "_" + name.pathComponent
        for folder in try Self.folderNames(in: reports).sorted().reversed()
        where folder.dropFirst(JobID.characterCount) == ending && !before.contains(folder) {
            let url = reports.appending(path: folder, directoryHint: .isDirectory)
            if let status = Self.status(in: url), status.input.sha256 == nil || status.input.sha256 == sha256
            {
                return JobReceipt(folder: url, status: status)
            }
        }
        return nil
    }

    static func folderNames(in reports: URL) throws -> [String] {
        let path = reports.path(percentEncoded: false)
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch CocoaError.fileReadNoSuchFile {
            // The daemon makes it.
            return []
        } catch {
            throw CommandFailure(
                .noPermission,
                "The file is dropped, but this account may not read the reports in '\(path)' "
                    + "(\((error as NSError).localizedDescription)), so it cannot wait for one; see "
                    + "'Sharing the folders' in spool/README.md.")
        }
    }

    static func status(in folder: URL) -> StatusDocument? {
        let url = folder.appending(path: ReportWriter.FileName.status)
        // Not there yet is no error: it is written a moment after the folder.
        return (try? Data(contentsOf: url)).flatMap { try? StatusDocument(json: $0) }
    }

    /// The digest of a file, as the receipt has it.
    static func sha256(of file: FileHandle) throws -> String {
        let digest = MessageDigest(.sha256)
        while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty { digest.update(chunk) }
        try file.seek(toOffset: 0)
        return Hex.string(digest.finalize())
    }
}
