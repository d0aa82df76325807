import Foundation
import Lookup
import Model
import Reporting
import Store
import TestSupport
import Testing

@testable import Pipeline

/// Finished reports that are written again, by another policy.
@Suite(.limited(.processor))
struct ReportRenewalTests {
    let fixture: ReportFixture
    private var database: HashdropDatabase { fixture.database }

    init() throws { fixture = try ReportFixture() }

    private func publisher(_ policy: VerdictPolicy = .init()) throws -> ReportPublisher {
        try fixture.publisher(policy)
    }

    @discardableResult
    private func publish(_ job: Job, by publisher: ReportPublisher) throws -> ReportPublisher.Published? {
        try fixture.publish(job, by: publisher)
    }

    /// Engines by how many of them detect: to build them again for each of 10,000 files takes its time.
    private static let engines = (0..<4).map { Samples.file(0, detections: $0).engines }

    private func file(_ number: Int, detections: Int) -> FileObject {
        var file = FileObject(
            md5: Samples.hash(number, .md5), sha1: Samples.hash(number, .sha1), sha256: Samples.hash(number))
        file.engines = Self.engines[detections]
        file.lastAnalysisDate = Samples.now - 86_400
        return file
    }

    /// A finished job of so many files, each of which as many engines detect as `detections` says.
    private func finished(_ files: Int, detections: (Int) -> Int) throws -> Job {
        try fixture.finished((0..<files).map { .known(file($0, detections: detections($0))) })
    }

    private func text(_ name: String, of job: Job) throws -> String { try fixture.text(name, of: job) }

    private func counts(_ job: Job) throws -> [Verdict: Int]? {
        try database.jobs.job(job.id)?.counts.byVerdict
    }

    private func spending() throws -> Int {
        try database.ledger.spending(at: Samples.reading(Samples.now)).today
    }

    @Test func tenThousandRowsFollowAnotherPolicyWithoutARequest() throws {
        let files = 10_000
        let job = try finished(files) { $0 % 4 == 0 ? 1 : 0 }
        try publish(job, by: publisher())
        #expect(try counts(job) == [.suspicious: files / 4, .clean: files * 3 / 4])
        let (asked, before) = (try spending(), try text("report.csv", of: job))
        #expect(asked == files)
        // Without a demand the last report is written once, whatever the policy.
        let trusting = VerdictPolicy(trustedVendors: ["ENGINE0"])
        #expect(try publish(job, by: publisher(trusting))?.isNew == false)
        #expect(try text("report.csv", of: job) == before)
        for (policy, verdict) in [
            (trusting, Verdict.malicious), (VerdictPolicy(ignoredEngines: ["Engine0"]), .clean),
            (VerdictPolicy(maliciousFrom: 1), .malicious), (VerdictPolicy(), .suspicious),
        ] {
            try database.jobs.renew([job.id])
            #expect(try database.jobs.renewals().map(\.id) == [job.id])
            let published = try #require(try publish(job, by: publisher(policy)))
            #expect(published.isNew && published.isRewrite)
            #expect(try database.jobs.renewals().isEmpty)
            let counts = try counts(job)
            #expect(counts?[verdict] == (verdict == .clean ? files : files / 4))
            #expect(counts?.values.reduce(0, +) == files)
            let status = try StatusDocument(json: Data(text("status.json", of: job).utf8))
            #expect(status.counts.malicious == counts?[.malicious, default: 0])
            // VirusTotal's own numbers stay.
            #expect(try text("report.csv", of: job).contains(",1,2026-"))
        }
        #expect(try text("report.csv", of: job) == before)
        #expect(try spending() == asked)
        #expect(try database.jobs.job(job.id)?.isReported == true)
    }

    @Test func nothingIsToldASecondTime() throws {
        try database.notifications.use([.webhook: [.done, .malicious]])
        let job = try finished(2) { _ in 1 }
        try publish(job, by: publisher())
        func told() throws -> [NotificationEvent] {
            try database.notifications.due(.webhook, at: Samples.now, limit: 10).map(\.facts.event)
        }
        #expect(try told() == [.done])
        try database.jobs.renew([job.id])
        try publish(job, by: publisher(VerdictPolicy(maliciousFrom: 1)))
        #expect(try counts(job) == [.malicious: 2])
        #expect(try told() == [.done])
    }

