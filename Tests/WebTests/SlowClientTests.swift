import Foundation
import Model
import TestSupport
import Testing
import Web

/// Requests that are slow, huge or many, over real connections. Each test ends because the page ends the
/// connection.
@Suite(.limited(.server)) struct SlowClientTests {
    private static let impatient = WebFixture.options {
        $0.connections = ConnectionLimits(
            headTimeout: .seconds(1), bodyTimeout: .milliseconds(300), stallTimeout: .milliseconds(300))
    }

    private func ends(_ connection: Connection, dripping: String? = nil) async throws -> [UInt8] {
        let dripper = Task {
            while let dripping, !Task.isCancelled {
                connection.write(dripping)
                try await ContinuousClock().sleep(for: .milliseconds(50))
            }
        }
        let said: [UInt8] = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: connection.readToEnd()) }
        }
        dripper.cancel()
        #expect(connection.isReset)
        return said
    }

    @Test func aSilentClientIsDisconnected() async throws {
        try await WebFixture.listening(Self.impatient) { _, client in
            let said = try await ends(Connection(port: client.port))
            #expect(said.isEmpty)
        }
    }

    @Test func aHeadThatComesByteByByteIsNotWaitedFor() async throws {
        try await WebFixture.listening(Self.impatient) { _, client in
            let connection = try Connection(port: client.port)
            connection.write("GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            #expect(try await ends(connection, dripping: "X-A: b\r\n").isEmpty)
        }
    }

    @Test(arguments: ["POST", "GET"])
    func aBodyThatComesByteByByteIsNotWaitedFor(method: String) async throws {
        try await WebFixture.listening(Self.impatient) { _, client in
            let connection = try Connection(port: client.port)
            connection.write(
                "\(method) /login HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
                    + "Content-Length: 4000\r\n\r\n")
            _ = try await ends(connection, dripping: "a")
        }
    }

    @Test func aConnectionThatIsKeptAndNotUsedIsClosed() async throws {
        try await WebFixture.listening(Self.impatient) { _, client in
            let connection = try Connection(port: client.port)
            connection.write("GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            #expect(String(decoding: try await ends(connection), as: UTF8.self).contains("200 OK"))
        }
    }

    @Test func aClientThatTakesAnAnswerTooSlowlyIsDisconnected() async throws {
        try await WebFixture.listening(Self.impatient) { site, client in
            let alice = try await site.session("alice")
            // More than the kernel's buffers hold.
            let file = site.alicesFile("report.html")
            try await blocking { try Data(repeating: 0x61, count: 32 << 20).write(to: file) }
            let connection = try Connection(port: client.port)
            let cookie = alice.map { "\($0.key)=\($0.value)" }.joined()
            connection.write(
                "GET /jobs/\(site.alicesJob.id)/report.html HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: \(cookie)\r\n"
                    + "\r\n")
            // Nothing is read until the server has given up.
            try await eventually("the connection is gone") { connection.isReset }
        }
    }

    @Test func aHugeHeadIsRefused() async throws {
        try await WebFixture.listening { _, client in
            let long = String(repeating: "a", count: 20_000)
            let wide = try await client.send("GET", "/login", headers: ["X-Long": long])
            #expect(wide.status == 400)
            let path = "/" + String(repeating: "a", count: 4_000)
            #expect(try await client.send("GET", path).status == 414)
            let many = Dictionary(uniqueKeysWithValues: (0..<100).map { ("X-\($0)", "a") })
            #expect(try await client.send("GET", "/login", headers: many).status == 400)
        }
    }

    @Test func aHugeBodyIsRefused() async throws {
        try await WebFixture.listening { _, client in
            let answer = try await client.send(
                "POST", "/login", headers: WebFixture.sameOrigin,
                body: "user=" + String(repeating: "a", count: 5_000))
            #expect(answer.status == 413)
            let endless = try Connection(port: client.port)
            endless.write(
                "POST /jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999999999\r\n\r\n")
            endless.write(String(repeating: "a", count: 200_000))
            _ = try await ends(endless)
        }
    }

    @Test func thereAreSoManyConnectionsAndAFurtherOneWaitsForItsTurn() async throws {
        let options = WebFixture.options {
            $0.connections.connectionsMax = 3
            $0.connections.headTimeout = .seconds(300)
        }
        let request = "HEAD /style.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        try await WebFixture.listening(options) { _, client in
            var held: [Connection] = []
            for _ in 0..<3 {
                let connection = try Connection(port: client.port)
                connection.write(request)
                #expect(await connection.readSome().contains("200 OK"))
                held.append(connection)
            }
            let further = try Connection(port: client.port)
            further.write(request)
            // The page answers the others as before, and not this one.
            for _ in 0..<50 {
                held[0].write(request)
                #expect(await held[0].readSome().contains("200 OK"))
                #expect(!further.hasSomethingToRead)
            }
            held.removeLast()
            #expect(await further.readSome().contains("200 OK"))
        }
    }

    @Test func oneAddressHasItsShareOfTheConnections() async throws {
        let options = WebFixture.options {
            $0.connections.connectionsPerAddressMax = 3
            // So long that only the share can end a connection.
            $0.connections.headTimeout = .seconds(300)
        }
        try await WebFixture.listening(options) { _, client in
            var held: [Connection] = []
            for _ in 0..<3 {
                let connection = try Connection(port: client.port)
                connection.write("HEAD /style.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                // Answered, and so counted.
                let answer = await connection.readSome()
                #expect(answer.contains("200 OK"))
                held.append(connection)
            }
            let said = try await ends(Connection(port: client.port))
            #expect(said.isEmpty)
            held.removeAll()
            try await eventually("there is room again") {
                (try? await client.send("GET", "/login").status) == 200
            }
        }
    }
}
