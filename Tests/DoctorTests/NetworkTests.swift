import Curl
import Foundation
import Glibc
import Simulator
import TestSupport
import Testing

@testable import Doctor

/// The stages of the way, each made to fail for real.
@Suite(.limited(.server))
struct NetworkTests {
    private func findings(
        _ endpoint: String, environment: [String: String] = [:],
        _ change: (inout CurlOptions) -> Void = { _ in }
    ) async throws -> [Finding] {
        var options = CurlOptions()
        options.requestTimeout = .seconds(600)
        change(&options)
        return try await NetworkTrial(endpoint: endpoint, curl: options, environment: environment).run()
            .findings
    }

    @Test func theSimulatorIsReachedAndNotAskedForAFile() async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let findings = try await findings(simulator.baseURL)
            #expect(findings.map(\.check) == [.proxy, .nameResolution, .tcp, .tls, .http])
            #expect(findings.allSatisfy { $0.state == .ok })
            #expect(findings[3].message == "none: plain http on this machine")
            #expect(findings[4].message.hasPrefix("HTTP 4"))
            // Neither a file nor a key was in the request.
            #expect(simulator.journal.entries.map(\.endpoint) == [.other])
            #expect(simulator.journal.entries.map(\.user) == [nil])
        }
    }

    @Test func aClosedPortIsTheMatterOfTCP() async throws {
        let findings = try await findings("https://127.0.0.1:1")
        #expect(findings.map(\.check) == [.proxy, .nameResolution, .tcp])
        #expect(findings.map(\.state) == [.ok, .ok, .failed])
        #expect(findings[2].advice?.contains("answer at 127.0.0.1:1") == true)
    }

    @Test(arguments: [
        ("https://127.0.0.1:1", CurlError.Kind.couldNotConnect), ("http://localhost:1", .connectionBroken),
        ("https://[::1]:1", .tls), ("https://127.8.9.10:1", .timedOut),
    ])
    func betweenAMachineAndItselfThereIsNoFirewall(_ url: String, _ kind: CurlError.Kind) throws {
        func advice(_ url: String) throws -> String {
            let target = try CurlURL(url)
            let facts = NetworkFacts(
                target: target, proxy: ProxyChoice(for: target, setting: nil, environment: [:]),
                outcome: .failure(CurlError(kind, "no luck")))
            return facts.findings.last?.advice ?? ""
        }
        #expect(try advice(url).contains("virustotal.endpoint"))
        #expect(try !advice(url).contains("firewall"))
        #expect(try !advice("https://www.example.com").contains("virustotal.endpoint"))
    }

    @Test func aNameThatDoesNotExistIsTheMatterOfResolution() async throws {
        let findings = try await findings("https://nothing.invalid")
        #expect(findings.map(\.check) == [.proxy, .nameResolution])
        #expect(findings[1].state == .failed)
        #expect(findings[1].advice?.contains("getent hosts nothing.invalid") == true)
    }

    @Test func anUnknownCertificateIsTheMatterOfTLS() async throws {
        try await TLSServer.with { server in
            let findings = try await findings(server.url)
            #expect(findings.map(\.check) == [.proxy, .nameResolution, .tcp, .tls])
            #expect(findings[3].state == .failed)
            #expect(findings[3].advice?.contains("virustotal.caFile") == true, "\(findings[3])")
            // And with the certificate named all is well.
            let trusted = try await self.findings(server.url) {
                $0.certificateFile = server.certificate.chainFile
            }
            #expect(trusted.map(\.state) == [.ok, .ok, .ok, .ok, .ok], "\(trusted)")
            #expect(trusted[3].message.contains(server.certificate.chainFile))
        }
    }

    @Test func certificatesThatCannotBeReadAreTheMatterOfTLS() async throws {
        let findings = try await findings("https://127.0.0.1:1") { $0.certificateFile = "/nowhere.pem" }
        #expect(findings.last?.check == .tls)
        #expect(findings.last?.advice?.contains("virustotal.caFile") == true)
    }

    @Test func aHandshakeThatHangsIsToldFromAConnectionThatDoes() async throws {
        let server = try SilentServer()
        let findings = try await findings("https://127.0.0.1:\(server.port)") {
            $0.connectTimeout = .seconds(1)
            $0.requestTimeout = .seconds(2)
        }
        #expect(findings.last?.check == .tls, "\(findings)")
    }

    @Test func aProxyThatIsAwayIsTheProxysMatter() async throws {
        let findings = try await findings("https://www.example.com") { $0.proxy = "http://127.0.0.1:1" }
        #expect(findings.map(\.check) == [.proxy])
        #expect((findings[0].state, findings[0].subject) == (.failed, "127.0.0.1:1"))
        #expect(findings[0].advice?.contains("virustotal.proxy") == true)
    }

    @Test func aProxyThatWantsANameIsTheProxysMatter() async throws {
        let proxy = try SilentServer(
            answer: "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        let findings = try await findings("https://www.example.com") {
            $0.proxy = "http://127.0.0.1:\(proxy.port)"
        }
        #expect(findings.map(\.check) == [.proxy])
        #expect(findings[0].advice?.contains("http://name:password@host:port") == true, "\(findings)")
    }

    @Test(arguments: [
        (200, nil, Finding.State.ok), (404, nil, .ok), (301, "www.example.com", .ok),
        (302, "portal.example", .warning), (403, nil, .warning), (429, nil, .warning), (503, nil, .warning),
        (407, nil, .failed),
    ])
    func whatAnAnswerMeans(_ status: Int, _ redirect: String?, _ state: Finding.State) throws {
        let target = try CurlURL("https://www.example.com")
        let facts = NetworkFacts(
            target: target, proxy: ProxyChoice(for: target, setting: nil, environment: [:]),
            outcome: .success(.init(status: status, redirectHost: redirect, took: .milliseconds(120))))
        #expect(facts.findings.count == 5)
        #expect(facts.findings.last?.state == state)
        #expect(facts.findings.last?.message.hasPrefix("HTTP \(status) after 120 ms") == true)
    }

    @Test(arguments: [
        ("certificate has expired", "clock"), ("certificate is not yet valid", "clock"),
        ("SSL: no alternative certificate subject name matches target host name 'x'", "portal"),
        ("SSL certificate problem: unable to get local issuer certificate", "ca-certificates"),
        ("OpenSSL SSL_connect: Connection reset by peer in connection to x:443", "firewall"),
    ])
    func whatToDoAboutTLS(_ sentence: String, _ advice: String) throws {
        let target = try CurlURL("https://www.example.com")
        let facts = NetworkFacts(
            target: target, proxy: ProxyChoice(for: target, setting: nil, environment: [:]),
            outcome: .failure(CurlError(.tls, sentence, code: 60)))
        #expect(facts.findings.last?.advice?.contains(advice) == true)
    }

    @Test(arguments: [
        ("Resolving timed out after 10000 milliseconds", nil, Check.nameResolution),
        ("Connection timed out after 10001 milliseconds", false, .tcp),
        ("Connection timed out after 10001 milliseconds", true, .tls),
        ("SSL connection timeout", true, .tls),
        ("Operation timed out after 15000 milliseconds with 0 bytes received", nil, .http),
    ])
    func wordsOfATimeoutTellTheStage(_ sentence: String, _ connectsPlainly: Bool?, _ check: Check) throws {
        let target = try CurlURL("https://www.example.com")
        var facts = NetworkFacts(
            target: target, proxy: ProxyChoice(for: target, setting: nil, environment: [:]),
            outcome: .failure(CurlError(.timedOut, sentence, code: 28)))
        facts.connectsPlainly = connectsPlainly
        #expect(facts.findings.last?.check == check)
    }
}

