import Curl
import Simulator
import TestSupport
import Testing

@testable import Doctor

@Suite(.limited(.server))
struct DaemonTests {
    private let account = FolderFindingsTests.daemon

    @Test func theDaemonsStateIsSaid() {
        #expect(DaemonFacts(isHeld: true, processID: 7).finding("/s", account).state == .ok)
        #expect(DaemonFacts(isHeld: true).finding("/s", account).message.contains("another container"))
        let none = DaemonFacts(isHeld: false).finding("/s", account)
        #expect((none.state, none.advice?.contains("hashdrop serve")) == (.warning, true))
        let stopped = DaemonFacts(isHeld: true, processID: 7, isStopped: true).finding("/s", account)
        #expect((stopped.state, stopped.advice) == (.failed, "sudo kill -CONT 7"))
        let hidden = DaemonFacts(isHeld: false, isKnown: false)
            .finding("/s", FolderFindingsTests.stranger)
        #expect(hidden.advice?.hasPrefix("Ask as the spool's account") == true)
    }

    @Test func whoAsksIsSaid() {
        #expect(FolderFindingsTests.daemon.finding.state == .ok)
        #expect(FolderFindingsTests.stranger.finding.message.contains("cannot see or try everything"))
        #expect(FolderFindingsTests.root.finding.message.contains("root may do everything"))
        let nobody = Account(userID: 5, name: "x", ownerID: nil, ownerName: "")
        #expect(nobody.finding.state == .ok)
        #expect(nobody.daemonName == "x")
    }

    private func page(_ port: Int, isServed: Bool) async -> Finding? {
        await PageTrial(
            address: PageAddress(host: "127.0.0.1", port: port, isWildcard: false), isServed: isServed
        ).run().finding
    }

    @Test func aPageThatAnswersIsWell() async throws {
        let server = try SilentServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(await page(server.port, isServed: true)?.state == .ok)
        // It answers its proxies alone.
        let closing = try SilentServer(answer: "")
        #expect(await page(closing.port, isServed: true)?.state == .ok)
        let faulty = try SilentServer(answer: "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n")
        #expect(await page(faulty.port, isServed: true)?.state == .failed)
    }

    @Test func aPageThatDoesNotAnswerFails() async {
        let finding = await page(1, isServed: true)
        #expect(finding?.state == .failed)
        #expect(finding?.advice?.contains("web.listen") == true)
        // Without a daemon there is no page.
        #expect(await page(1, isServed: false) == nil)
    }

    @Test func anotherProgramOnThePagesPortIsFound() async throws {
        let server = try SilentServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let finding = await page(server.port, isServed: false)
        #expect((finding?.state, finding?.message.contains("another program")) == (.failed, true))
    }

    @Test(arguments: [
        ("127.0.0.1", false, "127.0.0.1:80"), ("::1", false, "[::1]:80"), ("0.0.0.0", true, "127.0.0.1:80"),
        ("::", true, "[::1]:80"), ("localhost", false, "localhost:80"),
    ])
    func wherePageIsAskedFor(_ host: String, _ isWildcard: Bool, _ address: String) {
        #expect(PageAddress(host: host, port: 80, isWildcard: isWildcard).description == address)
    }
}
