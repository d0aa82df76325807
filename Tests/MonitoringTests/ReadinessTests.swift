import MetricNames
import Model
import Testing

@testable import Monitoring

/// The table of what is ready.
struct ReadinessTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var state: DaemonState?
        var isReady: Bool
        /// The checks that are not well.
        var lines: [String]
    }

    private static func state(_ change: (inout DaemonState) -> Void) -> DaemonState {
        var state = DaemonState()
        change(&state)
        return state
    }

    private static let cases = [
        Case(testDescription: "all is well", state: DaemonState(), isReady: true, lines: []),
        Case(
            testDescription: "no answer", state: nil, isReady: false,
            lines: ["daemon: failed: The daemon does not tell of itself within half a second."]),
        Case(
            testDescription: "no spool", state: state { $0.spoolProblem = "It is gone." }, isReady: false,
            lines: ["spool: failed: It is gone."]),
        Case(
            testDescription: "no database",
            state: state {
                $0.database = nil
                $0.databaseProblem = "disk I/O error"
            }, isReady: false, lines: ["database: failed: disk I/O error"]),
        Case(
            testDescription: "the key is refused",
            state: state {
                $0.lookups.isKeyRefused = true
                $0.lookups.waitReason = "VirusTotal refuses the key. Put the right one into '/etc/key'."
            }, isReady: false,
            lines: ["key: failed: VirusTotal refuses the API key; 'hashdrop status' says what to do."]),
        Case(
            testDescription: "VirusTotal is away",
            state: state { $0.lookups.waitReason = "VirusTotal cannot be reached" }, isReady: true,
            lines: ["lookups: warning: VirusTotal cannot be reached"]),
        Case(
            testDescription: "the quota is used up",
            state: state {
                $0.lookups.waitReason = "the day's 500 requests are used up; goes on at 00:00 UTC"
                $0.lookups.quotas[.day] = Quota(used: 500, limit: 500)
            }, isReady: true,
            lines: ["lookups: warning: the day's 500 requests are used up; goes on at 00:00 UTC"]),
        Case(
            testDescription: "files and reports wait",
            state: state {
                $0.isIntakeHeldUp = true
                $0.areReportsHeldUp = true
            }, isReady: true,
            lines: [
                "files: warning: Dropped files wait; 'hashdrop status' says for what.",
                "reports: warning: Reports cannot be written; 'hashdrop status' says why.",
            ]),
        Case(
            testDescription: "the shared database is away",
            state: state { $0.shared = .init(isServed: false) }, isReady: true,
            lines: ["shared: warning: The shared database does not serve; 'hashdrop status' says why."]),
        Case(
            testDescription: "the shared database serves", state: state { $0.shared = .init() },
            isReady: true, lines: []),
        Case(
            testDescription: "a reason of several lines is one",
            state: state { $0.lookups.waitReason = "cannot be reached\nready" }, isReady: true,
            lines: ["lookups: warning: cannot be reached\\u{A}ready"]),
    ]

    @Test(arguments: cases) func whatIsMissingDecides(_ expected: Case) {
        let readiness = Readiness(expected.state)
        #expect(readiness.isReady == expected.isReady)
        let lines = readiness.text.split(separator: "\n").map(String.init)
        #expect(lines.first == (expected.isReady ? "ready" : "not ready"))
        #expect(lines.dropFirst().filter { !$0.hasSuffix(": ok") } == expected.lines)
    }

    @Test func eachCheckIsASeries() {
        var state = DaemonState(shared: .init())
        state.lookups.waitReason = "wait"
        let series = Readiness(state).series
        #expect(series.map(\.labelValues) == HealthCheck.allCases.map { [$0.rawValue] })
        #expect(series.map(\.value) == [1, 1, 1, 1, 0, 1, 1, 1].map { .number($0) })
        state.shared = nil
        #expect(!Readiness(state).series.map(\.labelValues).contains(["shared"]))
        #expect(Readiness(nil).series.map(\.labelValues) == [["daemon"]])
    }
}
