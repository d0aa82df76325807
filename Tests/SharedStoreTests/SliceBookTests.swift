import Support
import Testing

@testable import SharedStore

/// When slices are taken, and how they are spent.
struct SliceBookTests {
    private static func slice(
        _ id: Int64, requests: Int = 9, perMinute: Int = 2, until: Duration
    ) -> SharedSlice {
        SharedSlice(
            id: id, epoch: 1, requests: requests, requestsPerMinuteLimit: perMinute, goodUntil: until)
    }

    private static func ages(_ seconds: Int...) -> [Duration] { seconds.map { .seconds($0) } }

    @Test func theNextOneIsDueShortlyBeforeTheEndAndNotAtEachAttempt() {
        var book = SliceBook()
        #expect(book.isDue(at: .seconds(100)))
        book.beginTaking(at: .seconds(100))
        // Nothing came of it.
        #expect(!book.isDue(at: .seconds(399)))
        #expect(book.isDue(at: .seconds(400)))
        book.beginTaking(at: .seconds(400))
        book.add(Self.slice(1, until: .seconds(4_000)))
        #expect(!book.isDue(at: .seconds(3_400)))
        #expect(book.isDue(at: .seconds(3_401)))
        book.beginTaking(at: .seconds(3_401))
        book.takeAgain()
        #expect(book.isDue(at: .seconds(3_402)))
    }

    @Test func aVoidSliceIsGoneAndAnotherOneDue() {
        var book = SliceBook()
        book.beginTaking(at: .zero)
        book.add(Self.slice(1, until: .seconds(3_600)))
        book.sweep(at: .seconds(1)) { _ in true }
        #expect(book.hasRequests(at: .seconds(1)) && !book.isDue(at: .seconds(1)))
        book.sweep(at: .seconds(2)) { _ in false }
        #expect(!book.hasRequests(at: .seconds(2)) && book.isDue(at: .seconds(2)))
        #expect(book.spend(1, at: .seconds(2), ages: []).isEmpty)
    }

    @Test func theMinuteIsThatOfAllTheSitesRequests() {
        var book = SliceBook()
        let slice = Self.slice(1, requests: 9, perMinute: 3, until: .seconds(3_600))
        book.add(slice)
        #expect(book.spend(9, at: .zero, ages: Self.ages(50, 0)) == [slice.ticket(0)])
        #expect(book.rest(at: .zero, ages: Self.ages(50, 0)) == .zero)
        #expect(book.spend(9, at: .zero, ages: Self.ages(50, 40, 0)).isEmpty)
        #expect(book.rest(at: .zero, ages: Self.ages(50, 40, 0)) == .milliseconds(10_020))
        // More than the slice's own, from before.
        #expect(book.spend(9, at: .zero, ages: Self.ages(50, 40, 30, 20)).isEmpty)
        #expect(book.rest(at: .zero, ages: Self.ages(50, 40, 30, 20)) == .milliseconds(20_020))
        #expect(book.spend(2, at: .zero, ages: []) == [slice.ticket(1), slice.ticket(2)])
    }

    @Test func noLimitIsNone() {
        var book = SliceBook()
        book.add(Self.slice(1, requests: 5, perMinute: 0, until: .seconds(3_600)))
        #expect(book.spend(9, at: .zero, ages: Self.ages(1, 1, 1)).count == 5)
        #expect(book.rest(at: .zero, ages: []) == nil)
    }

    @Test(arguments: [(0, 2), (99, 2), (100, 1), (199, 1), (200, 0)] as [(Int, Int)])
    func theOldestIsSpentFirstAndNothingAfterItsEnd(second: Int, slicesLeft: Int) {
        var book = SliceBook()
        let slices = [Self.slice(1, until: .seconds(100)), Self.slice(2, until: .seconds(200))]
        for slice in slices { book.add(slice) }
        let tickets = book.spend(1, at: .seconds(second), ages: [])
        #expect(tickets == slices.suffix(slicesLeft).prefix(1).map { $0.ticket(0) })
    }

    @Test func aSliceThatIsUsedUpIsFollowedByTheNext() {
        var book = SliceBook()
        let slices = [1, 2].map { Self.slice($0, requests: 2, perMinute: 0, until: .seconds(100)) }
        for slice in slices { book.add(slice) }
        let tickets = book.spend(3, at: .zero, ages: [])
        #expect(tickets == [slices[0].ticket(0), slices[0].ticket(1), slices[1].ticket(0)])
    }
}
