package import Foundation

/// JSON strings, appended straight to a file's bytes: an encoder a row would cost several times the row.
package enum JSONText {
    /// Appends `text` in quotes. Reading it gives exactly `text`; what could disturb a terminal or turn a
    /// line around is written as `\uXXXX`.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { append($0, to: &bytes) }
    }

    /// The same of a text in UTF-8.
    package static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly all text needs no escape and goes in as a whole.
        let isPlain = text.allSatisfy {
            $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        if isPlain {
            bytes.append(contentsOf: text)
        } else {
            for scalar in String(decoding: text, as: UTF8.self).unicodeScalars { append(scalar, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends `"name":`.
    package static func append(key: String, to bytes: inout [UInt8]) {
        append(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Appends `"2026-11-23T19:50:45Z"`.
    package static func append(_ date: Date, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        UTCTime(date).appendISO8601(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends `text` in quotes as canonical JSON has it: only what must be escaped is, and in one way.
    /// Source: RFC 8785, section 3.2.2.2.
    package static func appendCanonical(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x08: bytes += "\\b".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0C: bytes += "\\f".utf8
            case 0x0D: bytes += "\\r".utf8
            case ..<0x20: append(unit: UInt16(byte), to: &bytes)
            default: bytes.append(byte)
            }
        }
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

    // `\u` and four digits.
    private static func append(unit: UInt16, to bytes: inout [UInt8]) {
        bytes += "\\u".utf8
        Hex.append([UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)], to: &bytes)
    }
}
