import MetricNames
import Support

/// Judgement of whether the daemon is ready: what it needs is there. Pure.
///
/// | check | not well | then |
/// | --- | --- | --- |
/// | daemon | it does not tell of itself within half a second | not ready |
/// | spool | the spool folder is not in its place | not ready |
/// | database | it does not answer | not ready |
/// | key | VirusTotal refuses it | not ready |
/// | lookups | they wait for VirusTotal, or for the quota's next day or month | ready, with a warning |
/// | files | dropped files wait, because of a full disk for example | ready, with a warning |
/// | reports | a report cannot be written | ready, with a warning |
/// | shared | the database that several daemons share does not serve | ready, with a warning |
///
/// A daemon that waits for VirusTotal waits rightly: to start it again would help nothing.
struct Readiness: Sendable {
    enum Judgement: Hashable, Sendable {
        case well
        /// Why, in a sentence. Nothing in it is for the operator alone: to see it takes no password.
        case warning(String)
        case failed(String)

        fileprivate static func failed(because reason: String?) -> Judgement {
            reason.map { .failed($0) } ?? .well
        }

        fileprivate static func warning(because reason: String?) -> Judgement {
            reason.map { .warning($0) } ?? .well
        }
    }

    /// The checks that were made, in their order.
    let checks: [(check: HealthCheck, judgement: Judgement)]

    /// - Parameter state: nil if the daemon has not told it in time.
    init(_ state: DaemonState?) {
        guard let state else {
            checks = [(.daemon, .failed("The daemon does not tell of itself within half a second."))]
            return
        }
        let isKeyRefused = state.lookups.isKeyRefused
        var made: [(check: HealthCheck, judgement: Judgement)] = [
            (.daemon, .well), (.spool, .failed(because: state.spoolProblem)),
            (.database, .failed(because: state.databaseProblem)),
            (.key, .failed(because: isKeyRefused ? Self.refusedKey : nil)),
            // That a refused key makes them wait is said already.
            (.lookups, .warning(because: isKeyRefused ? nil : state.lookups.waitReason)),
            (.files, .warning(because: state.isIntakeHeldUp ? Self.waitingFiles : nil)),
            (.reports, .warning(because: state.areReportsHeldUp ? Self.waitingReports : nil)),
        ]
        // A daemon that is alone has none.
        if let shared = state.shared {
            made.append((.shared, .warning(because: shared.isServed ? nil : Self.sharedAway)))
        }
        checks = made
    }

    private static let refusedKey = "VirusTotal refuses the API key; 'hashdrop status' says what to do."
    private static let sharedAway = "The shared database does not serve; 'hashdrop status' says why."
    private static let waitingFiles = "Dropped files wait; 'hashdrop status' says for what."
    private static let waitingReports = "Reports cannot be written; 'hashdrop status' says why."

    var isReady: Bool {
        checks.allSatisfy { _, judgement in if case .failed = judgement { false } else { true } }
    }

    /// A line for the whole, and one for each check.
    var text: String {
        let lines = checks.map { check, judgement in
            switch judgement {
            case .well: "\(check.rawValue): ok"
            case .warning(let reason): "\(check.rawValue): warning: \(reason.showingControls)"
            case .failed(let reason): "\(check.rawValue): failed: \(reason.showingControls)"
            }
        }
        return ([isReady ? "ready" : "not ready"] + lines).map { $0 + "\n" }.joined()
    }

    var series: [MetricSeries] {
        checks.map { MetricSeries(.checkOK, [$0.check.rawValue], $0.judgement == .well ? 1 : 0) }
    }
}
