import Foundation
import Lookup
import Model
import Reporting
import Store
import TestSupport
import Testing

@testable import Pipeline

/// What stands in a job's folder, from the database on.
@Suite(.limited(.processor))
struct ReportPublisherTests {
    private let fixture: ReportFixture
    private var database: HashdropDatabase { fixture.database }

    init() throws { fixture = try ReportFixture() }

    private func publisher(writesJSON: Bool = true, writesSTIX: Bool = true) throws -> ReportPublisher {
        try fixture.publisher(
            htmlRowsMax: 1, writesJSON: writesJSON, writesSTIX: writesSTIX, writesLists: false)
    }

    /// A job with one line for each of these hashes.
    private func accept(_ hashes: [FileHash]) throws -> Job {
        try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            for (index, hash) in hashes.enumerated() {
                writer.add(HashListEntry(line: index + 1, hashes: [hash], comment: "line \(index + 1)"))
            }
        }
    }

    private func answer(_ hash: FileHash, _ answer: LookupAnswer.Answer) throws {
        let running = try #require(try database.lookups.runningJobs().first)
        let reservation = Reservation(hash: hash, jobRowID: running.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                endedAt: Samples.reading(Samples.now))
        ])
    }

    private func place(of job: Job) -> URL { fixture.place(of: job) }

    private func names(of job: Job) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place(of: job).path(percentEncoded: false))
            .sorted()
    }

    private func text(_ name: String, of job: Job) throws -> String { try fixture.text(name, of: job) }

    /// The file number 1 by three names and the file number 2, which is unknown.
    private func finishedJob() throws -> Job {
        let job = try accept(FileHash.Kind.allCases.map { Samples.hash(1, $0) } + [Samples.hash(2)])
        try answer(Samples.hash(1, .md5), .known(Samples.file(1, detections: 4)))
        try answer(Samples.hash(2), .unknown)
        return job
    }

    @Test func aLongReportThatThereIsNoTimeForStaysAsItWas() throws {
        let job = try accept((0..<1_000).map { Samples.hash($0) })
        let publisher = try publisher()
        let html = place(of: job).appending(path: "report.html")
        _ = try publisher.publish(job.id, estimate: JobEstimate(waitReason: "first"), at: Samples.now)
        let before = try Data(contentsOf: html)
        #expect(throws: ReportPublisher.TimeIsUp.self) {
            try publisher.publish(
                job.id, estimate: JobEstimate(waitReason: "second"), at: Samples.now, isTimeUp: { true })
        }
        #expect(try Data(contentsOf: html) == before)
        #expect(try names(of: job) == ["report.html", "status.json"])
        _ = try publisher.publish(
            job.id, estimate: JobEstimate(waitReason: "third"), at: Samples.now, isTimeUp: { false })
        #expect(try String(contentsOf: html, encoding: .utf8).contains("third"))
    }

    @Test func aFinishedJobHasEveryTableWithEveryRow() throws {
        let job = try finishedJob()
        _ = try publisher().publish(job.id, estimate: JobEstimate(), at: Samples.now)
        #expect(
            try names(of: job) == [
                "report.csv", "report.html", "report.json", "report.stix.json", "status.json",
            ])
        #expect(try text("report.csv", of: job).split(separator: "\r\n").count == 5)
        #expect(try text("report.json", of: job).split(separator: "\n").count == 4)
        let status = try StatusDocument(json: Data(text("status.json", of: job).utf8))
        #expect(status.report.json == "report.json" && status.report.stix == "report.stix.json")
    }

    @Test func aFileOfThreeNamesIsOneObjectOfTheBundle() throws {
        let job = try finishedJob()
        _ = try publisher().publish(job.id, estimate: JobEstimate(), at: Samples.now)
        let bundle = try text("report.stix.json", of: job)
        func count(_ type: String) -> Int {
            bundle.split(separator: "\n").count { $0.contains("{\"type\":\"\(type)\"") }
        }
        #expect(count("file") == 2)
        #expect(count("indicator") == 1)
        // The comment of each line is kept.
        #expect(count("note") == 4)
    }

    @Test func whatIsSwitchedOffIsNotThere() throws {
        let job = try finishedJob()
        _ = try publisher(writesJSON: false, writesSTIX: false).publish(
            job.id, estimate: JobEstimate(), at: Samples.now)
        #expect(try names(of: job) == ["report.csv", "report.html", "status.json"])
    }

    @Test func aJobThatRunsHasNoTableEvenIfItHadOneBefore() throws {
        let job = try accept([Samples.hash(1)])
        try FileManager.default.createDirectory(at: place(of: job), withIntermediateDirectories: true)
        for name in ["report.csv", "report.json", "report.stix.json"] {
            try Data("old".utf8).write(to: place(of: job).appending(path: name))
        }
        _ = try publisher().publish(job.id, estimate: JobEstimate(), at: Samples.now)
        #expect(try names(of: job) == ["report.html", "status.json"])
    }

    /// Reports that become visible together: each whole, and one that cannot be does not hold up the others.
    @Test func ofSeveralReportsOneThatFailsHoldsUpNoOther() throws {
        // The cache answers the other two.
        let jobs = try [finishedJob(), accept([Samples.hash(1)]), accept([Samples.hash(2)])]
        let publisher = try publisher()
        var written = try jobs.map { job in
            try #require(try publisher.write(job.id, estimate: JobEstimate(), at: Samples.now))
        }
        for job in jobs {
            #expect(try names(of: job).allSatisfy { $0.hasSuffix(".tmp") }, "nothing is visible yet")
        }
        // A folder in the place of one's table.
        try FileManager.default.createDirectory(
            at: place(of: jobs[1]).appending(path: "report.csv/inside"), withIntermediateDirectories: true)
        let results = publisher.complete(written)
        written = []
        #expect(results.map { (try? $0.get()) != nil } == [true, false, true])
        let whole = ["report.csv", "report.html", "report.json", "report.stix.json", "status.json"]
        #expect(try names(of: jobs[0]) == whole)
        #expect(try names(of: jobs[2]) == whole)
        // The tables come first, and no status says that the job is done.
        #expect(try names(of: jobs[1]) == ["report.csv", "report.json", "report.stix.json"])
        try publisher.save(results.compactMap { try? $0.get() })
        #expect(try database.jobs.unpublished().map(\.id) == [jobs[1].id])
        let bytes = try results[0].get().bytes
        #expect(
            bytes
                == whole.reduce(0) {
                    $0 + Int64(try! Data(contentsOf: place(of: jobs[0]).appending(path: $1)).count)
                })
    }
}
