import Glibc
import MetricNames
import Support

/// Answers of the listener: metrics and health, and nothing else.
struct MonitoringResponder: Sendable {
    struct Answer: Hashable, Sendable {
        var status: Int
        var contentType = "text/plain; charset=utf-8"
        var text: String
    }

    private let version: String
    /// Whether a name that leads here may be any.
    private let answersToAnyHost: Bool
    private let registry: MetricsRegistry
    private let state: BoundedQuestion<DaemonState>
    private let stuckParts: BoundedQuestion<[String]>

    init(
        _ options: MonitoringOptions, registry: MetricsRegistry, queries: MonitoringQueries,
        clock: any ServiceClock
    ) {
        version = options.version
        answersToAnyHost = !options.isLoopback
        self.registry = registry
        state = BoundedQuestion(clock: clock, queries.state)
        stuckParts = BoundedQuestion(clock: clock, queries.stuckParts)
    }

    /// - Parameters:
    ///   - path: with the query, which says nothing here.
    ///   - host: the field `Host`; nil if there is none.
    ///   - hasFurtherHosts: whether the field stands there more than once.
    func answer(method: String, path: String, host: String?, hasFurtherHosts: Bool) async -> Answer {
        // Source: RFC 9112, section 3.2. A proxy may have looked at another one of them.
        guard !hasFurtherHosts else {
            return Answer(status: 400, text: "The request has more than one field Host.\n")
        }
        guard answersToAnyHost || Self.isAddress(host ?? "") else {
            return Answer(status: 421, text: "This is not served under that name.\n")
        }
        guard Self.methods.contains(method) else {
            return Answer(status: 405, text: "This can only be read.\n")
        }
        switch path.prefix(while: { $0 != "?" }) {
        case "/metrics": return await metrics()
        case "/livez": return await liveness()
        case "/readyz", "/healthz":
            let readiness = Readiness(await state.answer())
            return Answer(status: readiness.isReady ? 200 : 503, text: readiness.text)
        default:
            return Answer(status: 404, text: "There are /metrics, /livez, /readyz and /healthz.\n")
        }
    }

    /// The head of an answer is that of the whole one.
    static let methods = ["GET", "HEAD"]

    private func metrics() async -> Answer {
        let state = await state.answer()
        var series = registry.series()
        series += state?.series ?? []
        series += Readiness(state).series
        series += ProcessStatistics.now()?.series ?? []
        series.append(MetricSeries(.buildInfo, [version], 1))
        return Answer(
            status: 200, contentType: ExpositionText.contentType, text: ExpositionText.text(of: series))
    }

    private func liveness() async -> Answer {
        guard let stuck = await stuckParts.answer() else {
            return Answer(status: 503, text: "The daemon does not tell of itself within half a second.\n")
        }
        guard stuck.isEmpty else {
            return Answer(
                status: 503,
                text: "At work at one thing for too long, or hanging: \(stuck.joined(separator: ", ")).\n")
        }
        return Answer(status: 200, text: "alive\n")
    }

    /// Whether the host is `localhost` or an IP address: a web page that leads its own name to this machine
    /// (DNS rebinding) reads nothing.
    private static func isAddress(_ authority: String) -> Bool {
        var host = Substring(authority)
        if host.hasPrefix("[") {
            host = host.dropFirst().prefix { $0 != "]" }
        } else {
            host = host.prefix { $0 != ":" }
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        return host == "localhost" || inet_pton(AF_INET, String(host), &bytes) == 1
            || inet_pton(AF_INET6, String(host), &bytes) == 1
    }
}
