import Curl
import Glibc

/// What a look at an address of the daemon has shown.
struct ListenerFacts: Hashable, Sendable {
    enum Outcome: Hashable, Sendable {
        /// A running daemon's: the status of an answer, or why there is none.
        case asked(Result<Int, CurlError>)
        /// Without a daemon: whether its place can be taken, 0 or the errno.
        case taken(Int32)
        /// Without a daemon: the name of its host is not known.
        case unknownHost
        /// The daemon's port is not known.
        case notTried
    }

    var listener: Listener
    var outcome: Outcome

    /// Nil where there is nothing to be said.
    ///
    /// - Parameter isKnown: whether it is certain that no daemon has the address.
    func finding(_ account: Account, isKnown: Bool = true) -> Finding? {
        if let refusal = listener.refusal {
            return .explained(check, address, .failed, refusal, advice: "Correct \(listener.setting)")
        }
        return switch outcome {
        case .notTried: nil
        case .asked(let answer): finding(answer)
        // The daemon that cannot be seen may be the one that has it.
        case .taken(EADDRINUSE) where !isKnown: nil
        case .taken(let number): takingFinding(number, account)
        case .unknownHost:
            .failed(
                check, address, "the name '\(listener.host)' is not known, so no daemon can start",
                advice: "Set \(listener.setting) to an IP address of this machine")
        }
    }

    private var check: Check { listener.check }
    private var address: String { listener.address }

    private func finding(_ answer: Result<Int, CurlError>) -> Finding {
        switch answer {
        case .success(let status) where status < 500: .ok(check, address, "answers (HTTP \(status))")
        case .success(let status):
            .failed(check, address, "answers HTTP \(status)", advice: "See the daemon's log")
        // It may answer its proxies alone.
        case .failure(let error) where listener.purpose == .page && error.kind == .connectionBroken:
            .ok(check, address, "takes connections, and answers its proxies alone")
        case .failure(let error):
            .failed(
                check, address, "\(error)",
                advice: "See the daemon's log; after a change of \(listener.setting), start the daemon again")
        }
    }

    private func takingFinding(_ number: Int32, _ account: Account) -> Finding {
        let setting = listener.setting
        switch number {
        case 0: return .ok(check, address, "free for the daemon")
        case EADDRINUSE:
            return .failed(
                check, address, "another program has \(listener.owner) port, so no daemon can start",
                advice: "End that program (sudo ss -ltnp 'sport = :\(listener.port)' shows it), or set "
                    + "\(setting) to another port")
        case EADDRNOTAVAIL:
            return .failed(
                check, address, "this machine has no such address, so no daemon can start",
                advice: "Set \(setting) to an address of this machine (ip address shows them)")
        case EACCES, EPERM:
            // The daemon's unit may give it what a shell has not.
            return .warning(
                check, address, "'\(account.name)' may not listen on a port below 1024",
                advice: "Set \(setting) to a higher port; or add 'AmbientCapabilities="
                    + "CAP_NET_BIND_SERVICE' to [Service] of the daemon's unit")
        default:
            return .failed(
                check, address, "nothing can listen there: \(String(cString: strerror(number)))",
                advice: "Set \(setting) to another address")
        }
    }

    /// That two of the daemon's own listeners are to have one port.
    static func collision(_ first: Listener, _ second: Listener) -> Finding {
        .failed(
            second.check, second.address, "\(first.setting) has the same port, so no daemon can start",
            advice: "Set \(second.setting) to another port")
    }
}

/// Trial of an address of the daemon: a running one is asked, else the address is taken for a moment.
struct ListenerTrial {
    let listener: Listener
    /// Whether a daemon runs.
    let isServed: Bool

    func run() async -> ListenerFacts {
        ListenerFacts(listener: listener, outcome: await outcome())
    }

    private func outcome() async -> ListenerFacts.Outcome {
        guard isServed else { return take() }
        return listener.port == 0 ? .notTried : .asked(await ask())
    }

    private func ask() async -> Result<Int, CurlError> {
        do throws(CurlError) {
            var options = CurlOptions()
            options.requestTimeout = .seconds(10)
            options.connectTimeout = .seconds(5)
            // It is on this machine, whatever the proxies for other places are.
            options.proxy = ""
            let client = try CurlClient(options: options)
            defer { client.shutdown() }
            let url = "http://\(listener.address)\(listener.path)"
            return .success(try await client.perform(CurlRequest(url: url)).status)
        } catch {
            return .failure(error)
        }
    }

    /// Binds as the daemon would, and does not listen: a daemon that starts at this moment gets the address
    /// all the same, because both let it be used again (socket(7), `SO_REUSEADDR`).
    private func take() -> ListenerFacts.Outcome {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(listener.host, String(listener.port), &hints, &list) == 0, let first = list else {
            return .unknownHost
        }
        defer { freeaddrinfo(first) }
        let place = first.pointee
        let descriptor = socket(place.ai_family, place.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .taken(errno) }
        defer { close(descriptor) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        return .taken(bind(descriptor, place.ai_addr, place.ai_addrlen) == 0 ? 0 : errno)
    }
}
