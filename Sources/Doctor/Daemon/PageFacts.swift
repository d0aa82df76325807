import Curl

/// What a request to the web page's address has shown.
struct PageFacts: Hashable, Sendable {
    /// As the setting has it.
    var address: String
    var isServed: Bool
    /// The status of an answer, or why there is none.
    var outcome: Result<Int, CurlError>

    /// Nil where there is nothing to be said: no daemon, and nothing at its address.
    var finding: Finding? {
        switch (outcome, isServed) {
        case (.success(let status), true) where status < 500:
            .ok(.page, address, "answers (HTTP \(status))")
        case (.success(let status), true):
            .failed(.page, address, "answers HTTP \(status)", advice: "See the daemon's log")
        // It may answer its proxies alone.
        case (.failure(let error), true) where error.kind == .connectionBroken:
            .ok(.page, address, "takes connections, and answers its proxies alone")
        case (.failure(let error), true):
            .failed(
                .page, address, "\(error)",
                advice: "See the daemon's log; after a change of web.listen, start the daemon again")
        case (.success, false):
            .failed(
                .page, address, "another program has the page's port, so no daemon can start",
                advice: "End that program (sudo ss -ltnp shows it), or set web.listen to another port")
        case (.failure(let error), false) where error.kind == .connectionBroken:
            .failed(
                .page, address, "another program has the page's port, so no daemon can start",
                advice: "End that program (sudo ss -ltnp shows it), or set web.listen to another port")
        case (.failure, false): nil
        }
    }
}

/// Trial of the web page.
struct PageTrial {
    let address: PageAddress
    let isServed: Bool

    func run() async -> PageFacts {
        PageFacts(address: address.description, isServed: isServed, outcome: await ask())
    }

    private func ask() async -> Result<Int, CurlError> {
        do throws(CurlError) {
            var options = CurlOptions()
            options.requestTimeout = .seconds(10)
            options.connectTimeout = .seconds(5)
            // The page is on this machine, whatever its proxies for other places are.
            options.proxy = ""
            let client = try CurlClient(options: options)
            defer { client.shutdown() }
            return .success(try await client.perform(CurlRequest(url: "http://\(address)/login")).status)
        } catch {
            return .failure(error)
        }
    }
}

/// Where the web page listens.
package struct PageAddress: Hashable, Sendable, CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address.
    package let description: String

    /// - Parameter isWildcard: whether it listens at every address of the machine.
    package init(host: String, port: Int, isWildcard: Bool) {
        let isIPv6 = host.contains(":")
        let reached = isWildcard ? (isIPv6 ? "::1" : "127.0.0.1") : host
        description = isIPv6 ? "[\(reached)]:\(port)" : "\(reached):\(port)"
    }
}
