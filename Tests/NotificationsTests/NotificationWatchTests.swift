import Foundation
import Logging
import Model
import Store
import Support
import Synchronization
import TestSupport
import Testing

@testable import Notifications

@Suite(.limited(.processor))
struct NotificationWatchTests {
    private let fixture: NotificationFixture
    private let watch: NotificationWatch
    private static let hour = Duration.seconds(3_600)

    init() throws {
        let fixture = try NotificationFixture()
        try fixture.database.notifications.use([.webhook: Set(NotificationEvent.allCases)])
        _ = try fixture.database.jobs.accept(Samples.job(name: "waits.txt"), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        self.fixture = fixture
        watch = NotificationWatch(
            fixture.database.notifications, stuckAfter: Self.hour * 6,
            runtime: ServiceRuntime(clock: fixture.clock), logger: Logger(label: "test"),
            trouble: { fixture.trouble.withLock(\.self) })
    }

    /// Looks each hour for so many hours.
    private func look(hours: Int, _ trouble: LookupTrouble?) async throws {
        fixture.trouble.withLock { $0 = trouble }
        for _ in 0..<hours {
            fixture.clock.advance(by: Self.hour)
            try await watch.look()
        }
    }

    private var facts: [NotificationFacts] {
        get throws {
            try fixture.database.notifications.due(.webhook, at: fixture.clock.now.wall, limit: 100)
                .map(\.facts)
        }
    }

    @Test func aListWithoutAnswersIsStuckAndItIsSaidWhy() async throws {
        try await look(hours: 6, .other("VirusTotal does not answer."))
        #expect(try facts.isEmpty)
        try await look(hours: 3, .other("VirusTotal does not answer."))
        #expect(try facts.map(\.event) == [.stuck])
        #expect(try facts.first?.job?.name == "waits.txt")
        #expect(try facts.first?.reason == "VirusTotal does not answer.")
    }

    @Test func aListThatWaitsForTheNextDaysQuotaIsNotStuck() async throws {
        let trouble = LookupTrouble.quota(.day, "The day's 500 requests are used up.")
        // From 14:13 UTC to 00:13 of the next day.
        try await look(hours: 9, trouble)
        #expect(try facts.map(\.event) == [.quota], "it is told once a day")
        #expect(try facts.first?.reason == trouble.reason)
        try await look(hours: 1, trouble)
        #expect(try facts.map(\.event) == [.quota, .quota])
        try await look(hours: 5, nil)
        #expect(try facts.count == 2, "the hours without quota do not count")
        try await look(hours: 1, nil)
        #expect(try facts.map(\.event) == [.quota, .quota, .stuck])
    }

    @Test func aListThatWaitsForTheNextMonthsQuotaIsStuck() async throws {
        try await look(hours: 8, .quota(.month, "The month's requests are used up."))
        #expect(try Set(facts.map(\.event)) == [.quota, .stuck])
    }

    @Test func aRefusedKeyIsToldOfAndListsAreStuck() async throws {
        try await look(hours: 8, .key("VirusTotal refuses the key."))
        #expect(try facts.map(\.event) == [.quota, .stuck])
        #expect(try facts.allSatisfy { $0.reason == "VirusTotal refuses the key." })
    }

    @Test func aTroubleThatBeginsBetweenTwoLooksIsToldAtOnce() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [watch] in await watch.run() }
            defer { watch.stop() }
            try await eventually("it waits for its next look") {
                fixture.clock.nextDeadline == .seconds(300)
            }
            fixture.trouble.withLock { $0 = .key("VirusTotal refuses the key.") }
            watch.troubleBegan()
            try await eventually("it is told") { try facts.map(\.event) == [.quota] }
            // It sleeps for the same look as before.
            try await eventually("it waits again") { fixture.clock.nextDeadline == .seconds(300) }
            #expect(fixture.clock.passed == .zero)
        }
    }

    @Test func theServiceLooksByItself() async throws {
        let file = fixture.folder.path("got")
        fixture.trouble.withLock { $0 = .key("VirusTotal refuses the key.") }
        let script = "cat >> '\(file)'; echo >> '\(file)'"
        try await fixture.run(.all(hook: .init(arguments: ["/bin/sh", "-c", script]))) {
            try await fixture.eventuallyByMinutes("both are told") {
                let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                return text.contains("\"event\":\"quota\"") && text.contains("\"event\":\"stuck\"")
            }
        }
        #expect(fixture.clock.passed >= Self.hour * 6)
    }
}
