import Foundation
import Model
import Store
import TestSupport
import Testing

@testable import Lookup

@Suite(.limited(.processor))
struct FairQueueTests {
    /// A queue over lists that are held here, as the database holds them in earnest.
    private struct Lists {
        var queue = FairQueue()
        var open: [Int64: [FileHash]] = [:]
        var inFlight: Set<FileHash> = []
        var asked: Set<FileHash> = []

        mutating func add(
            _ row: Int64, _ user: String, _ hashes: Range<Int>, weight: Int = 1,
            priority: JobOptions.Priority = .normal, budget: Int? = nil
        ) {
            open[row] = hashes.map { Samples.hash($0) }.sorted()
            queue.add(
                RunningJob(
                    rowID: row, id: Samples.job().id, user: Samples.user(user), weight: weight,
                    priority: priority, receivedAt: Samples.now, openHashes: hashes.count,
                    requestsLeft: budget))
        }

        /// The job that the next request is for, or nil when there is nothing to ask.
        mutating func next() -> Int64? {
            while true {
                switch queue.next() {
                case .nothing: return nil
                case .ask(let reservation):
                    asked.insert(reservation.hash)
                    return reservation.jobRowID
                case .needsHashes(let job, let after):
                    let list = open[job, default: []]
                    let start = after.map { after in list.partitioningIndex { $0 > after } } ?? 0
                    let page = list[start...].lazy.filter { [asked] hash in !asked.contains(hash) }.prefix(64)
                    queue.refill(jobRowID: job, hashes: Array(page), inFlight: inFlight)
                }
            }
        }

        mutating func next(_ count: Int) -> [Int64] { (0..<count).compactMap { _ in next() } }
    }

    @Test func fiveHashesDoNotWaitBehindAHundredThousand() {
        var lists = Lists()
        lists.add(1, "alice", 0..<100_000)
        _ = lists.next(1000)
        lists.add(2, "bob", 100_000..<100_005)
        let order = lists.next(15)
        #expect(order.lastIndex(of: 2)! < 10)
        #expect(order.count { $0 == 2 } == 5)
    }

    @Test func whatIsPutBackIsAskedNextInItsOrder() {
        var lists = Lists()
        lists.add(1, "alice", 0..<3, budget: 2)
        var picked: [Reservation] = []
        while picked.count < 2 {
            switch lists.queue.next() {
            case .ask(let reservation): picked.append(reservation)
            case .needsHashes(let job, let after):
                lists.queue.refill(
                    jobRowID: job, hashes: after == nil ? lists.open[1]! : [], inFlight: lists.inFlight)
            case .nothing: picked.append(Reservation(hash: Samples.hash(99), jobRowID: 0))
            }
        }
        #expect(picked.map(\.hash) == Array(lists.open[1]!.prefix(2)))
        #expect(lists.queue.next() == .nothing, "the budget is spent")
        for reservation in picked.reversed() { lists.queue.putBack(reservation) }
        #expect(picked.map { FairQueue.Pick.ask($0) } == [lists.queue.next(), lists.queue.next()])
    }

    /// The others of it may be in flight by then, so that a scan has found nothing more.
    @Test func aDrainedJobIsAskedAgainForWhatIsPutBack() {
        var lists = Lists()
        lists.add(1, "alice", 0..<1)
        lists.queue.refill(jobRowID: 1, hashes: lists.open[1]!, inFlight: [])
        let reservation = Reservation(hash: lists.open[1]![0], jobRowID: 1)
        #expect(lists.queue.next() == .ask(reservation))
        lists.asked = [reservation.hash]
        #expect(lists.next() == nil)
        lists.queue.putBack(reservation)
        #expect(lists.queue.next() == .ask(reservation))
    }

    /// Or a probe would always be one of the two lists whose hashes VirusTotal answers badly.
    @Test func jobsWithoutAFailureGoFirstUntilVirusTotalAnswers() {
        var lists = Lists()
        lists.add(1, "alice", 0..<5, priority: .urgent)
        lists.add(2, "alice", 5..<10)
        lists.add(3, "alice", 10..<20)
        #expect(lists.next() == 1)
        lists.queue.noteFailure(jobRowID: 1)
        #expect(lists.next() == 2)
        lists.queue.noteFailure(jobRowID: 2)
        #expect(lists.next() == 3)
        lists.queue.noteFailure(jobRowID: 3)
        // All have failed: the one whose failure is the longest ago is next.
        #expect(lists.next() == 1)
        lists.queue.noteFailure(jobRowID: 1)
        #expect(lists.next() == 2)
        lists.queue.noteAnswer()
        #expect(lists.next(2) == [1, 1])
    }

