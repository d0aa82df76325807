import Curl
import Support

/// What the way to VirusTotal means, a finding a stage; behind a stage that fails nothing is known. Pure.
extension NetworkFacts {
    var findings: [Finding] {
        var findings: [Finding] = []
        for stage in Stage.allCases {
            if stage == failedStage, case .failure(let error) = outcome {
                findings.append(failure(stage, error))
                break
            }
            findings.append(success(stage))
        }
        return findings
    }

    private var place: String {
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        return "\(host):\(target.port ?? (target.scheme == "https" ? 443 : 80))"
    }

    private func success(_ stage: Stage) -> Finding {
        let isProxied = proxy.url != nil
        switch stage {
        case .proxy:
            let origin = proxy.origin.map { " (\($0))" } ?? ""
            guard let url = proxy.url else { return .ok(.proxy, target.host, "none\(origin)") }
            return .ok(.proxy, target.host, "\(url)\(origin)")
        case .nameResolution:
            return .ok(.nameResolution, target.host, isProxied ? "left to the proxy" : "the name is known")
        case .tcp: return .ok(.tcp, place, isProxied ? "the proxy connects to it" : "the port answers")
        case .tls:
            guard target.scheme == "https" else {
                return .ok(
                    .tls, place,
                    "none: plain http on this machine")
            }
            return .ok(
                .tls, place, "the certificate is trusted" + (certificateFile.map { ", by '\($0)'" } ?? ""))
        case .http: return answer
        }
    }

    private var answer: Finding {
        guard case .success(let answer) = outcome else {
            // Behind no failed stage there is an answer.
            return .ok(.http, place, "")
        }
        let message = "HTTP \(answer.status) after \(Int(answer.took.seconds * 1_000)) ms"
        if answer.status == 407 {
            return .failed(
                .http, place,
                "\(message): a proxy asks for a user name and a password", advice: login)
        }
        if let other = answer.redirectHost, other != target.host {
            return .warning(
                .http, place, "\(message), a redirect to \(other): perhaps a portal's",
                advice: "Open the address in a browser on this machine, and log in at the portal")
        }
        switch answer.status {
        case 403, 429, 451:
            return .warning(
                .http, place, "\(message): something in between does not want this machine",
                advice: target.isLoopback
                    ? servant
                    : "Look whether a filter or a firewall refuses it, or other programs ask from this "
                        + "address")
        case 500...:
            return .warning(
                .http, place, "\(message): the server has a fault",
                advice: "Ask again later; hashdrop itself tries again by itself")
        default: return .ok(.http, place, message)
        }
    }

    private var login: String {
        "Put them into the proxy's URL, http://name:password@host:port, in virustotal.proxy or https_proxy"
    }

    private func failure(_ stage: Stage, _ error: CurlError) -> Finding {
        let subject =
            switch stage {
            case .proxy: proxy.host ?? target.host
            case .nameResolution: target.host
            case .tcp, .tls, .http: place
            }
        return .failed(stage.check, subject, "\(error)", advice: advice(stage, error))
    }

    private func advice(_ stage: Stage, _ error: CurlError) -> String {
        let words = error.sentence.lowercased()
        switch stage {
        case .proxy:
            return words.contains("407")
                ? login
                : "Correct the proxy in \(proxy.origin ?? "virustotal.proxy"), or let it pass connections to "
                    + place
        case .nameResolution:
            return "Look at /etc/resolv.conf and: getent hosts \(target.host); where only a proxy leads "
                + "out, set virustotal.proxy"
        // No firewall or proxy is between a machine and itself.
        case .tcp where target.isLoopback, .http where target.isLoopback: return servant
        case .tcp:
            return "Let the firewall pass \(place), or set virustotal.proxy where only a proxy leads out"
        case .tls: return Self.tlsAdvice(words) ?? (target.isLoopback ? servant : Self.brokenTLS)
        case .http:
            return "Look what stands between this machine and \(place): a proxy, a filter, another program"
        }
    }

    /// For an address of this machine.
    private var servant: String {
        "Start the program that should answer at \(place), see its log, or correct virustotal.endpoint"
    }

    private static let brokenTLS =
        "Look for a firewall or a proxy that breaks TLS off; hashdrop needs TLS 1.2 or later"

    /// Nil where the error does not tell.
    private static func tlsAdvice(_ words: String) -> String? {
        if words.contains("expired") || words.contains("not yet valid") {
            return "Look at this machine's clock; if it is right, the server has an old certificate"
        }
        if words.contains("does not match") || words.contains("no alternative certificate subject name") {
            return "Another server answers: look for a portal or a proxy in between, and at "
                + "virustotal.endpoint"
        }
        if words.contains("cannot read") || words.contains("error setting certificate") {
            return "Correct virustotal.caFile (or CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR)"
        }
        if words.contains("certificate") {
            return "sudo apt-get install ca-certificates; if a proxy of yours opens TLS, name the file "
                + "of its certificate in virustotal.caFile"
        }
        return nil
    }
}
