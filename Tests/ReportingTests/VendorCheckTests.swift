import Model
import Testing

@testable import Reporting

/// Whether the vendors that a list names are engines.
struct VendorCheckTests {
    private static let engines = ["ESET-NOD32", "Fortinet", "Trend Micro"]

    private func row(_ engines: [String], isStale: Bool = false) -> ReportRow {
        let findings = engines.map { ($0, EngineFinding(category: .typeUnsupported)) }
        let file = Samples.object(Dictionary(uniqueKeysWithValues: findings))
        guard isStale else { return Samples.row(.known(file)) }
        let stale = LookupAnswer(answer: .known(file), askedAt: Samples.now)
        return ReportRow(hash: Samples.sha256, state: .failed(reason: "x", stale: stale), line: 1)
    }

    private func told(_ vendors: [String]?, _ rows: [ReportRow]) -> [String] {
        var check = VendorCheck(vendors: vendors)
        for row in rows { check.add(row) }
        return check.warnings
    }

    @Test(arguments: [
        ("Fortinett", "as VirusTotal writes them"), ("fortinet", "calls one 'Fortinet'"),
        ("TREND-micro", "calls one 'Trend Micro'"), ("eset", "calls one 'ESET-NOD32'"),
        ("ESET NOD32", "calls one 'ESET-NOD32'"), ("W", "as VirusTotal writes them"),
    ])
    func aNameThatNoAnswerHasIsNamed(vendor: String, advice: String) throws {
        for isStale in [false, true] {
            let warnings = told(
                ["Fortinet", vendor], [Samples.row(.unknown), row(Self.engines, isStale: isStale)])
            #expect(warnings.count == 1)
            let warning = try #require(warnings.first)
            #expect(warning.contains("'\(vendor)'") && warning.contains(advice), "\(warning)")
        }
    }

    /// An engine that takes part in one analysis of many is one.
    @Test func oneAnswerWithTheEngineIsEnough() {
        let rows = [row(["Avira"]), row(["Avira", "Fortinet"]), row(["Avira"])]
        #expect(told(["Fortinet", "Avira"], rows) == [])
        #expect(told(["Fortinet", "Avira"], rows.reversed()) == [])
        #expect(told(nil, rows) == [])
    }

    @Test func withoutAnswersThatHaveEnginesNothingIsSaid() {
        #expect(told(["Nobody"], []) == [])
        #expect(told(["Nobody"], [Samples.row(.unknown), row([])]) == [])
    }
}
