import Curl
import Glibc
import Simulator
import Store
import Support
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

    @Test func withoutAnOwnerOfTheSpoolNoAccountIsNamed() {
        let account = Account(userID: 5, name: "x", ownerID: nil, ownerName: "")
        let finding = DaemonFacts(isHeld: false, isKnown: false).finding("/s", account)
        #expect(finding.advice?.hasSuffix("the account that runs hashdrop: sudo hashdrop doctor") == true)
    }

    @Test func theConfigurationIsNamedInEveryCommand() {
        var account = FolderFindingsTests.stranger
        account.command = HashdropCall(configuration: "/srv/my drop.yaml")
        let named = "hashdrop doctor --config '/srv/my drop.yaml'"
        #expect(account.advice.hasSuffix(named))
        let folder = FolderFindingsTests.folder(.privateFolder, standing: .missing)
        for advice in [
            DaemonFacts(isHeld: false).finding("/s", account).advice,
            folder.standingFinding(account)?.advice,
            DiskFacts(folders: ["/s"], freeBytes: 0, totalBytes: 1, freeInodes: 0, totalInodes: 0)
                .findings(account.command)[0].advice,
        ] {
            #expect(advice?.contains("--config '/srv/my drop.yaml'") == true, "\(advice ?? "")")
        }
    }

    private func page(_ port: Int, isServed: Bool) async -> Finding? {
        await finding(.page, port, isServed: isServed)
    }

    private func finding(
        _ purpose: Listener.Purpose, _ port: Int, host: String = "127.0.0.1", isServed: Bool,
        isKnown: Bool = true
    ) async -> Finding? {
        await ListenerTrial(
            listener: Listener(purpose, host: host, port: port, isWildcard: false), isServed: isServed
        ).run().finding(account, isKnown: isKnown)
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
        // Which port a daemon has taken is in its log alone.
        #expect(await page(0, isServed: true) == nil)
    }

    @Test func anotherProgramOnThePagesPortIsFound() async throws {
        let server = try SilentServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let finding = await page(server.port, isServed: false)
        #expect((finding?.state, finding?.message.contains("another program")) == (.failed, true))
    }

    @Test func anotherProgramOnTheMetricsPortIsFound() async throws {
        // It need not answer.
        let server = try SilentServer()
        let taken = await finding(.metrics, server.port, isServed: false)
        #expect((taken?.check, taken?.state) == (.metrics, .failed))
        #expect(taken?.advice?.contains("sport = :\(server.port)") == true)
        #expect(taken?.advice?.contains("metrics.listen") == true)
        // It may be the daemon, which this account cannot see.
        #expect(await finding(.metrics, server.port, isServed: false, isKnown: false) == nil)
    }

    @Test func theDaemonsOwnUseIsWell() async throws {
        let server = try SilentServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(await finding(.metrics, server.port, isServed: true)?.state == .ok)
        // Unlike the page it answers to all.
        let closing = try SilentServer(answer: "")
        #expect(await finding(.metrics, closing.port, isServed: true)?.state == .failed)
    }

    @Test func aPlaceThatCanBeTakenStaysFree() async {
        #expect(await finding(.metrics, 0, isServed: false)?.state == .ok)
    }

    @Test func anAddressOfAnotherMachineIsSaid() async {
        // TEST-NET-1 of RFC 5737 is no machine's.
        let finding = await finding(.page, 0, host: "192.0.2.1", isServed: false)
        #expect((finding?.state, finding?.message.contains("no such address")) == (.failed, true))
    }

    @Test(
        arguments: [
            (EADDRINUSE, Finding.State.failed, "another program"), (EACCES, .warning, "below 1024"),
            (EAFNOSUPPORT, .failed, "nothing can listen"), (0, .ok, "free"),
        ] as [(Int32, Finding.State, String)])
    func whatTheKernelSaysOfAPlace(_ number: Int32, _ state: Finding.State, _ says: String) {
        let listener = Listener(.page, host: "::1", port: 80, isWildcard: false)
        let finding = ListenerFacts(listener: listener, outcome: .taken(number)).finding(account)
        #expect(finding?.state == state)
        #expect(finding?.message.contains(says) == true)
    }

    @Test func twoListenersOfOnePortAreSaid() {
        let page = Listener(.page, host: "127.0.0.1", port: 80, isWildcard: false)
        func collides(_ host: String, _ port: Int, _ isWildcard: Bool) -> Bool {
            page.collides(with: Listener(.metrics, host: host, port: port, isWildcard: isWildcard))
        }
        #expect(collides("127.0.0.1", 80, false) && collides("0.0.0.0", 80, true))
        #expect(!collides("127.0.0.1", 81, false) && !collides("127.0.0.2", 80, false))
        let free = Listener(.page, host: "127.0.0.1", port: 0, isWildcard: false)
        #expect(!free.collides(with: free))
    }

    @Test func whatTheStartRefusesIsToldWithItsAdvice() {
        let refusal = Explanation("It is in the clear (see x. y)", advice: "set a. b")
        let listener = Listener(.page, host: "h", port: 1, isWildcard: false, refusal: refusal)
        let page = ListenerFacts(listener: listener, outcome: .notTried).finding(account)
        #expect(page == Finding.failed(.page, "h:1", "It is in the clear (see x. y)", advice: "Set a. b"))
        let channel = ChannelFacts(.hook, setting: "notify.hook", refusal: refusal)
        #expect(channel.finding(account).state == .failed)
        // What one account may not run another may.
        let stranger = channel.finding(FolderFindingsTests.stranger)
        #expect((stranger.state, stranger.advice) == (.warning, FolderFindingsTests.stranger.advice))
        #expect(ChannelFacts(.hook, setting: "notify.hook", refusal: nil).finding(account).state == .ok)
    }

    @Test(arguments: [
        ("127.0.0.1", false, "127.0.0.1:80"), ("::1", false, "[::1]:80"), ("0.0.0.0", true, "127.0.0.1:80"),
        ("::", true, "[::1]:80"), ("localhost", false, "localhost:80"),
    ])
    func wherePageIsAskedFor(_ host: String, _ isWildcard: Bool, _ address: String) {
        #expect(Listener(.page, host: host, port: 80, isWildcard: isWildcard).address == address)
    }
}
