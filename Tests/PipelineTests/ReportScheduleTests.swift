import Model
import TestSupport
import Testing

@testable import Pipeline

/// When which report is written; a long one takes its time, and changes come meanwhile.
struct ReportScheduleTests {
    private let job = JobID("20270115-080000-aaaaa")!
    private var schedule = ReportSchedule(interval: .seconds(5))

    private let alice = Samples.user("alice")

    private func due(_ schedule: ReportSchedule, at now: Duration) -> [JobID] {
        schedule.due(at: now).map { if case .job(let id) = $0 { id } else { nil } }.compactMap(\.self)
    }

    @Test func aReportIsWrittenAtOnceAndThenNotTooOften() {
        var schedule = schedule
        schedule.jobChanged(job, of: alice, isFinal: false)
        #expect(due(schedule, at: .zero) == [job])
        schedule.jobBegun(job)
        schedule.jobWritten(job, isOver: false, at: .seconds(1), took: .milliseconds(10))
        #expect(schedule.nextDue(after: .zero) == nil)
        schedule.jobChanged(job, of: alice, isFinal: false)
        #expect(schedule.nextDue(after: .seconds(1)) == .seconds(6))
        #expect(due(schedule, at: .milliseconds(5_999)).isEmpty)
        #expect(due(schedule, at: .seconds(6)) == [job])
    }

    @Test func aReportThatTakesLongRestsLonger() {
        var schedule = schedule
        schedule.jobChanged(job, of: alice, isFinal: false)
        schedule.jobBegun(job)
        schedule.jobWritten(job, isOver: false, at: .seconds(10), took: .seconds(2))
        schedule.jobChanged(job, of: alice, isFinal: false)
        #expect(schedule.nextDue(after: .seconds(10)) == .seconds(50))
        // But for the last one.
        schedule.jobChanged(job, of: alice, isFinal: true)
        #expect(due(schedule, at: .seconds(10)) == [job])
    }

    @Test func aRunningJobsReportIsRenewedAndAFinishedOnesIsNot() {
        var schedule = schedule
        schedule.jobChanged(job, of: alice, isFinal: false)
        schedule.jobBegun(job)
        schedule.jobWritten(job, isOver: false, at: .zero, took: .seconds(1), renewal: .seconds(600))
        #expect(schedule.nextDue(after: .zero) == .seconds(600))
        #expect(due(schedule, at: .seconds(599)).isEmpty)
        #expect(due(schedule, at: .seconds(600)) == [job])
        schedule.jobBegun(job)
        #expect(due(schedule, at: .seconds(600)).isEmpty)
        // One that takes long rests longer all the same.
        schedule.jobWritten(job, isOver: false, at: .seconds(600), took: .seconds(60), renewal: .seconds(600))
        #expect(schedule.nextDue(after: .seconds(600)) == .seconds(1_800))
        schedule.jobChanged(job, of: alice, isFinal: true)
        schedule.jobBegun(job)
        schedule.jobWritten(job, isOver: true, at: .seconds(700), took: .zero, renewal: .seconds(600))
        #expect(schedule.nextDue(after: .seconds(700)) == nil)
    }

    @Test func whatChangesWhileAReportIsWrittenIsWrittenAfterwards() {
        var schedule = schedule
        schedule.jobChanged(job, of: alice, isFinal: false)
        schedule.jobBegun(job)
        schedule.jobChanged(job, of: alice, isFinal: true)
        // Nothing else writes into the folder meanwhile, and no wake-up is needless.
        #expect(due(schedule, at: .seconds(100)).isEmpty)
        #expect(schedule.nextDue(after: .zero) == nil)
        schedule.jobWritten(job, isOver: false, at: .seconds(100), took: .seconds(30))
        #expect(due(schedule, at: .seconds(100)) == [job])
        schedule.jobBegun(job)
        schedule.jobWritten(job, isOver: true, at: .seconds(101), took: .seconds(1))
        #expect(schedule.nextDue(after: .zero) == nil)
        #expect(schedule.due(at: .seconds(1_000), isEnd: true).isEmpty)
    }

    @Test func aJobThatRunsAgainWhileItsLastReportIsWrittenIsNotForgotten() {
        var schedule = schedule
        schedule.jobChanged(job, of: alice, isFinal: true)
        schedule.jobBegun(job)
        schedule.jobChanged(job, of: alice, isFinal: false)
        schedule.jobWritten(job, isOver: true, at: .seconds(3), took: .seconds(1))
        #expect(due(schedule, at: .seconds(3)) == [job])
    }

    @Test func aReportThatCannotBeWrittenIsTriedAgain() {
        var schedule = schedule
        schedule.jobChanged(job, of: alice, isFinal: true)
        schedule.jobBegun(job)
        schedule.jobFailed(job, at: .seconds(3))
        #expect(due(schedule, at: .seconds(3)).isEmpty)
        #expect(due(schedule, at: .seconds(8)) == [job])
    }

    /// Jobs of a number each, later ones with larger ids.
    private func job(_ number: Int) -> JobID { JobID("20270115-08\(1000 + number)-aaaaa")! }

