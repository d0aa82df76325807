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
    private let fixture: ReportFixture
    private var folder: TemporaryFolder { fixture.folder }
    private var database: HashdropDatabase { fixture.database }

    init() throws { fixture = try ReportFixture() }

    /// What VirusTotal knows of the files of some numbers: how many engines detect each; nil for nothing.
    private typealias World = [Int: Int?]

    /// Takes a list in on a day, answers it by the world, and writes its report.
    ///
    /// - Parameter kinds: by which hashes the list names each file.
    private func run(
        _ world: World, day: Int, user: String = "alice", name: String = "iocs.txt",
        kinds: [FileHash.Kind] = [.sha256], compare: String? = nil, label: String? = nil,
        policy: VerdictPolicy = .init()
    ) throws -> Job {
        let files = world.keys.sorted().flatMap { number in
            kinds.map { kind in (number: number, hash: Samples.hash(number, kind)) }
        }
        let time = Samples.now + Double(day) * 2 * 86_400
        var new = Samples.job(user: user, name: name, receivedAt: time)
        new.options.compare = compare
        let job = try database.jobs.accept(new, ages: CacheAges()) { writer in
            for (line, file) in files.enumerated() {
                writer.add(HashListEntry(line: line + 1, hashes: [file.hash]))
            }
        }
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        for (number, hash) in files {
            var answer = LookupAnswer.Answer.unknown
            if let known = world[number], let detections = known {
                var file = Samples.file(number, detections: detections)
                file.threatLabel = label
                answer = .known(file)
            }
            let reservation = Reservation(hash: hash, jobRowID: rowID)
            // Another hash of the file may have been answered.
            guard let request = try database.lookups.reserve([reservation], at: time)[0] else { continue }
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
        try fixture.publish(job, by: fixture.publisher(policy))
    }

    private func place(of job: Job) -> URL {
        folder.url.appending(path: "reports/\(job.user)").appending(path: job.folderName)
    }

    private func text(_ name: String, of job: Job) throws -> String {
        String(decoding: try Data(contentsOf: place(of: job).appending(path: name)), as: UTF8.self)
    }

    private func status(_ job: Job) throws -> StatusDocument {
        try StatusDocument(json: Data(text("status.json", of: job).utf8))
    }

    private func changes(_ job: Job) throws -> StatusDocument.Changes? { try status(job).changes }

    /// The rows of `report.changes.csv` without their hash's digits: `3 worse clean malicious false
    /// virustotal`.
    private func rows(_ job: Job) throws -> [String] {
        let lines = try text("report.changes.csv", of: job).split(separator: "\r\n").map(String.init)
        #expect(
            lines.first
                == "\u{FEFF}hash,change,verdict_was,verdict,list_change,threat_label_was,threat_label,cause")
        var numbers: [String: Int] = [:]
        for kind in FileHash.Kind.allCases {
            for number in 0..<20 { numbers[Samples.hash(number, kind).hexadecimal] = number }
        }
        return try lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            #expect(cells.count == 8)
            let number = try #require(numbers[cells[0].replacing("'", with: "")])
            return "\(number) " + (cells[1...4] + cells[7...]).joined(separator: " ")
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
                "2 worse clean malicious false virustotal",
                "3 newly-known unknown malicious false virustotal",
                "4 better suspicious clean false virustotal", "5 gone malicious  true list",
                "7 no-longer-known clean unknown false virustotal", "8 new  malicious true list",
                "9 new  clean true list",
            ])
        let found = try #require(try changes(second))
        #expect(found.baseline == first.id.description && found.reason == nil)
        #expect([found.new, found.gone, found.worse, found.better] == [2, 1, 1, 1])
        #expect([found.newlyKnown, found.noLongerKnown, found.label, found.newMalicious] == [1, 1, 0, 3])
        #expect(found.byCause == ["list": 3, "virustotal": 4, "policy": 0, "lookup": 0])
        #expect(Set(found.newMaliciousHashes ?? []) == Set([2, 3, 8].map { Samples.hash($0).hexadecimal }))
        let kept = try database.jobs.job(second.id)?.changes?.counts
        #expect(kept == [.new: 2, .gone: 1, .worse: 1, .better: 1, .other: 2])
        let page = try text("report.html", of: second)
        #expect(page.contains("in the list 2 new, 1 gone; at VirusTotal 1 worse"))
        #expect(page.contains("In the list 2 new, 1 gone. At VirusTotal 1 worse"))
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
            line.contains(",label,malicious,malicious,false,\"'=trojan")
                && line.hasSuffix(",trojan.other,virustotal"))
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
        #expect(try status(second).warnings == [])
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
        let link = "<a href=\"../\(first.folderName)/report.html\">\(first.id)</a> (<time "
        #expect(try text("report.html", of: second).components(separatedBy: "ince \(link)").count == 3)
        try FileManager.default.removeItem(at: place(of: first))
        // What changes by the policy is told too, and goes again with it.
        for (policy, expected) in [
            (
                VerdictPolicy(maliciousFrom: 1),
                [
                    "1 worse clean malicious false virustotal", "3 worse clean malicious false virustotal",
                    "4 gone malicious  true list", "5 new  clean true list",
                ]
            ),
            (
                VerdictPolicy(maliciousFrom: 5, suspiciousFrom: 5),
                ["4 gone malicious  true list", "5 new  clean true list"]
            ),
            (
                VerdictPolicy(),
                [
                    "1 worse clean malicious false virustotal", "3 worse clean suspicious false virustotal",
                    "4 gone malicious  true list", "5 new  clean true list",
                ]
            ),
        ] {
            try database.jobs.renew([second.id])
            try publish(second, policy)
            #expect(try rows(second) == expected)
            #expect(try changes(second)?.baseline == first.id.description)
            // What is not there any more is not linked.
            #expect(try !text("report.html", of: second).contains("../\(first.folderName)"))
        }
        #expect(try text("report.changes.csv", of: second) == before)
    }

    /// Another list's answers, and another policy, stand in the earlier report by then: what they changed is
    /// told by the next run, as if it had not been written again.
    @Test(arguments: [3, 1]) func aReportThatWasWrittenAgainCountsAsItWasFirst(malicious: Int) throws {
        let policy = VerdictPolicy(maliciousFrom: malicious)
        let first = try run([1: 0, 2: 1, 3: 4], day: 0)
        _ = try run([1: 4, 2: 1, 3: 4], day: 1, user: "bob")
        for _ in 0..<2 {
            try database.jobs.renew([first.id])
            try publish(first, policy)
        }
        let second = try run([1: 4, 2: 1, 3: 4], day: 2, policy: policy)
        let byPolicy = ["2 worse suspicious malicious false policy"]
        #expect(
            try rows(second)
                == ["1 worse clean malicious false virustotal"] + (malicious == 1 ? byPolicy : []))
        #expect(try changes(second)?.newMalicious == (malicious == 1 ? 2 : 1))
    }

    // MARK: The cause

    private static func word(_ detections: Int, _ policy: VerdictPolicy) -> Verdict {
        if detections >= policy.maliciousFrom { return .malicious }
        return detections >= policy.suspiciousFrom ? .suspicious : .clean
    }

    /// So many engines detect the files before and now: each pair is a file, by its number.
    private static let steps = [0, 1, 3, 4]
    private static let files = 0..<16

    /// What differs between a report by one policy and one of now by another.
    private static func expected(_ old: VerdictPolicy, _ new: VerdictPolicy) -> [String] {
        files.compactMap { file -> String? in
            let now = steps[file % 4]
            let (was, verdict) = (word(steps[file / 4], old), word(now, new))
            if was == verdict { return nil }
            let cause = word(now, old) == was ? "policy" : "virustotal"
            return "\(file) \(verdict < was ? "worse" : "better") \(was.rawValue) \(verdict.rawValue) false "
                + cause
        }.sorted()
    }

    @Test(arguments: [(1, 1), (2, 1), (4, 2), (4, 4), (3, 1)])
    func whatThePolicyHasChangedIsToldFromWhatVirusTotalHas(malicious: Int, suspicious: Int) throws {
        let old = VerdictPolicy()
        let new = VerdictPolicy(maliciousFrom: malicious, suspiciousFrom: suspicious)
        let before = World(uniqueKeysWithValues: Self.files.map { ($0, Optional(Self.steps[$0 / 4])) })
        let now = World(uniqueKeysWithValues: Self.files.map { ($0, Optional(Self.steps[$0 % 4])) })
        let first = try run(before, day: 0, policy: old)
        let second = try run(now, day: 1, policy: new)
        let expected = Self.expected(old, new)
        #expect(try rows(second) == expected)
        let found = try #require(try changes(second))
        let byPolicy = expected.filter { $0.hasSuffix(" policy") }.count
        #expect(found.byCause?["policy"] == byPolicy)
        #expect(found.byCause?["virustotal"] == expected.count - byPolicy)
        #expect(found.newMalicious == expected.filter { $0.contains(" malicious false ") }.count)
        #expect(found.baselinePolicy?.verdictPolicy == old)
        let page = try text("report.html", of: second)
        #expect(page.contains("By the changed policy ") == (byPolicy > 0))
        // Written again it keeps the policy of before, whatever became of the earlier report.
        let table = try text("report.changes.csv", of: second)
        for policy in [old, new] {
            try database.jobs.renew([first.id, second.id])
            try publish(first, new)
            try publish(second, policy)
            #expect(try rows(second) == Self.expected(old, policy))
            #expect(try changes(second)?.baselinePolicy?.verdictPolicy == old)
        }
        #expect(try text("report.changes.csv", of: second) == table)
        #expect(try rows(run(now, day: 2, policy: new)).isEmpty)
    }

    @Test func anEntryOfTheAllowListIsPolicy() throws {
        func allow(_ numbers: [Int]) throws {
            for number in numbers {
                let entry = AllowedFile(
                    hash: Samples.hash(number, .md5), reason: "ours", author: "root", createdAt: Samples.now)
                #expect(try database.allowed.set(entry))
            }
        }
        try allow([3, 4, 5])
        _ = try run([1: 4, 2: 1, 3: 4, 4: 1, 5: 4, 6: 0, 7: 4, 8: 0], day: 0)
        for number in [3, 4, 5] { #expect(try database.allowed.remove(Samples.hash(number, .md5))) }
        try allow([1, 2, 6, 7])
        let second = try run([1: 4, 2: 4, 3: 4, 4: 4, 5: 0, 6: 4, 7: 0, 8: 0], day: 1)
        let table = try text("report.changes.csv", of: second)
        #expect(
            try rows(second) == [
                "1 better malicious allowed false policy", "2 better suspicious allowed false virustotal",
                "3 worse allowed malicious false policy", "4 worse allowed malicious false policy",
                "5 better allowed clean false virustotal", "6 worse clean allowed false virustotal",
                "7 better malicious clean false virustotal",
            ])
        #expect(try changes(second)?.newMalicious == 2)
        try database.jobs.renew([second.id])
        try publish(second)
        #expect(try text("report.changes.csv", of: second) == table)
    }

    @Test func anEarlierReportThatDoesNotSayItsPolicyHadThePresentOne() throws {
        let first = try run([1: 1], day: 0)
        let file = place(of: first).appending(path: "status.json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        var status = try #require(object as? [String: Any])
        #expect(status.removeValue(forKey: "policy") != nil)
        try JSONSerialization.data(withJSONObject: status).write(to: file)
        let second = try run([1: 1], day: 1, policy: VerdictPolicy(maliciousFrom: 1))
        #expect(try rows(second) == ["1 worse suspicious malicious false virustotal"])
        #expect(try changes(second)?.baselinePolicy?.maliciousFrom == 1)
    }

    // MARK: The file

    /// The kinds of hashes that stand for a number of three bits.
    private static func kinds(_ bits: Int) -> [FileHash.Kind] {
        FileHash.Kind.allCases.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
    }

    /// Each choice of one file's three hashes, and each other one the next time.
    @Test(arguments: [4, 0])
    func whatIsLeftIsMatchedByFile(detectionsBefore: Int) throws {
        var day = 0
        for before in 1..<8 {
            for now in 1..<8 {
                let name = "\(before)-\(now).txt"
                _ = try run([1: detectionsBefore], day: day, name: name, kinds: Self.kinds(before))
                let job = try run([1: 4], day: day + 1, name: name, kinds: Self.kinds(now))
                day += 2
                let (left, added) = ((before & ~now).nonzeroBitCount, (now & ~before).nonzeroBitCount)
                let matched = min(left, added)
                let found = try #require(try changes(job))
                let same = (before & now).nonzeroBitCount + matched
                #expect(found.gone == left - matched && found.new == added - matched, "\(name)")
                #expect(found.worse == (detectionsBefore == 4 ? 0 : same), "\(name)")
                // It is malicious by all of its names, and was by all of them or by none.
                let news = detectionsBefore == 4 ? 0 : now.nonzeroBitCount
                #expect(found.newMalicious == news, "\(name)")
                let table = try text("report.changes.csv", of: job)
                try database.jobs.renew([job.id])
                try publish(job)
                #expect(try text("report.changes.csv", of: job) == table, "\(name)")
                #expect(try changes(job)?.newMalicious == news, "\(name)")
            }
        }
    }

    @Test func ofSeveralFilesEachIsMatchedWithItself() throws {
        func world(_ files: Range<Int>) -> World {
            World(uniqueKeysWithValues: files.map { ($0, Optional($0 % 2 * 4)) })
        }
        _ = try run(world(0..<10), day: 0, kinds: [.md5])
        let second = try run(world(3..<13), day: 1, kinds: [.sha256])
        #expect(
            try rows(second) == [
                "0 gone clean  true list", "1 gone malicious  true list", "10 new  clean true list",
                "11 new  malicious true list", "12 new  clean true list", "2 gone clean  true list",
            ])
        #expect(try changes(second)?.newMaliciousHashes == [Samples.hash(11).hexadecimal])
    }

    /// VirusTotal did not tell its SHA-256, but the list did.
    @Test func anUnknownFileIsMatchedByTheHashThatTheListNames() throws {
        _ = try run([1: nil], day: 0, kinds: [.sha256])
        let second = try run([1: 4], day: 1, kinds: [.md5])
        #expect(try rows(second) == ["1 newly-known unknown malicious false virustotal"])
        #expect(try changes(second)?.newMaliciousHashes == [Samples.hash(1, .md5).hexadecimal])
    }
}
