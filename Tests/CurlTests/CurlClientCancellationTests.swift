import Curl
import TestSupport
import Testing

@Suite(.limited(.server)) struct CurlClientCancellationTests {
    @Test func cancellationClosesTheTransfer() async throws {
        let (closed, announceClosed) = AsyncStream.makeStream(of: Void.self)
        let (asked, announceAsked) = AsyncStream.makeStream(of: Void.self)
        let server = try RawServer { connection in
            _ = connection.readRequest()
            announceAsked.finish()
            connection.waitForClient()
            announceClosed.finish()
        }
        // No limit may close the transfer instead of the cancellation.
        let client = try makeClient {
            $0.requestTimeout = .seconds(3600)
            $0.stallTimeout = .seconds(3600)
        }
        let url = server.url
        let task = Task { try await client.perform(CurlRequest(url: url)) }
        for await _ in asked {}
        task.cancel()
        let error = await #expect(throws: CurlError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        for await _ in closed {}
        withExtendedLifetime(server) {}
    }

    @Test func cancelledTaskSendsNothing() async throws {
        let server = try RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let client = try makeClient()
        let url = server.url
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.perform(CurlRequest(url: url))
        }
        let error = await #expect(throws: CurlError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(server.connectionsCount == 0)
    }

    @Test func shutdownFailsWhatIsOpenAndWhatComesLater() async throws {
        let (asked, announceAsked) = AsyncStream.makeStream(of: Void.self)
        let server = try RawServer { connection in
            _ = connection.readRequest()
            announceAsked.finish()
            connection.waitForClient()
        }
        let client = try makeClient()
        let request = CurlRequest(url: server.url)
        let task = Task { try await client.perform(request) }
        for await _ in asked {}
        client.shutdown()
        client.shutdown()
        let open = await #expect(throws: CurlError.self) { try await task.value }
        #expect(open?.kind == .cancelled)
        let later = await #expect(throws: CurlError.self) { try await client.perform(request) }
        #expect(later?.kind == .cancelled)
        withExtendedLifetime(server) {}
    }

    @Test func releasedClientClosesItsConnections() async throws {
        let (closed, announceClosed) = AsyncStream.makeStream(of: Void.self)
        let server = try RawServer { connection in
            while connection.readRequest() != nil {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
            announceClosed.finish()
        }
        _ = try await ask(server)
        for await _ in closed {}
    }
}
