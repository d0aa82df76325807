/// A parameter of a statement, sent in the server's binary format.
///
/// The type is sent with it, so `$1` needs no cast. The numbers of built-in types are fixed; source:
/// PostgreSQL 15, `src/include/catalog/pg_type.dat`.
package enum PostgreSQLValue: Hashable, Sendable {
    /// NULL, of the type that the statement implies.
    case null
    /// `bytea`; may hold zero bytes.
    case bytes([UInt8])
    /// `bigint`.
    case int(Int)
    /// `text`; the server refuses one with a zero byte (SQLSTATE 22021).
    case text(String)
    case bool(Bool)
    /// `double precision`.
    case double(Double)
    /// `bytea[]`, of one dimension.
    case bytesArray([[UInt8]])
    /// `bigint[]`.
    case intArray([Int])
    /// `text[]`.
    case textArray([String])

    /// The type's number; 0 leaves it to the server.
    var type: UInt32 {
        switch self {
        case .null: 0
        case .bytes: ServerType.bytea
        case .int: ServerType.int8
        case .text: ServerType.text
        case .bool: ServerType.bool
        case .double: ServerType.float8
        case .bytesArray: ServerType.byteaArray
        case .intArray: ServerType.int8Array
        case .textArray: ServerType.textArray
        }
    }

    /// Appends the value in binary. Nothing for NULL, which is no value.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: break
        case .bytes(let value): bytes += value
        case .int(let value): bytes.append(number: Int64(value))
        case .text(let value): bytes += value.utf8
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .double(let value): bytes.append(number: value.bitPattern)
        case .bytesArray(let values):
            bytes.append(array: values, of: ServerType.bytea) { $0 += $1 }
        case .intArray(let values):
            bytes.append(array: values, of: ServerType.int8) { $0.append(number: Int64($1)) }
        case .textArray(let values):
            bytes.append(array: values, of: ServerType.text) { $0 += $1.utf8 }
        }
    }
}

/// Numbers of the server's types.
enum ServerType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let byteaArray: UInt32 = 1_001
    static let int2Array: UInt32 = 1_005
    static let int4Array: UInt32 = 1_007
    static let textArray: UInt32 = 1_009
    static let int8Array: UInt32 = 1_016
    static let bpchar: UInt32 = 1_042
    static let varchar: UInt32 = 1_043
}

extension [UInt8] {
    /// Appends a number in network byte order.
    mutating func append(number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends an array of one dimension in binary: dimensions, whether there are NULLs, the elements' type,
    /// for the dimension its length and first index, and each element behind its length. An empty array has
    /// no dimension. Source: PostgreSQL 15, `array_recv` in `src/backend/utils/adt/arrayfuncs.c`.
    fileprivate mutating func append<Item>(
        array items: [Item], of type: UInt32, _ write: (inout [UInt8], Item) -> Void
    ) {
        append(number: Int32(items.isEmpty ? 0 : 1))
        append(number: Int32(0))
        append(number: type)
        guard !items.isEmpty else { return }
        append(number: Int32(clamping: items.count))
        append(number: Int32(1))
        for item in items {
            let start = count
            append(number: Int32(0))
            write(&self, item)
            // What is too long for it is refused as a whole (`PostgreSQLOptions.parametersBytesMax`).
            let length = Int32(clamping: count - start - 4)
            Swift.withUnsafeBytes(of: length.bigEndian) { bytes in
                replaceSubrange(start..<(start + 4), with: bytes)
            }
        }
    }
}
