import Curl
import TestSupport
import Testing

@Suite(.limited(.server)) struct CurlClientTests {
    @Test func answerHasStatusHeadersAndBody() async throws {
        let server = try RawServer.answering(
            "HTTP/1.1 404 Not Found\r\nX-One:  a b \r\nx-one: second\r\nContent-Length: 4\r\n\r\nbody")
        let response = try await ask(server)
        #expect(response.status == 404)
        #expect(response.headers["X-ONE"] == "a b")
        #expect(response.headers["absent"] == nil)
        #expect(response.body == Array("body".utf8))
        #expect(response.timing.total >= response.timing.firstByte)
    }

    @Test func requestCarriesHeadersAgentAndEncodings() async throws {
        let server = try RawServer.answering("HTTP/1.1 204 No Content\r\n\r\n")
        _ = try await ask(server, headers: [("X-Secret", "abc"), ("X-Empty", "")]) {
            $0.userAgent = "t/1; gzip"
        }
        let head = try #require(server.requestHeads.first)
        #expect(head.hasPrefix("GET /path?q=1 HTTP/1.1\r\n"))
        #expect(head.contains("\r\nX-Secret: abc\r\n"))
        #expect(head.contains("\r\nX-Empty:\r\n"))
        #expect(head.contains("\r\nUser-Agent: t/1; gzip\r\n"))
        #expect(head.contains("gzip"))
    }

    @Test func headersOfTheLastBlockOnly() async throws {
        let server = try RawServer.answering(
            "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
                + "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nX-Final: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n")
        let response = try await ask(server)
        #expect(response.status == 200)
        #expect(response.headers.lines.map(\.name) == ["X-Final", "Transfer-Encoding"])
        #expect(response.body == Array("abc".utf8))
    }

    @Test func redirectIsAnAnswerAndNotFollowed() async throws {
        let other = try RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let server = try RawServer.answering(
            "HTTP/1.1 302 Found\r\nLocation: \(other.url)/\r\nContent-Length: 0\r\n\r\n")
        let response = try await ask(server, headers: [("X-Secret", "abc")])
        #expect(response.status == 302)
        #expect(other.connectionsCount == 0)
    }

    @Test func gzipIsUndone() async throws {
        let packed: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 215, 81, 72, 175, 202, 44, 0, 0, 74, 155,
            177, 92,
            11, 0, 0, 0,
        ]
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n"
        let response = try await ask(RawServer.answering(Array(head.utf8) + packed))
        #expect(String(decoding: response.body, as: UTF8.self) == "hello, gzip")
    }

    @Test func emptyBodyIsAnAnswer() async throws {
        let response = try await ask(.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        #expect(response.body.isEmpty)
    }

    @Test func bodyWithoutLengthEndsWithTheConnection() async throws {
        let response = try await ask(.answeringOnce("HTTP/1.0 200 OK\r\n\r\nuntil the end"))
        #expect(response.body == Array("until the end".utf8))
    }

    // MARK: - Connections

    @Test func connectionIsKeptForTheNextRequest() async throws {
        let server = try RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let client = try makeClient()
        let first = try await client.perform(CurlRequest(url: server.url + "/1"))
        let second = try await client.perform(CurlRequest(url: server.url + "/2"))
        #expect(server.connectionsCount == 1)
        #expect(!first.timing.isConnectionReused)
        #expect(second.timing.isConnectionReused)
    }

    @Test func headersOfOneRequestAreNotSentWithTheNext() async throws {
        let server = try RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let client = try makeClient()
        _ = try await client.perform(CurlRequest(url: server.url + "/1", headers: [("X-Secret", "abc")]))
        _ = try await client.perform(CurlRequest(url: server.url + "/2"))
        #expect(server.requestHeads.count == 2)
        #expect(!server.requestHeads[1].contains("abc"))
    }

    @Test func manyRequestsShareTheConnectionsAllowed() async throws {
        let server = try RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let client = try makeClient { $0.connectionsMax = 2 }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 {
                let url = server.url + "/\(number)"
                group.addTask { try await client.perform(CurlRequest(url: url)).status }
            }
            for try await status in group { #expect(status == 200) }
        }
        #expect(server.requestHeads.count == 50)
        #expect(server.connectionsCount <= 2)
    }

    @Test func keptConnectionThatWasClosedIsReplaced() async throws {
        let server = try RawServer.answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let client = try makeClient()
        for _ in 0..<3 {
            #expect(try await client.perform(CurlRequest(url: server.url + "/")).status == 200)
        }
        #expect(server.connectionsCount == 3)
    }

    // MARK: - Proxies and certificates

    @Test func proxyIsAskedForOtherHostsAndNeverForLoopback() async throws {
        let proxy = try RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy")
        let server = try RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nserver")
        let client = try makeClient { $0.proxy = proxy.url }
        let direct = try await client.perform(CurlRequest(url: server.url + "/"))
        #expect(direct.body == Array("server".utf8))
        let proxied = try await client.perform(CurlRequest(url: "http://host.invalid/x"))
        #expect(proxied.body == Array("proxy".utf8))
        #expect(proxy.requestHeads.map { $0.prefix(28) } == ["GET http://host.invalid/x HT"])
    }

    @Test func missingCertificateFileIsNamedAtTheStart() throws {
        let error = #expect(throws: CurlError.self) { try makeClient { $0.certificateFile = "/no/such.pem" } }
        #expect(error?.sentence.contains("/no/such.pem") == true)
    }

    @Test func certificatesComeFromTheUsualVariables() {
        let all = CurlOptions(environment: [
            "CURL_CA_BUNDLE": "/a", "SSL_CERT_FILE": "/b", "SSL_CERT_DIR": "/c",
        ])
        #expect(all.certificateFile == "/a")
        #expect(all.certificateFolder == "/c")
        #expect(
            CurlOptions(environment: ["CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "/b"]).certificateFile == "/b")
        #expect(CurlOptions(environment: [:]).certificateFile == nil)
    }
}
