/// Hexadecimal digits, two a byte.
package enum Hex {
    private static let digits: StaticString = "0123456789abcdef"

    /// `bytes` as lower-case digits.
    package static func string(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        return string(byteCount: bytes.count) { bytes[$0] }
    }

    /// Bytes that are given one by one as lower-case digits. Not generic, so that it is fast from other
    /// modules.
    package static func string(byteCount: Int, _ byte: (Int) -> UInt8) -> String {
        String(unsafeUninitializedCapacity: 2 * byteCount) { buffer in
            for index in 0..<byteCount {
                let byte = byte(index)
                buffer[2 * index] = digits.utf8Start[Int(byte >> 4)]
                buffer[2 * index + 1] = digits.utf8Start[Int(byte & 15)]
            }
            return 2 * byteCount
        }
    }

    /// Appends `bytes` as lower-case digits.
    package static func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            text.append(digits.utf8Start[Int(byte >> 4)])
            text.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    /// The value of one digit, of either case; nil for another character.
    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The bytes that an even number of digits stand for, of either case; nil if there is another character.
    package static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            guard let value = value(digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
