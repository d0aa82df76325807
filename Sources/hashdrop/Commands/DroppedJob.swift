import Cryptography
import Foundation
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

    private static let pollInterval: Duration = .milliseconds(200)

    /// Waits until the report is final and returns its status.
    ///
    /// - Parameter isDaemonGone: whether it is certain that no daemon runs.
    /// - Throws: `CommandFailure` if there is none in time, or no daemon that would read the file.
    func wait(
        timeout: Duration?, _ display: inout ProgressDisplay, isDaemonGone: () -> Bool
    ) async throws -> (URL, StatusDocument) {
        let end = timeout.map { ContinuousClock.now + $0 }
        var folder: URL?
        while true {
            if folder == nil { folder = try find() }
            if let folder, let status = Self.status(in: folder) {
                display.show(status)
                if status.state != "running" {
                    display.end()
                    return (folder, status)
                }
            } else {
                display.show(waitText)
                if isLate, isDaemonGone() {
                    display.end()
                    throw CommandFailure(
                        .unavailable,
                        "'\(name.display)' is dropped, and no daemon runs that would read it: "
                            + "'hashdrop serve' starts one, and the list is read then.")
                }
            }
            if let end, ContinuousClock.now >= end {
                display.end()
                throw CommandFailure(
                    .temporary,
                    "'\(name.display)' has no finished report yet; it goes on by itself, in "
                        + (folder ?? reports).path(percentEncoded: false) + ".")
            }
            try await Task.sleep(for: Self.pollInterval)
        }
    }

    private var isLate: Bool { Date().timeIntervalSince(droppedAt) > 10 }

    private var waitText: String {
        let isThere = FileManager.default.fileExists(
            atPath: dropFolder.path(percentEncoded: false) + "/" + String(decoding: name.bytes, as: UTF8.self)
        )
        return isThere
            ? "waiting to be picked up" + (isLate ? " (does 'hashdrop serve' run?)" : "")
            : "picked up, waiting for the report"
    }

    /// The folder whose name and content are the dropped file's and that has come since the drop: no clock
    /// is asked, for the daemon's may be another one.
    private func find() throws -> URL? {
        let ending = "_" + name.pathComponent
        for folder in try Self.folderNames(in: reports).sorted().reversed()
        where folder.dropFirst(JobID.characterCount) == ending && !before.contains(folder) {
            let url = reports.appending(path: folder, directoryHint: .isDirectory)
            if let status = Self.status(in: url), status.input.sha256 == nil || status.input.sha256 == sha256
            {
                return url
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
