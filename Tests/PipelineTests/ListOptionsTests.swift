import Foundation
import HashLists
import Model
import Reporting
import Spool
import Store
import TestSupport
import Testing

@testable import Pipeline

/// What a list itself sets, from its lines to its report.
@Suite(.limited(.processor))
struct ListOptionsTests {
    private let alice = Samples.user("alice")
    private let fixture: PipelineFixture

    init() throws { fixture = try PipelineFixture() }

    /// Drops a list whose first lines set these options; `budget=0` among them ends it at once.
    private func drop(
        _ options: String..., allowing allowed: Set<JobOptions.Key> = JobOptions.Key.allowedByDefault
    ) async throws -> Job {
        let text = options.map { "# hashdrop: \($0)\n" }.joined() + Samples.hash(1).hexadecimal + "\n"
        let name = DroppedName("list.txt")
        try Data(text.utf8).write(to: URL(filePath: fixture.folder.path("spool/alice/list.txt")))
        let entry = try #require(try fixture.spool.scan(alice).entries.first { $0.name == name })
        let decision = ReadinessDecision(entry: entry, action: .ready(.renamedIntoFolder), firstSeen: .zero)
        let processor = try fixture.claimProcessor()
        processor.use(IntakeOptions(listOptions: allowed))
        var generator = SystemRandomNumberGenerator()
        try await eventually("taken") {
            if case .taken = processor.take([decision], of: alice, using: &generator)[0] {
                true
            } else {
                false
            }
        }
        return try #require(try fixture.database.jobs.jobs(limit: 1).first)
    }

    private func text(_ name: String, of job: Job) throws -> String {
        let folder = fixture.folder.url.appending(path: "reports/alice").appending(path: job.folderName)
        return String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }

    private func publish(_ job: Job) throws -> StatusDocument {
        _ = try fixture.publisher.publish(job.id, estimate: JobEstimate(), at: Samples.now)
        return try StatusDocument(json: Data(text("status.json", of: job).utf8))
    }

    @Test func theReportIsTheOneThatTheListAsksFor() async throws {
        let job = try await drop(
            "title=\"Case <7>\" vendors=Avira,Fortinet outputs=stix", "budget=0 by=2020-01-01 compare=a.txt")
        #expect(job.state == .cancelled)
        let status = try publish(job)
        #expect(status.name == "list.txt" && status.warnings?.count == 1)
        let options = try #require(status.options)
        #expect(options.title == "Case <7>" && options.vendors == ["Avira", "Fortinet"])
        #expect(options.budget == 0 && options.compare == "a.txt" && options.outputs == ["stix"])
        #expect(options.by == Date(timeIntervalSince1970: 1_577_923_200) && options.deadline == "missed")
        #expect(options.priority == nil && options.freshSeconds == nil)
        #expect(status.report.json == nil && status.report.stix == "report.stix.json")
        #expect(throws: CocoaError.self) { try text("lists/not-asked.txt", of: job) }
        #expect(try text("report.csv", of: job).hasPrefix("\u{FEFF}hash,avira,fortinet,"))
        let page = try text("report.html", of: job)
        #expect(page.contains("Case &lt;7&gt;") && page.contains("list.txt") && page.contains(": missed."))
    }

    /// A list that there is not, by its name or its job's id, is named once on the page.
    @Test(arguments: ["nothere", "20260101-000000-aaaaa", "list.txt", "\"a 'b'\""])
    func aListToCompareWithThatThereIsNotIsNamed(compare: String) async throws {
        let job = try await drop("compare=\(compare) budget=0")
        #expect(job.options.warnings == [])
        let status = try publish(job)
        let reason = try #require(status.changes?.reason)
        #expect(status.warnings == [reason] && reason.contains("no finished list"))
        let page = try text("report.html", of: job)
        #expect(page.components(separatedBy: "Compared with nothing").count == 2)
    }

