import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

/// What a daemon's own database takes over from one that several daemons share.
@Suite(.limited(.processor))
struct SharedDaysTests {
    private let folder = TemporaryFolder()
    private let database: HashdropDatabase
    private let today = Samples.now.daysSince1970

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    private func spend(_ requests: Int, at date: Date = Samples.now) throws {
        for number in 0..<requests {
            let request = try database.ledger.begin(Samples.hash(number), at: date)
            try database.ledger.end(request, outcome: "200", at: Samples.reading(date + 1))
        }
    }

    private func spent() throws -> [Int] {
        let spending = try database.ledger.spending(at: Samples.reading(Samples.now + 100))
        return [spending.today, spending.thisMonth]
    }

    @Test func requestsOfOthersCountAndOwnOnesStayOwn() throws {
        try spend(3)
        for _ in 0..<2 {
            try database.ledger.takeOver(own: [today: 3], others: [today: 40, today - 1: 7, today + 1: 0])
            #expect(try spent() == [43, 50])
            #expect(try database.ledger.requestDays().own == [today: 3])
            #expect(try database.ledger.requestDays().others == [today: 40, today - 1: 7])
        }
        try spend(2)
        #expect(try database.ledger.requestDays().own == [today: 5])
        #expect(try spent() == [45, 52])
    }

    @Test func noNumberBecomesSmaller() throws {
        try spend(3)
        try database.ledger.takeOver(own: [today: 9], others: [today: 40])
        try database.ledger.takeOver(own: [today: 1, today - 1: -4], others: [today: 2])
        #expect(try database.ledger.requestDays().own == [today: 9])
        #expect(try spent() == [49, 49])
    }

    @Test func whatEndsInALaterDayIsToldOnceMore() throws {
        let midnight = CivilDate(daysSince1970: today).start
        try spend(2, at: midnight - 0.5)
        try spend(1, at: midnight - 100)
        let days = try database.ledger.requestDays()
        #expect(days.own == [today - 1: 3])
        #expect(days.endedLater == [today: 2])
        // The ledger counts these by itself.
        #expect(try spent() == [2, 3])
    }

    // MARK: Answers

    private func answer(_ answer: LookupAnswer.Answer, at date: Date) -> LookupAnswer {
        LookupAnswer(answer: answer, askedAt: date)
    }

    private func take(_ hash: FileHash, _ answer: LookupAnswer) throws {
        _ = try database.lookups.take([hash: answer], at: Samples.now)
    }

    @Test func theCacheIsReadFileByFileInParts() throws {
        for number in 0..<5 {
            try take(Samples.hash(number), answer(.known(Samples.file(number)), at: Samples.now - 60))
        }
        try take(Samples.hash(9, .md5), answer(.unknown, at: Samples.now - 60))
        var read: [HashedAnswer] = []
        while true {
            let answers = try database.cache.answers(after: read.last?.hash, limit: 2)
            if answers.isEmpty { break }
            #expect(answers.count <= 2)
            read += answers
        }
        let hashes = [Samples.hash(9, .md5)] + (0..<5).map { Samples.hash($0) }
        #expect(Set(read.map(\.hash)) == Set(hashes) && read.count == 6)
        #expect(read.allSatisfy { $0.answer.askedAt == Samples.now - 60 })
    }

    @Test func anotherNameOfAFileWhoseMainOneIsUnknownIsNotLost() throws {
        try take(Samples.hash(1), answer(.known(Samples.file(1)), at: Samples.now - 60))
        try take(Samples.hash(1), answer(.unknown, at: Samples.now - 30))
        let answers = try database.cache.answers(after: nil, limit: 100)
        let other = try HashdropDatabase(path: folder.path("other.sqlite"), endpoint: nil)
        for _ in 0..<2 { try other.cache.takeOver(answers, at: Samples.now) }
        #expect(try other.cache.statistics() == database.cache.statistics())
        #expect(try other.cache.statistics().unknownHashes == 1)
    }

    @Test func newerAnswersStay() throws {
        try take(Samples.hash(1), answer(.known(Samples.file(1, detections: 2)), at: Samples.now - 60))
        try take(Samples.hash(2), answer(.unknown, at: Samples.now - 60))
        try take(Samples.hash(3), answer(.known(Samples.file(3)), at: Samples.now - 60))
        func taken(_ number: Int, _ new: LookupAnswer.Answer, secondsAgo: Double) -> HashedAnswer {
            HashedAnswer(hash: Samples.hash(number), answer: answer(new, at: Samples.now - secondsAgo))
        }
        try database.cache.takeOver(
            [
                taken(1, .known(Samples.file(1, detections: 9)), secondsAgo: 90),
                taken(2, .known(Samples.file(2, detections: 1)), secondsAgo: 30),
                taken(3, .known(Samples.file(3, detections: 4)), secondsAgo: -30),
            ], at: Samples.now)
        let found = try database.cache.answers(after: nil, limit: 100)
        let detections = Dictionary(
            uniqueKeysWithValues: found.map { ($0.hash, $0.answer.fileObject?.detectionCount) })
        #expect(detections[Samples.hash(1)] == 2)
        #expect(detections[Samples.hash(2)] == 1)
        #expect(detections[Samples.hash(3)] == 4)
        #expect(found.first { $0.hash == Samples.hash(3) }?.answer.askedAt == Samples.now)
    }

    @Test func whetherOthersSpendTooIsRememberedUntilItIsOver() throws {
        #expect(try database.ledger.sharing() == nil)
        let mark = SharingMark(site: "the site's name, with spaces", key: "ab12")
        for _ in 0..<2 { try database.ledger.noteSharing(mark) }
        #expect(try database.ledger.sharing() == mark)
        try database.ledger.noteSharing(nil)
        #expect(try database.ledger.sharing() == nil)
    }
}
