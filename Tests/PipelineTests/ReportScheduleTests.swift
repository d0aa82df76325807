import Model
import TestSupport
import Testing

@testable import Pipeline

/// When which report is written; a long one takes its time, and changes come meanwhile.
struct ReportScheduleTests {
    private let job = JobID("20270115-080000-aaaaa")!
    private var schedule = ReportSchedule(interval: .seconds(5))

    private func due(_ schedule: ReportSchedule, at now: Duration) -> [JobID] { schedule.due(at: now).jobs }

    @Test func aReportIsWrittenAtOnceAndThenNotTooOften() {
        var schedule = schedule
        schedule.jobChanged(job, isFinal: false)
        #expect(due(schedule, at: .zero) == [job])
        schedule.jobBegun(job)
        schedule.jobWritten(job, isOver: false, at: .seconds(1), took: .milliseconds(10))
        #expect(schedule.nextDue == nil)
        schedule.jobChanged(job, isFinal: false)
        #expect(schedule.nextDue == .seconds(6))
        #expect(due(schedule, at: .milliseconds(5_999)).isEmpty)
        #expect(due(schedule, at: .seconds(6)) == [job])
    }

    @Test func aReportThatTakesLongRestsLonger() {
        var schedule = schedule
        schedule.jobChanged(job, isFinal: false)
        schedule.jobBegun(job)
        schedule.jobWritten(job, isOver: false, at: .seconds(10), took: .seconds(2))
        schedule.jobChanged(job, isFinal: false)
        #expect(schedule.nextDue == .seconds(50))
        // But for the last one.
        schedule.jobChanged(job, isFinal: true)
        #expect(due(schedule, at: .seconds(10)) == [job])
    }

    @Test func whatChangesWhileAReportIsWrittenIsWrittenAfterwards() {
        var schedule = schedule
        schedule.jobChanged(job, isFinal: false)
        schedule.jobBegun(job)
        schedule.jobChanged(job, isFinal: true)
        // Nothing else writes into the folder meanwhile, and no wake-up is needless.
        #expect(due(schedule, at: .seconds(100)).isEmpty)
        #expect(schedule.nextDue == nil)
        schedule.jobWritten(job, isOver: false, at: .seconds(100), took: .seconds(30))
        #expect(due(schedule, at: .seconds(100)) == [job])
        schedule.jobBegun(job)
        schedule.jobWritten(job, isOver: true, at: .seconds(101), took: .seconds(1))
        #expect(schedule.nextDue == nil)
        #expect(schedule.due(at: .seconds(1_000), isEnd: true).jobs.isEmpty)
    }

    @Test func aJobThatRunsAgainWhileItsLastReportIsWrittenIsNotForgotten() {
        var schedule = schedule
        schedule.jobChanged(job, isFinal: true)
        schedule.jobBegun(job)
        schedule.jobChanged(job, isFinal: false)
        schedule.jobWritten(job, isOver: true, at: .seconds(3), took: .seconds(1))
        #expect(due(schedule, at: .seconds(3)) == [job])
    }

    @Test func aReportThatCannotBeWrittenIsTriedAgain() {
        var schedule = schedule
        schedule.jobChanged(job, isFinal: true)
        schedule.jobBegun(job)
        schedule.jobFailed(job, at: .seconds(3))
        #expect(due(schedule, at: .seconds(3)).isEmpty)
        #expect(due(schedule, at: .seconds(8)) == [job])
    }
}
