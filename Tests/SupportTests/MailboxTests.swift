import Support
import Testing

struct MailboxTests {
    @Test func anEventThatIsPostedOnceIsOneUntilItIsTaken() async {
        let mailbox = Mailbox<String>()
        for _ in 0..<3 { mailbox.post(once: "news") }
        mailbox.post("other")
        #expect(await mailbox.take(upTo: .zero, clock: SystemClock()) == ["news", "other"])
        mailbox.post(once: "news")
        #expect(await mailbox.take(upTo: nil, clock: SystemClock()) == ["news"])
    }

    @Test func aReaderIsWokenByAnEvent() async {
        let mailbox = Mailbox<Int>()
        async let taken = mailbox.take(upTo: nil, clock: SystemClock())
        mailbox.post(once: 1)
        #expect(await taken == [1])
    }

    @Test func aWokenReaderFindsNothingAndHasTurned() async {
        let mailbox = Mailbox<Int>()
        mailbox.wake()
        #expect(await mailbox.take(upTo: nil, clock: SystemClock()).isEmpty)
        #expect(mailbox.rounds == 1)
        // Once: the next wait is one again.
        async let taken = mailbox.take(upTo: nil, clock: SystemClock())
        mailbox.post(7)
        #expect(await taken == [7])
        #expect(mailbox.rounds == 2)
    }
}
