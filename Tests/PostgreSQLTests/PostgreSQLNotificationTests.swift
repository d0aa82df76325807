import PostgreSQL
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct PostgreSQLNotificationTests {
    private func makeClients() async throws -> (PostgreSQLClient, PostgreSQLClient) {
        let server = try await PostgreSQLServer.shared()
        let address = server.socketAddress(try await server.makeDatabase())
        return (try makeClient(address), try makeClient(address))
    }

    @Test func notificationArrivesAtAClientThatDoesNothing() async throws {
        let (listener, other) = try await makeClients()
        var events = listener.notifications.makeAsyncIterator()
        try await listener.listen("answer")
        _ = try await other.query("SELECT pg_notify('answer', $1)", [.text("abc")])
        #expect(await events.next() == .message(channel: "answer", payload: "abc"))
    }

    @Test func channelsAreTakenAsTheyAreWritten() async throws {
        let (listener, other) = try await makeClients()
        var events = listener.notifications.makeAsyncIterator()
        for channel in ["Answer", "an \"odd\"; name", "ü"] {
            try await listener.listen(channel)
            try await listener.listen(channel)
            _ = try await other.query("SELECT pg_notify($1, '')", [.text(channel)])
            #expect(await events.next() == .message(channel: channel, payload: ""))
        }
        for channel in ["", String(repeating: "x", count: 64), "a\0"] {
            guard case .misuse = await failure(of: { try await listener.listen(channel) }) else {
                Issue.record("\(channel)")
                continue
            }
        }
    }

    @Test func notificationIsPartOfItsTransaction() async throws {
        let (listener, other) = try await makeClients()
        var events = listener.notifications.makeAsyncIterator()
        try await listener.listen("answer")
        try await other.withSession { session in
            _ = try await session.query("BEGIN")
            _ = try await session.query("NOTIFY answer, 'rolled back'")
        }
        _ = try await other.query("NOTIFY answer, 'committed'")
        #expect(await events.next() == .message(channel: "answer", payload: "committed"))
    }

    @Test func clientListensAgainAfterItsConnectionIsLost() async throws {
        let (listener, other) = try await makeClients()
        var events = listener.notifications.makeAsyncIterator()
        try await listener.listen("answer")
        let id = try await listener.value("SELECT pg_backend_pid() AS value", [], .int)
        _ = try await other.query("SELECT pg_terminate_backend($1::int4)", [.text("\(id)")])
        // Noticed without a use of the client.
        #expect(await events.next() == .disconnected)
        _ = try await other.query("NOTIFY answer, 'missed'")
        #expect(try await listener.value("SELECT 1 AS value", [], .int) == 1)
        #expect(await events.next() == .reconnected)
        _ = try await other.query("NOTIFY answer, 'heard'")
        #expect(await events.next() == .message(channel: "answer", payload: "heard"))
    }
}
