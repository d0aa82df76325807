import Foundation
import Model
import Reporting
import Testing

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
                "<li><b>&lt;b&gt;Example&lt;/b&gt;</b> 3 rows: 2 malicious, 1 clean, allowed or not scanned")
        )
        for hash in [Samples.sha256, Samples.md5] {
            #expect(page.contains("<br><code class=muted>\(hash.hexadecimal)</code>"))
        }
        #expect(page.contains("… and 2 smaller groups"))
        #expect(page.contains("1,200 rows were not compared"))
        #expect(!page.contains(".NET"))
    }

    @Test func imphashesComeWithWhatTheyAreWorth() throws {
        let page = try page([.imphash: RowGroups(top: [group("aa")], total: 1)])
        #expect(page.contains("nothing is merged by it: all .NET programs share a few imphashes"))
        #expect(!page.contains("smaller group") && !page.contains("not compared"))
    }
}
