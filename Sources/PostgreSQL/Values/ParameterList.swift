/// The parameters of one statement as libpq takes them: types, and values in one block of memory.
struct ParameterList {
    let types: [UInt32]
    /// Where each value begins; nil for NULL.
    private let offsets: [Int?]
    private let lengths: [Int32]
    private var bytes: [UInt8] = []

    /// Throws `misuse` for more than a statement can have.
    init(_ values: [PostgreSQLValue], bytesMax: Int) throws(PostgreSQLError) {
        guard values.count <= Self.countMax else {
            throw .misuse("a statement has \(values.count) parameters, and may have \(Self.countMax)")
        }
        types = values.map(\.type)
        var offsets: [Int?] = []
        var lengths: [Int32] = []
        for value in values {
            let start = bytes.count
            value.append(to: &bytes)
            offsets.append(value == .null ? nil : start)
            lengths.append(Int32(clamping: bytes.count - start))
        }
        guard bytes.count <= min(bytesMax, Int(Int32.max)) else {
            throw .misuse("a statement's parameters have \(bytes.count) bytes, and may have \(bytesMax)")
        }
        self.offsets = offsets
        self.lengths = lengths
        // An empty value needs an address too: none would mean NULL.
        bytes.append(0)
    }

    /// PostgreSQL 15, `PQ_QUERY_PARAM_MAX_LIMIT` of libpq.
    private static let countMax = 65_535

    var count: Int32 { Int32(types.count) }

    /// Calls `body` with the addresses of the values, their lengths and their formats, all of them binary.
    func withPointers<Result>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        let formats = [Int32](repeating: 1, count: types.count)
        return bytes.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset in offset.flatMap { start?.advanced(by: $0) } }
            return values.withUnsafeBufferPointer { values in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(values.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
