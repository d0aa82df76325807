import Foundation
import Model
import TestSupport
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
        PageAsset(bytes: Array(text.utf8)).policySource.replacing("'", with: "&#39;")
    }

    @Test func anAssetsDigestIsTheOneOfTheStandard() {
        // FIPS 180-4's example "abc", in base 64.
        let digest = "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='"
        #expect(PageAsset(bytes: Array("abc".utf8)).policySource == digest)
    }

    @Test func thePolicyAllowsExactlyThePagesOwnScriptAndStyles() throws {
        let rows = [Samples.row(.unknown)]
        let page = try samples.html(
            Samples.input(.done, rows: rows), rows: rows,
            by: Samples.writer(vendors: ["Fortinet", "A\"};</style>"]))
        let policy = try part(of: page, between: "Content-Security-Policy\" content=\"", and: "\">")
        let script = try part(of: page, between: "<script>", and: "</script>")
        let styles = page.components(separatedBy: "<style").dropFirst().compactMap {
            $0.components(separatedBy: "</style>").first?.drop { $0 != ">" }.dropFirst()
        }
        #expect(policy.contains("script-src \(policySource(script));"))
        #expect(
            policy.contains("style-src \(styles.map { policySource(String($0)) }.joined(separator: " "));"))
        #expect(policy.contains("default-src &#39;none&#39;"))
        #expect(!policy.contains("unsafe"))
        #expect(page.components(separatedBy: "<script").count == 2)
        // The web page says the same in a header, whatever columns the report has.
        let header = ReportContentPolicy.current
        #expect(policy == header.directives.replacing("'", with: "&#39;"))
    }

    /// Each setting of a policy by itself, and nothing else.
    @Test func policiesDifferByWhatTheySayOtherwise() {
        let plain = VerdictPolicy()
        let others: [(policy: VerdictPolicy, name: String, text: String, former: String)] = [
            (VerdictPolicy(maliciousFrom: 7), "malicious from", "7", "3"),
            (VerdictPolicy(suspiciousFrom: 2), "suspicious from", "2", "1"),
            (VerdictPolicy(trustedVendors: ["A", "B"]), "trusted vendors", "A, B", "none"),
            (VerdictPolicy(trustedFrom: 2), "trusted from", "2", "1"),
            (VerdictPolicy(ignoredEngines: ["C"]), "ignored engines", "C", "none"),
            (
                VerdictPolicy(engineWords: [.init(engine: "D", word: .clean)]), "engines’ own words",
                "D clean",
                "none"
            ),
        ]
        for (policy, name, text, former) in others {
            #expect(policy.differences(from: plain) == ["\(name) \(text) instead of \(former)"])
            #expect(plain.differences(from: policy) == ["\(name) \(former) instead of \(text)"])
            #expect(policy.differences(from: policy) == [])
        }
        for (a, b) in zip(others, others.dropFirst()) {
            #expect(a.policy.differences(from: b.policy).count == 2)
        }
    }

    @Test func nothingFromOutsideBecomesMarkup() throws {
        let attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u{202E}&\u{0}"
        var object = Samples.object([attack: .init(category: .malicious, result: attack)])
        object.meaningfulName = attack
        object.threatLabel = attack
        object.typeDescription = attack
        object.facts = .saying(attack, second: attack)
        let rows = [
            Samples.row(.known(object), comment: attack),
            ReportRow(hash: Samples.md5, state: .failed(reason: attack, stale: nil), line: 2),
        ]
        var input = Samples.input(.done, rows: rows, name: DroppedName(attack))
        input.job.counts.unusableLines = 1
        input.job.evidence = attack
        input.job.options.title = attack
        input.job.options.compare = attack
        input.job.options.warnings = [attack]
        input.unusableLines = [UnusableLine(line: 1, text: attack, reason: attack)]
        input.statistics.families = Ranking(
            top: [.init(name: attack, tally: .init(malicious: 1))], valuesTotal: 1)
        input.statistics.types = input.statistics.families
        // As rows of elements, as lines of text, and one of each.
        for inFull in 0...2 {
            let writer = Samples.writer(vendors: [attack], htmlRowsInFullMax: inFull)
            try expectNoMarkup(in: samples.html(input, rows: rows, by: writer))
        }
    }

    private func expectNoMarkup(in page: String) throws {
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
        let names = [
            "Hash value", "Fortinet detection name", "Number of engines detected", "Scan date", "Verdict",
        ]
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
        // With the vendor's name, for the one line in which a card has its notes.
        #expect(body.contains("<i data-vendor=\"Fortinet\">\(note)</i>"))
    }

    @Test func rowsAboveTheLimitAreLeftToTheTableAndThePageSaysSo() throws {
        let rows = (1...5).map { Samples.row(.unknown, line: $0) }
        let page = try samples.html(
            Samples.input(.done, rows: rows), rows: rows, by: Samples.writer(htmlRowsMax: 2))
        #expect(page.components(separatedBy: "<tr class=u").count == 3)
        #expect(page.contains("This page shows the 2 most severe rows of 5."))
        #expect(page.contains("<a href=\"report.csv\">"))
    }

    @Test func rowsBehindTheFirstOnesAreLinesWithTheSameFields() throws {
        var object = Samples.object([
            "Fortinet": .init(category: .malicious, result: "W32/X"), "B": .init(category: .undetected),
            "C": .init(category: .undetected), "D": .init(category: .typeUnsupported),
        ])
        object.firstSubmissionDate = Samples.now.addingTimeInterval(-86_400)
        object.meaningfulName = "a.exe"
        object.typeDescription = "Win32 EXE"
        object.sizeBytes = 1_024
        object.threatLabel = "trojan.x/y"
        let rows = [
            Samples.row(.unknown), Samples.row(.known(object), comment: "tab\there", line: 1_234),
            ReportRow(
                hash: Samples.md5, state: .failed(reason: "no <good>", stale: nil), line: 3, occurrences: 2,
                askedAs: Samples.sha1),
        ]
        let page = try samples.html(
            Samples.input(.done, rows: rows), rows: rows, by: Samples.writer(htmlRowsInFullMax: 1))
        #expect(page.components(separatedBy: "<tr class=").count == 2)
        let lines = try part(of: page, between: "<pre>\n", and: "</pre>").split(separator: "\n")
        #expect(
            lines == [
                "\(Samples.sha256.hexadecimal)\tW32/X\t1\t2024-02-29T12:34Z\tsuspicious\t3\ttrojan.x/y\ta.exe\t"
                    + "Win32 EXE\t1024\t2026-11-22T20:10Z\ttab\\u{9}here\t1234\t1\t2026-11-23T20:10Z, new\t\t\t\t\tn",
                "\(Samples.md5.hexadecimal)\t–\t–\t–\tfailed\t\t\t\t\t\t\t\t3\t2\t\tSHA-1\tno &lt;good&gt;\t\t\t",
            ])
        #expect(page.contains("The 1 most severe row can be opened"))
    }

    @Test func aRunningPageHasOnlyRowsInFull() throws {
        let rows = (1...5).map { Samples.row(.unknown, line: $0) }
        let page = try samples.html(
            Samples.input(.running, rows: rows), rows: rows, by: Samples.writer(htmlRowsInFullMax: 2))
        #expect(page.components(separatedBy: "<tr class=u").count == 3 && !page.contains("<pre>"))
        #expect(page.contains("This page shows the 2 most severe rows of 5."))
    }

    @Test func chartsHaveTheirNumbersInWords() throws {
        let rows = [Samples.row(.unknown)]
        var input = Samples.input(.done, rows: rows)
        let tally = VerdictTally(malicious: 5, suspicious: 1, others: 2)
        input.statistics = JobStatistics(
            files: tally,
            families: Ranking(
                top: [.init(name: "emotet", tally: .init(malicious: 3))], valuesTotal: 3,
                rest: .init(malicious: 2)),
            types: Ranking(top: [.init(name: "PDF", tally: tally)], valuesTotal: 1),
            firstSeen: Timeline(
                unit: .month,
                buckets: [
                    .init(start: Date(timeIntervalSince1970: 1_793_491_200), tally: tally),
                    .init(start: Date(timeIntervalSince1970: 1_796_083_200), tally: .init(others: 9)),
                ], undated: .init(malicious: 4)))
        let page = try samples.html(input, rows: rows)
        let families = try part(of: page, between: "threat families</h2>", and: "</section>")
        #expect(families.contains("<span>emotet</span>") && families.contains("aria-label=\"3 malicious\""))
        #expect(families.contains("2 other families"))
        let types = try part(of: page, between: "By file type</h2>", and: "</section>")
        #expect(types.contains("aria-label=\"5 malicious, 1 suspicious, 2 clean, allowed or not scanned\""))
        let seen = try part(of: page, between: "first saw the file</h2>", and: "</section>")
        #expect(
            seen.contains("role=img aria-label=\"Hashes by when they were first seen, one column a month"))
        #expect(seen.contains("from 2026-11 to 2026-12; the highest stands for 9."))
        #expect(seen.contains("<tr><th scope=row>2026-11<td>5<td>1<td>2"))
        #expect(seen.contains("<tr><th scope=row>without a date<td>4<td>0<td>0"))
        #expect(page.contains("<p class=muted>Last scanned: no dates so far.</p>"))
    }

    @Test func aReportSaysWhereItComesFromAndWhatItCouldNotUse() throws {
        let rows = [Samples.row(.unknown)]
        var input = Samples.input(.done, rows: rows)
        input.job.finishedAt = Samples.now
        input.job.evidence = "renamed into the folder"
        input.job.counts.unusableLines = 1_500
        input.unusableLines = [UnusableLine(line: 1_204, text: "67a2b5", reason: "6 digits are no hash")]
        let page = try samples.html(input, rows: rows)
        let origin = try part(of: page, between: "Where this comes from</h2>", and: "</section>")
        for fact in [
            "<dd>list.txt (<a href=\"input\" download>", "123 bytes", Samples.sha256.hexadecimal,
            "renamed into the folder", "2026-11-23 20:00", "2026-11-23 20:10", "(after 10 minutes)",
            "malicious from 3 detecting engines, suspicious from 1", "an age of 24 hours",
            "20261123-195045-k3f9x", "hashdrop 1.2.3",
        ] { #expect(origin.contains(fact), "\(fact)") }
        let unusable = try part(
            of: page, between: "1,500 lines without a usable hash</h2>", and: "</section>")
        #expect(unusable.contains("The first 1 of them"))
        #expect(unusable.contains("<li>Line 1,204: 6 digits are no hash<br><code class=muted>67a2b5</code>"))
    }

    @Test func everyAnswerHasItsAge() throws {
        let verdict = LookupAnswer(answer: .unknown, askedAt: Samples.now.addingTimeInterval(-2 * 3_600))
        let rows = [ReportRow(hash: Samples.md5, state: .answered(verdict), line: 1)]
        let page = try samples.html(Samples.input(.done, rows: rows), rows: rows)
        #expect(page.contains("<time class=age datetime=2026-11-23T18:10:45Z>2 hours old</time>"))
    }

    @Test func aRunningPageReloadsAndAFinalOneDoesNot() throws {
        let rows = [ReportRow(hash: Samples.md5, state: .waiting(stale: nil), line: 1)]
        var input = Samples.input(.running, rows: rows)
        input.estimate = .init(expectedAt: Samples.now.addingTimeInterval(1_500), waitReason: "quota <spent>")
        let running = try samples.html(input, rows: rows)
        #expect(running.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"))
        #expect(running.contains("done in about 25 minutes"))
        #expect(running.contains("quota &lt;spent&gt;"))
        #expect(!running.contains("href=\"report.csv\""))
        let final = try samples.html(Samples.input(.done, rows: rows), rows: rows)
        #expect(!final.contains("http-equiv=\"refresh\"") && !final.contains("data-refresh"))
    }

    @Test func aRunningPageSaysUntilWhenItIsGoodAndAFinalOneIsGoodForEver() throws {
        let rows = [ReportRow(hash: Samples.md5, state: .waiting(stale: nil), line: 1)]
        var input = Samples.input(.running, rows: rows)
        #expect(try samples.html(input, rows: rows).contains("data-due=\"2026-11-23T20:31:45Z\" hidden>"))
        input.renewal = ReportRenewal.period(runningJobs: 6_000)
        #expect(try samples.html(input, rows: rows).contains("data-due=\"2026-11-23T21:11:45Z\" hidden>"))
        // One that is still being read has no rows yet.
        let begun = try samples.html(Samples.input(.running, rows: []), rows: [])
        #expect(begun.contains("data-due="))
        for state in [JobState.done, .refused, .cancelled] {
            let page = try samples.html(Samples.input(state, rows: []), rows: [])
            #expect(!page.contains("data-due="))
        }
    }

    @Test func aRefusalSaysWhyWithoutATable() throws {
        var input = Samples.input(.refused, rows: [])
        input.job.reason = "The limit is 64 MiB."
        let page = try samples.html(input, rows: [])
        #expect(page.contains("This file was refused") && page.contains("The limit is 64 MiB."))
        #expect(!page.contains("<table"))
    }

    @Test func aStaleAnswerIsMarkedWithItsAge() throws {
        let verdict = LookupAnswer(
            answer: .known(Samples.object(["A": .init(category: .undetected)])),
            askedAt: Samples.now.addingTimeInterval(-3 * 86_400))
        let rows = [ReportRow(hash: Samples.md5, state: .waiting(stale: verdict), line: 1)]
        let page = try samples.html(Samples.input(.running, rows: rows), rows: rows)
        #expect(
            page.contains(
                "<b class=stale>stale,</b> <time class=age datetime=2026-11-20T20:10:45Z>3 days old"))
    }

    @Test func simulatedAnswersAreCalledSo() throws {
        let writer = Samples.writer(isSimulated: true)
        let page = try samples.html(Samples.input(.done, rows: []), rows: [], by: writer)
        #expect(page.contains("class=\"simulated\"") && page.contains("<title>[simulated] "))
        try writer.writeIndex(
            .init(user: UserName("alice")!, jobs: [], now: Samples.now), in: samples.directory())
        #expect(try samples.text("index.html").contains("class=\"simulated\""))
    }
}
