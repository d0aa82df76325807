import Foundation
import Lookup
import Model
import Reporting
import Store
import TestSupport
import Testing

@testable import Pipeline

/// The same list again: what is new, gone, worse, better since its last report.
@Suite(.limited(.processor))
struct EarlierReportsTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "reports"), withIntermediateDirectories: true)
    }

    /// What VirusTotal knows of the files of some numbers: how many engines detect each; nil for nothing.
    private typealias World = [Int: Int?]

    /// Takes a list in on a day, answers it by the world, and writes its report.
    private func run(
        _ world: World, day: Int, user: String = "alice", name: String = "iocs.txt", compare: String? = nil,
        label: String? = nil, policy: VerdictPolicy = .init()
    ) throws -> Job {
        let time = Samples.now + Double(day) * 2 * 86_400
        var new = Samples.job(user: user, name: name, receivedAt: time)
        new.options.compare = compare
        let job = try database.jobs.accept(new, ages: CacheAges()) { writer in
            for (line, number) in world.keys.sorted().enumerated() {
                writer.add(HashListEntry(line: line + 1, hashes: [Samples.hash(number)]))
            }
        }
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        for (number, detections) in world {
            var answer = LookupAnswer.Answer.unknown
            if let detections {
                var file = Samples.file(number, detections: detections)
                file.threatLabel = label
                answer = .known(file)
            }
            let reservation = Reservation(hash: Samples.hash(number), jobRowID: rowID)
            let request = try #require(try database.lookups.reserve([reservation], at: time)[0])
            _ = try database.lookups.record([
                LookupOutcome(
                    request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                    endedAt: Samples.reading(time))
            ])
        }
        try publish(job, policy)
        return job
    }

    private func publish(_ job: Job, _ policy: VerdictPolicy = .init()) throws {
        let publisher = ReportPublisher(
            database: database, options: ReportOptions(policy: policy, isSimulated: false, version: "1"),
            reports: try ReportsFolder(path: folder.path("reports"), database: database),
            cacheMaxAge: .seconds(86_400))
        let published = try publisher.publish(job.id, estimate: JobEstimate(), at: Samples.now)
        try publisher.save(published.map { [$0] } ?? [])
    }

    private func place(of job: Job) -> URL {
        folder.url.appending(path: "reports/\(job.user)").appending(path: job.folderName)
    }

    private func text(_ name: String, of job: Job) throws -> String {
        String(decoding: try Data(contentsOf: place(of: job).appending(path: name)), as: UTF8.self)
    }

    private func changes(_ job: Job) throws -> StatusDocument.Changes? {
        try StatusDocument(json: Data(text("status.json", of: job).utf8)).changes
    }

    /// The rows of `report.changes.csv` without their hash's digits: `3 worse clean malicious false`.
    private func rows(_ job: Job) throws -> [String] {
        let lines = try text("report.changes.csv", of: job).split(separator: "\r\n").map(String.init)
        #expect(
            lines.first
                == "\u{FEFF}hash,change,verdict_was,verdict,list_change,threat_label_was,threat_label")
        let numbers = Dictionary(uniqueKeysWithValues: (0..<20).map { (Samples.hash($0).hexadecimal, $0) })
        return try lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            #expect(cells.count == 7)
            let number = try #require(numbers[cells[0].replacing("'", with: "")])
            return "\(number) " + cells[1...4].joined(separator: " ")
        }.sorted()
    }

    @Test func theDifferencesAreExactlyThosePlanted() throws {
        let first = try run([1: 4, 2: 0, 3: nil, 4: 1, 5: 4, 6: nil, 7: 0], day: 0)
        #expect(try changes(first) == nil)
        #expect(throws: CocoaError.self) { try text("report.changes.csv", of: first) }
        #expect(try !text("report.html", of: first).contains("report.changes.csv"))
        let second = try run([1: 4, 2: 5, 3: 4, 4: 0, 6: nil, 7: nil, 8: 9, 9: 0], day: 1)
        #expect(
            try rows(second) == [
                "2 worse clean malicious false", "3 newly-known unknown malicious false",
                "4 better suspicious clean false", "5 gone malicious  true",
                "7 no-longer-known clean unknown false", "8 new  malicious true", "9 new  clean true",
            ])
        let found = try #require(try changes(second))
        #expect(found.baseline == first.id.description && found.reason == nil)
        #expect([found.new, found.gone, found.worse, found.better] == [2, 1, 1, 1])
        #expect([found.newlyKnown, found.noLongerKnown, found.label, found.newMalicious] == [1, 1, 0, 3])
        let page = try text("report.html", of: second)
        #expect(page.contains("in the list 2 new, 1 gone; at VirusTotal 1 worse"))
        #expect(page.contains("<section id=changes>") && page.contains("href=\"report.changes.csv\""))
        // The third is compared with the second, whose earlier words count and not what the cache holds now.
        let third = try run([1: 4, 2: 5, 3: 4, 4: 0, 6: nil, 7: nil, 8: 9, 9: 0], day: 2)
        #expect(try rows(third).isEmpty)
        #expect(try changes(third)?.baseline == second.id.description)
        #expect(try changes(third)?.newMalicious == 0)
        #expect(try text("report.html", of: third).contains("no changes."))
    }

    @Test func aLabelIsComparedAsItStandsInItsCell() throws {
        let label = "=trojan,\"x\";+1\u{7}"
        _ = try run([1: 4], day: 0, label: label)
        let second = try run([1: 4], day: 1, label: label)
        #expect(try rows(second).isEmpty)
        let third = try run([1: 4], day: 2, label: "trojan.other")
        let line = try #require(try text("report.changes.csv", of: third).split(separator: "\r\n").last)
        #expect(
            line.contains(",label,malicious,malicious,false,\"'=trojan") && line.hasSuffix(",trojan.other"))
    }

    @Test func onlyAUsersOwnListOfTheNameCounts() throws {
        _ = try run([1: 0], day: 0, user: "bob")
        let other = try run([1: 0, 2: 0], day: 1, name: "other.txt")
        let first = try run([1: 0], day: 2)
        #expect(try changes(first) == nil)
        #expect(try changes(run([1: 0], day: 3, compare: "other.txt"))?.baseline == other.id.description)
        #expect(try changes(run([1: 0], day: 4, compare: "none")) == nil)
        let byID = try run([1: 0], day: 5, compare: first.id.description)
        #expect(try changes(byID)?.baseline == first.id.description)
        let foreign = try run([1: 0], day: 6, user: "bob", compare: first.id.description)
        #expect(try changes(foreign)?.baseline == nil)
        #expect(try changes(foreign)?.reason?.contains("no finished list") == true)
        #expect(try changes(foreign)?.newMalicious == nil)
        #expect(try text("report.html", of: foreign).contains("Compared with nothing"))
    }

    /// What cannot be read holds up no report, and is said.
    @Test(arguments: ["gone", "no table", "cut", "a link", "without a folder"])
    func anEarlierReportThatCannotBeUsedIsSaid(damage: String) throws {
        let first = try run([1: 0, 2: 0], day: 0)
        let csv = place(of: first).appending(path: "report.csv")
        switch damage {
        case "gone": try FileManager.default.removeItem(at: csv)
        case "no table": try Data("hash,verdict\r\n".utf8).write(to: csv)
        case "cut": try Data(try Data(contentsOf: csv).dropLast(3)).write(to: csv)
        case "a link":
            let copy = folder.url.appending(path: "copy.csv")
            try FileManager.default.moveItem(at: csv, to: copy)
            try FileManager.default.createSymbolicLink(at: csv, withDestinationURL: copy)
        default: try FileManager.default.removeItem(at: place(of: first))
        }
        let second = try run([1: 4, 2: 0], day: 1)
        let found = try #require(try changes(second))
        #expect(found.baseline == first.id.description && found.new == nil)
        #expect(found.reason?.hasPrefix("Not compared with the list before, \(first.id): ") == true)
        #expect(try text("report.html", of: second).contains("Not compared with the list before"))
        #expect(try text("report.csv", of: second).contains("malicious"))
        #expect(throws: CocoaError.self) { try text("report.changes.csv", of: second) }
    }

    /// The earlier report may have been written anew before, with answers of today.
    @Test func aReportThatIsWrittenAnewIsComparedWithTheSameVerdicts() throws {
        let first = try run([1: 0, 2: 0, 3: 0, 4: 4], day: 0)
        let second = try run([1: 4, 2: 0, 3: 1, 5: 0], day: 1)
        let before = try text("report.changes.csv", of: second)
        try database.jobs.renew([first.id, second.id])
        try publish(first)
        #expect(try text("report.csv", of: first).contains("malicious"))
        try publish(second)
        #expect(try text("report.changes.csv", of: second) == before)
        try FileManager.default.removeItem(at: place(of: first))
        // What changes by the policy is told too, and goes again with it.
        for (policy, expected) in [
            (
                VerdictPolicy(maliciousFrom: 1),
                [
                    "1 worse clean malicious false", "3 worse clean malicious false",
                    "4 gone malicious  true", "5 new  clean true",
                ]
            ),
            (
                VerdictPolicy(maliciousFrom: 5, suspiciousFrom: 5),
                ["4 gone malicious  true", "5 new  clean true"]
            ),
            (
                VerdictPolicy(),
                [
                    "1 worse clean malicious false", "3 worse clean suspicious false",
                    "4 gone malicious  true", "5 new  clean true",
                ]
            ),
        ] {
            try database.jobs.renew([second.id])
            try publish(second, policy)
            #expect(try rows(second) == expected)
            #expect(try changes(second)?.baseline == first.id.description)
        }
        #expect(try text("report.changes.csv", of: second) == before)
    }
}