    @Test func onlyWhatIsFinishedAndReportedIsRewritten() throws {
        let job = try finished(1) { _ in 1 }
        #expect(try database.jobs.renewable().isEmpty)
        try database.jobs.renew([job.id])
        #expect(try database.jobs.renewals().isEmpty, "its first report follows by itself")
        try publish(job, by: publisher())
        #expect(try database.jobs.renewable().map(\.id) == [job.id])
        #expect(try database.jobs.renewable(of: Samples.user("alice")).count == 1)
        #expect(try database.jobs.renewable(of: Samples.user("bob")).isEmpty)
        #expect(try database.jobs.renewable(only: job.id).map(\.hasForgottenAnswers) == [false])
        try database.jobs.renew([job.id])
        try database.jobs.remove(job.id)
        #expect(try database.jobs.renewals().isEmpty)
        #expect(try publish(job, by: publisher()) == nil)
    }

    /// A report that is there says more than one that the cache cannot fill.
    @Test func aReportWhoseAnswersAreForgottenStaysAsItIs() throws {
        let job = try finished(3) { _ in 1 }
        try publish(job, by: publisher())
        let before = try text("report.csv", of: job)
        var pruning = database.cache.pruning(before: Samples.now + 60)
        while try pruning.advance() != nil {}
        #expect(try database.jobs.renewable().map(\.hasForgottenAnswers) == [true])
        try database.jobs.renew([job.id])
        #expect(try publish(job, by: publisher(VerdictPolicy(maliciousFrom: 1)))?.isNew == false)
        #expect(try text("report.csv", of: job) == before)
        #expect(try counts(job) == [.suspicious: 3])
        #expect(try database.jobs.renewals().isEmpty, "it is not tried for ever")
    }

    @Test func aDemandThatComesWhileTheReportIsWrittenIsNotSatisfiedByIt() throws {
        let job = try finished(1) { _ in 1 }
        try publish(job, by: publisher())
        try database.jobs.renew([job.id])
        let publisher = try publisher(VerdictPolicy(maliciousFrom: 1))
        let published = try #require(
            try publisher.publish(job.id, estimate: JobEstimate(), at: Samples.now))
        try database.jobs.renew([job.id])
        try publisher.save([published])
        #expect(try database.jobs.renewals().map(\.id) == [job.id])
        try publish(job, by: publisher)
        #expect(try database.jobs.renewals().isEmpty)
    }

    @Test func noTableOfTheOldVerdictsStays() throws {
        let job = try finished(1) { _ in 3 }
        try publish(job, by: fixture.publisher(writesSTIX: true))
        #expect(try text("report.stix.json", of: job).contains("indicator"))
        try database.jobs.renew([job.id])
        try publish(job, by: publisher(VerdictPolicy(maliciousFrom: 9)))
        #expect(throws: CocoaError.self) { try text("report.stix.json", of: job) }
        #expect(try text("report.json", of: job).contains("\"verdict\":\"suspicious\""))
    }

    /// With what is different from the policy of the first report, also the second time.
    @Test func thePageSaysThatItIsWrittenAgainAndByWhichPolicy() throws {
        let job = try finished(1) { _ in 3 }
        try publish(job, by: publisher())
        #expect(try !text("report.html", of: job).contains("written again"))
        let steps: [(VerdictPolicy, String?)] = [
            (VerdictPolicy(maliciousFrom: 9), "malicious from 9 instead of 3"),
            (VerdictPolicy(ignoredEngines: ["Engine0"]), "ignored engines Engine0 instead of none"),
            (VerdictPolicy(), nil),
        ]
        for (policy, phrase) in steps {
            try database.jobs.renew([job.id])
            try publish(job, by: publisher(policy))
            let page = try text("report.html", of: job)
            #expect(page.contains("<span>written again <time datetime="))
            #expect(page.contains("By another policy than at first: ") == (phrase != nil))
            #expect(page.contains("first: \(phrase ?? "").</p>") == (phrase != nil))
        }
    }

    @Test func aFolderThatWasTakenAwayIsNotMadeAgain() throws {
        let job = try finished(1) { _ in 1 }
        try publish(job, by: publisher())
        let place = fixture.place(of: job)
        try FileManager.default.removeItem(at: place)
        try database.jobs.renew([job.id])
        #expect(try publish(job, by: publisher())?.isNew == false)
        #expect(!FileManager.default.fileExists(atPath: place.path(percentEncoded: false)))
        #expect(try database.jobs.renewals().isEmpty)
    }
}
