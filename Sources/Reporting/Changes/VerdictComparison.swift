package import FileSystem
import Glibc
package import Model

/// Comparison of a report with an earlier one: what is new, gone, worse, better.
///
/// The verdicts as they were come from the earlier report's own `report.csv`. The cache has only the newest
/// answers, and to keep a word for each row of each list in the database would be a hundred thousand more
/// rows to write at the end of a job, for what stands on the disk anyway, where users can only read it.
/// A report that is written anew has its earlier verdicts from its own files, for the earlier report may have
/// been written anew by then too, or be gone: what did not change stands in its `report.csv`, and what did in
/// its `report.changes.csv`. (A kill between the two renames of such a writing can make a row that has
/// changed back look changed in the next one.)
///
/// Memory is bounded (`SortedVerdicts`). It is used by one thread at a time.
package final class VerdictComparison {
    private let baseline: JobID?
    private var reason: String?
    private let earlier: SortedVerdicts
    private let present: SortedVerdicts

    /// - Parameters:
    ///   - baseline: the job whose report it is compared with; nil if none can be found.
    ///   - folder: where temporary files are made if they are needed.
    package init(with baseline: JobID?, in folder: borrowing Directory) throws {
        self.baseline = baseline
        earlier = try SortedVerdicts(in: folder, name: ".report.changes.earlier.tmp")
        present = try SortedVerdicts(in: folder, name: ".report.changes.present.tmp")
    }

    /// Whether two reports are compared, and not only said why they are not.
    package var isPossible: Bool { reason == nil }

    /// Gives the comparison up; the report says why.
    ///
    /// - Parameter reason: a sentence for the list's author.
    package func giveUp(_ reason: String) { self.reason = reason }

    /// The earlier report cannot be used.
    package enum Obstacle: Error {
        case missing
        /// It is not a file that this account has written.
        case foreign
        case unreadable(errorNumber: Int32)
        case damaged

        /// As part of a sentence.
        package var words: String {
            switch self {
            case .missing: "is no longer there"
            case .foreign: "is not a file of hashdrop's own"
            case .unreadable(let number): "cannot be read (\(FileSystemError.words(number)))"
            case .damaged: "is not the table that hashdrop has written"
            }
        }
    }

    // MARK: The earlier report

    /// Reads an earlier `report.csv` in its folder. Throws `Obstacle` if it cannot be used, or
    /// `FileSystemError` if no temporary file can be written.
    package func readTable(in folder: borrowing Directory) throws {
        try read(ReportWriter.FileName.csv, in: folder, columns: [.hash, .verdict, .threatLabel]) { cells in
            guard let hash = Self.hash(cells[0]), let verdict = Self.verdict(cells[1]) else { return nil }
            return ReportedVerdict(hash: hash, verdict: verdict, label: Self.label(cells[2]), rank: 1)
        }
    }

    /// Reads the `report.changes.csv` of the report that is written anew, which goes before its `report.csv`.
    package func readChanges(in folder: borrowing Directory) throws {
        try read(
            ReportWriter.FileName.changes, in: folder, columns: [.hash, .verdictWas, .threatLabelWas]
        ) { cells in
            guard let hash = Self.hash(cells[0]) else { return nil }
            if cells[1].isEmpty { return ReportedVerdict(hash: hash, verdict: nil, label: []) }
            guard let verdict = Self.verdict(cells[1]) else { return nil }
            return ReportedVerdict(hash: hash, verdict: verdict, label: Self.label(cells[2]))
        }
    }

    /// - Parameter verdict: makes a verdict of a row's cells, or nil if they are none.
    private func read(
        _ name: String, in folder: borrowing Directory, columns: [ChangeColumn],
        verdict: ([[UInt8]]) -> ReportedVerdict?
    ) throws {
        let file = try Self.open(name, in: folder)
        let path = "\(folder.path)/\(name)"
        do {
            try VerdictTable.forEachRow(of: file, path: path, columns: columns.map(\.rawValue)) { cells in
                guard let row = verdict(cells) else { throw VerdictTable.Damage() }
                try earlier.add(row)
            }
        } catch is VerdictTable.Damage {
            throw Obstacle.damaged
        } catch let error as FileSystemError where error.path == path {
            // Not of the temporary file, without which the report is tried again later.
            throw Obstacle.unreadable(errorNumber: error.errorNumber)
        }
    }

    private static func open(_ name: String, in folder: borrowing Directory) throws -> FileDescriptor {
        let path = "\(folder.path)/\(name)"
        do {
            let file = try folder.openForReading(Array(name.utf8))
            let status = try file.status { FileSystemError("look at", $0, path: path) }
            guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
                throw Obstacle.foreign
            }
            return file
        } catch let error as FileSystemError {
            throw error.errorNumber == ENOENT
                ? Obstacle.missing : Obstacle.unreadable(errorNumber: error.errorNumber)
        }
    }

    private static func hash(_ cell: [UInt8]) -> FileHash? {
        // The apostrophe keeps a spreadsheet from taking it for a number.
        FileHash(hexadecimal: cell.first == UInt8(ascii: "'") ? cell.dropFirst() : cell[...])
    }

    private static func verdict(_ cell: [UInt8]) -> Verdict? {
        Verdict(rawValue: String(decoding: cell, as: UTF8.self))
    }

    private static func label(_ cell: [UInt8]) -> [UInt8] {
        cell.count <= SortedVerdicts.labelBytesMax ? cell : []
    }

    // MARK: The report that is written

    func add(_ row: RowModel) throws {
        guard isPossible else { return }
        var label: [UInt8] = []
        if let text = row.object?.threatLabel { CSVText.append(text, to: &label) }
        try present.add(
            ReportedVerdict(hash: row.row.hash, verdict: row.verdict, label: Self.label(label)))
    }

    /// Compares, and visits the differences in the order of the hashes.
    func finish(_ visit: (ReportChange) throws -> Void) throws -> ReportChanges {
        var changes = ReportChanges(baseline: baseline, reason: reason)
        guard isPossible else { return changes }
        let (earlier, present) = (self.earlier.sorted(), self.present.sorted())
        var was = try earlier.next()
        var now = try present.next()
        while was != nil || now != nil {
            let isOld = Self.isFirst(was, before: now)
            let isNew = Self.isFirst(now, before: was)
            let (old, new) = (isOld ? was : nil, isNew ? now : nil)
            if let change = Self.change(from: old, to: new) {
                changes.add(change)
                try visit(change)
            }
            if isOld { was = try earlier.next() }
            if isNew { now = try present.next() }
        }
        changes.keepFirst()
        return changes
    }

    /// Whether a row's hash is the next one of both sides'.
    private static func isFirst(_ row: ReportedVerdict?, before other: ReportedVerdict?) -> Bool {
        guard let row else { return false }
        return other.map { row.hash <= $0.hash } ?? true
    }

    private static func change(from old: ReportedVerdict?, to new: ReportedVerdict?) -> ReportChange? {
        guard let hash = new?.hash ?? old?.hash,
            let kind = ChangeKind(
                from: old?.verdict, to: new?.verdict, hasOtherLabel: old?.label != new?.label)
        else { return nil }
        return ReportChange(
            hash: hash, kind: kind, was: old?.verdict, verdict: new?.verdict, labelWas: old?.label ?? [],
            label: new?.label ?? [])
    }
}

extension ReportChanges {
    fileprivate mutating func add(_ change: ReportChange) {
        counts[change.kind, default: 0] += 1
        if change.isNewlyMalicious { newMalicious += 1 }
        first.append(change)
        if first.count >= 20 * Self.firstMax { keepFirst() }
    }

    /// Keeps those that a reader should see first; equals in the order of their hashes.
    fileprivate mutating func keepFirst() {
        first.sort { ($0.order, $0.hash) < ($1.order, $1.hash) }
        first.removeLast(max(0, first.count - Self.firstMax))
    }
}
