/// Compresses a body as gzip (RFC 1952) with one deflate block of fixed codes (RFC 1951, 3.2.6).
///
/// It exists so that the simulator needs no library for it. Matches are looked for at one earlier place only;
/// a file object shrinks to about a fifth, as VirusTotal's do.
enum Gzip {
    /// The body as a gzip stream of its own.
    static func compress(_ input: [UInt8]) -> [UInt8] {
        // Deflate, no flags, no time, "unknown" operating system.
        var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        output.reserveCapacity(input.count / 3 + 64)
        var bits = BitWriter(output)
        // The last block (1), fixed codes (01).
        bits.write(0b011, count: 3)
        deflate(input, to: &bits)
        bits.write(literalCode(256))
        output = bits.finished()
        for word in [checksum(input), UInt32(truncatingIfNeeded: input.count)] {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                output.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return output
    }

    private static let matchMin = 4
    private static let matchMax = 258
    private static let distanceMax = 32_768

    private static func deflate(_ input: [UInt8], to bits: inout BitWriter) {
        input.withUnsafeBufferPointer { bytes in
            let literals = literals
            var places = [Int32](repeating: -1, count: 1 << 14)
            var index = 0
            while index < bytes.count {
                guard index + matchMin <= bytes.count else {
                    bits.write(literals[Int(bytes[index])])
                    index += 1
                    continue
                }
                let slot = slot(bytes, index)
                let candidate = Int(places[slot])
                places[slot] = Int32(index)
                let length =
                    candidate >= 0 && index - candidate <= distanceMax
                    ? matchLength(bytes, candidate, index) : 0
                if length >= matchMin {
                    write(length: length, distance: index - candidate, to: &bits)
                    index += length
                } else {
                    bits.write(literals[Int(bytes[index])])
                    index += 1
                }
            }
        }
    }

    private static func slot(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        let word =
            UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
            | UInt32(bytes[index + 3]) << 24
        return Int((word &* 2_654_435_761) >> 18)
    }

    private static func matchLength(_ bytes: UnsafeBufferPointer<UInt8>, _ a: Int, _ b: Int) -> Int {
        let most = min(matchMax, bytes.count - b)
        var length = 0
        while length < most, bytes[a + length] == bytes[b + length] { length += 1 }
        return length
    }

    private static func write(length: Int, distance: Int, to bits: inout BitWriter) {
        let lengthIndex = lengthIndices[length]
        bits.write(literals[257 + lengthIndex])
        bits.write(UInt32(length - lengthBases[lengthIndex]), count: lengthExtras[lengthIndex])
        var distanceIndex = 29
        while distanceBases[distanceIndex] > distance { distanceIndex -= 1 }
        bits.write(distances[distanceIndex])
        let extra = max(0, distanceIndex / 2 - 1)
        bits.write(UInt32(distance - distanceBases[distanceIndex]), count: extra)
    }

    // RFC 1951, 3.2.5: lengths 3 to 258 and distances 1 to 32768 as a base and extra bits.
    private static let lengthExtras = (0..<29).map { $0 < 8 || $0 == 28 ? 0 : $0 / 4 - 1 }
    private static let lengthBases: [Int] = {
        var bases: [Int] = []
        var base = 3
        for extra in lengthExtras {
            bases.append(base)
            base += 1 << extra
        }
        bases[28] = 258
        return bases
    }()
    private static let lengthIndices: [Int] = (0...258).map { length in
        lengthBases.lastIndex { $0 <= length } ?? 0
    }
    private static let distanceBases: [Int] = {
        var bases: [Int] = []
        var base = 1
        for index in 0..<30 {
            bases.append(base)
            base += 1 << max(0, index / 2 - 1)
        }
        return bases
    }()

    private static let distances = (0..<30).map { Code(reversing: $0, length: 5) }
    private static let literals: [Code] = (0..<288).map(literalCode)

    private static func literalCode(_ symbol: Int) -> Code {
        let value = UInt32(symbol)
        switch symbol {
        case ..<144: return Code(reversing: 0x30 + value, length: 8)
        case ..<256: return Code(reversing: 0x190 + value - 144, length: 9)
        case ..<280: return Code(reversing: value - 256, length: 7)
        default: return Code(reversing: 0xC0 + value - 280, length: 8)
        }
    }

    private static let checksums: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
    }

    private static func checksum(_ input: [UInt8]) -> UInt32 {
        // The table by itself: a lazy global would be checked for every byte.
        let table = checksums
        var value = UInt32.max
        for byte in input { value = table[Int((value ^ UInt32(byte)) & 255)] ^ value >> 8 }
        return ~value
    }
}

/// A Huffman code with its bits in the order in which deflate writes them.
private struct Code {
    let bits: UInt32
    let length: Int

    init(reversing code: UInt32, length: Int) {
        self.length = length
        bits = (0..<length).reduce(0) { $0 | (code >> UInt32($1) & 1) << UInt32(length - 1 - $1) }
    }
}

/// Packs bits into bytes, lowest bit first.
private struct BitWriter {
    private var bytes: [UInt8]
    private var pending: UInt64 = 0
    private var pendingCount = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func write(_ code: Code) { write(code.bits, count: code.length) }

    mutating func write(_ value: UInt32, count: Int) {
        pending |= UInt64(value) << UInt64(pendingCount)
        pendingCount += count
        while pendingCount >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingCount -= 8
        }
    }

    /// The bytes, the last one filled up with zeros.
    func finished() -> [UInt8] {
        pendingCount > 0 ? bytes + [UInt8(truncatingIfNeeded: pending)] : bytes
    }
}
