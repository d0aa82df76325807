import FileSystem
import Glibc
import Model

/// What a report says of a hash, as far as two reports are compared.
struct ReportedVerdict {
    var hash: FileHash
    /// The SHA-256 of the file that it names, as far as that is known.
    var file: FileHash?
    /// Nil: the report does not have the hash, whatever later sources say of it.
    var verdict: Verdict?
    /// What the earlier report's policy makes of the answer, the allow-list aside; nil of the earlier report
    /// itself.
    var former: Verdict?
    /// The threat label as a cell of a CSV; empty without one.
    var label: [UInt8] = []
    /// Of several that are given for a hash the one of the lowest rank counts.
    var rank: UInt8 = 0
    /// Whether the report has the hash itself, and not only the file, by another one.
    var isListed = true
}

/// Sorter of verdicts by their hashes or their files, however they come.
///
/// Memory is bounded: what is more than `atOnceMax` goes in sorted runs into a temporary file without a name,
/// and the runs are merged when they are read.
final class SortedVerdicts {
    /// What they are sorted by.
    enum Order {
        case hash
        /// Those that are not listed first, then by hash.
        case file

        func isFirst(_ a: ReportedVerdict, before b: ReportedVerdict) -> Bool {
            switch self {
            case .hash: return a.hash == b.hash ? a.rank < b.rank : a.hash < b.hash
            case .file:
                let (file, other) = (a.file ?? a.hash, b.file ?? b.hash)
                if file != other { return file < other }
                return a.isListed == b.isListed ? a.hash < b.hash : b.isListed
            }
        }
    }

    /// So many are in memory: some 5 MiB.
    static let atOnceMax = 30_000

    private let folder: Directory
    private let name: String
    private let order: Order
    private let atOnceMax: Int
    private var rows: [ReportedVerdict] = []
    private var file: TemporaryFile?
    private var runs: [Range<Int>] = []

    /// - Parameters:
    ///   - folder: where the temporary file is made if one is needed.
    ///   - name: what the file is called for a moment.
    init(
        in folder: borrowing Directory, name: String, by order: Order = .hash,
        atOnceMax: Int = SortedVerdicts.atOnceMax
    ) throws {
        self.folder = try folder.reopened()
        self.name = name
        self.order = order
        self.atOnceMax = atOnceMax
    }

    /// A file that is there as long as it is open.
    private final class TemporaryFile {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    func add(_ row: ReportedVerdict) throws {
        rows.append(row)
        if rows.count >= atOnceMax { try spill() }
    }

    private func spill() throws {
        rows.sort(by: order.isFirst)
        let file = try self.file ?? makeFile()
        self.file = file
        let start = runs.last?.upperBound ?? 0
        var (end, buffer) = (start, [UInt8]())
        for row in rows {
            Self.append(row, to: &buffer)
            if buffer.count >= Self.bufferBytes { try flush(&buffer, to: file, &end) }
        }
        try flush(&buffer, to: file, &end)
        runs.append(start..<end)
        rows.removeAll(keepingCapacity: true)
    }

    private func makeFile() throws -> TemporaryFile {
        // One that a killed process has left.
        try folder.removeFile(Array(name.utf8))
        let descriptor = try folder.create(Array(name.utf8), mode: 0o600)
        try folder.removeFile(Array(name.utf8))
        return TemporaryFile(descriptor)
    }

