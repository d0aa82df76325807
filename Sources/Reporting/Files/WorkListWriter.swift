import FileSystem
import Model

/// Writer of a report's work lists: the hashes of each verdict in a file of its own, in the folder `lists`.
///
/// A line is a hash as the list names it, in lower case; lines stand in the list's order and end with a line
/// feed. A verdict that no row has has no file, and a report without rows no folder. Everything throws
/// `FileSystemError`.
final class WorkListWriter {
    private let report: Directory
    /// By the verdicts' severity; each is there from the first row with its verdict on.
    private var files = [AtomicFile?](repeating: nil, count: Verdict.allCases.count)
    private var isFinished = false

    /// - Parameter report: the job's folder.
    init(in report: borrowing Directory) throws { self.report = try report.reopened() }

    deinit {
        guard !isFinished, files.contains(where: { $0 != nil }) else { return }
        // What is given up leaves nothing behind; a folder with lists of before stays.
        files = []
        try? report.removeFolder(ReportWriter.FileName.lists)
    }

    /// Adds the hash of a row to its verdict's list.
    func add(_ hash: FileHash, _ verdict: Verdict) throws {
        guard let name = ReportWriter.FileName.list(of: verdict) else { return }
        try file(name, verdict).append { bytes in
            hash.appendHexadecimal(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    private func file(_ name: String, _ verdict: Verdict) throws -> AtomicFile {
        if let file = files[verdict.severity] { return file }
        let folder = try report.folder(ReportWriter.FileName.lists, makingWith: PrivateDirectory.mode)
        let file = try AtomicFile(replacing: name, in: folder)
        files[verdict.severity] = file
        return file
    }

    /// Removes the lists of an earlier report that this one has no rows for.
    ///
    /// - Returns: the lists, the most severe first, to be published with the tables, before them.
    func finish() throws -> [AtomicFile] {
        let written = files.compactMap(\.self)
        if written.isEmpty {
            try report.removeTree(ReportWriter.FileName.lists)
        } else {
            try removeOthers()
        }
        isFinished = true
        return written
    }

    private func removeOthers() throws {
        let folder = try report.folder(ReportWriter.FileName.lists)
        for verdict in Verdict.allCases where files[verdict.severity] == nil {
            guard let name = ReportWriter.FileName.list(of: verdict) else { continue }
            // With what a kill has left of it.
            for name in [name, AtomicFile.temporaryName(of: name)] {
                try folder.removeFile(Array(name.utf8))
            }
        }
    }
}
