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

    private static let request = "HEAD /style.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    /// So long that only the numbers of connections can end one.
    private static func patient(_ change: (inout ConnectionLimits) -> Void) -> WebOptions {
        WebFixture.options {
            $0.connections = ConnectionLimits(
                headTimeout: .seconds(300), bodyTimeout: .seconds(300), stallTimeout: .seconds(300))
            change(&$0.connections)
        }
    }

    /// Connections that are answered once and then held.
    private func held(_ count: Int, port: Int) async throws -> [Connection] {
        var held: [Connection] = []
        for _ in 0..<count {
            let connection = try Connection(port: port)
            connection.write(Self.request)
            #expect(await connection.readSome().contains("200 OK"))
            held.append(connection)
        }
        return held
    }

    /// A connection whose answer is larger than the kernel's buffers and is not taken.
    private func download(_ site: WebFixture, port: Int) async throws -> Connection {
        let alice = try await site.session("alice")
        let file = site.alicesFile("report.html")
        try await blocking { try Data(repeating: 0x61, count: 32 << 20).write(to: file) }
        let connection = try Connection(port: port)
        let cookie = alice.map { "\($0.key)=\($0.value)" }.joined()
        connection.write(
            "GET /jobs/\(site.alicesJob.id)/report.html HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: \(cookie)\r\n\r\n"
        )
        #expect(await connection.readSome().contains("200 OK"))
        return connection
    }

    @Test(arguments: [
        "", "GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n\r\na",
        Self.request,
    ])
    func connectionsThatAreOnlyHeldKeepNoClientOut(sent: String) async throws {
        try await WebFixture.listening(Self.patient { $0.connectionsPerAddressMax = 3 }) { _, client in
            var idle: [Connection] = []
            for _ in 0..<40 {
                let connection = try Connection(port: client.port)
                connection.write(sent)
                // Until its answer is there it is worked for.
                if sent == Self.request { #expect(await connection.readSome().contains("200 OK")) }
                idle.append(connection)
            }
            // Several threads take them in: not before that is the client's connection the last one.
            let held = idle
            try await eventually("all but three have given way") { held.count(where: \.isReset) == 37 }
            #expect(try await client.send("GET", "/login").status == 200)
            try await eventually("one more has given way") { held.count(where: \.isReset) == 38 }
        }
    }

    @Test func theLongestUnusedConnectionGivesWay() async throws {
        try await WebFixture.listening(Self.patient { $0.connectionsPerAddressMax = 3 }) { _, client in
            let held = try await held(3, port: client.port)
            held[0].write(Self.request)
            #expect(await held[0].readSome().contains("200 OK"))
            _ = try await self.held(1, port: client.port)
            try await eventually("the second is closed, not the first") { held[1].isReset }
            held[0].write(Self.request)
            #expect(await held[0].readSome().contains("200 OK"))
        }
    }

    @Test func aShareThatIsAllWorkedForKeepsAFurtherConnectionOfThatAddressOut() async throws {
        try await WebFixture.listening(Self.patient { $0.connectionsPerAddressMax = 1 }) { site, client in
            var downloads = [try await download(site, port: client.port)]
            #expect(try await ends(Connection(port: client.port)).isEmpty)
            downloads.removeAll()
            try await eventually("there is room again") {
                (try? await client.send("GET", "/login").status) == 200
            }
        }
    }

    @Test func aPageThatIsFullOfUnusedConnectionsHasRoomForAFurtherOne() async throws {
        try await WebFixture.listening(Self.patient { $0.connectionsMax = 3 }) { _, client in
            let held = try await held(3, port: client.port)
            try await eventually("the longest unused one is closed") { held[0].isReset }
            #expect(try await client.send("GET", "/login").status == 200)
        }
    }

    @Test func aPageThatWorksForAllItsConnectionsLetsAFurtherOneWait() async throws {
        try await WebFixture.listening(Self.patient { $0.connectionsMax = 2 }) { site, client in
            var downloads = [
                try await download(site, port: client.port), try await download(site, port: client.port),
            ]
            let further = try Connection(port: client.port)
            further.write(Self.request)
            #expect(!further.hasSomethingToRead)
            downloads.removeLast()
            #expect(await further.readSome().contains("200 OK"))
        }
    }
}
