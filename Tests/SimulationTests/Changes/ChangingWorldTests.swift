import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// The same list again and again, while the world, the list and the policy change: each report tells exactly
/// the differences that were planted since the one before, and who made them.
@Suite(.limited(.server))
struct ChangingWorldTests {
    /// How many engines detect each file; nil for one that VirusTotal does not know.
    private typealias Findings = [Int: Int?]

    /// One dropping of the list, and what its report must say.
    private struct Round {
        /// What VirusTotal says differently from now on.
        var findings: Findings = [:]
        /// Threat families by which files are called from now on.
        var families: [Int: String] = [:]
        /// Files whose lookup fails.
        var failing: [Int] = []
        var files: [Int]
        /// Those of them that the list names by their MD5 and not by their SHA-256.
        var byMD5: [Int] = []
        /// `file change was is list_change cause`, by file.
        var rows: [String] = []
        /// The parts of the page's sentence.
        var sentence: [String] = []
        var newMalicious = 0
        /// By which the report is written.
        var policy = VerdictPolicy()
    }

    // Files 1 to 3 stay what they are for long, 17 gets another name, 20 to 23 are near the thresholds.
    private static let baseline = Round(
        findings: [
            1: 40, 2: 0, 3: nil, 4: 0, 5: 9, 6: nil, 7: 0, 8: 2, 9: 20, 10: 15, 11: 6, 12: nil, 13: 0, 14: 2,
            15: 20, 16: 12, 17: 10, 18: 7, 19: 0, 20: 4, 21: 5, 22: 1, 23: 2, 24: 0,
        ], families: [9: "emotet", 15: "mirai"], failing: [10], files: Array(1...24), byMD5: [17])

    private static let worldChanges = Round(
        findings: [4: 12, 5: 0, 6: 30, 7: nil, 8: 8], families: [9: "qakbot"], files: Array(1...24),
        byMD5: [17],
        rows: [
            "4 worse clean malicious false virustotal", "5 better malicious clean false virustotal",
            "6 newly-known unknown malicious false virustotal",
            "7 no-longer-known clean unknown false virustotal",
            "8 worse suspicious malicious false virustotal", "9 label malicious malicious false virustotal",
            "10 answered failed malicious false lookup",
        ],
        sentence: [
            "at VirusTotal 2 worse, 1 better, 1 newly known, 1 no longer known, 1 with another threat label",
            "by the lookup 1 answered",
        ], newMalicious: 4)

    // What the world says of 4 and 5 is what it said at first: the last report counts and not the first one.
    private static let listAndWorldChange = Round(
        findings: [4: 0, 5: 9, 11: 1, 12: 0, 13: nil, 14: 9, 25: 33, 26: 0], families: [15: "gafgyt"],
        failing: [16], files: Array(1...17) + Array(20...26),
        rows: [
            "4 better malicious clean false virustotal", "5 worse clean malicious false virustotal",
            "11 better malicious suspicious false virustotal",
            "12 newly-known unknown clean false virustotal",
            "13 no-longer-known clean unknown false virustotal",
            "14 worse suspicious malicious false virustotal",
            "15 label malicious malicious false virustotal", "16 unanswered malicious failed false lookup",
            "18 gone malicious - true list", "19 gone clean - true list", "25 new - malicious true list",
            "26 new - clean true list",
        ],
        sentence: [
            "in the list 2 new, 2 gone",
            "at VirusTotal 2 worse, 2 better, 1 newly known, 1 no longer known, 1 with another threat label",
            "by the lookup 1 no longer answered",
        ], newMalicious: 3)

    // Malicious is from 3 on before. File 21 loses a detection, which the old policy would not have noticed.
    // File 24 has 4, which the old policy called malicious: it is the world that makes it worse.
    private static let policyChanges = Round(
        findings: [2: 40, 21: 4, 24: 4, 27: 50], failing: [16],
        files: Array(1...17) + Array(20...25) + [27],
        rows: [
            "2 worse clean malicious false virustotal", "11 better suspicious clean false policy",
            "20 better malicious suspicious false policy", "21 better malicious suspicious false policy",
            "22 better suspicious clean false policy", "24 worse clean suspicious false virustotal",
            "26 gone clean - true list", "27 new - malicious true list",
        ],
        sentence: ["in the list 1 new, 1 gone", "at VirusTotal 2 worse", "by the changed policy 4 better"],
        newMalicious: 2,
        policy: VerdictPolicy(maliciousFrom: 6, suspiciousFrom: 2))

    private static func family(_ number: Int) -> FileFamily { .numbered(number, seed: 15) }

