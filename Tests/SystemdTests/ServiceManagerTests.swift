import Testing

@testable import Systemd

struct ServiceManagerTests {
    @Test(arguments: [
        (ServiceManager.State.ready, "READY=1"), (.stopping, "STOPPING=1"), (.watchdog, "WATCHDOG=1"),
        (.reloading, "RELOADING=1\nMONOTONIC_USEC=12345"),
        (.status("3 hashes to ask"), "STATUS=3 hashes to ask"),
    ])
    func statesAreToldInTheWordsOfTheManual(state: ServiceManager.State, lines: String) {
        #expect(state.lines(monotonicMicroseconds: 12_345) == lines)
    }

    @Test func aLineBreakInTheStatusBeginsNoOtherAssignment() {
        let state = ServiceManager.State.status("files wait: disk\nREADY=1\r\nWATCHDOG=trigger")
        #expect(
            state.lines(monotonicMicroseconds: 0) == "STATUS=files wait: disk READY=1 WATCHDOG=trigger")
    }
}
