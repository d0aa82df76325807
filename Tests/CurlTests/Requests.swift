import Curl
import Testing

// What most tests of the client begin with.

func makeClient(_ change: (inout CurlOptions) -> Void = { _ in }) throws -> CurlClient {
    var options = CurlOptions()
    options.requestTimeout = .seconds(600)
    change(&options)
    return try CurlClient(options: options)
}

func ask(
    _ server: RawServer, headers: [(String, String)] = [],
    _ change: (inout CurlOptions) -> Void = { _ in }
) async throws -> CurlResponse {
    try await makeClient(change).perform(CurlRequest(url: server.url + "/path?q=1", headers: headers))
}

func failureOf(
    _ server: RawServer, _ change: (inout CurlOptions) -> Void = { _ in }
) async throws -> CurlError? {
    let client = try makeClient(change)
    return await #expect(throws: CurlError.self) {
        try await client.perform(CurlRequest(url: server.url + "/"))
    }
}
