import Foundation
import Model
import TestSupport
import Testing

@testable import Reporting

/// In how many earlier lists a row's file stood, in every output.
@Suite(.limited(.processor))
struct SeenBeforeTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private static let day = Date(timeIntervalSince1970: 1_772_366_400)  // 2026-03-01T12:00:00Z
    private static let three = SeenBefore(lists: 3, since: day)

    private func row(
        _ seen: SeenBefore?, _ answer: LookupAnswer.Answer = .known(Samples.object([:]))
    ) -> ReportRow {
        var row = Samples.row(answer)
        row.seen = seen
        return row
    }

    private func html(_ rows: [ReportRow], inFull: Int = 2_000) throws -> String {
        var input = Samples.input(.done, rows: rows)
        var tally = JobTally(policy: .init(), now: Samples.now, severestMax: 10)
        for row in rows { tally.add(row) }
        input.statistics = tally.statistics
        return try samples.html(input, rows: rows, by: Samples.writer(htmlRowsInFullMax: inFull))
    }

    @Test func theTablesHaveTheNumberAndTheTimeOfTheFirst() throws {
        let records = try samples.csv([row(Self.three), row(.never, .unknown), row(nil)])
        #expect(records[0].suffix(2) == ["seen_before", "seen_since"])
        #expect(
            records.dropFirst().map { $0.suffix(2) } == [
                ["3", "2026-03-01 12:00:00"], ["0", ""], ["", ""],
            ])
        let lines = try samples.text("report.json").split(separator: "\n")
        #expect(lines[0].contains(#""seen_before":3,"seen_since":"2026-03-01T12:00:00Z","#))
        #expect(lines[1].contains(#""seen_before":0,"seen_since":null,"#))
        #expect(lines[2].contains(#""seen_before":null,"seen_since":null,"#))
    }

    @Test(
        arguments: [
            (SeenBefore(lists: 3, since: SeenBeforeTests.day), "In 3 earlier lists, first on 2026-03-01."),
            (SeenBefore(lists: 1, since: SeenBeforeTests.day), "In 1 earlier list, first on 2026-03-01."),
            (.never, "In no earlier list."),
        ] as [(SeenBefore, String)])
    func anOpenedRowSaysIt(_ seen: SeenBefore, _ sentence: String) throws {
        #expect(try html([row(seen)]).contains("Seen before: \(sentence)\n</p>"))
        #expect(try !html([row(nil)]).contains("Seen before"))
        // A file that VirusTotal does not know has no details.
        let unknown = try html([row(seen, .unknown)])
        #expect(unknown.contains("<p class=why>\(sentence)</p>") == (seen.lists > 0))
    }

    /// As an element and as a line.
    @Test func aRowIsMarkedByIt() throws {
        let page = try html([row(Self.three, .unknown), row(.never, .unknown)], inFull: 1)
        #expect(page.contains("<tr class=u data-facts=b>") && page.contains("\tf\n</pre>"))
    }

    /// Where all rows are there for the first time, none can be chosen by it.
    @Test(
        arguments: [([3, 0], ["b", "f"]), ([3, 3], ["b"]), ([0, 0], []), ([nil], [])] as [([Int?], [String])])
    func thereAreChipsForWhatTellsRowsApart(_ lists: [Int?], _ letters: [String]) throws {
        let rows = lists.map { lists in row(lists.map { SeenBefore(lists: $0, since: nil) }, .unknown) }
        let page = try html(rows)
        let chips = page.components(separatedBy: "aria-pressed=false data-fact=").dropFirst()
        #expect(chips.map { String($0.prefix(1)) } == letters)
    }

    @Test func ofTwoNamesOfAFileTheLargerNumberAndTheEarlierTimeAreTold() {
        let other = SeenBefore(lists: 5, since: Self.day + 1)
        #expect(Self.three.joined(with: other) == SeenBefore(lists: 5, since: Self.day))
        #expect(Self.three.joined(with: .never) == Self.three)
        #expect(SeenBefore.never.joined(with: .never) == .never)
    }
}
