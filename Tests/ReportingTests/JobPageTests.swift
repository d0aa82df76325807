import Foundation
import Model
import Testing

@testable import Reporting

struct JobPageTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func part(of page: String, between start: String, and end: String) throws -> String {
        let from = try #require(page.range(of: start))
        let to = try #require(page.range(of: end, range: from.upperBound..<page.endIndex))
        return String(page[from.upperBound..<to.lowerBound])
    }

    private func policySource(_ text: String) -> String {
        PageAsset(text).policySource.replacing("'", with: "&#39;")
    }

    @Test func anAssetsDigestIsTheOneOfTheStandard() {
        // FIPS 180-4's example "abc", in base 64.
        #expect(PageAsset("abc").policySource == "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='")
    }

    @Test func thePolicyAllowsExactlyThePagesOwnScriptAndStyle() throws {
        let rows = [Samples.row(.unknown)]
        let page = try samples.html(
            Samples.input(.done, rows: rows), rows: rows,
            by: Samples.writer(vendors: ["Fortinet", "A\"};</style>"]))
        let policy = try part(of: page, between: "Content-Security-Policy\" content=\"", and: "\">")
        let script = try part(of: page, between: "<script>", and: "</script>")
        let style = try part(of: page, between: "<style>", and: "</style>")
        #expect(policy.contains("script-src \(policySource(script));"))
        #expect(policy.contains("style-src \(policySource(style));"))
        #expect(policy.contains("default-src &#39;none&#39;"))
        #expect(!policy.contains("unsafe"))
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(page.components(separatedBy: "<style").count == 2)
    }

    @Test func nothingFromOutsideBecomesMarkup() throws {
        let attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u{202E}&\u{0}"
        var object = Samples.object([attack: .init(category: .malicious, result: attack)])
        object.meaningfulName = attack
        object.threatLabel = attack
        object.typeDescription = attack
        let rows = [
            Samples.row(.known(object), comment: attack),
            ReportRow(hash: Samples.md5, state: .failed(reason: attack, stale: nil), line: 2),
        ]
        var input = Samples.input(.done, rows: rows, name: DroppedName(attack))
        input.job.counts.unusableLines = 1
        input.job.evidence = attack
        input.unusableLines = [UnusableLine(line: 1, text: attack, reason: attack)]
        let page = try samples.html(input, rows: rows, by: Samples.writer(vendors: [attack]))
        #expect(!page.contains("<script>alert"))
        #expect(!page.contains("<img"))
        #expect(!page.unicodeScalars.contains("\u{202E}"))
        #expect(!page.unicodeScalars.contains("\u{0}"))
        #expect(page.contains("\\u{202E}"))
        #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;"))
        #expect(!page.contains(" style="))
    }

    @Test func anUnknownHashShowsNoneInTheOriginalsColumns() throws {
        let rows = [Samples.row(.unknown)]
        let page = try samples.html(Samples.input(.done, rows: rows), rows: rows)
        let body = try part(of: page, between: "<tbody>", and: "</tbody>")
        #expect(body.components(separatedBy: ">None<").count == 4)
        let heads = try part(of: page, between: "<thead>", and: "</thead>")
        let names = ["Hash value", "Fortinet detection name", "Engines detected", "Scan date", "Verdict"]
        let places = names.map { heads.range(of: ">\($0)<")?.lowerBound }
        #expect(!places.contains(nil))
        #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
    }

    @Test(arguments: [
        ("undetected", EngineCategory.undetected), ("type unsupported", .typeUnsupported),
        ("timed out", .timeout),
        ("engine failed", .failure),
    ])
    func aVendorWithoutResultShowsNoneAndWhy(note: String, category: EngineCategory) throws {
        let rows = [Samples.row(.known(Samples.object(["Fortinet": .init(category: category)])))]
        let page = try samples.html(Samples.input(.done, rows: rows), rows: rows)
        let body = try part(of: page, between: "<tbody>", and: "</tbody>")
        #expect(body.components(separatedBy: ">None<").count == 2)
        #expect(body.contains("<i>\(note)</i>"))
    }

    @Test func rowsAboveTheLimitAreLeftToTheTableAndThePageSaysSo() throws {
        let rows = (1...5).map { Samples.row(.unknown, line: $0) }
        let page = try samples.html(
            Samples.input(.done, rows: rows), rows: rows, by: Samples.writer(htmlRowsMax: 2))
        #expect(page.components(separatedBy: "<tr class=u").count == 3)
        #expect(page.contains("This page shows the 2 most severe rows of 5."))
        #expect(page.contains("<a href=\"report.csv\">"))
    }

    @Test func familiesAreCountedOverAllRowsAndStandInTheHead() throws {
        func row(_ label: String) -> ReportRow {
            var object = Samples.object(["A": .init(category: .malicious, result: "x")])
            object.threatLabel = label
            return Samples.row(.known(object))
        }
        let rows = [row("trojan.emotet/agent"), row("worm.conficker"), row("trojan.emotet")]
        let page = try samples.html(
            Samples.input(.done, rows: rows), rows: rows, by: Samples.writer(htmlRowsMax: 1))
        let head = try part(of: page, between: "threat families</h2>", and: "</section>")
        #expect(head.contains("<bdi>emotet</bdi>") && head.contains("<b>2</b>"))
        #expect(head.contains("<bdi>conficker</bdi>"))
    }

    @Test func longHostileFamiliesFitTheirRoom() throws {
        let rows = (0..<20).map { index in
            var object = Samples.object(["A": .init(category: .malicious, result: "x")])
            object.threatLabel = "trojan.\(index)" + String(repeating: "\u{10FFFD}\u{202E}\"", count: 300)
            return Samples.row(.known(object))
        }
        #expect(try samples.html(Samples.input(.done, rows: rows), rows: rows).contains("more</span>"))
    }

    @Test func aRunningPageReloadsAndAFinalOneDoesNot() throws {
        let rows = [ReportRow(hash: Samples.md5, state: .waiting(stale: nil), line: 1)]
        var input = Samples.input(.running, rows: rows)
        input.outlook = .init(expectedAt: Samples.now.addingTimeInterval(1_500), waitReason: "quota <spent>")
        let running = try samples.html(input, rows: rows)
        #expect(running.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"))
        #expect(running.contains("done in about 25 minutes"))
        #expect(running.contains("quota &lt;spent&gt;"))
        #expect(!running.contains("href=\"report.csv\""))
        let final = try samples.html(Samples.input(.done, rows: rows), rows: rows)
        #expect(!final.contains("http-equiv=\"refresh\"") && !final.contains("data-refresh"))
    }

    @Test func aRefusalSaysWhyWithoutATable() throws {
        var input = Samples.input(.refused, rows: [])
        input.job.reason = "The limit is 64 MiB."
        let page = try samples.html(input, rows: [])
        #expect(page.contains("This file was refused") && page.contains("The limit is 64 MiB."))
        #expect(!page.contains("<table"))
    }

    @Test func aStaleAnswerIsMarkedWithItsAge() throws {
        let verdict = Verdict(
            answer: .known(Samples.object(["A": .init(category: .undetected)])),
            askedAt: Samples.now.addingTimeInterval(-3 * 86_400))
        let rows = [ReportRow(hash: Samples.md5, state: .waiting(stale: verdict), line: 1)]
        let page = try samples.html(Samples.input(.running, rows: rows), rows: rows)
        #expect(page.contains("stale, 3 days old"))
    }

    @Test func simulatedAnswersAreCalledSo() throws {
        let writer = Samples.writer(isSimulated: true)
        let page = try samples.html(Samples.input(.done, rows: []), rows: [], by: writer)
        #expect(page.contains("class=\"simulated\"") && page.contains("<title>[simulated] "))
        try writer.writeIndex(
            .init(user: UserName("alice")!, jobs: [], now: Samples.now), in: samples.folder)
        #expect(try samples.text("index.html").contains("class=\"simulated\""))
    }
}
