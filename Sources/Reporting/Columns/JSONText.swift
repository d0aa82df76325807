import Foundation
import Model
import Support

/// JSON by hand, straight into a file's buffer: an encoder a row would cost several times the row.
enum JSONText {
    /// Appends `text` in quotes. Reading it gives exactly `text`; what could disturb a terminal or turn a line around
    /// is written as `\uXXXX`.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        let isPlain = text.utf8.allSatisfy {
            $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        if isPlain {
            bytes.append(contentsOf: text.utf8)
        } else {
            for scalar in text.unicodeScalars { append(scalar, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends `"name":`.
    static func append(key: String, to bytes: inout [UInt8]) {
        append(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Appends `"2026-11-23T19:50:45Z"`.
    static func append(_ date: Date, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        UTCTime(date).appendISO8601(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        switch scalar {
        case "\"", "\\":
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(UInt8(scalar.value))
        case " "..."~": bytes.append(UInt8(scalar.value))
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for unit in UTF16.encode(scalar)! { append(unit: unit, to: &bytes) }
            default: bytes.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
    }

    private static func append(unit: UInt16, to bytes: inout [UInt8]) {
        let digits: StaticString = "0123456789abcdef"
        bytes.append(contentsOf: "\\u".utf8)
        for shift in [12, 8, 4, 0] { bytes.append(digits.utf8Start[Int(unit >> UInt16(shift) & 15)]) }
    }
}
