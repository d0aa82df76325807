import Model
import Support
import TestSupport
import Testing

@Suite struct JobTallyTests {
    private func row(_ number: Int, detections: Int? = nil, position: Int? = nil) -> ReportRow {
        let answer = detections.map {
            LookupAnswer(answer: .known(Samples.file(number, detections: $0)), askedAt: Samples.now)
        }
        return ReportRow(
            hash: Samples.hash(number), state: answer.map(ReportRow.State.answered) ?? .waiting(stale: nil),
            position: position ?? number, line: number + 1)
    }

    private func severest(_ rows: [ReportRow], max: Int) -> [FileHash] {
        var tally = JobTally(policy: .init(), now: Samples.now, severestMax: max)
        for row in rows { tally.add(row) }
        return tally.severest
    }

    /// Whatever the order in which the rows come, and however often the rest is thrown away meanwhile.
    @Test(arguments: [0, 1, 2, 7, 40, 100, 1_000])
    func theSeverestRowsAreThoseOfAllRowsSorted(max: Int) {
        var generator = SeededGenerator(seed: UInt64(max) + 3)
        let rows = (0..<400).map {
            row($0, detections: $0 % 7 == 0 ? nil : Int.random(in: 0...10, using: &generator))
        }
        let wanted = rows.sorted {
            let (a, b) = ($0.verdict(.init()), $1.verdict(.init()))
            let (m, n) = (
                $0.answer?.fileObject?.detectionCount ?? -1, $1.answer?.fileObject?.detectionCount ?? -1
            )
            return a == b ? (m == n ? $0.position < $1.position : m > n) : a < b
        }.prefix(max).map(\.hash)
        #expect(severest(rows, max: max) == wanted)
        #expect(severest(rows.shuffled(using: &generator), max: max) == wanted)
    }

    @Test func manyNamesAreCountedTogetherAndNoRowIsLost() {
        var tally = JobTally(policy: .init(), now: Samples.now, severestMax: 10)
        for number in 0..<60_000 {
            var object = FileObject(
                md5: Samples.hash(1, .md5), sha1: Samples.hash(1, .sha1), sha256: Samples.hash(1))
            object.threatLabel = number % 3 == 0 ? "trojan.often" : "trojan.family\(number)"
            let answer = LookupAnswer(answer: .known(object), askedAt: Samples.now)
            tally.add(ReportRow(hash: Samples.hash(1), state: .answered(answer), position: number, line: 1))
        }
        let families = tally.statistics.families
        #expect(families.top.first?.name == "often")
        #expect(families.top.first?.tally.total == 20_000)
        #expect(families.top.reduce(families.rest) { $0 + $1.tally }.total == 60_000)
    }
}
