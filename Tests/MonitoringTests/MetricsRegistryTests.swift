import CoreMetrics
import MetricNames
import Monitoring
import TestSupport
import Testing

/// The registry by swift-metrics' own instruments.
struct MetricsRegistryTests {
    private let registry = MetricsRegistry()

    private func value(_ metric: Metric, _ labels: String..., in other: MetricsRegistry? = nil)
        -> MetricSeries.Value?
    {
        (other ?? registry).series().first { $0.metric == metric && $0.labelValues == labels }?.value
    }

    @Test func aCounterGoesUpAndNeverDown() {
        let counter = withMetricsFactory(registry) { Metric.missedEvents.counter() }
        #expect(value(.missedEvents) == .number(0), "it is there before the first event")
        counter.increment()
        counter.increment(by: 41)
        counter.increment(by: -7)
        counter.increment(by: 0)
        #expect(value(.missedEvents) == .number(42))
    }

    @Test func twoHandlesOfOneNameAreOneSeries() {
        let (a, b) = withMetricsFactory(registry) {
            (LabelledCounter<AnswerSource>(.answers), LabelledCounter<AnswerSource>(.answers))
        }
        a.increment(.cache, by: 2)
        b.increment(.cache)
        b.increment(.shared, by: 5)
        #expect(value(.answers, "cache") == .number(3))
        #expect(value(.answers, "shared") == .number(5))
        #expect(value(.answers, "virustotal") == .number(0))
    }

    @Test func aTimerCountsSecondsByTheTablesBuckets() throws {
        let timer = withMetricsFactory(registry) { Metric.claimDelay.timer() }
        for duration: Duration in [
            .milliseconds(5), .milliseconds(6), .seconds(60), .seconds(3_601), .seconds(-3),
        ] {
            timer.record(duration)
        }
        guard case .histogram(let reading) = try #require(value(.claimDelay)) else {
            return #expect(Bool(false), "no histogram")
        }
        #expect(reading.counts.count == reading.bounds.count + 1)
        #expect(reading.counts[0] == 2, "5 ms is within 5 ms, and what a stepped clock makes is none")
        #expect(reading.counts[1] == 1)
        #expect(reading.counts[reading.bounds.firstIndex(of: 60)!] == 1)
        #expect(reading.counts.last == 1)
        #expect((reading.sum - 3_661.011).magnitude < 1e-9)
    }

    @Test func whatIsNoFiniteNumberSpoilsNoSum() throws {
        let recorder = Recorder(
            label: Metric.writerHold.rawValue, dimensions: [], aggregate: true, factory: registry)
        for number in [0.25, .nan, .infinity, -.infinity] { recorder.record(number) }
        guard case .histogram(let reading) = try #require(value(.writerHold)) else {
            return #expect(Bool(false), "no histogram")
        }
        #expect(reading.sum == 0.25 && reading.counts.reduce(0, +) == 1)
    }

    @Test func aGaugeIsWhatWasRecordedLast() {
        let gauge = Gauge(label: Metric.queueOldest.rawValue, factory: registry)
        gauge.record(7)
        gauge.record(1.5)
        #expect(value(.queueOldest) == .number(1.5))
    }

    @Test func whatIsNotOfTheTableIsNotKeptAndCounted() {
        let before = registry.series().count
        Counter(label: "hashdrop_invented_total", factory: registry).increment()
        Counter(label: Metric.queueOldest.rawValue, factory: registry).increment()
        Counter(label: Metric.answers.rawValue, factory: registry).increment()
        Counter(
            label: Metric.answers.rawValue, dimensions: [("hash", "44d88612")], factory: registry
        ).increment()
        Counter(
            label: Metric.missedEvents.rawValue, dimensions: [("source", "cache")], factory: registry
        ).increment()
        CoreMetrics.Timer(label: Metric.missedEvents.rawValue, factory: registry).record(.seconds(1))
        Gauge(label: Metric.claimDelay.rawValue, factory: registry).record(1)
        #expect(registry.series().count == before)
        #expect(value(.seriesDropped) == .number(7))
    }

    @Test func aSeriesBeyondTheLimitIsNotKeptAndTheOthersGoOn() {
        let small = MetricsRegistry(seriesMax: 3)
        let users = (0..<10).map { number in
            Gauge(
                label: Metric.queueHashes.rawValue, dimensions: [("user", "user\(number)")], factory: small)
        }
        for gauge in users { gauge.record(1) }
        #expect(small.series().count == 3 + 1)
        #expect(value(.seriesDropped, in: small) == .number(7))
        // One that is kept is found again.
        Gauge(label: Metric.queueHashes.rawValue, dimensions: [("user", "user0")], factory: small).record(9)
        #expect(value(.queueHashes, "user0", in: small) == .number(9))
        users[0].destroy()
        #expect(value(.queueHashes, "user0", in: small) == nil)
        Gauge(label: Metric.queueHashes.rawValue, dimensions: [("user", "new")], factory: small).record(3)
        #expect(value(.queueHashes, "new", in: small) == .number(3), "there is room again")
    }

    @Test(.limited(.processor)) func manyThreadsLoseNothing() async throws {
        let counter = withMetricsFactory(registry) { LabelledCounter<AnswerSource>(.answers) }
        let timer = withMetricsFactory(registry) { LabelledTimer<RequestsOfList>(.reportDelay) }
        await withTaskGroup(of: Void.self) { [registry] group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment(.cache, by: 2)
                        timer.record(.some, .milliseconds(1))
                    }
                }
                // Scrapes and new handles meanwhile.
                group.addTask {
                    for _ in 0..<200 {
                        let scraped = registry.series().first { $0.metric == .reportDelay }
                        guard case .histogram(let reading)? = scraped?.value else { continue }
                        #expect((reading.sum - Double(reading.counts[0]) / 1_000).magnitude < 1e-6)
                        _ = LabelledCounter<AnswerSource>(.answers)
                    }
                }
            }
        }
        #expect(value(.answers, "cache") == .number(160_000))
        guard case .histogram(let reading) = try #require(value(.reportDelay, "some")) else {
            return #expect(Bool(false), "no histogram")
        }
        #expect(reading.counts[0] == 80_000)
    }
}