@Suite struct ProxyChoiceTests {
    struct Row: Sendable {
        var url = "https://www.virustotal.com"
        var setting: String?
        var environment: [String: String] = [:]
        var proxy: String?
        var origin: String?
    }

    @Test(arguments: [
        Row(),
        Row(setting: "http://u:p@proxy:3128", proxy: "http://proxy:3128", origin: "virustotal.proxy"),
        Row(environment: ["https_proxy": "http://proxy:1"], proxy: "http://proxy:1", origin: "https_proxy"),
        Row(environment: ["HTTPS_PROXY": "proxy:1"], proxy: "proxy:1", origin: "HTTPS_PROXY"),
        Row(environment: ["https_proxy": "", "ALL_PROXY": "proxy:2"], proxy: "proxy:2", origin: "ALL_PROXY"),
        Row(environment: ["http_proxy": "proxy:1"]),
        Row(environment: ["https_proxy": "proxy:1", "no_proxy": "a, virustotal.com"], origin: "no_proxy"),
        Row(environment: ["https_proxy": "proxy:1", "NO_PROXY": ".virustotal.com"], origin: "NO_PROXY"),
        Row(environment: ["https_proxy": "proxy:1", "no_proxy": "*"], origin: "no_proxy"),
        Row(
            environment: ["https_proxy": "proxy:1", "no_proxy": "otherwww.virustotal.com"], proxy: "proxy:1",
            origin: "https_proxy"),
        Row(url: "http://127.0.0.1:8099", setting: "http://proxy:1", origin: "a host of this machine"),
    ])
    func theProxyIsTheOneThatLibcurlTakes(_ row: Row) throws {
        let choice = ProxyChoice(
            for: try CurlURL(row.url), setting: row.setting, environment: row.environment)
        #expect((choice.url, choice.origin) == (row.proxy, row.origin))
    }
}
