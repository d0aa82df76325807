package import FileSystem
import Glibc
package import Model

/// Comparison of a report with an earlier one: what is new, gone, worse, better.
///
/// The verdicts as they were come from the earlier report's own `report.csv`. The cache has only the newest
/// answers, and to keep a word for each row of each list in the database would be a hundred thousand more
/// rows to write at the end of a job, for what stands on the disk anyway, where users can only read it.
/// A report that is written again has its earlier verdicts from its own files, for the earlier report may
/// have been written again by then too, or be gone: what did not change stands in its `report.csv`, and what
/// did in its `report.changes.csv`. (A kill between the two renames of such a writing can make a row that has
/// changed back look changed in the next one.)
///
/// Rows are compared by their hashes. What is left of both reports then is compared by file, for a list may
/// name a file by its MD5 once and by its SHA-256 the next time (`matchFiles`).
///
/// Memory is bounded (`SortedVerdicts`). It is used by one thread at a time.
package final class VerdictComparison {
    private let baseline: JobID?
    /// The earlier report's, without its allow-list.
    private let policy: VerdictPolicy
    private let isSamePolicy: Bool
    private var reason: String?
    private let earlier: SortedVerdicts
    private let present: SortedVerdicts
    // What has no hash in common with the other report, by file.
    private let gone: SortedVerdicts
    private let added: SortedVerdicts

    /// - Parameters:
    ///   - baseline: the job whose report it is compared with; nil if none can be found.
    ///   - policy: by which that report was written; nil if it does not say, and is taken to be the present
    ///     one.
    ///   - present: by which the report is written now.
    ///   - folder: where temporary files are made if they are needed.
    package init(
        with baseline: JobID?, by policy: VerdictPolicy? = nil, now present: VerdictPolicy,
        in folder: borrowing Directory
    ) throws {
        self.baseline = baseline
        self.policy = (policy ?? present).withoutAllowList
        isSamePolicy = self.policy == present.withoutAllowList
        earlier = try SortedVerdicts(in: folder, name: ".report.changes.earlier.tmp")
        self.present = try SortedVerdicts(in: folder, name: ".report.changes.present.tmp")
        gone = try SortedVerdicts(in: folder, name: ".report.changes.gone.tmp", by: .file)
        added = try SortedVerdicts(in: folder, name: ".report.changes.added.tmp", by: .file)
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
        let columns: [ReportColumn] = [.hash, .verdict, .threatLabel, .sha256]
        try read(ReportWriter.FileName.csv, in: folder, columns: columns.map(\.rawValue)) { cells in
            guard let hash = Self.hash(cells[0]), let verdict = Self.verdict(cells[1]) else { return nil }
            return ReportedVerdict(
                hash: hash, file: Self.file(of: hash, Self.hash(cells[3])), verdict: verdict,
                label: Self.label(cells[2]), rank: Rank.table)
        }
    }

    /// Which source says last what the earlier report had.
    private enum Rank {
        static let match: UInt8 = 0
        static let changes: UInt8 = 1
        static let table: UInt8 = 2
    }

    /// The SHA-256 by which a row is matched with one of another hash.
    private static func file(of hash: FileHash, _ sha256: FileHash?) -> FileHash? {
        sha256 ?? (hash.kind == .sha256 ? hash : nil)
    }

    /// Reads the `report.changes.csv` of the report that is written again, which goes before its
    /// `report.csv`.
    package func readChanges(in folder: borrowing Directory) throws {
        let columns: [ChangeColumn] = [.hash, .verdictWas, .threatLabelWas]
        try read(ReportWriter.FileName.changes, in: folder, columns: columns.map(\.rawValue)) { cells in
            guard let hash = Self.hash(cells[0]) else { return nil }
            if cells[1].isEmpty { return ReportedVerdict(hash: hash, rank: Rank.changes) }
            guard let verdict = Self.verdict(cells[1]) else { return nil }
            return ReportedVerdict(
                hash: hash, file: Self.file(of: hash, nil), verdict: verdict, label: Self.label(cells[2]),
                rank: Rank.changes)
        }
    }

    /// - Parameter verdict: makes a verdict of a row's cells, or nil if they are none.
    private func read(
        _ name: String, in folder: borrowing Directory, columns: [String],
        verdict: ([[UInt8]]) -> ReportedVerdict?
    ) throws {
        let file = try Self.open(name, in: folder)
        let path = "\(folder.path)/\(name)"
        do {
            try VerdictTable.forEachRow(of: file, path: path, columns: columns) { cells in
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
            ReportedVerdict(
                hash: row.row.hash, file: Self.file(of: row.row.hash, row.object?.sha256),
                verdict: row.verdict, former: isSamePolicy ? row.opinion : row.row.opinion(policy),
                label: Self.label(label)))
    }

    /// Compares, and visits the differences in the order of the hashes.
    func finish(_ visit: (ReportChange) throws -> Void) throws -> ReportChanges {
        guard isPossible else { return ReportChanges(baseline: baseline, reason: reason) }
        var changes = ReportChanges(baseline: baseline, policy: policy)
        try matchFiles()
        try forEachHash { old, new in
            guard let change = Self.change(from: old, to: new) else { return }
            changes.add(change)
            try visit(change)
        }
        changes.keepFirst()
        return changes
    }

    /// Visits what both reports say of each hash; nil for the one that does not have it.
    private func forEachHash(_ visit: (ReportedVerdict?, ReportedVerdict?) throws -> Void) throws {
        let (earlier, present) = (self.earlier.sorted(), self.present.sorted())
        var was = try earlier.next()
        var now = try present.next()
        while was != nil || now != nil {
            let isOld = Self.isFirst(was, before: now)
            let isNew = Self.isFirst(now, before: was)
            try visit(isOld ? was : nil, isNew ? now : nil)
            if isOld { was = try earlier.next() }
            if isNew { now = try present.next() }
        }
    }

    /// Whether a row's hash is the next one of both sides'.
    private static func isFirst(_ row: ReportedVerdict?, before other: ReportedVerdict?) -> Bool {
        guard let row else { return false }
        return other.map { row.hash <= $0.hash } ?? true
    }

    /// Matches the hashes that only one of the reports has, if they name one file: what the earlier report
    /// said of the old hash it then said of the new one. Each is matched once, so that of three names in
    /// place of one two are new; they are not newly malicious if the file was malicious by any of its names.
    private func matchFiles() throws {
        try forEachHash { old, new in
            switch (old, new) {
            case (let old?, nil) where old.file != nil: try gone.add(old)
            case (nil, let new?) where new.file != nil: try added.add(new)
            case (var old?, let new?) where old.verdict == .malicious:
                old.file = old.file ?? new.file
                old.isListed = false
                if old.file != nil { try gone.add(old) }
            default: break
            }
        }
        let (before, now) = (gone.sorted(), added.sorted())
        var old = try before.next()
        var malicious: FileHash?
        while let new = try now.next(), let file = new.file {
            // Earlier files, and of this one what is there to say that it was malicious.
            while let row = old, let place = row.file, place < file || (place == file && !row.isListed) {
                malicious = row.verdict == .malicious ? place : malicious
                old = try before.next()
            }
            if let row = old, row.file == file {
                malicious = row.verdict == .malicious ? file : malicious
                try earlier.add(ReportedVerdict(hash: row.hash, rank: Rank.match))
                try earlier.add(
                    ReportedVerdict(
                        hash: new.hash, file: file, verdict: row.verdict, label: row.label, rank: Rank.match))
                old = try before.next()
            } else if malicious == file {
                try earlier.add(
                    ReportedVerdict(
                        hash: new.hash, file: file, verdict: .malicious, rank: Rank.match, isListed: false))
            }
        }
    }

    private static func change(from old: ReportedVerdict?, to new: ReportedVerdict?) -> ReportChange? {
        let was = old.flatMap { $0.isListed ? $0.verdict : nil }
        guard let hash = new?.hash ?? old?.hash,
            let kind = ChangeKind(
                from: was, to: new?.verdict, hasOtherLabel: old?.label != new?.label)
        else { return nil }
        return ReportChange(
            hash: hash, kind: kind, cause: ChangeCause(of: kind, was: was, former: new?.former), was: was,
            verdict: new?.verdict,
            isNewlyMalicious: new?.verdict == .malicious && old?.verdict != .malicious,
            labelWas: old?.label ?? [], label: new?.label ?? [])
    }
}

extension ReportChanges {
    fileprivate mutating func add(_ change: ReportChange) {
        counts[change.cause, default: [:]][change.kind, default: 0] += 1
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