    private func flush(_ buffer: inout [UInt8], to file: TemporaryFile, _ end: inout Int) throws {
        try buffer.withUnsafeBytes { bytes in
            try writeAll(bytes, to: file.descriptor.number) { folder.error("write", $0, name) }
        }
        end += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    fileprivate static let bufferBytes = 32_768
    /// Longer labels are no labels: VirusTotal's have some tens of letters.
    static let labelBytesMax = 4_096
    /// Two hashes with their lengths, what follows them, and a label.
    private static let recordBytesMax = 2 * 33 + tailBytes + labelBytesMax
    /// Two verdicts, the rank, whether it is listed, and the length of the label in two bytes.
    private static let tailBytes = 6
    private static let noVerdict = UInt8.max

    private static func append(_ row: ReportedVerdict, to buffer: inout [UInt8]) {
        append(row.hash, to: &buffer)
        append(row.file, to: &buffer)
        buffer.append(code(row.verdict))
        buffer.append(code(row.former))
        buffer.append(row.rank)
        buffer.append(row.isListed ? 1 : 0)
        buffer.append(UInt8(row.label.count >> 8))
        buffer.append(UInt8(row.label.count & 0xFF))
        buffer.append(contentsOf: row.label)
    }

    private static func append(_ hash: FileHash?, to buffer: inout [UInt8]) {
        guard let hash else { return buffer.append(0) }
        buffer.append(hash.kind.rawValue)
        hash.withBytes { buffer.append(contentsOf: $0) }
    }

    private static func code(_ verdict: Verdict?) -> UInt8 {
        verdict.map { UInt8($0.severity) } ?? noVerdict
    }

    /// The verdicts in their order, by hash one of each; what is added afterwards is for the next reading.
    func sorted() -> Cursor {
        rows.sort(by: order.isFirst)
        return Cursor(of: self)
    }

    /// Reader of sorted verdicts, one after the other.
    final class Cursor {
        private let source: SortedVerdicts
        private var place = 0
        private var runs: [Run]
        private var heads: [ReportedVerdict?] = []
        private var last: FileHash?

        fileprivate init(of source: SortedVerdicts) {
            self.source = source
            runs = source.runs.map { Run(rest: $0) }
        }

        /// The next one, or nil at the end.
        func next() throws -> ReportedVerdict? {
            while let row = try nextOfAll() {
                if source.order == .hash {
                    if row.hash == last { continue }
                    last = row.hash
                }
                if row.verdict != nil { return row }
            }
            return nil
        }

        private func nextOfAll() throws -> ReportedVerdict? {
            if heads.isEmpty {
                for index in runs.indices { heads.append(try source.next(in: &runs[index])) }
            }
            var first = place < source.rows.count ? source.rows[place] : nil
            var run: Int?
            for index in heads.indices {
                guard let head = heads[index] else { continue }
                if let best = first, !source.order.isFirst(head, before: best) { continue }
                (first, run) = (head, index)
            }
            if let run {
                heads[run] = try source.next(in: &runs[run])
            } else {
                place += 1
            }
            return first
        }
    }

    /// What is still to be read of a run.
    fileprivate struct Run {
        /// In the file.
        var rest: Range<Int>
        var buffer: [UInt8] = []
        var place = 0
    }

    private func next(in run: inout Run) throws -> ReportedVerdict? {
        if run.buffer.count - run.place < Self.recordBytesMax, !run.rest.isEmpty { try refill(&run) }
        guard run.place < run.buffer.count else { return nil }
        guard let (row, end) = Self.row(in: run.buffer, at: run.place) else { throw damaged() }
        run.place = end
        return row
    }

    /// The record that begins at a place, and where it ends; nil if there is none.
    private static func row(in bytes: [UInt8], at start: Int) -> (ReportedVerdict, end: Int)? {
        let middle = start + 1 + Int(bytes[start])
        guard middle < bytes.count, let hash = FileHash(bytes: bytes[(start + 1)..<middle]) else {
            return nil
        }
        let tail = middle + 1 + Int(bytes[middle])
        let label = tail + tailBytes
        guard label <= bytes.count else { return nil }
        let end = label + Int(bytes[tail + 4]) << 8 + Int(bytes[tail + 5])
        guard end <= bytes.count else { return nil }
        let row = ReportedVerdict(
            hash: hash, file: FileHash(bytes: bytes[(middle + 1)..<tail]), verdict: verdict(bytes[tail]),
            former: verdict(bytes[tail + 1]), label: Array(bytes[label..<end]), rank: bytes[tail + 2],
            isListed: bytes[tail + 3] == 1)
        return (row, end)
    }

    private static func verdict(_ severity: UInt8) -> Verdict? {
        severity == noVerdict ? nil : Verdict.allCases.first { $0.severity == Int(severity) }
    }

    private func refill(_ run: inout Run) throws {
        guard let file else { throw damaged() }
        run.buffer.removeFirst(run.place)
        run.place = 0
        var piece = [UInt8](repeating: 0, count: min(run.rest.count, Self.bufferBytes))
        let count = piece.withUnsafeMutableBytes {
            pread(file.descriptor.number, $0.baseAddress, $0.count, run.rest.lowerBound)
        }
        if count < 0, errno == EINTR { return try refill(&run) }
        guard count > 0 else { throw count < 0 ? folder.error("read", errno, name) : damaged() }
        run.buffer += piece[..<count]
        run.rest = (run.rest.lowerBound + count)..<run.rest.upperBound
        if run.buffer.count < Self.recordBytesMax, !run.rest.isEmpty { try refill(&run) }
    }

    private func damaged() -> FileSystemError { folder.error("read", EIO, name) }
}
