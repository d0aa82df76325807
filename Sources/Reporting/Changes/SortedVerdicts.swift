import FileSystem
import Glibc
import Model

/// What a report says of a hash, as far as two reports are compared.
struct ReportedVerdict {
    var hash: FileHash
    /// Nil: the report does not have the hash, whatever later sources say of it.
    var verdict: Verdict?
    /// The threat label as a cell of a CSV; empty without one.
    var label: [UInt8]
    /// Of several that are given for a hash the one of the lowest rank counts.
    var rank: UInt8 = 0

    static func < (a: ReportedVerdict, b: ReportedVerdict) -> Bool {
        a.hash == b.hash ? a.rank < b.rank : a.hash < b.hash
    }
}

/// Sorter of verdicts by their hashes, however they come.
///
/// Memory is bounded: what is more than `atOnceMax` goes in sorted runs into a temporary file without a name,
/// and the runs are merged when they are read.
final class SortedVerdicts {
    /// So many are in memory: some 4 MiB.
    static let atOnceMax = 30_000

    private let folder: Directory
    private let name: String
    private let atOnceMax: Int
    private var rows: [ReportedVerdict] = []
    private var file: TemporaryFile?
    private var runs: [Range<Int>] = []

    /// - Parameters:
    ///   - folder: where the temporary file is made if one is needed.
    ///   - name: what the file is called for a moment.
    init(in folder: borrowing Directory, name: String, atOnceMax: Int = SortedVerdicts.atOnceMax) throws {
        self.folder = try folder.reopened()
        self.name = name
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
        rows.sort(by: <)
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
    /// A hash, its kind, verdict and rank, and a label with its length.
    private static let recordBytesMax = 37 + labelBytesMax
    private static let noVerdict = UInt8.max

    private static func append(_ row: ReportedVerdict, to buffer: inout [UInt8]) {
        buffer.append(row.hash.kind.rawValue)
        row.hash.withBytes { buffer.append(contentsOf: $0) }
        buffer.append(row.verdict.map { UInt8($0.severity) } ?? noVerdict)
        buffer.append(row.rank)
        buffer.append(UInt8(row.label.count >> 8))
        buffer.append(UInt8(row.label.count & 0xFF))
        buffer.append(contentsOf: row.label)
    }

    /// The verdicts in the order of their hashes, one of each hash; nothing can be added afterwards.
    func sorted() -> Cursor {
        rows.sort(by: <)
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
                if row.hash == last { continue }
                last = row.hash
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
                if let best = first, !(head < best) { continue }
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
        let bytes = run.buffer[run.place...]
        let hashBytes = Int(bytes[run.place])
        let tail = run.place + 1 + hashBytes
        guard tail + 4 <= run.buffer.count, let hash = FileHash(bytes: bytes[(run.place + 1)..<tail]) else {
            throw damaged()
        }
        let start = tail + 4
        let end = start + Int(bytes[tail + 2]) << 8 + Int(bytes[tail + 3])
        guard end <= run.buffer.count else { throw damaged() }
        run.place = end
        return ReportedVerdict(
            hash: hash, verdict: Self.verdict(bytes[tail]), label: Array(bytes[start..<end]),
            rank: bytes[tail + 1])
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
