import Foundation
import Lookup
import Model
import Reporting
import Store
import TestSupport
import Testing

@testable import Pipeline

/// A database and a folder for reports, with jobs that are answered and published.
struct ReportFixture {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "reports"), withIntermediateDirectories: true)
    }

    func publisher(
        _ policy: VerdictPolicy = .init(), htmlRowsMax: Int = 100_000, writesJSON: Bool = true,
        writesSTIX: Bool = false, writesLists: Bool = true
    ) throws -> ReportPublisher {
        ReportPublisher(
            database: database,
            options: ReportOptions(
                policy: policy, htmlRowsMax: htmlRowsMax, isSimulated: false, version: "1",
                writesJSON: writesJSON, writesSTIX: writesSTIX, writesLists: writesLists),
            reports: try ReportsFolder(path: folder.path("reports"), database: database),
            cacheMaxAge: .seconds(86_400))
    }

    /// Writes a job's report and remembers it; nil if there is none to be written.
    @discardableResult
    func publish(_ job: Job, by publisher: ReportPublisher) throws -> ReportPublisher.Published? {
        let published = try publisher.publish(job.id, estimate: JobEstimate(), at: Samples.now)
        try publisher.save(published.map { [$0] } ?? [])
        return published
    }

    /// A job with a hash for each answer, by its place, that is answered to its end.
    func finished(_ answers: [LookupAnswer.Answer]) throws -> Job {
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            for number in answers.indices {
                writer.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)]))
            }
        }
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        let reservations = answers.indices.map { Reservation(hash: Samples.hash($0), jobRowID: rowID) }
        let requests = try database.lookups.reserve(reservations, at: Samples.now)
        let outcomes = try answers.indices.map { number in
            LookupOutcome(
                request: try #require(requests[number]), reservation: reservations[number],
                result: .answered(answers[number]), outcome: "200", endedAt: Samples.reading(Samples.now))
        }
        for start in stride(from: 0, to: outcomes.count, by: 500) {
            _ = try database.lookups.record(Array(outcomes[start..<min(start + 500, outcomes.count)]))
        }
        return try #require(try database.jobs.job(job.id))
    }

    /// The job's folder.
    func place(of job: Job) -> URL {
        folder.url.appending(path: "reports/alice").appending(path: job.folderName)
    }

    func text(_ name: String, of job: Job) throws -> String {
        String(decoding: try Data(contentsOf: place(of: job).appending(path: name)), as: UTF8.self)
    }
}