    /// Plants what the round says, and drops its list.
    private func play(_ round: Round, in world: ChangingWorld) async throws -> FinishedReport {
        for (number, detections) in round.findings {
            change(number, to: detections, in: world)
        }
        for (number, family) in round.families {
            let condition = world.simulator.file(named: Self.family(number).sha256).condition
            world.simulator.change(WorldChange(Self.family(number).sha1, condition, family: family))
        }
        world.simulator.removeAllFaults()
        for number in round.failing {
            world.simulator.addFault(FaultRule(.badRequest, hash: Self.family(number).sha256))
        }
        world.simulator.clearJournal()
        world.use(round.policy)
        let list = round.files.map { Self.family($0)[round.byMD5.contains($0) ? .md5 : .sha256] }
        return try await world.drop(list)
    }

    private func change(_ number: Int, to detections: Int?, in world: ChangingWorld) {
        let condition: SimulatedFile.Condition =
            if let detections { .detected(engines: detections) } else { .unknown }
        world.simulator.change(WorldChange(Self.family(number).md5, condition))
    }

    @Test func theDifferencesAreExactlyThosePlantedAndTheirCausesAreTold() async throws {
        try await ChangingWorld.run { world in
            var last = try await play(Self.baseline, in: world)
            #expect(last.status.changes == nil && last.status.counts.failed == 1)
            checkRequests(of: Self.baseline, in: world)
            for round in [Self.worldChanges, Self.listAndWorldChange, Self.policyChanges] {
                // Or the cache would answer.
                world.pass(.seconds(25 * 3_600))
                let report = try await play(round, in: world)
                checkRequests(of: round, in: world)
                try check(report, since: last, round)
                last = report
            }
            // A minute later, with nothing planted: nothing is told twice, and only the failed file is asked.
            world.pass(.seconds(60))
            var again = Self.policyChanges
            (again.findings, again.rows, again.sentence, again.newMalicious) = ([:], [], [], 0)
            let report = try await play(again, in: world)
            #expect(world.simulator.journal.lookups.map(\.hash) == [Self.family(16).sha256])
            try check(report, since: last, again)
            #expect(try report.text("report.html").contains("no changes."))
        }
    }

    /// Each file of the list is asked once.
    private func checkRequests(of round: Round, in world: ChangingWorld) {
        let asked = world.simulator.journal.lookups.compactMap(\.hash)
        #expect(asked.count == round.files.count)
        #expect(
            Set(asked.map { world.simulator.file(named: $0).family }) == Set(round.files.map(Self.family)))
    }

    private func check(_ report: FinishedReport, since last: FinishedReport, _ round: Round) throws {
        let rows = try report.changes()
        let words = try rows.map(Self.words).sorted { $0.number < $1.number }
        #expect(words.map { $0.text } == round.rows)
        let changes = try #require(report.status.changes)
        #expect(changes.baseline == last.status.id && changes.reason == nil)
        let counted: [(String, Int?)] = [
            ("new", changes.new), ("gone", changes.gone), ("worse", changes.worse),
            ("better", changes.better), ("newly-known", changes.newlyKnown),
            ("no-longer-known", changes.noLongerKnown), ("answered", changes.answered),
            ("unanswered", changes.unanswered), ("label", changes.label),
        ]
        for (kind, count) in counted {
            #expect(count == round.rows.count { $0.split(separator: " ")[1] == kind }, "\(kind)")
        }
        #expect(changes.newMalicious == round.newMalicious)
        for row in rows where row["change"] == "label" {
            #expect(row["threat_label_was"] != row["threat_label"] && row["threat_label"] != "", "\(row)")
        }
        if !rows.isEmpty { try checkPage(of: report, since: last, round, rows) }
    }

    /// A row's file, and the row in words.
    private static func words(_ row: [String: String]) throws -> (number: Int, text: String) {
        let text = try #require(row["hash"]).replacing("'", with: "")
        let hash = try #require(FileHash(text))
        let number = try #require(
            (1...27).first { family($0).hashes.contains(hash) }, "\(text) is not listed")
        let cells = try ["change", "verdict_was", "verdict", "list_change", "cause"].map { name in
            let cell = try #require(row[name], "there is no column \(name)")
            return cell.isEmpty ? "-" : cell
        }
        return (number, "\(number) \(cells.joined(separator: " "))")
    }

    /// The page says the same, in a sentence by cause, and each of the differences once.
    private func checkPage(
        of report: FinishedReport, since last: FinishedReport, _ round: Round, _ rows: [[String: String]]
    ) throws {
        let page = try report.text("report.html")
        // The last report is linked, and its time follows in parentheses.
        let link = try #require(page.range(of: "report.html\">\(last.status.id)</a> ("))
        let time = try #require(page[link.upperBound...].range(of: "</time>): "))
        let parts = page[time.upperBound...].prefix { $0 != "<" && $0 != "." }.components(separatedBy: "; ")
        #expect(Set(parts) == Set(round.sentence))
        let start = try #require(page.range(of: "<section id=changes>")).upperBound
        let section = try #require(page[start...].components(separatedBy: "</section>").first)
        #expect(section.components(separatedBy: "<li>").count - 1 == rows.count)
        for row in rows {
            let hash = try #require(row["hash"]).replacing("'", with: "")
            #expect(section.components(separatedBy: hash).count == 2, "\(row)")
        }
    }
}
