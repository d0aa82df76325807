import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct SharedAnswerTests {
    private let day: Duration = .seconds(86_400)
    private let limits = QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 0)

    private func ending(
        _ number: Int, _ tickets: [Int: Int64], _ object: FileObject?, at reading: ClockReading
    ) throws -> SharedEnding {
        SharedEnding(
            ticket: try #require(tickets[number]), hash: Samples.hash(number), outcome: "200",
            answer: object.map { .known($0) } ?? .unknown, endedAt: reading)
    }

    /// A file with all that there can be.
    private func fullFile(_ number: Int) -> FileObject {
        var file = Samples.file(number, detections: 3)
        file.firstSubmissionDate = Date(timeIntervalSince1970: -1.5)
        file.meaningfulName = "na\u{301}me\"'\\ 😀.exe"
        file.typeDescription = "Win32 EXE"
        file.sizeBytes = .max
        file.threatLabel = ""
        file.reputation = -99
        file.facts = .saying("text", second: "another")
        return file
    }

    @Test func answerIsEveryonesUnderAllNames() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a", limits: limits), try fixture.site("b", limits: limits))
        let tickets = try await a.tickets(1...3)
        let (full, bare) = (
            fullFile(1),
            FileObject(
                md5: Samples.hash(2, .md5), sha1: Samples.hash(2, .sha1), sha256: Samples.hash(2))
        )
        let asked = fixture.clock.now
        try await a.record([
            ending(1, tickets, full, at: asked), ending(2, tickets, bare, at: asked),
            ending(3, tickets, nil, at: asked),
        ])
        try await fixture.advance(by: .seconds(90))

        #expect(try await b.grant(1) == .answered(LookupAnswer(answer: .known(full), askedAt: asked.wall)))
        #expect(try await b.grant(3) == .answered(LookupAnswer(answer: .unknown, askedAt: asked.wall)))
        let names = full.hashes + bare.hashes + [Samples.hash(3), Samples.hash(4)]
        let answers = try await b.answers(to: names, ages: .upTo(day))
        #expect(answers.count == 7)
        for name in full.hashes { #expect(answers[name]?.fileObject == full) }
        for name in bare.hashes { #expect(answers[name]?.fileObject == bare) }
    }

    @Test func textsKeepWhatTheyMay() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a", limits: limits)
        var file = fullFile(1)
        file.meaningfulName = "a\0b"
        try await site.record([ending(1, try await site.tickets(1...1), file, at: fixture.clock.now)])
        let answers = try await site.answers(to: [Samples.hash(1)], ages: .upTo(day))
        #expect(answers.values.first?.fileObject?.meaningfulName == "a\u{FFFD}b")
    }

    @Test func answersServeForTheirAges() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a", limits: limits)
        let tickets = try await site.tickets(1...3)
        var unscanned = FileObject(
            md5: Samples.hash(3, .md5), sha1: Samples.hash(3, .sha1), sha256: Samples.hash(3))
        unscanned.meaningfulName = "new.exe"
        let asked = fixture.clock.now
        try await site.record([
            ending(1, tickets, Samples.file(1), at: asked), ending(2, tickets, nil, at: asked),
            ending(3, tickets, unscanned, at: asked),
        ])
        try await fixture.advance(by: .seconds(100))
        func fresh(known: Int, unknown: Int) async throws -> Set<FileHash> {
            Set(
                try await site.answers(
                    to: (1...3).map { Samples.hash($0) },
                    ages: CacheAges(known: .seconds(known), unknown: .seconds(unknown))
                ).keys)
        }
        #expect(try await fresh(known: 100, unknown: 99) == [Samples.hash(1)])
        #expect(try await fresh(known: 99, unknown: 100) == [Samples.hash(2), Samples.hash(3)])
        guard case .send = try await site.grant(1, age: .seconds(99)) else {
            Issue.record("an old answer serves")
            return
        }
        guard case .answered = try await site.grant(2, age: .seconds(100)) else {
            Issue.record("a fresh answer does not serve")
            return
        }
    }

    @Test func oldAnswersGoWithTheirFiles() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        for number in [1, 2, 3] {
            let ticket = try #require(try await site.tickets([number])[number])
            try await site.record([
                SharedEnding(
                    ticket: ticket, hash: Samples.hash(number), outcome: number == 3 ? "404" : "200",
                    answer: number == 3 ? .unknown : .known(Samples.file(number)),
                    endedAt: fixture.clock.now)
            ])
            try await fixture.advance(by: .seconds(86_400))
        }
        // The first is three days old. Whatever a site says, two days are kept.
        #expect(try await !site.forgetAnswers(olderThan: .seconds(4 * 86_400)))
        #expect(try await site.forgetAnswers(olderThan: .zero))
        #expect(try await !site.forgetAnswers(olderThan: .zero))
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.file") == 1)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.answer") == 4)
    }

    @Test func answerThatComesLateDoesNotReplaceANewerOne() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a", limits: limits), try fixture.site("b", limits: limits))
        let late = try await a.tickets(1...1)
        let lateReading = fixture.clock.now
        try await fixture.advance(by: .seconds(600))
        let newer = Samples.file(1, detections: 9)
        try await b.record([ending(1, try await b.tickets(1...1), newer, at: fixture.clock.now)])
        try await a.record([ending(1, late, Samples.file(1), at: lateReading)])
        let answers = try await a.answers(to: newer.hashes, ages: .upTo(day))
        #expect(answers.count == 3)
        #expect(answers.values.allSatisfy { $0.fileObject == newer })
    }

    @Test func clockOfASiteDoesNotMatter() async throws {
        let fixture = try await SharedFixture()
        // Three hours ahead, and up for another time.
        let ahead = ManualClock(start: Samples.now + 10_800)
        ahead.advance(by: .seconds(77))
        let (a, b) = (try fixture.site("a", clock: ahead), try fixture.site("b"))
        let tickets = try await a.tickets(1...1)
        let ended = ahead.now
        ahead.advance(by: .seconds(5))
        try await fixture.advance(by: .seconds(5))
        try await a.record([ending(1, tickets, nil, at: ended)])
        #expect(
            try await b.grant(1)
                == .answered(LookupAnswer(answer: .unknown, askedAt: fixture.clock.now.wall - 5)))
        #expect(
            try await a.grant(1) == .answered(LookupAnswer(answer: .unknown, askedAt: ended.wall)))
        #expect(try await b.spending().quota.lastMinute == [.seconds(5)])
    }

    @Test func manyHashesAreAskedInParts() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site(
            "a",
            limits: QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0))
        try await site.recordUnknown(try await site.tickets(1...2_500), at: fixture.clock.now)
        let answers = try await site.answers(
            to: (0...2_501).map { Samples.hash($0) }, ages: .upTo(day))
        #expect(answers.count == 2_500)
        #expect(try await site.answers(to: [], ages: .upTo(day)).isEmpty)
    }

    @Test func sitesThatWaitAreTold() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a"), try fixture.site("b"))
        var events = b.client.notifications.makeAsyncIterator()
        try await b.client.listen(SharedDatabase.channel)
        let tickets = try await a.tickets(1...2)
        try await a.record([ending(1, tickets, nil, at: fixture.clock.now)])
        #expect(
            await events.next()
                == .message(channel: SharedDatabase.channel, payload: Samples.hash(1).hexadecimal))
        // What a dead site held is told too.
        try await fixture.site("a").closeEarlierRun()
        #expect(
            await events.next()
                == .message(channel: SharedDatabase.channel, payload: Samples.hash(2).hexadecimal))
    }
}
