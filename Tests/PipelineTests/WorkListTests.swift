import Foundation
import Lookup
import Model
import Reporting
import Store
import TestSupport
import Testing

@testable import Pipeline

/// The lists of a report's hashes by verdict, from the job's end to its renewal, retry and removal.
@Suite(.limited(.processor))
struct WorkListTests {
    let fixture: ReportFixture
    private var database: HashdropDatabase { fixture.database }

    init() throws { fixture = try ReportFixture() }

    @discardableResult
    private func publish(_ job: Job, by publisher: ReportPublisher) throws -> ReportPublisher.Published {
        try #require(try fixture.publish(job, by: publisher))
    }

    /// A job with a file that two engines detect, an unknown one, and another that two engines detect.
    private func finishedJob() throws -> Job {
        try fixture.finished([
            .known(Samples.file(0, detections: 2)), .unknown, .known(Samples.file(2, detections: 2)),
        ])
    }

    private func place(of job: Job) -> URL { fixture.place(of: job) }

    /// The text of each list by its name; nil without the folder.
    private func lists(of job: Job) throws -> [String: String]? {
        let place = place(of: job).appending(path: "lists")
        guard FileManager.default.fileExists(atPath: place.path(percentEncoded: false)) else { return nil }
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path(percentEncoded: false))
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                (name, try String(contentsOf: place.appending(path: name), encoding: .utf8))
            })
    }

    private func lines(_ numbers: Int...) -> String {
        numbers.map { Samples.hash($0).hexadecimal + "\n" }.joined()
    }

    @Test func aFinishedJobHasAListOfEachVerdictThatItHas() throws {
        let job = try finishedJob()
        let published = try publish(job, by: fixture.publisher())
        #expect(try lists(of: job) == ["suspicious.txt": lines(0, 2), "unknown.txt": lines(1)])
        // They count among the bytes of the user's reports.
        let place = place(of: job)
        let bytes = try FileManager.default.subpathsOfDirectory(atPath: place.path(percentEncoded: false))
            .filter { $0 != "lists" }
            .reduce(0) { try $0 + Data(contentsOf: place.appending(path: $1)).count }
        #expect(published.bytes == Int64(bytes))
        try fixture.publisher().remove(job)
        #expect(!FileManager.default.fileExists(atPath: place.path(percentEncoded: false)))
    }

    /// Reports that become visible together: the lists do with them, before the table.
    @Test func nothingOfThemIsVisibleBeforeItsTime() throws {
        let job = try finishedJob()
        let publisher = try fixture.publisher()
        let written = try #require(try publisher.write(job.id, estimate: JobEstimate(), at: Samples.now))
        #expect(try lists(of: job)?.keys.allSatisfy { $0.hasSuffix(".tmp") } == true)
        try publisher.save([try publisher.complete([written])[0].get()])
        #expect(try lists(of: job)?.keys.sorted() == ["suspicious.txt", "unknown.txt"])
    }

    /// A folder in the place of one file: what comes after it does not become visible, whether reports do so
    /// one by one or together. Of the lists the more severe come first, and all of them before the tables.
    @Test(
        arguments: ["lists/suspicious.txt", "lists/unknown.txt", "report.json", "report.csv"], [true, false])
    func eachFileWaitsForThoseBeforeIt(obstacle: String, isAlone: Bool) throws {
        let job = try finishedJob()
        let publisher = try fixture.publisher()
        let place = place(of: job)
        try FileManager.default.createDirectory(
            at: place.appending(path: obstacle).appending(path: "inside"), withIntermediateDirectories: true)
        #expect(throws: (any Error).self) {
            if isAlone {
                _ = try publisher.publish(job.id, estimate: JobEstimate(), at: Samples.now)
            } else {
                let written = try publisher.write(job.id, estimate: JobEstimate(), at: Samples.now)
                _ = try publisher.complete(written.map { [$0] } ?? [])[0].get()
            }
        }
        let order = ["lists/suspicious.txt", "lists/unknown.txt", "report.json", "report.csv", "status.json"]
        let there = order.filter { (try? Data(contentsOf: place.appending(path: $0))) != nil }
        #expect(there == Array(order.prefix { $0 != obstacle }))
        #expect(try database.jobs.unpublished().map(\.id) == [job.id])
    }

    @Test func anotherPolicyLeavesNoListOfTheOldVerdicts() throws {
        let job = try finishedJob()
        try publish(job, by: fixture.publisher())
        // A kill in the middle.
        try Data("old".utf8).write(to: place(of: job).appending(path: "lists/.clean.txt.tmp"))
        try database.jobs.renew([job.id])
        try publish(job, by: fixture.publisher(VerdictPolicy(maliciousFrom: 2)))
        #expect(try lists(of: job) == ["malicious.txt": lines(0, 2), "unknown.txt": lines(1)])
        try database.jobs.renew([job.id])
        try publish(job, by: fixture.publisher(writesLists: false))
        #expect(try lists(of: job) == nil)
    }

    /// By another name of the file, in a report that is there already.
    @Test func aNewEntryOfTheAllowListIsInTheRenewedReport() throws {
        let job = try finishedJob()
        try publish(job, by: fixture.publisher())
        let entry = AllowedFile(
            hash: Samples.hash(2, .sha1), reason: "ours", author: "root", createdAt: Samples.now)
        #expect(try database.allowed.set(entry))
        try database.jobs.renew([job.id])
        let published = try publish(job, by: fixture.publisher())
        #expect(published.job.counts[.allowed] == 1 && published.job.counts[.suspicious] == 1)
        #expect(try database.jobs.job(job.id)?.counts[.allowed] == 1)
        #expect(
            try lists(of: job) == [
                "suspicious.txt": lines(0), "allowed.txt": lines(2), "unknown.txt": lines(1),
            ])
        #expect(try database.allowed.remove(entry.hash))
        try database.jobs.renew([job.id])
        try publish(job, by: fixture.publisher())
        #expect(try lists(of: job) == ["suspicious.txt": lines(0, 2), "unknown.txt": lines(1)])
    }

    @Test func aJobThatRunsHasNoLists() throws {
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            writer.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        let old = place(of: job).appending(path: "lists")
        try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
        try Data("old".utf8).write(to: old.appending(path: "failed.txt"))
        try publish(job, by: fixture.publisher())
        #expect(try lists(of: job) == nil)
    }

    /// A link in the folder's place is not followed; what it leads to stays.
    @Test func aLinkInTheWayIsNotFollowed() throws {
        let job = try finishedJob()
        let elsewhere = fixture.folder.url.appending(path: "elsewhere")
        for place in [place(of: job), elsewhere] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(
            at: place(of: job).appending(path: "lists"), withDestinationURL: elsewhere)
        #expect(throws: (any Error).self) { try publish(job, by: fixture.publisher()) }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: elsewhere.path(percentEncoded: false)).isEmpty
        )
    }
}