    /// As a scrape asks for them: no job is looked at for that.
    @Test func openHashesByUserAndTheOldestJobFollowTheJobs() {
        let (alice, bob) = (Samples.user("alice"), Samples.user("bob"))
        let jobs = [(alice, 5), (bob, 2), (alice, 1)].enumerated().map { index, job in
            RunningJob(
                rowID: Int64(index), id: Samples.job().id, user: job.0, weight: 1,
                receivedAt: Samples.now + Double(index), openHashes: job.1)
        }
        var queue = FairQueue()
        // In any order, as after a reload.
        for job in jobs.reversed() { queue.add(job) }
        #expect(queue.openHashes == [alice: 6, bob: 2])
        #expect(queue.oldestReceivedAt() == Samples.now)
        queue.settle(jobRowID: 0)
        queue.limit(jobs[1].id, toRows: 1)
        #expect(queue.openHashes == [alice: 5, bob: 1])
        queue.remove(jobs[0].id)
        #expect(queue.openHashes == [alice: 1, bob: 1])
        #expect(queue.oldestReceivedAt() == Samples.now + 1)
        // Bob's list waits for other names of its files alone.
        queue.settle(jobRowID: 1)
        #expect(queue.openHashes == [alice: 1, bob: 0])
        #expect(queue.oldestReceivedAt() == Samples.now + 2)
        queue.removeAllJobs()
        #expect(queue.openHashes == [:])
        #expect(queue.oldestReceivedAt() == nil)
        queue.add(jobs[1])
        #expect(queue.openHashes == [bob: 2])
        #expect(queue.oldestReceivedAt() == Samples.now + 1)
    }

    /// Ten thousand short lists behind one that waits long.
    @Test func jobsThatAreGoneDoNotHideTheOldest() {
        var queue = FairQueue()
        func job(_ row: Int64) -> RunningJob {
            RunningJob(
                rowID: row, id: Samples.job().id, user: Samples.user(), weight: 1,
                receivedAt: Samples.now + Double(row), openHashes: 1)
        }
        let first = job(0)
        queue.add(first)
        for row in 1...10_000 {
            let short = job(Int64(row))
            queue.add(short)
            queue.remove(short.id)
        }
        queue.add(job(10_001))
        #expect(queue.oldestReceivedAt() == Samples.now)
        queue.remove(first.id)
        #expect(queue.oldestReceivedAt() == Samples.now + 10_001)
        #expect(queue.openHashes == [Samples.user(): 1])
    }

    @Test func weightsGiveTurnsInProportion() {
        var lists = Lists()
        lists.add(1, "alice", 0..<1000, weight: 3)
        lists.add(2, "bob", 1000..<2000)
        #expect(lists.next(400).count { $0 == 1 } == 300)
    }

