import Model
import Support

/// Escaping of text from outside for a CSV: neither a spreadsheet nor a script takes a cell for something
/// else.
///
/// - Control characters are shown as `\u{…}`, so that a cell is one line.
/// - A sign that would begin a formula gets an apostrophe before it, and is text. In locales with a decimal
///   comma spreadsheets take `;` for the end of a cell, whatever the quotes of this file say, so a sign after
///   one is defused as well. Source: OWASP, "CSV Injection"; full-width signs are the ordinary
///   ones to East Asian ones.
/// - Digits of which a spreadsheet would lose some, and the words that pandas reads as a missing value, get
///   an apostrophe too.
enum CSVText {
    /// Appends `text`, quoted where it must be.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        let isAppended = text.withUTF8 { utf8 in
            guard isHarmless(utf8) else { return false }
            bytes.append(contentsOf: utf8)
            return true
        }
        if isAppended { return }
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        let shown = isPlain ? text : text.showingControls
        let needsQuotes = shown.utf8.contains { ",;\"".utf8.contains($0) }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        if missing.contains(shown) || isLostAsNumber(shown.utf8) { bytes.append(UInt8(ascii: "'")) }
        var isCellStart = true
        for scalar in shown.unicodeScalars {
            switch scalar {
            case ";": isCellStart = true
            case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}":
                if isCellStart { bytes.append(UInt8(ascii: "'")) }
                isCellStart = false
            case "\"":
                bytes.append(UInt8(ascii: "\""))
            default:
                // What a spreadsheet may skip before it looks for the sign.
                isCellStart = isCellStart && scalar.properties.isWhitespace
            }
            if scalar.isASCII {
                bytes.append(UInt8(scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
    }

    /// Whether none of the rules can apply, as of most texts: printable ASCII without a separator or a quote,
    /// whose first character is a letter, but not the N of a missing value.
    private static func isHarmless(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first else { return true }
        let letter = first | 0x20
        return (0x61...0x7A).contains(letter) && letter != UInt8(ascii: "n")
            && text.allSatisfy {
                $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";")
                    && $0 != UInt8(ascii: "\"")
            }
    }

    /// Whether a spreadsheet that reads this as a number shows or saves other digits: more than 15 of them,
    /// an exponent, or a leading zero.
    static func isLostAsNumber(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        var count = 0
        var hasExponent = false
        for digit in digits {
            switch digit {
            case 0x30...0x39: count += 1
            // One exponent at most, after at least one digit.
            case UInt8(ascii: "e") where !hasExponent && count > 0,
                UInt8(ascii: "E") where !hasExponent && count > 0:
                hasExponent = true
            default: return false
            }
        }
        guard let first = digits.first, let last = digits.last, last | 0x20 != UInt8(ascii: "e") else {
            return false
        }
        return hasExponent || count > 15 || (count > 1 && first == UInt8(ascii: "0"))
    }

    /// What pandas.read_csv takes for a missing value, but what begins with a sign and is defused by that.
    /// Source: pandas 3.0, `pandas/_libs/parsers.pyx`, STR_NA_VALUES.
    private static let missing: Set<String> = [
        "#N/A", "#N/A N/A", "#NA", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a",
        "nan",
        "null",
    ]
}
