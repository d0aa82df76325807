import Foundation
import HashLists
import Model
import Reporting
import Spool
import Store
import Support

/// Reads a claimed file's hashes and writes them into its job, a step at a time, so that a long list lets
/// others have their turns.
struct ListImport {
    let file: ClaimedFile
    private let jobs: JobStore
    private(set) var writer: JobWriter
    private var parser: HashListParser
    private let slice: Int
    private let allowedOptions: Set<JobOptions.Key>
    private var offset: UInt64 = 0
    /// Whether all of it is read, and the rest is to write it into the database.
    private(set) var isAtEnd = false

    init(_ file: ClaimedFile, jobs: JobStore, options: IntakeOptions) {
        self.file = file
        self.jobs = jobs
        parser = HashListParser(limits: options.limits)
        slice = options.hashesAtOnce
        allowedOptions = options.listOptions
        writer = jobs.writer(
            for: Job(
                id: file.id, user: file.user, droppedName: file.droppedName, state: .running,
                receivedAt: file.receivedAt, inputBytes: file.bytes, inputSHA256: file.sha256,
                evidence: file.evidence), ages: options.ages, hashesAtOnce: options.hashesAtOnce)
    }

    /// How much of the work is done, from 0 to 1: reading the file is taken for half of it.
    private var fraction: Double {
        let fractionRead = file.bytes > 0 ? min(1, Double(offset) / Double(file.bytes)) : 1
        return (fractionRead + writer.fractionWritten) / 2
    }

    /// The work that is left, in bytes of the file.
    var bytesLeft: Int64 { Int64(Double(file.bytes) * (1 - fraction)) }

    /// How much of the work is done, from 0 to 99.
    var percent: Int { Int(min(99, fraction * 100)) }

    // A step ends with as many hashes as one transaction should take, or with so much text that holds few.
    private static let chunkBytes = 16 << 10
    private static let chunksAtOnce = 256
    /// Texts made to be hard to read take some microseconds a byte: a step ends by time as well.
    private static let stepMax: Duration = .milliseconds(60)
    private static let stepMaxWithNews: Duration = .milliseconds(5)

    /// Reads or writes on: a part of the list that takes well under a second. A file that is no list becomes
    /// a refused job. What throws changes nothing: the step may be tried again. A job that ends with its list
    /// ends now.
    ///
    /// - Parameter hasNews: whether something waits for the intake, which ends the reading soon.
    /// - Returns: the job, if it is complete.
    /// - Throws: `StoreError`, or the system's error, if the disk or the database cannot be used now.
    mutating func advance(by clock: any ServiceClock, hasNews: () -> Bool) throws -> Job? {
        let now = clock.now.wall
        if !isAtEnd, let refused = try read(by: clock, hasNews: hasNews) { return refused }
        return isAtEnd ? try writer.advance(at: now) : nil
    }

    /// The first part of a step: reads on, and writes nothing yet of what is read.
    ///
    /// - Returns: the refused job, if the file turns out to be no list.
    mutating func read(by clock: any ServiceClock, hasNews: () -> Bool) throws -> Job? {
        let now = clock.now.wall
        do {
            try readChunks(by: clock, hasNews: hasNews)
            return nil
        } catch let error as HashListError {
            try writer.refuse(error.description, at: now)
            return try jobs.job(file.id)
        }
    }

    private mutating func readChunks(by clock: any ServiceClock, hasNews: () -> Bool) throws {
        let began = clock.now.monotonic
        var next = self
        var slice = ImportBatch()
        func emit(_ item: HashListItem) {
            switch item {
            case .entry(let entry): slice.add(entry)
            case .unusable(let line): slice.add(line)
            }
        }
        let input = try FileHandle(forReadingFrom: URL(filePath: file.inputPath))
        defer { try? input.close() }
        try input.seek(toOffset: offset)
        for _ in 0..<Self.chunksAtOnce where slice.count < self.slice {
            guard let chunk = try input.read(upToCount: Self.chunkBytes), !chunk.isEmpty else {
                try next.parser.finish(emit: emit)
                slice.remarks = next.parser.remarks.map(\.sentence)
                slice.options = options(in: next.parser.optionLines)
                try next.writer.end(slice)
                next.isAtEnd = true
                self = next
                return
            }
            try chunk.withUnsafeBytes { try next.parser.consume($0, emit: emit) }
            next.offset += UInt64(chunk.count)
            let took = clock.now.monotonic - began
            if took >= Self.stepMax || (took >= Self.stepMaxWithNews && hasNews()) { break }
        }
        if slice.count > 0 { try next.writer.add(slice) }
        self = next
    }

    /// What the list itself sets. Vendors whose columns would have one name are not taken.
    private func options(in lines: [ListOptionLine]) -> JobOptions {
        var options = ListOptions.options(in: lines, allowing: allowedOptions)
        if let vendors = options.vendors, let column = ReportColumns(vendors: vendors).collision {
            options.vendors = nil
            options.warnings.append(
                "The vendors \(vendors.joined(separator: ", ")) would make two columns named '\(column)': "
                    + "the report has its usual ones.")
        }
        return options
    }
}
