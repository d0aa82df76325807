import FileSystem
import Model
import Support
import Testing

@testable import Reporting

struct SortedVerdictsTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func hash(_ number: Int) -> FileHash {
        FileHash(bytes: (0..<16).map { UInt8(truncatingIfNeeded: number >> (8 * (15 - $0))) })!
    }

    private func read(_ verdicts: SortedVerdicts) throws -> [ReportedVerdict] {
        let cursor = verdicts.sorted()
        var rows: [ReportedVerdict] = []
        while let row = try cursor.next() { rows.append(row) }
        return rows
    }

    /// One run or many, a file or none: the same order, and no file that stays.
    @Test(arguments: [1, 7, 100, 999, 1_000, 5_000])
    func theOrderDoesNotDependOnHowManyAreInMemory(atOnceMax: Int) throws {
        var generator = SeededGenerator(seed: UInt64(atOnceMax))
        let verdicts = try SortedVerdicts(
            in: samples.directory(), name: ".sorted.tmp", atOnceMax: atOnceMax)
        for number in (0..<1_000).shuffled(using: &generator) {
            try verdicts.add(
                ReportedVerdict(
                    hash: hash(number), verdict: Verdict.allCases[number % Verdict.allCases.count],
                    label: Array("\(number)".utf8) + Array(repeating: 0x61, count: number % 300)))
        }
        let rows = try read(verdicts)
        #expect(rows.map(\.hash) == (0..<1_000).map(hash))
        for (number, row) in rows.enumerated() {
            #expect(row.verdict == Verdict.allCases[number % Verdict.allCases.count])
            #expect(row.label.count == "\(number)".utf8.count + number % 300)
        }
        #expect(try samples.names.isEmpty)
    }

    @Test(arguments: [1, 2, 100])
    func ofSeveralOfAHashTheLowestRankCountsAndMayTakeItAway(atOnceMax: Int) throws {
        let verdicts = try SortedVerdicts(
            in: samples.directory(), name: ".sorted.tmp", atOnceMax: atOnceMax)
        for (number, verdict, rank) in [
            (1, Verdict.clean, 1), (2, .clean, 1), (3, .clean, 1), (2, .malicious, 0), (1, nil, 0),
        ] as [(Int, Verdict?, UInt8)] {
            try verdicts.add(
                ReportedVerdict(hash: hash(number), verdict: verdict, label: [], rank: rank))
        }
        let rows = try read(verdicts)
        #expect(rows.map(\.hash) == [hash(2), hash(3)])
        #expect(rows.map(\.verdict) == [.malicious, .clean])
    }

    /// All of a file's are there, with all that is known of them; what is added later is in the next reading.
    @Test(arguments: [1, 7, 100, 5_000])
    func byFileNoneIsLeftOut(atOnceMax: Int) throws {
        var generator = SeededGenerator(seed: UInt64(atOnceMax))
        let verdicts = try SortedVerdicts(
            in: samples.directory(), name: ".sorted.tmp", by: .file, atOnceMax: atOnceMax)
        func file(_ number: Int) -> FileHash {
            FileHash(bytes: hash(number / 4).bytes + [UInt8](repeating: 7, count: 16))!
        }
        for number in (0..<400).shuffled(using: &generator) {
            try verdicts.add(
                ReportedVerdict(
                    hash: hash(number), file: file(number), verdict: .malicious,
                    former: number % 3 == 0 ? nil : .clean, rank: UInt8(number % 5),
                    isListed: number % 4 > 1))
        }
        for _ in 0..<2 {
            let rows = try read(verdicts)
            #expect(rows.map(\.hash) == (0..<400).map(hash))
            for (number, row) in rows.enumerated() {
                #expect(row.file == file(number) && row.former == (number % 3 == 0 ? nil : .clean))
                #expect(row.rank == UInt8(number % 5) && row.isListed == (number % 4 > 1))
            }
        }
        try verdicts.add(ReportedVerdict(hash: hash(-1), file: file(0), verdict: .clean))
        #expect(try read(verdicts).count == 401)
    }

    @Test func theLongestLabelFits() throws {
        let label = [UInt8](repeating: 0x78, count: SortedVerdicts.labelBytesMax)
        let verdicts = try SortedVerdicts(in: samples.directory(), name: ".sorted.tmp", atOnceMax: 1)
        for number in 0..<20 {
            try verdicts.add(ReportedVerdict(hash: hash(number), verdict: .malicious, label: label))
        }
        let rows = try read(verdicts)
        #expect(rows.count == 20 && rows.allSatisfy { $0.label == label })
    }
}
