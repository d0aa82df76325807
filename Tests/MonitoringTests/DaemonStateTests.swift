import MetricNames
import Model
import TestSupport
import Testing

@testable import Monitoring

/// The gauges that are made of the daemon's state.
struct DaemonStateTests {
    private func number(_ metric: Metric, _ labels: String..., of state: DaemonState) -> Double? {
        let series = state.series.first { $0.metric == metric && $0.labelValues == labels }
        guard case .number(let number)? = series?.value else { return nil }
        return number
    }

    @Test func noLimitIsInfiniteSoThatUseIsNeverAtIt() {
        let state = DaemonState(
            lookups: .init(quotas: [
                .minute: Quota(used: 3, limit: 4), .day: Quota(used: 70, limit: 0),
            ]))
        #expect(number(.quotaLimit, "minute", of: state) == 4)
        #expect(number(.quotaUsed, "minute", of: state) == 3)
        #expect(number(.quotaLimit, "day", of: state) == .infinity)
        #expect(number(.quotaUsed, "day", of: state) == 70)
        #expect(number(.quotaUsed, "month", of: state) == nil)
    }

    @Test func aHundredUsersHaveASeriesAndTheOthersOne() {
        var state = DaemonState()
        for user in 0..<150 { state.lookups.openHashes[Samples.user("user\(user)")] = 1_000 - user }
        let users = state.series.filter { $0.metric == .queueHashes }
        #expect(users.count == 101)
        #expect(number(.queueHashes, "user0", of: state) == 1_000)
        #expect(number(.queueHashes, "user99", of: state) == 901)
        #expect(number(.queueHashes, "(others)", of: state) == Double((851...900).reduce(0, +)))
    }

    @Test func eachSiteHasItsSeriesAndADaemonAloneNone() {
        var state = DaemonState()
        let ofSites: Set<Metric> = [
            .siteSilence, .siteDayRequests, .siteMonthRequests, .siteRequestsInFlight, .siteQueueHashes,
        ]
        #expect(!state.series.contains { ofSites.contains($0.metric) })
        state.shared = .init(
            sites: (100..<220).map { number in
                .init(
                    name: "site-\(number)", silence: .milliseconds(number * 500), today: number,
                    thisMonth: 10 * number, requestsInFlight: number % 7, openHashes: 1_000 * number)
            })
        #expect(number(.siteSilence, "site-101", of: state) == 50.5)
        #expect(number(.siteDayRequests, "site-101", of: state) == 101)
        #expect(number(.siteMonthRequests, "site-101", of: state) == 1_010)
        #expect(number(.siteRequestsInFlight, "site-101", of: state) == 3)
        #expect(number(.siteQueueHashes, "site-101", of: state) == 101_000)
        for metric in ofSites { #expect(state.series.count { $0.metric == metric } == 100) }
    }

    @Test func everyStateOfAJobHasASeriesAndNoDatabaseHasNone() {
        var state = DaemonState(database: .init(jobs: [.done: 7], byteCount: 4_096))
        #expect(number(.jobs, "done", of: state) == 7)
        #expect(number(.jobs, "running", of: state) == 0)
        #expect(number(.databaseBytes, of: state) == 4_096)
        state.database = nil
        #expect(number(.jobs, "done", of: state) == nil && number(.databaseBytes, of: state) == nil)
    }
}
