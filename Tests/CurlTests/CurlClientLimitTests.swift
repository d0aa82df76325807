import Curl
import TestSupport
import Testing

@Suite(.limited(.server)) struct CurlClientLimitTests {
    @Test func bodyAboveTheLimitIsRefusedByItsLength() async throws {
        let server = try RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world")
        #expect(try await failureOf(server) { $0.bodyBytesMax = 10 }?.kind == .bodyTooLarge)
        #expect(try await ask(server) { $0.bodyBytesMax = 11 }.body.count == 11)
    }

    @Test func bodyAboveTheLimitIsRefusedWhileItComes() async throws {
        let server = try RawServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 0x20, count: 4096)) {}
        }
        let error = try await failureOf(server) { $0.bodyBytesMax = 100_000 }
        #expect(error?.kind == .bodyTooLarge)
        #expect(error?.isRetryable == false)
        #expect(error?.sentence.contains("100000 bytes") == true)
    }

    @Test func bombStopsAtTheLimit() async throws {
        // A deflate block whose code for "258 more zeros" is two zero bits: each zero byte becomes about 1
        // KB.
        let start: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 236, 193, 1, 1, 0, 0, 0, 128, 144, 254, 175, 238, 8, 10,
        ]
        let bomb = start + [UInt8](repeating: 0, count: 200_000)
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"
        let server = try RawServer.answering(Array(head.utf8) + bomb)
        #expect(try await failureOf(server) { $0.bodyBytesMax = 1 << 20 }?.kind == .bodyTooLarge)
    }

    @Test func hugeHeadIsRefused() async throws {
        let server = try RawServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\n")
            while connection.send("X-Filler: \(String(repeating: "x", count: 1000))\r\n") {}
        }
        #expect(try await failureOf(server)?.kind == .headTooLarge)
    }

    @Test func silentServerRunsIntoTheTimeout() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.waitForClient()
        }
        let error = try await failureOf(server) { $0.requestTimeout = .milliseconds(150) }
        #expect(error?.kind == .timedOut)
        #expect(error?.isRetryable == true)
    }

    @Test func dripRunsIntoTheTimeout() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while !connection.waitForClient(milliseconds: 20), connection.send("x") {}
        }
        #expect(try await failureOf(server) { $0.requestTimeout = .milliseconds(300) }?.kind == .timedOut)
    }

    @Test func stalledTransferIsGivenUp() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
            connection.waitForClient()
        }
        let error = try await failureOf(server) { $0.stallTimeout = .seconds(1) }
        #expect(error?.kind == .timedOut)
        #expect(error?.sentence.contains("too slow") == true)
    }

    // MARK: - Broken connections

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "this is not HTTP at all\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip",
    ])
    func brokenAnswerIsABrokenConnection(_ answer: String) async throws {
        let error = try await failureOf(.answeringOnce(answer))
        #expect(error?.kind == .connectionBroken)
        #expect(error?.isRetryable == true)
    }

    @Test func resetInsideTheBodyIsABrokenConnection() async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            connection.resetOnClose()
        }
        #expect(try await failureOf(server)?.kind == .connectionBroken)
    }

    @Test func closedPortCouldNotConnect() async throws {
        let url = try RawServer.answering("").url
        let client = try makeClient()
        let error = await #expect(throws: CurlError.self) { try await client.perform(CurlRequest(url: url)) }
        #expect(error?.kind == .couldNotConnect)
        #expect(error?.code == 7)
    }

    @Test func unknownHostCouldNotResolve() async throws {
        // The top-level domain is reserved never to exist (RFC 6761).
        let client = try makeClient { $0.proxy = "" }
        let error = await #expect(throws: CurlError.self) {
            try await client.perform(CurlRequest(url: "https://host.invalid/"))
        }
        #expect(error?.kind == .couldNotResolve)
    }

    @Test func plainServerFailsTheHandshake() async throws {
        let server = try RawServer { connection in
            connection.waitForClient()
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        let client = try makeClient()
        let error = await #expect(throws: CurlError.self) {
            try await client.perform(CurlRequest(url: "https://127.0.0.1:\(server.port)/"))
        }
        #expect(error?.kind == .tls)
    }
}
