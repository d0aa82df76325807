import Support

/// Name of a dropped file: its path below the user's folder, such as `batch/a.txt`. Each part is any bytes
/// but NUL and `/`, at most 255 of them, and not always text.
package struct DroppedName: Hashable, Sendable, Comparable {
    package let bytes: [UInt8]

    package init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The name to show: invalid UTF-8 as U+FFFD, control and text-direction characters as `\u{…}`, and so
    /// is white space if there is nothing else. It is text, not markup: HTML and CSV escape it once more.
    package var display: String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.allSatisfy(\.isWhitespace) else { return text.showingControls }
        return text.unicodeScalars.map(\.escaped).joined()
    }

    /// Anywhere in a name, puts the list before its user's others.
    package static let urgentMark = "!urgent"

    /// Whether the name has the mark.
    package var isUrgent: Bool { bytes.firstRange(of: Self.urgentMark.utf8) != nil }

    /// The name as a part of a report folder's name: every byte but `A`–`Z`, `a`–`z`, `0`–`9`, `.`, `-`, `_`
    /// becomes `_`, and only the first 100 are kept. The README promises this rule to scripts.
    package var pathComponent: String {
        let kept = bytes.prefix(100).map { byte -> UInt8 in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"): byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    package static func < (a: DroppedName, b: DroppedName) -> Bool {
        a.bytes.lexicographicallyPrecedes(b.bytes)
    }
}
