import Model
import Support

/// Text from a file, made fit to be read: no control characters, no runs of spaces, no more than so long.
enum VisibleText {
    /// The bytes as one line: invalid UTF-8 as U+FFFD, spaces and tabs collapsed and trimmed, control
    /// characters as `\u{…}`; above `charactersMax` Unicode scalars the last one is `…`. Nil if nothing is
    /// left.
    static func string(_ bytes: UnsafeRawBufferPointer, charactersMax: Int) -> String? {
        let start = bytes.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? bytes.count
        // A character has four bytes at most; the one more shows that the text is too long.
        let end = min(bytes.count, start + (charactersMax + 1) * 4)
        guard start < end else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        if text.count <= charactersMax, isPlainASCII(text) { return String(decoding: text, as: UTF8.self) }
        var collapsed = collapsingSpaces(String(decoding: text, as: UTF8.self))
        if collapsed.isEmpty { return nil }
        if !collapsed.unicodeScalars.allSatisfy(isCertainlyVisible) { collapsed = collapsed.showingControls }
        return cut(collapsed, charactersMax: charactersMax)
    }

    static func string(_ bytes: some Sequence<UInt8>, charactersMax: Int) -> String? {
        Array(bytes).withUnsafeBytes { string($0, charactersMax: charactersMax) }
    }

    /// Texts that belong together, the empty ones left out, as one; nil if there is none.
    static func joined(_ texts: [String?], charactersMax: Int) -> String? {
        let text = texts.compactMap(\.self).joined(separator: ", ")
        return text.isEmpty ? nil : cut(text, charactersMax: charactersMax)
    }

    /// Whether nothing must be changed: visible ASCII and single spaces between.
    private static func isPlainASCII(_ text: UnsafeRawBufferPointer) -> Bool {
        var wasSpace = false
        for byte in text {
            guard (0x20...0x7E).contains(byte), !(wasSpace && byte == 0x20) else { return false }
            wasSpace = byte == 0x20
        }
        return !wasSpace
    }

    private static func collapsingSpaces(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var hasSpace = false
        for scalar in text.unicodeScalars {
            if isSpace(scalar) {
                hasSpace = !out.isEmpty
                continue
            }
            if hasSpace { out.append(" ") }
            hasSpace = false
            out.append(scalar)
        }
        return String(out)
    }

    /// Unicode's space separators (category Zs) and the tab.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Whether the character needs no closer look: ranges without any control or format character.
    private static func isCertainlyVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xAC, 0xAE...0x5FF, 0x2010...0x2027, 0x2030...0x205E, 0x2070...0xD7FF: true
        default: false
        }
    }

    private static func cut(_ text: String, charactersMax: Int) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > charactersMax else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(max(0, charactersMax - 1)))) + "…"
    }
}
