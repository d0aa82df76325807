import Foundation
import Model
import Testing

@testable import Reporting

/// Groups of files on a report's page.
struct GroupPageTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func page(_ groups: [RowGroup.Kind: RowGroups]) throws -> String {
        let rows = [Samples.row(.unknown)]
        var input = Samples.input(.done, rows: rows)
        input.statistics = JobStatistics(groups: groups)
        return try samples.html(input, rows: rows)
    }

    private func group(_ value: String) -> RowGroup {
        RowGroup(
            value: value, tally: VerdictTally(malicious: 2, others: 1),
            examples: [Samples.sha256, Samples.md5])
    }

    @Test func withoutAGroupThereIsNothing() throws {
        let page = try page([:])
        #expect(!page.contains("<h2>Groups") && !page.contains("#groups\""))
    }

    @Test func aGroupHasItsNumbersAndSomeHashes() throws {
        let page = try page([
            .signer: RowGroups(top: [group("<b>Example</b>")], total: 3, uncompared: 1_200)
        ])
        #expect(page.contains("<a href=\"#groups\">groups</a>"))
        #expect(
            page.contains(
                "&lt;b&gt;Example&lt;/b&gt;</a></b> 3 rows: 2 malicious, 1 clean, allowed or not scanned")
        )
        for hash in [Samples.sha256, Samples.md5] {
            #expect(page.contains("<br><code class=muted>\(hash.hexadecimal)</code>"))
        }
        #expect(page.contains("… and 2 smaller groups"))
        #expect(page.contains("1,200 rows were not compared"))
        #expect(!page.contains(".NET"))
    }

    // MARK: Choosing their rows

    /// A row about the file of this number.
    private func row(_ number: UInt8, label: String? = nil, signer: String? = nil, imphash: String? = nil)
        throws -> ReportRow
    {
        let digit = String(number, radix: 16)
        let sha256 = try #require(FileHash(String(repeating: digit, count: 64)))
        var object = FileObject(md5: Samples.md5, sha1: Samples.sha1, sha256: sha256)
        object.threatLabel = label
        var facts = FileFacts()
        facts.add(.imphash, imphash)
        facts.add(.signers, [signer].compactMap(\.self))
        object.facts = facts
        return Samples.row(.known(object), hash: sha256)
    }

    /// The letters of each link and of each row of a page with these rows.
    private func letters(_ rows: [ReportRow], inFull: Int) throws -> (links: [String], rows: [String]) {
        var input = Samples.input(.done, rows: rows)
        var tally = JobTally(policy: .init(), now: Samples.now, severestMax: 10)
        for row in rows { tally.add(row) }
        input.statistics = tally.statistics
        let page = try samples.html(input, rows: rows, by: Samples.writer(htmlRowsInFullMax: inFull))
        let links = page.components(separatedBy: "<a href=\"#rows\" ").dropFirst().map {
            String($0.prefix { $0 != ">" })
        }
        if inFull == 0 {
            let lines = page.components(separatedBy: "<pre>\n")[1].split(separator: "\n").prefix(rows.count)
            return (links, lines.map { $0.components(separatedBy: "\t").last ?? "" })
        }
        let elements = page.components(separatedBy: "<tr class=").dropFirst().map {
            $0.prefix { $0 != ">" }.components(separatedBy: "data-facts=").dropFirst().joined()
        }
        return (links, elements)
    }

    /// As elements and as lines; a kind's letters follow those of the kind before.
    @Test(arguments: [0, 100])
    func aRowHasTheLettersOfItsGroups(inFull: Int) throws {
        let rows = [
            try row(1, label: "trojan.emotet/a", signer: "Example", imphash: "aa"),
            try row(2, label: "virus.emotet", signer: "Example"), try row(3, signer: "Alone", imphash: "aa"),
            try row(4, signer: "Other", imphash: "bb"), try row(5, signer: "Other"), try row(6),
            Samples.row(.unknown),
        ]
        let letters = try letters(rows, inFull: inFull)
        #expect(
            letters.links == [
                "data-kind=family data-group=A", "data-kind=signer data-group=I",
                "data-kind=signer data-group=J", "data-kind=imphash data-group=Q",
            ])
        #expect(letters.rows == ["AIQ", "AI", "Q", "J", "J", "", ""])
    }

    /// A row that waits is not counted among its group's, whatever an older answer says.
    @Test func onlyAnAnswerThatCountsMakesAMember() throws {
        var rows = [
            try row(1, imphash: "aa"), try row(2, imphash: "aa"), try row(3, imphash: "aa"),
        ]
        rows[2].state = .failed(reason: "refused", stale: rows[2].answer)
        #expect(try letters(rows, inFull: 100).rows == ["Q", "Q", ""])
    }

    @Test func noTwoLettersAreTheSame() {
        let groups = RowGroup.Kind.allCases.flatMap { kind in
            (0..<RowGroups.topMax).map { GroupLetters.letter(of: kind, place: $0) }
        }
        let marks = FactMark.allCases.map { "\($0.letter)" }
        #expect(Set(groups + marks).count == groups.count + marks.count)
        #expect((groups + marks).allSatisfy { $0.utf8.count == 1 && $0.allSatisfy(\.isLetter) })
    }

    @Test func imphashesComeWithWhatTheyAreWorth() throws {
        let page = try page([.imphash: RowGroups(top: [group("aa")], total: 1)])
        #expect(page.contains("nothing is merged by it: all .NET programs share a few imphashes"))
        #expect(!page.contains("smaller group") && !page.contains("not compared"))
    }
}
