import Foundation
import Lookup
import Model
import Reporting
import Store
import TestSupport
import Testing

@testable import Pipeline

/// From one report to the next: in how many earlier lists the files of a list stood.
@Suite(.limited(.processor))
struct ListMemoryReportTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase
    let publisher: ReportPublisher

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "reports"), withIntermediateDirectories: true)
        publisher = ReportPublisher(
            database: database, options: ReportOptions(isSimulated: false, version: "1"),
            reports: try ReportsFolder(path: folder.path("reports"), database: database),
            cacheMaxAge: .seconds(86_400))
    }

    /// A list that was cancelled, which has a table as well.
    private func list(_ numbers: Range<Int>, user: String = "alice", after seconds: Int) throws -> Job {
        let received = Samples.now + Double(seconds)
        let job = try database.jobs.accept(
            Samples.job(user: user, receivedAt: received), ages: CacheAges()
        ) { batch in
            for number in numbers {
                batch.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)]))
            }
        }
        return try #require(try database.jobs.cancel(job.id, reason: "by hand", at: received))
    }

    private func publish(_ job: Job) throws {
        let published = try #require(
            try publisher.publish(job.id, estimate: JobEstimate(), at: Samples.now))
        try publisher.save([published])
    }

    /// How many rows of the table end in each number of lists.
    private func counts(_ job: Job) throws -> [Substring: Int] {
        let place = folder.url.appending(path: "reports/\(job.user)/\(job.folderName)/report.csv")
        let lines = try String(contentsOf: place, encoding: .utf8)
            .replacing("\r\n", with: "\n").split(separator: "\n").dropFirst()
        return lines.reduce(into: [:]) { counts, line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            counts[cells[cells.count - 2], default: 0] += 1
        }
    }

    /// Short lists go into the memory with their report, long ones in slices after it.
    @Test(arguments: [3, JobStore.hashesRememberedAtOnce, JobStore.hashesRememberedAtOnce + 1, 9_000])
    func theNextReportKnowsOfIt(_ hashes: Int) throws {
        let first = try list(0..<hashes, after: 0)
        try publish(first)
        #expect(try counts(first) == ["0": hashes])
        let second = try list(1..<hashes + 1, after: 1)
        try publish(second)
        #expect(try counts(second) == ["1": hashes - 1, "0": 1])
        let bobs = try list(0..<hashes, user: "bob", after: 2)
        try publish(bobs)
        #expect(try counts(bobs) == ["0": hashes])
        // Written anew, each says the same.
        try database.jobs.renew([first.id, second.id])
        try publish(first)
        try publish(second)
        #expect(try counts(first) == ["0": hashes])
        #expect(try counts(second) == ["1": hashes - 1, "0": 1])
        #expect(try database.jobs.remember() == false)
    }
}
