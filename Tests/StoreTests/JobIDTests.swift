import Foundation
import Model
import Support
import TestSupport
import Testing

/// Names of jobs: their form, and that they sort by the time of the pick-up.
struct JobIDTests {
    private func isSorted(_ ids: [JobID]) -> Bool { zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 } }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func namesSortByTimeToTheMillisecond(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var date = Samples.now
        var ids: [JobID] = []
        for _ in 0..<300 {
            ids.append(JobID(claimedAt: date, using: &generator))
            // Often within the same second.
            date += Double(Int.random(in: 1...700, using: &generator)) / 1_000
        }
        #expect(isSorted(ids))
    }

    @Test func eachMillisecondOfASecondHasItsPlace() {
        var generator = SeededGenerator(seed: 1)
        let ids = (0...1_000).map {
            JobID(claimedAt: Samples.now + Double($0) / 1_000, using: &generator)
        }
        #expect(isSorted(ids))
        let second = { (id: JobID) in id.description.prefix(15) }
        #expect(ids.dropLast().allSatisfy { second($0) == "20260921-141320" })
        #expect(second(ids[1_000]) == "20260921-141321")
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func namesOfOneMillisecondSortAsTheyAreMade(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var last: JobID?
        let ids = (0..<2_000).map { _ in
            let id = JobID(claimedAt: Samples.now, after: last, using: &generator)
            last = id
            return id
        }
        #expect(isSorted(ids))
        // Those beyond all room are names nevertheless.
        for _ in 0..<40_000 { last = JobID(claimedAt: Samples.now, after: last, using: &generator) }
        #expect(last?.description.prefix(17) == ids[0].description.prefix(17))
    }

    /// A clock that was put back tells of its time, and the name before says nothing of the one after.
    @Test(arguments: [-3_600.0, -0.002, 0.002, 3_600])
    func theLastNameCountsOnlyInItsOwnMillisecond(seconds: Double) {
        var (one, other) = (SeededGenerator(seed: 7), SeededGenerator(seed: 7))
        let last = JobID(claimedAt: Samples.now, using: &one)
        _ = JobID(claimedAt: Samples.now, using: &other)
        let date = Samples.now + seconds
        let id = JobID(claimedAt: date, after: last, using: &one)
        #expect(id == JobID(claimedAt: date, using: &other))
        #expect((id < last) == (seconds < 0))
    }

    @Test(arguments: [0.0, -5, 1_795_464_644.9999999, 253_402_300_799.9, 1e300])
    func everyNameIsRead(seconds: Double) {
        var generator = SeededGenerator(seed: 3)
        let id = JobID(claimedAt: Date(timeIntervalSince1970: seconds), using: &generator)
        #expect(id.description.utf8.count == JobID.characterCount)
        #expect(JobID(id.description) == id)
    }

    /// Those of earlier versions, whose five characters are all drawn, and what is none.
    @Test(arguments: [
        ("20261123-195045-k3f9x", true), ("20261123-195045-zzzzz", true), ("20261123-195045-00000", true),
        ("20261123-195045-k3f9", false), ("20261123-195045-k3f9xx", false), ("20261123-195045-k3f9u", false),
        ("20261123-195045_k3f9x", false), ("2026112a-195045-k3f9x", false), ("", false),
    ])
    func namesHaveOneForm(text: String, isName: Bool) {
        #expect((JobID(text) != nil) == isName)
    }

    @Test func anOldNameSortsByItsSecondAmongNewOnes() throws {
        var generator = SeededGenerator(seed: 5)
        let old = try #require(JobID("20260921-141320-zzzzz"))
        let before = JobID(claimedAt: Samples.now - 1, using: &generator)
        let after = JobID(claimedAt: Samples.now + 1, using: &generator)
        #expect(before < old && old < after)
    }
}