    @Test func usersTakeTurnsAndLastReportsComeFirst() {
        var schedule = schedule
        let bob = Samples.user("bob")
        for number in 0..<5 { schedule.jobChanged(job(number), of: alice, isFinal: number == 3) }
        schedule.userChanged(alice)
        schedule.jobChanged(job(9), of: bob, isFinal: true)
        schedule.userChanged(bob)
        #expect(
            schedule.due(at: .zero) == [
                .job(job(3)), .job(job(9)), .index(alice), .index(bob), .job(job(0)), .job(job(1)),
                .job(job(2)), .job(job(4)),
            ])
        // The time was over after alice's first: bob, who has waited longer, is next.
        schedule.jobBegun(job(3))
        schedule.jobWritten(job(3), isOver: true, at: .zero, took: .milliseconds(1))
        #expect(
            schedule.due(at: .zero).prefix(4) == [
                .job(job(9)), .job(job(0)), .index(bob), .index(alice),
            ])
    }

    @Test func theUsersOfWhatIsDueAreKnownUntilAllIsWritten() {
        var schedule = schedule
        schedule.jobChanged(job(1), of: alice, isFinal: true)
        schedule.userChanged(Samples.user("bob"))
        #expect(schedule.users(of: schedule.due(at: .zero)) == [alice, Samples.user("bob")])
    }

    @Test func theFirstToComeIsWrittenFirstAlsoAfterAFailure() {
        var schedule = schedule
        for number in [5, 1, 3] { schedule.jobChanged(job(number), of: alice, isFinal: true) }
        #expect(due(schedule, at: .zero) == [job(5), job(1), job(3)])
        for number in [3, 1, 5] {
            schedule.jobBegun(job(number))
            schedule.jobFailed(job(number), at: .zero)
        }
        #expect(due(schedule, at: .seconds(60)) == [job(5), job(1), job(3)])
    }

    @Test func whatIsRewrittenWaitsForWhatIsNew() {
        var schedule = schedule
        let bob = Samples.user("bob")
        for number in 0..<3 { schedule.jobRenewed(job(number), of: alice) }
        schedule.jobChanged(job(3), of: alice, isFinal: false)
        schedule.jobChanged(job(4), of: alice, isFinal: true)
        schedule.jobRenewed(job(9), of: bob)
        // Users take turns all the same.
        #expect(due(schedule, at: .zero) == [4, 9, 3, 0, 1, 2].map { job($0) })
        // Two demands are one, and one that fails is tried again.
        schedule.jobRenewed(job(0), of: alice)
        schedule.jobBegun(job(0))
        schedule.jobFailed(job(0), at: .zero)
        #expect(due(schedule, at: .seconds(60)) == [9, 4, 3, 1, 2, 0].map { job($0) })
        // One that comes while it is written is not satisfied by that.
        schedule.jobBegun(job(1))
        schedule.jobRenewed(job(1), of: alice)
        schedule.jobWritten(job(1), isOver: true, at: .zero, took: .zero)
        #expect(due(schedule, at: .seconds(60)).contains(job(1)))
        // A job that runs again is as any other.
        schedule.jobChanged(job(2), of: alice, isFinal: true)
        #expect(due(schedule, at: .seconds(60)).firstIndex(of: job(2)).map { $0 < 4 } == true)
    }

    @Test func anIndexDoesNotWaitForItsUsersReports() {
        var schedule = schedule
        for number in 0..<50 { schedule.jobChanged(job(number), of: alice, isFinal: true) }
        schedule.userChanged(alice)
        #expect(schedule.due(at: .zero).firstIndex(of: .index(alice)) == 1)
    }

    @Test func whatChangesWhileAnIndexIsWrittenIsWrittenAfterwards() {
        var schedule = schedule
        schedule.userChanged(alice)
        schedule.userBegun(alice)
        schedule.userChanged(alice)
        #expect(schedule.due(at: .zero).isEmpty && schedule.nextDue(after: .zero) == nil)
        schedule.userWritten(
            alice, at: .seconds(2), took: .milliseconds(100), renewal: .seconds(1800))
        #expect(schedule.due(at: .seconds(3)).isEmpty && schedule.nextDue(after: .seconds(3)) == .seconds(4))
        #expect(schedule.due(at: .seconds(4)) == [.index(alice)])
        schedule.userBegun(alice)
        schedule.userFailed(alice, at: .seconds(4))
        #expect(schedule.due(at: .seconds(9)) == [.index(alice)])
    }

    @Test func anIndexIsRewrittenWithoutAChangeWhileItsUserIsThere() {
        var schedule = schedule
        schedule.userChanged(alice)
        schedule.userBegun(alice)
        schedule.userWritten(alice, at: .seconds(1), took: .zero, renewal: .seconds(120))
        #expect(schedule.due(at: .seconds(120)).isEmpty)
        #expect(schedule.nextDue(after: .seconds(2)) == .seconds(121))
        #expect(schedule.due(at: .seconds(121)) == [.index(alice)])
        schedule.userBegun(alice)
        #expect(schedule.due(at: .seconds(500)).isEmpty && schedule.nextDue(after: .zero) == nil)
        schedule.userWritten(alice, at: .seconds(500), took: .zero, renewal: .seconds(1_800))
        #expect(schedule.due(at: .seconds(500), isEnd: true).isEmpty, "a stop writes what changed")
        // A user who was removed.
        schedule.renewOnly([Samples.user("bob")])
        #expect(schedule.due(at: .seconds(9_000)).isEmpty && schedule.nextDue(after: .zero) == nil)
    }

    @Test func whatConcernsAllIsWrittenForAll() {
        var schedule = schedule
        for user in [alice, Samples.user("bob")] {
            schedule.userChanged(user)
            schedule.userBegun(user)
            schedule.userWritten(user, at: .zero, took: .zero, renewal: .seconds(1_800))
        }
        #expect(schedule.due(at: .seconds(5)).isEmpty)
        schedule.allUsersChanged()
        #expect(Set(schedule.due(at: .seconds(5))) == [.index(alice), .index(Samples.user("bob"))])
    }
}
