/// A type of column that can be read, and the Swift value that it becomes.
///
/// Values come in the server's binary format, numbers in network byte order (PostgreSQL 15, chapter
/// "Frontend/Backend Protocol", "Formats and Format Codes"; the functions named `…send` of its sources).
package struct PostgreSQLType<Value>: Sendable {
    /// For an error.
    let name: String
    let decode: @Sendable (_ type: UInt32, _ bytes: UnsafeRawBufferPointer) -> Value?
}

extension PostgreSQLType where Value == Int {
    /// `bigint`, `integer` or `smallint`.
    package static var int: Self { Self(name: "an integer", decode: Binary.int) }
}

extension PostgreSQLType where Value == [UInt8] {
    /// `bytea`.
    package static var bytes: Self { Self(name: "bytea", decode: Binary.bytes) }
}

extension PostgreSQLType where Value == String {
    /// `text`, `varchar`, `char(n)` or `name`.
    package static var text: Self { Self(name: "text", decode: Binary.text) }
}

extension PostgreSQLType where Value == Bool {
    package static var bool: Self {
        Self(name: "boolean") { type, bytes in
            type == ServerType.bool && bytes.count == 1 ? bytes[0] != 0 : nil
        }
    }
}

extension PostgreSQLType where Value == Double {
    /// `double precision` or `real`.
    package static var double: Self {
        Self(name: "double precision") { type, bytes in
            switch type {
            case ServerType.float8: Binary.number(bytes, UInt64.self).map { Double(bitPattern: $0) }
            case ServerType.float4:
                Binary.number(bytes, UInt32.self).map { Double(Float(bitPattern: $0)) }
            default: nil
            }
        }
    }
}

extension PostgreSQLType where Value == [[UInt8]] {
    /// `bytea[]` of one dimension, without NULLs.
    package static var bytesArray: Self {
        Self(name: "bytea[] of one dimension without NULLs") { type, bytes in
            type == ServerType.byteaArray ? Binary.array(bytes, of: Binary.bytes) : nil
        }
    }
}

extension PostgreSQLType where Value == [Int] {
    /// `bigint[]`, `integer[]` or `smallint[]` of one dimension, without NULLs.
    package static var intArray: Self {
        Self(name: "an array of integers of one dimension without NULLs") { type, bytes in
            [ServerType.int8Array, ServerType.int4Array, ServerType.int2Array].contains(type)
                ? Binary.array(bytes, of: Binary.int) : nil
        }
    }
}

extension PostgreSQLType where Value == [String] {
    /// `text[]` of one dimension, without NULLs.
    package static var textArray: Self {
        Self(name: "text[] of one dimension without NULLs") { type, bytes in
            type == ServerType.textArray ? Binary.array(bytes, of: Binary.text) : nil
        }
    }
}

/// Readers of single values; nil for a type or a length that does not fit.
private enum Binary {
    static func number<Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ type: Number.Type
    ) -> Number? {
        guard bytes.count == MemoryLayout<Number>.size else { return nil }
        return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
    }

    @Sendable static func int(_ type: UInt32, _ bytes: UnsafeRawBufferPointer) -> Int? {
        switch type {
        case ServerType.int8: number(bytes, Int64.self).map { Int($0) }
        case ServerType.int4: number(bytes, Int32.self).map { Int($0) }
        case ServerType.int2: number(bytes, Int16.self).map { Int($0) }
        default: nil
        }
    }

    @Sendable static func bytes(_ type: UInt32, _ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        type == ServerType.bytea ? Array(bytes) : nil
    }

    @Sendable static func text(_ type: UInt32, _ bytes: UnsafeRawBufferPointer) -> String? {
        [ServerType.text, ServerType.varchar, ServerType.bpchar, ServerType.name].contains(type)
            ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// The elements of an array, in the format that `PostgreSQLValue` writes; nil if it has more than one
    /// dimension or a NULL.
    static func array<Element>(
        _ bytes: UnsafeRawBufferPointer, of element: (UInt32, UnsafeRawBufferPointer) -> Element?
    ) -> [Element]? {
        var rest = bytes[...]
        func take(_ count: Int) -> UnsafeRawBufferPointer? {
            guard count >= 0, count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        }
        func int32() -> Int? { take(4).flatMap { number($0, Int32.self) }.map { Int($0) } }

        guard let dimensions = int32(), int32() != nil, let type = int32() else { return nil }
        guard dimensions == 1 else { return dimensions == 0 ? [] : nil }
        guard let count = int32(), int32() != nil else { return nil }
        var elements: [Element] = []
        // Each element takes the four bytes of its length at least.
        elements.reserveCapacity(min(max(count, 0), rest.count / 4))
        for _ in 0..<max(count, 0) {
            guard let length = int32(), let bytes = take(length),
                let value = element(UInt32(truncatingIfNeeded: type), bytes)
            else { return nil }
            elements.append(value)
        }
        return elements
    }
}