    @Test(arguments: ["none", "None"])
    func comparingWithNothingIsNoWarning(compare: String) async throws {
        #expect(try publish(try await drop("compare=\(compare) budget=0")).warnings == [])
    }

    @Test func listsByVerdictAreWrittenWhereTheListWantsThem() async throws {
        let job = try await drop("budget=0 outputs=lists")
        #expect(try publish(job).report.json == nil)
        #expect(try text("lists/not-asked.txt", of: job) == Samples.hash(1).hexadecimal + "\n")
    }

    @Test func whatIsNotTakenStandsInTheReport() async throws {
        let job = try await drop("colour=red fresh=0s budget=0", "vendors=<b>,<b>")
        #expect(job.options.fresh == nil && job.options.budget == 0)
        let status = try publish(job)
        let warnings = try #require(status.warnings)
        #expect(warnings.count == 3)
        #expect(warnings[0].contains("'colour'") && warnings[1].contains("list.options"))
        let page = try text("report.html", of: job)
        #expect(page.contains("Options of the list that were not taken"))
        #expect(page.contains("Line 1: there is no option") && page.contains("Line 2: "))
        #expect(!page.contains("<b>,"))
    }

    /// Answers the list's hash for all lists, by the engines `Engine0` to `Engine9`.
    private func answerBefore() throws {
        let jobs = fixture.database.jobs
        let job = try jobs.accept(Samples.job(2, receivedAt: Samples.now - 60), ages: CacheAges()) {
            $0.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        let lookups = fixture.database.lookups
        let rowID = try #require(try lookups.runningJob(job.id)).rowID
        let reservation = Reservation(hash: Samples.hash(1), jobRowID: rowID)
        let request = try #require(try lookups.reserve([reservation], at: Samples.now)[0])
        let outcome = LookupOutcome(
            request: request, reservation: reservation, result: .answered(.known(Samples.file(1))),
            outcome: "200", endedAt: Samples.reading(Samples.now))
        _ = try lookups.record([outcome])
    }

    /// At the job's end, when it is known; not where nothing is known of the engines.
    @Test(arguments: [true, false])
    func aVendorThatNoAnswerHasIsNamedInTheReport(isAnswered: Bool) async throws {
        if isAnswered { try answerBefore() }
        let job = try await drop("budget=0 vendors=Engine3;engine4")
        #expect(job.options.vendors == ["Engine3", "engine4"] && job.options.warnings == [])
        let warnings = try #require(try publish(job).warnings)
        let page = try text("report.html", of: job)
        guard isAnswered else {
            #expect(warnings == [] && !page.contains("have no effect"))
            return
        }
        #expect(
            warnings.count == 1
                && warnings.allSatisfy { $0.contains("'engine4'") && $0.contains("'Engine4'") })
        #expect(page.contains("have no effect") && page.contains("&#39;engine4&#39;"))
        // The list's own options stay what they were.
        #expect(try fixture.database.jobs.job(job.id)?.options.warnings == [])
    }

    @Test func theSettingSaysWhatListsMaySet() async throws {
        let job = try await drop("budget=0 title=x fresh=1h", allowing: [.budget, .fresh])
        #expect(job.options.fresh == .seconds(3_600) && job.options.title == nil)
        #expect(job.options.warnings.count == 1)
        #expect(try publish(job).options?.freshSeconds == 3_600)
        #expect(try text("report.html", of: job).contains("60 minutes, as the list says"))
    }

    /// Two engines whose columns would have one name, or one with the name of another column.
    @Test(arguments: ["Trend Micro,Trend-Micro", "Name", "A,Verdict"])
    func vendorsThatMakeOneColumnOfTwoAreNotTaken(vendors: String) async throws {
        let job = try await drop("budget=0 vendors=\"\(vendors)\"")
        #expect(job.options.vendors == nil)
        #expect(job.options.warnings.count == 1)
        #expect(try publish(job).report.csv == "report.csv")
        #expect(try text("report.csv", of: job).hasPrefix("\u{FEFF}hash,fortinet,"))
    }
}
