import Curl

/// Trial of the way to VirusTotal, by the HTTP client that lookups use.
struct NetworkTrial {
    let endpoint: String
    let curl: CurlOptions
    let environment: [String: String]

    /// Throws `CurlError` if the endpoint is no URL.
    func run() async throws(CurlError) -> NetworkFacts {
        let target = try CurlURL(endpoint)
        var facts = NetworkFacts(
            target: target, proxy: ProxyChoice(for: target, setting: curl.proxy, environment: environment),
            certificateFile: curl.certificateFile, outcome: await ask("\(endpoint)/", target))
        if facts.needsPlainTry {
            let host = target.host.contains(":") ? "[\(target.host)]" : target.host
            // A server that expects TLS answers with something, or closes: it was reached.
            switch await ask("http://\(host):\(target.port ?? 443)/", target) {
            case .success: facts.connectsPlainly = true
            case .failure(let error):
                let isReached = error.kind == .connectionBroken || error.sentence.hasPrefix("Operation")
                facts.connectsPlainly = isReached
            }
        }
        return facts
    }

    private func ask(_ url: String, _ target: CurlURL) async -> Result<NetworkFacts.Answer, CurlError> {
        do throws(CurlError) {
            let client = try CurlClient(options: curl)
            defer { client.shutdown() }
            let response = try await client.perform(CurlRequest(url: url))
            return .success(
                NetworkFacts.Answer(
                    status: response.status,
                    redirectHost: (300..<400).contains(response.status)
                        ? response.headers["Location"].flatMap { try? CurlURL($0).host } : nil,
                    took: response.timing.total))
        } catch {
            return .failure(error)
        }
    }
}
