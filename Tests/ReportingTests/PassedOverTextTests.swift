import Foundation
import Model
import Testing

@testable import Reporting

/// What a list holds that is not looked up, as the index, the report and the commands tell it.
struct PassedOverTextTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    @Test(
        arguments: [
            ([:], 0, "0 hashes", ""), ([:], 1, "1 hash", ""), ([.secret: 0], 2, "2 hashes", ""),
            ([.placeholder: 1], 1, "1 hash", "; 1 other digest not looked up (1 placeholder)"),
            (
                [.commentedOut: 1_200, .otherThing: 2], 3, "3 hashes",
                "; 1,202 other digests not looked up (2 of other things than a file, 1,200 commented out)"
            ),
            ([.identifier: 2], 0, "nothing could be looked up: 2 digests (2 identifiers)", ""),
        ] as [([UnusableLine.Kind: Int], Int, String, String)])
    func aListsSumTellsThem(
        counts: [UnusableLine.Kind: Int], hashes: Int, opening: String, ending: String
    ) {
        let text = PassedOverText(counts)
        #expect(text.opening(hashes: hashes) == opening && text.ending(hashes: hashes) == ending)
        let names = Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        let named = PassedOverText(named: names.merging(["of-a-later-version": 5]) { old, _ in old })
        #expect(named.opening(hashes: hashes) == opening && named.ending(hashes: hashes) == ending)
        #expect(PassedOverText(named: nil).sum == 0)
    }

    /// Every kind that counts as passed over has its words in the sum.
    @Test func everyReasonIsNamedAndCounted() {
        let counts = Dictionary(
            uniqueKeysWithValues: UnusableLine.Kind.allCases.enumerated().map { ($0.element, $0.offset + 1) })
        let text = PassedOverText(counts)
        #expect(text.sum == counts.values.reduce(0, +))
        for (kind, count) in counts { #expect(text.reasons.contains("\(count) \(kind.words(count))")) }
    }

    private func input(_ rows: [ReportRow], _ counts: [UnusableLine.Kind: Int]) -> ReportInput {
        var input = Samples.input(.done, rows: rows)
        input.job.counts.passedOver = counts
        return input
    }

    /// In full, and as one of the older lists' lines.
    @Test(arguments: [0, 5])
    func theIndexTellsThem(inFull: Int) throws {
        var options = Samples.writer().options
        options.indexJobsInFullMax = inFull
        let jobs = [
            input([Samples.row(.unknown)], [.otherThing: 3]), input([], [.placeholder: 2]), input([], [:]),
        ].map { JobOverview(job: $0.job) }
        try ReportWriter(options: options).writeIndex(
            .init(user: jobs[0].job.user, jobs: jobs, now: Samples.now), in: samples.directory())
        let page = try samples.text("index.html")
        #expect(page.contains("; 3 other digests not looked up (3 of other things than a file)"))
        #expect(page.contains("nothing could be looked up: 2 digests (2 placeholders)"))
        #expect(page.components(separatedBy: "no hash found").count == 2)
    }

    @Test func aReportOfNothingElseIsPlain() throws {
        let page = try samples.html(input([], [.placeholder: 2, .otherThing: 1]), rows: [])
        #expect(page.contains("Nothing could be looked up") && page.contains("3 digests"))
        #expect(page.contains("no all-clear") && !page.contains("No hash found"))
        #expect(try samples.html(input([], [:]), rows: []).contains("No hash found"))
    }
}
