import FileSystem
import Foundation
import Lookup
import Model
import Reporting
import Store
import TestSupport
import Testing

@testable import Pipeline

/// Where reports are written, and where they are not: behind links, and under a bare mount point.
struct ReportsFolderTests {
    private let fixture: PipelineFixture
    private let job = Samples.job(name: "a.txt", state: .refused)
    private var reports: String { fixture.folder.path("reports") }
    private var victim: String { fixture.folder.path("victim") }

    init() throws {
        fixture = try PipelineFixture()
        try fixture.database.jobs.refuse(job)
        try FileManager.default.createDirectory(atPath: victim, withIntermediateDirectories: true)
        try Data("precious".utf8).write(to: URL(filePath: victim + "/report.csv"))
    }

    /// As a start makes it: the database says whether the folder is marked.
    private func publisher() throws -> ReportPublisher {
        ReportPublisher(
            database: fixture.database, options: ReportOptions(isSimulated: true, version: "test"),
            reports: try ReportsFolder(path: reports, database: fixture.database), cacheMaxAge: .seconds(60))
    }

    private func publish() throws {
        _ = try publisher().publish(job.id, estimate: JobEstimate(), at: Samples.now)
    }

    private func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    @Test func aLinkInAReportFolderLeadsNowhere() throws {
        try link("\(reports)/alice/\(job.folderName)", to: victim)
        #expect(throws: FileSystemError.self) { try publish() }
        #expect(try FileManager.default.contentsOfDirectory(atPath: victim) == ["report.csv"])
        // And removing the job removes the link, not what it leads to.
        try publisher().remove(job, isTakenBack: false)
        #expect(FileManager.default.fileExists(atPath: victim + "/report.csv"))
        #expect(
            (try? FileManager.default.destinationOfSymbolicLink(
                atPath: "\(reports)/alice/\(job.folderName)")) == nil)
    }

    @Test func removingAJobFollowsNoLinkWithinItsFolder() throws {
        try publish()
        let own = "\(reports)/alice/\(job.folderName)"
        try FileManager.default.createDirectory(
            atPath: own + "/deep/deeper", withIntermediateDirectories: true)
        try link(own + "/deep/out", to: victim)
        for number in 0..<1_100 { try Data().write(to: URL(filePath: own + "/deep/deeper/\(number)")) }
        try publisher().remove(job, isTakenBack: false)
        #expect(!FileManager.default.fileExists(atPath: own))
        #expect(FileManager.default.fileExists(atPath: victim + "/report.csv"))
    }

    /// Only root can give a link to another account.
    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func aUsersFolderThatAnotherAccountMadeALinkIsNotFollowed() throws {
        try FileManager.default.removeItem(atPath: "\(reports)/alice")
        try link("\(reports)/alice", to: victim)
        #expect(lchown("\(reports)/alice", 12_345, 12_345) == 0)
        #expect(throws: FileSystemError.self) { try publish() }
        #expect(!FileManager.default.fileExists(atPath: "\(victim)/\(job.folderName)/status.json"))
    }

    /// The operator's own, in a folder that users may not write to.
    @Test func aUsersFolderMayBeALink() throws {
        try FileManager.default.removeItem(atPath: "\(reports)/alice")
        try link("\(reports)/alice", to: victim)
        try publish()
        #expect(FileManager.default.fileExists(atPath: "\(victim)/\(job.folderName)/status.json"))
    }

    @Test func underABareMountPointNothingIsWritten() throws {
        try ReportsFolder.begin(at: reports, database: fixture.database)
        try publish()
        let aside = fixture.folder.path("aside")
        try FileManager.default.moveItem(atPath: reports, toPath: aside)
        try FileManager.default.createDirectory(atPath: reports, withIntermediateDirectories: true)
        #expect(throws: ReportsFolder.Failure.self) {
            try publisher().publishIndex(of: job.user, estimates: [:], waiting: [], at: Samples.now)
        }
        #expect(throws: ReportsFolder.Failure.self) { try publisher().remove(job, isTakenBack: false) }
        #expect(throws: ReportsFolder.Failure.self) {
            try ReportsFolder.begin(at: reports, database: fixture.database)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: reports).isEmpty)
        #expect(try fixture.database.jobs.job(job.id) != nil)
        // The disk comes back.
        try FileManager.default.removeItem(atPath: reports)
        try FileManager.default.moveItem(atPath: aside, toPath: reports)
        try ReportsFolder.begin(at: reports, database: fixture.database)
        try publish()
    }

    @Test func anotherFolderIsAnotherBeginning() throws {
        try ReportsFolder.begin(at: reports, database: fixture.database)
        try ReportsFolder.begin(at: victim, database: fixture.database)
        #expect(FileManager.default.fileExists(atPath: "\(victim)/\(ReportsFolder.markerName)"))
        // And what the error says makes the same folder a new beginning.
        try FileManager.default.removeItem(atPath: "\(victim)/\(ReportsFolder.markerName)")
        #expect(throws: ReportsFolder.Failure.self) {
            try ReportsFolder.begin(at: victim, database: fixture.database)
        }
        try Data().write(to: URL(filePath: "\(victim)/\(ReportsFolder.markerName)"))
        try ReportsFolder.begin(at: victim, database: fixture.database)
    }
}
