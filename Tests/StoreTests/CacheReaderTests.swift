import Foundation
import Model
import Store
import TestSupport
import Testing

/// The cache as a command reads it that asks nothing.
@Suite(.limited(.processor))
struct CacheReaderTests {
    let folder = TemporaryFolder()
    private let database: HashdropDatabase

    private var path: String { folder.path("test.sqlite") }

    /// Holds a known file, the number 0, and an unknown one, the number 1, asked at `Samples.now`.
    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
        _ = try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
            for number in 0..<2 {
                list.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)]))
            }
        }
        let job = try #require(try database.lookups.runningJobs().first)
        let answers: [LookupAnswer.Answer] = [.known(Samples.file(0, detections: 4)), .unknown]
        for (number, answer) in answers.enumerated() {
            let reservation = Reservation(hash: Samples.hash(number), jobRowID: job.rowID)
            let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
            _ = try database.lookups.record([
                LookupOutcome(
                    request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                    endedAt: Samples.reading(Samples.now))
            ])
        }
    }

    @Test(arguments: [(1, true, true), (3, true, false), (25, false, false)])
    func freshIsWhatAListWouldTake(hours: Int, isKnownFresh: Bool, isUnknownFresh: Bool) throws {
        let ages = CacheAges(known: .seconds(24 * 3_600), unknown: .seconds(2 * 3_600))
        let clock = ManualClock(start: Samples.now + Double(hours * 3_600))
        try CacheReader.read(at: path, ages: ages, by: clock) { cache in
            // By each of a known file's names; what VirusTotal does not know has one.
            for hash in Samples.file(0).hashes {
                let found = try #require(try cache.answer(to: hash))
                #expect(found.isFresh == isKnownFresh)
                #expect(found.answer.fileObject?.detectionCount == 4)
                #expect(found.answer.askedAt == Samples.now)
                #expect(try cache.hasFreshAnswer(to: hash) == isKnownFresh)
            }
            let unknown = try #require(try cache.answer(to: Samples.hash(1)))
            #expect(unknown.answer == LookupAnswer(answer: .unknown, askedAt: Samples.now))
            #expect(unknown.isFresh == isUnknownFresh)
            #expect(try cache.hasFreshAnswer(to: Samples.hash(1)) == isUnknownFresh)
            #expect(try cache.answer(to: Samples.hash(1, .md5)) == nil)
            #expect(try !cache.hasFreshAnswer(to: Samples.hash(2)))
        }
    }

    @Test func aDatabaseOfAnotherVersionIsNotRead() throws {
        let empty = folder.path("empty.sqlite")
        try Data().write(to: URL(filePath: empty))
        #expect(throws: StoreError.self) {
            try CacheReader.read(at: empty, ages: CacheAges(), by: ManualClock()) { _ in }
        }
        #expect(try Data(contentsOf: URL(filePath: empty)).isEmpty)
    }
}
