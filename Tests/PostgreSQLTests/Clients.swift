import PostgreSQL
import TestSupport
import Testing

// What most tests of the client begin with.

func makeClient(
    _ address: String, password: String? = nil, _ change: (inout PostgreSQLOptions) -> Void = { _ in }
) throws -> PostgreSQLClient {
    var options = PostgreSQLOptions()
    // For a busy machine; a test of a limit sets its own.
    options.connectLimit = .seconds(120)
    options.statementLimit = .seconds(120)
    options.retryPause = .milliseconds(1)
    change(&options)
    return try PostgreSQLClient(
        address: try PostgreSQLAddress(address, password: password), options: options)
}

/// A client of an empty database on the shared server.
func makeClient(_ change: (inout PostgreSQLOptions) -> Void = { _ in }) async throws -> PostgreSQLClient {
    let server = try await PostgreSQLServer.shared()
    return try makeClient(server.socketAddress(try await server.makeDatabase()), change)
}

func failure<Value>(of body: () async throws -> Value) async -> PostgreSQLError? {
    await #expect(throws: PostgreSQLError.self) { _ = try await body() }
}

extension PostgreSQLClient {
    /// The one value of a statement with one row.
    func value<Value>(
        _ sql: String, _ parameters: [PostgreSQLValue] = [], _ type: PostgreSQLType<Value>
    ) async throws -> Value {
        try #require(try await query(sql, parameters).first).get("value", type)
    }

    /// What a statement is refused with.
    func refusal(_ sql: String, _ parameters: [PostgreSQLValue] = []) async -> PostgreSQLServerError? {
        guard case .server(let error) = await failure(of: { try await query(sql, parameters) }) else {
            return nil
        }
        return error
    }
}

extension PostgreSQLError {
    var isUnreachable: Bool { if case .unreachable = self { true } else { false } }
}
