import Foundation
import Model
import Support
import TestSupport
import Testing

@testable import Store

/// Which answers of the cache are taken, by their age and their kind.
@Suite(.limited(.processor))
struct CacheAgesTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    private static func hours(_ count: Int) -> Duration { .seconds(count * 3_600) }
    private static func days(_ count: Int) -> Duration { hours(count * 24) }

    /// An age for each kind, none of them another's.
    private static let ages = CacheAges(
        known: days(1), unknown: hours(20),
        byKind: [
            .unknown: hours(12), .new: hours(6), .suspicious: days(2), .settledMalicious: days(30),
            .settledClean: days(14),
        ])

    /// An answer as VirusTotal gave it, and how old it is.
    private struct Given {
        /// Nil for a hash that VirusTotal does not know.
        var file: FileObject?
        var age: Duration
        var knownFor: Duration?
        var scannedAfter: Duration?
    }

    private static func given(_ hasEngines: Bool, _ detections: Int, _ number: Int) -> [Given] {
        var all: [Given] = []
        let lives: [Duration?] = [nil, hours(1), hours(47), hours(49), days(31), days(364), days(366)]
        let scans: [Duration?] = [nil, hours(0), days(366)]
        for age in [hours(1), hours(7), hours(13), hours(21), hours(25), days(3), days(15), days(31)] {
            for knownFor in lives {
                for scannedAfter in scans {
                    var file = Samples.file(number + all.count, detections: detections)
                    if !hasEngines { file.engines = EngineFindings() }
                    let first = knownFor.map { Samples.now - age - $0 }
                    file.firstSubmissionDate = first
                    file.lastAnalysisDate = first.flatMap { first in scannedAfter.map { first + $0 } }
                    all.append(
                        Given(file: file, age: age, knownFor: knownFor, scannedAfter: scannedAfter))
                }
            }
        }
        return all
    }

    /// The rule as the documentation has it, in other words than the statement's.
    private func maxAge(of given: Given) -> Duration {
        let ages = Self.ages
        guard let file = given.file, file.opinionCount > 0 else { return ages.byKind[.unknown] ?? .zero }
        let knownFor = given.knownFor ?? Self.days(10)
        if knownFor < Self.days(2) { return ages.byKind[.new] ?? .zero }
        switch file.detectionCount {
        case 0:
            let scannedAfter = given.scannedAfter ?? .zero
            let isSettled = knownFor > Self.days(365) && scannedAfter > Self.days(365)
            return isSettled ? ages.byKind[.settledClean] ?? .zero : ages.known
        case 1, 2: return ages.byKind[.suspicious] ?? .zero
        default: return knownFor > Self.days(30) ? ages.byKind[.settledMalicious] ?? .zero : ages.known
        }
    }

    private struct Ended {
        var hash: FileHash
        var result: LookupOutcome.Result
        var age: Duration
    }

    /// Puts answers into the cache.
    private func remember(_ ended: [Ended]) throws {
        let job = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            for (line, ended) in ended.enumerated() {
                list.add(HashListEntry(line: line + 1, hashes: [ended.hash]))
            }
        }
        try end(ended, of: job)
    }

    private func end(_ ended: [Ended], of job: Job) throws {
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        let reservations = ended.map { Reservation(hash: $0.hash, jobRowID: rowID) }
        let requests = try database.lookups.reserve(reservations, at: Samples.now)
        let outcomes = try zip(zip(reservations, requests), ended).map { sent, ended in
            LookupOutcome(
                request: try #require(sent.1), reservation: sent.0, result: ended.result, outcome: "200",
                endedAt: ClockReading(wall: Samples.now - ended.age, monotonic: .seconds(1_800)))
        }
        _ = try database.lookups.record(outcomes)
    }

    @Test(arguments: [(true, 0), (true, 1), (true, 2), (true, 3), (true, 10), (false, 0)])
    func eachKindIsFreshForItsOwnTime(hasEngines: Bool, detections: Int) throws {
        let given = Self.given(hasEngines, detections, 1_000)
        try remember(
            given.compactMap { given in
                given.file.map { Ended(hash: $0.sha256, result: .answered(.known($0)), age: given.age) }
            })
        let job = try database.jobs.accept(Samples.job(), ages: Self.ages) { list in
            for (line, given) in given.enumerated() {
                list.add(HashListEntry(line: line + 1, hashes: [given.file!.sha256]))
            }
        }
        var rows: [ReportRow] = []
        try database.reportRows.forEachRow(of: job.id, order: .list) { rows.append($0) }
        for (row, given) in zip(rows, given) {
            let isFresh = given.age <= maxAge(of: given)
            #expect(
                !row.isStale == isFresh,
                "\(detections) detections, known for \(String(describing: given.knownFor)), \(given.age) old")
        }
        #expect(rows.count == given.count)
    }

    @Test func whatVirusTotalDoesNotKnowIsOfTheFirstKind() throws {
        let hashes = (0..<3).map { Samples.hash($0) }
        try remember(
            zip(hashes, [1, 11, 13]).map {
                Ended(hash: $0, result: .answered(.unknown), age: Self.hours($1))
            })
        let job = try database.jobs.accept(Samples.job(), ages: Self.ages) { list in
            for hash in hashes { list.add(HashListEntry(line: 1, hashes: [hash])) }
        }
        #expect(job.requestCost.savedByCache == 2)
    }

    /// Kinds that are left out have the ages of all.
    @Test func aKindWithoutAnAgeHasThatOfAll() throws {
        var file = Samples.file(1)
        file.firstSubmissionDate = Samples.now - Self.days(4_000)
        try remember([Ended(hash: file.sha256, result: .answered(.known(file)), age: Self.days(3))])
        for (kind, saved) in [(AnswerKind.settledMalicious, 0), (.settledClean, 1)] {
            let ages = CacheAges(byKind: [kind: Self.days(14)])
            let job = try database.jobs.accept(Samples.job(), ages: ages) { list in
                list.add(HashListEntry(line: 1, hashes: [file.sha256]))
            }
            #expect(job.requestCost.savedByCache == saved, "\(kind)")
        }
    }

    @Test func aRetryTakesWhatIsFreshByItsKind() throws {
        var file = Samples.file(1)
        file.firstSubmissionDate = Samples.now - Self.days(4_000)
        for (ages, slice) in [
            (CacheAges(), JobRetry.Slice(opened: 1)),
            (CacheAges(byKind: [.settledClean: Self.days(14)]), JobRetry.Slice(answered: 1)),
        ] {
            let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
                list.add(HashListEntry(line: 1, hashes: [file.sha256]))
            }
            let failed = Ended(hash: file.sha256, result: .failedForGood(reason: "bad"), age: Self.days(20))
            try end([failed], of: job)
            try remember(
                [Ended(hash: file.sha256, result: .answered(.known(file)), age: Self.days(10))])
            var retry = try database.jobs.retry(job.id, ages: ages, at: Samples.now)
            #expect(try retry.advance() == slice)
            _ = try database.jobs.cancel(job.id, reason: "over", at: Samples.now)
        }
    }

    /// It decides over each hash of a list of a hundred thousand: without kinds no file is looked at for one
    /// of them.
    @Test func withoutKindsTheQuestionIsTheShortOne() {
        let sql = CacheAges().hasFreshAnswer(to: "h", knownSince: "?2", unknownSince: "?3")
        #expect(
            sql.split(whereSeparator: \.isWhitespace).joined(separator: " ") == """
                EXISTS ( SELECT 1 FROM answer WHERE answer.hash = h AND answer.askedAt >= min(?2, ?3) \
                AND (answer.askedAt >= max(?2, ?3) OR answer.askedAt >= iif( \
                (SELECT engineCount FROM file WHERE file.id = answer.fileID) > 0, ?2, ?3)))
                """)
    }
}