    @Test func withinAUserTheShortestJobIsFirstUnlessAnotherIsUrgent() {
        var lists = Lists()
        lists.add(1, "alice", 0..<50)
        lists.add(2, "alice", 100..<103)
        lists.add(3, "alice", 200..<220, priority: .urgent)
        #expect(
            lists.next(73) == [Int64](repeating: 3, count: 20) + [2, 2, 2] + [Int64](repeating: 1, count: 50))
        #expect(lists.next() == nil)
    }

    @Test func prioritiesCountAmongOneUsersListsAlone() {
        var lists = Lists()
        lists.add(1, "alice", 0..<3, priority: .low)
        lists.add(2, "alice", 100..<110)
        lists.add(3, "bob", 200..<203, priority: .low)
        lists.add(4, "carol", 300..<303, priority: .urgent)
        let order = lists.next(19)
        #expect(order.filter { $0 < 3 } == [Int64](repeating: 2, count: 10) + [1, 1, 1])
        // Neither low nor urgent changes how often a user is served.
        #expect(order.prefix(9).count { $0 == 3 } == 3)
        #expect(order.prefix(9).count { $0 == 4 } == 3)
    }

    @Test(arguments: 0...6)
    func noMoreIsAskedThanAListsBudget(budget: Int) {
        var lists = Lists()
        lists.add(1, "alice", 0..<5, budget: budget)
        lists.add(2, "bob", 10..<15)
        let order = lists.next(20)
        #expect(order.count { $0 == 1 } == min(budget, 5))
        #expect(order.count { $0 == 2 } == 5)
        for _ in 0..<min(budget, 5) {
            #expect(lists.queue.spentJobs == [], "a request is on its way")
            lists.queue.requestEnded(jobRowID: 1, wasSent: true)
        }
        #expect(lists.queue.spentJobs == (budget <= 5 ? [1] : []))
        lists.queue.forgetSpent([1])
        #expect(lists.queue.spentJobs == [])
    }

    @Test func aRequestThatWasNotSentGoesBackIntoTheBudget() {
        var lists = Lists()
        lists.add(1, "alice", 0..<5, budget: 2)
        #expect(lists.next(5) == [1, 1])
        lists.queue.requestEnded(jobRowID: 1, wasSent: false)
        #expect(lists.queue.spentJobs == [])
        #expect(lists.next(5) == [1])
        // A reload reads what is left of the budget; what is on its way is on its way.
        lists.queue.removeAllJobs()
        lists.add(1, "alice", 0..<5, budget: 0)
        #expect(lists.next() == nil)
        #expect(lists.queue.spentJobs == [])
        for _ in 0..<2 { lists.queue.requestEnded(jobRowID: 1, wasSent: true) }
        #expect(lists.queue.spentJobs == [1])
    }

    @Test func everyHashIsOfferedOnceAndNothingSpins() {
        var lists = Lists()
        lists.add(1, "alice", 0..<1000)
        #expect(lists.next(2000).count == 1000)
        #expect(lists.queue.next() == .nothing)
    }

    @Test func aJobWhoseRestIsInFlightRestsUntilItIsWoken() {
        var lists = Lists()
        lists.add(1, "alice", 0..<3)
        lists.inFlight = Set(lists.open[1]!)
        #expect(lists.next() == nil)
        lists.inFlight = []
        #expect(lists.next() == nil)
        lists.queue.resume(jobRowID: 1)
        #expect(lists.next(9).count == 3)
    }

    @Test func aTurnGivenBackIsTakenAgain() {
        var lists = Lists()
        lists.add(1, "alice", 0..<10)
        lists.add(2, "bob", 10..<20)
        #expect(lists.next(2) == [1, 2])
        lists.queue.refund(Reservation(hash: Samples.hash(15), jobRowID: 2))
        #expect(lists.next(2) == [2, 1])
    }

    @Test func turnsNotTakenAreNotSavedUp() {
        var lists = Lists()
        lists.add(1, "alice", 0..<3)
        lists.add(2, "bob", 100..<10_000)
        _ = lists.next(6)
        // All of alice's is in flight or waits; bob goes on alone.
        lists.inFlight = Set(lists.open[1]!)
        #expect(lists.next(1000).allSatisfy { $0 == 2 })
        lists.add(3, "alice", 20_000..<21_000)
        #expect((490...510).contains(lists.next(1000).count { $0 == 3 }))
    }

    @Test func manyShortListsBringNobodyAheadOfTime() {
        var lists = Lists()
        lists.add(1, "zoe", 0..<1000)
        var served = 0
        for number in 0..<100 {
            lists.add(Int64(number + 2), "adam", (2000 + number)..<(2001 + number))
            served += lists.next(2).count { $0 == 1 }
        }
        #expect(served >= 99)
    }

    @Test func aDueRetryWakesEveryJob() {
        var lists = Lists()
        lists.add(1, "alice", 0..<1)
        lists.add(2, "bob", 1..<2)
        lists.inFlight = Set(lists.open.values.joined())
        #expect(lists.next() == nil)
        lists.inFlight = []
        lists.queue.resumeAll()
        #expect(Set(lists.next(2)) == [1, 2])
    }

    @Test func theEstimateCountsWhatIsServedBefore() {
        let jobs = [job(1, "alice", 100), job(2, "alice", 10), job(3, "bob", 30)]
        let turns = CompletionEstimator.requestsUntilDone(jobs)
        #expect(turns.map(\.job) == [jobs[1], jobs[2], jobs[0]])
        #expect(turns.map(\.requests) == [20, 60, 140])
    }

    @Test func theEstimateCountsASharedHashOnce() {
        // Bob's list is alice's once more.
        let jobs = [job(1, "alice", 100), job(2, "bob", 100, shared: 1)]
        #expect(CompletionEstimator.requestsUntilDone(jobs).map(\.requests) == [100, 100])
    }

    @Test func theEstimateCountsNoMoreThanABudget() {
        let jobs = [job(1, "alice", 100, budget: 10), job(2, "alice", 200)]
        #expect(CompletionEstimator.requestsUntilDone(jobs).map(\.requests) == [10, 210])
    }

    private func job(
        _ row: Int64, _ user: String, _ open: Int, shared: Double = 0, budget: Int? = nil
    ) -> RunningJob {
        RunningJob(
            rowID: row, id: Samples.job().id, user: Samples.user(user), weight: 1,
            receivedAt: Samples.now, openHashes: open, sharedFraction: shared, requestsLeft: budget)
    }
}
