import PostgreSQL
import Support
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct PostgreSQLValueTests {
    /// A digest that looks random, and is the same each time.
    private static func hash(_ number: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: UInt64(number))
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// Each value, sent and fetched, is what it was, for a type and the edges of it.
    private func comesBack<Value: Equatable>(
        _ values: [Value], as type: PostgreSQLType<Value>, _ parameter: (Value) -> PostgreSQLValue
    ) async throws {
        let client = try await makeClient()
        for value in values {
            let back = try await client.value("SELECT $1 AS value", [parameter(value)], type)
            #expect(back == value)
        }
        await client.close()
    }

    @Test func bytesComeBack() async throws {
        try await comesBack(
            [[], [0], [0, 0, 1], Array(0...255), [UInt8](repeating: 0x5C, count: 5_000_000)], as: .bytes
        ) { .bytes($0) }
    }

    @Test func integersComeBack() async throws {
        try await comesBack([0, 1, -1, Int.max, Int.min, 1 << 31, -(1 << 31) - 1], as: .int) { .int($0) }
    }

    @Test func textsComeBack() async throws {
        try await comesBack(["", " ", "it's \"so\" \\N {a,b}", "\u{1}\n\t", "Müller 🦉", "NULL"], as: .text) {
            .text($0)
        }
    }

    @Test func truthsAndFractionsComeBack() async throws {
        try await comesBack([true, false], as: .bool) { .bool($0) }
        try await comesBack(
            [0, -0.1, .pi, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity], as: .double
        ) { .double($0) }
        let client = try await makeClient()
        #expect(try await client.value("SELECT $1 AS value", [.double(.nan)], .double).isNaN)
    }

    @Test func arraysComeBack() async throws {
        let hashes = (0..<1_000).map(Self.hash)
        try await comesBack([[], [[]], [[0], [], [0, 0]], hashes], as: .bytesArray) { .bytesArray($0) }
        try await comesBack([[], [0], [Int.min, Int.max, -1]], as: .intArray) { .intArray($0) }
        try await comesBack([[], [""], ["a,b", "{}", "\"", "NULL", "ü\\"]], as: .textArray) {
            .textArray($0)
        }
    }

    @Test func theServerSeesTheElementsOfAnArray() async throws {
        let client = try await makeClient()
        let hashes = (0..<1_000).map(Self.hash)
        let rows = try await client.query(
            "SELECT hash, place FROM unnest($1) WITH ORDINALITY AS list(hash, place) ORDER BY place",
            [.bytesArray(hashes)])
        #expect(rows.count == 1_000)
        #expect(try rows.map { row in try row.get("hash", .bytes) } == hashes)
        #expect(try rows.map { row in try row.get("place", .int) } == Array(1...1_000))
        #expect(
            try await client.value(
                "SELECT count(*) AS value FROM unnest($1) AS hash WHERE octet_length(hash) = 32",
                [.bytesArray(hashes)], .int) == 1_000)
    }

    @Test func nullIsNull() async throws {
        let client = try await makeClient()
        let row = try #require(
            try await client.query("SELECT $1::int8 AS number, $2::bytea AS bytes", [.null, .null]).first)
        #expect(try row.optional("number", .int) == nil)
        #expect(try row.optional("bytes", .bytes) == nil)
        let error = #expect(throws: PostgreSQLError.self) { try row.get("number", .int) }
        #expect(error.map { "\($0)".contains("number") && "\($0)".contains("NULL") } == true)
    }

    @Test func smallerNumbersAndOtherTextsAreRead() async throws {
        let client = try await makeClient()
        let row = try #require(
            try await client.query(
                """
                SELECT 7::int2 AS two, -7::int4 AS four, 0.5::float4 AS real, 'v'::varchar AS varchar,
                    'n'::name AS name, 'c'::char(3) AS char, ARRAY[1, 2]::int4[] AS numbers
                """
            ).first)
        #expect(try row.get("two", .int) == 7)
        #expect(try row.get("four", .int) == -7)
        #expect(try row.get("real", .double) == 0.5)
        #expect(try row.get("varchar", .text) == "v")
        #expect(try row.get("name", .text) == "n")
        #expect(try row.get("char", .text) == "c  ")
        #expect(try row.get("numbers", .intArray) == [1, 2])
    }

    @Test func wrongTypeNamesTheColumn() async throws {
        let client = try await makeClient()
        let row = try #require(
            try await client.query(
                """
                SELECT 1::int8 AS size, ARRAY[[1], [2]]::int8[] AS square, ARRAY[1, NULL]::int8[] AS gap,
                    now() AS moment
                """
            ).first)
        let errors = [
            #expect(throws: PostgreSQLError.self) { try row.get("size", .bytes) },
            #expect(throws: PostgreSQLError.self) { try row.get("square", .intArray) },
            #expect(throws: PostgreSQLError.self) { try row.get("gap", .intArray) },
            #expect(throws: PostgreSQLError.self) { try row.get("moment", .int) },
            #expect(throws: PostgreSQLError.self) { try row.get("width", .int) },
        ]
        for (error, name) in zip(errors, ["size", "square", "gap", "moment", "width"]) {
            guard case .column(name, _) = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
        }
        #expect(errors.last??.explanation.text.contains("gap, moment, size, square") == true)
    }

    @Test func tooMuchIsRefusedBeforeItIsSent() async throws {
        let client = try await makeClient { $0.parametersBytesMax = 1_000 }
        let many = [PostgreSQLValue](repeating: .bool(true), count: 65_536)
        for parameters in [many, [.bytes([UInt8](repeating: 1, count: 1_001))]] {
            guard case .misuse = await failure(of: { try await client.query("SELECT 1", parameters) })
            else {
                Issue.record("\(parameters.count) parameters")
                continue
            }
        }
        #expect(
            try await client.value(
                "SELECT octet_length($1) AS value", [.bytes([UInt8](repeating: 1, count: 1_000))], .int)
                == 1_000)
    }
}
