package import Foundation
import Model
import Support

/// Builder of HTML: markup comes only from literals of this program, everything else is escaped.
///
/// `raw` takes a `StaticString`, so the compiler refuses markup that was put together from values; this is
/// the one place where text from outside becomes HTML.
package struct HTMLBuilder: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// How many bytes it has so far.
    var count: Int { bytes.count }

    /// Appends `literal` as it is.
    package mutating func raw(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends markup that was built before.
    mutating func append(_ markup: HTMLBuilder) {
        bytes.append(contentsOf: markup.bytes)
    }

    /// Appends `value` as text or inside a quoted attribute: markup characters escaped, controls made
    /// visible.
    package mutating func text(_ value: some StringProtocol) {
        let isAppended = value.utf8.withContiguousStorageIfAvailable { utf8 in
            // Nearly all text needs no escape and goes in as a whole.
            guard utf8.allSatisfy(Self.isHarmless) else { return false }
            bytes.append(contentsOf: utf8)
            return true
        }
        if isAppended == true { return }
        let isPlain = value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        if isPlain { append(escaping: value.utf8) } else { append(escaping: value.showingControls.utf8) }
    }

    /// Appends text from outside in an element that keeps its writing direction to itself, at most `max` code
    /// points of it.
    ///
    /// What is cut off is counted, visibly. Code points, because one character may have a thousand accents.
    /// With `isBreakable`, a line may end after the separators of paths and detection names.
    package mutating func untrusted(_ value: String, max: Int, isBreakable: Bool = false) {
        let (kept, cutCount) = Self.cut(value, max: max)
        isolated(kept) { $0.pieces(of: kept, isBreakable: isBreakable) }
        guard cutCount > 0 else { return }
        raw("<span class=cut>… ")
        number(cutCount)
        raw(" more</span>")
    }

    /// Appends text from outside as one field of a line, at most `max` code points of it and `…` for the
    /// rest.
    ///
    /// It holds no line break and no tab, because controls are made visible.
    mutating func field(_ value: String, max: Int) {
        let (kept, cutCount) = Self.cut(value, max: max)
        isolated(kept) { $0.text(kept) }
        if cutCount > 0 { raw("…") }
    }

    /// Appends running text from outside as one field of a line: `field`, but that line breaks and tabs,
    /// which belong to such a text, are spaces.
    mutating func prose(_ value: String, max: Int) {
        // Nearly all of it is one line of ASCII.
        guard !value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return field(value, max: max) }
        let words = value.unicodeScalars.split { $0.properties.isWhitespace }
        field(words.map { String($0) }.joined(separator: " "), max: max)
    }

    // Letters and signs of ASCII have no other direction than the page's own: they need no element.
    private mutating func isolated(_ value: Substring, _ body: (inout HTMLBuilder) -> Void) {
        if value.utf8.allSatisfy({ $0 < 0x80 }) { return body(&self) }
        raw("<bdi>")
        body(&self)
        raw("</bdi>")
    }

    private static func cut(_ value: String, max: Int) -> (kept: Substring, cutCount: Int) {
        guard value.utf8.count > max else { return (value[...], 0) }
        let scalars = value.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: max, limitedBy: scalars.endIndex) else {
            return (value[...], 0)
        }
        return (value[..<end], scalars[end...].count)
    }

    /// Appends `value` with thousands separators.
    package mutating func number(_ value: Int) {
        if value >= 0 && value < 1_000 {
            digits(value)
        } else {
            text(Wording.number(value))
        }
    }

    /// Appends `value`'s decimal digits alone, for attributes.
    package mutating func digits(_ value: Int) {
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Appends a value that the page's script can read, and what a reader sees of it.
    mutating func datum(_ value: Int, shown: (inout HTMLBuilder) -> Void) {
        raw("<data value=")
        digits(value)
        raw(">")
        shown(&self)
        raw("</data>")
    }

    /// Appends a digest; its digits need no escaping.
    mutating func hash(_ hash: FileHash) {
        hash.appendHexadecimal(to: &bytes)
    }

    /// Appends a time in UTC to the minute; the page's script shows it in the reader's own zone.
    package mutating func time(_ date: Date) {
        let time = UTCTime(date)
        raw("<time datetime=")
        time.appendISO8601(to: &bytes)
        raw(">")
        time.appendMinute(to: &bytes)
        raw("</time>")
    }

    /// Appends a day in UTC: `2026-11-23`.
    mutating func day(_ date: Date) {
        let start = count
        UTCTime(date).appendMinute(to: &bytes)
        bytes.removeLast(count - start - "2026-11-23".utf8.count)
    }

    /// Appends a moment for the page's script: `2026-11-23T19:50:45Z`.
    mutating func moment(_ date: Date) {
        UTCTime(date).appendISO8601(to: &bytes)
    }

    /// Appends how old an answer is, in words, with its time for the page's script.
    mutating func age(since date: Date, now: Date) {
        raw("<time class=age datetime=")
        UTCTime(date).appendISO8601(to: &bytes)
        raw(">")
        text(Wording.age(since: date, now: now))
        raw("</time>")
    }

    /// Appends a time as one field of a line: `2026-11-23T20:10Z`.
    mutating func timeField(_ date: Date) {
        UTCTime(date).appendMinuteISO8601(to: &bytes)
    }

    /// Appends one of the page's own style sheets or scripts.
    mutating func asset(_ asset: PageAsset) {
        bytes.append(contentsOf: asset.bytes)
    }

    /// Empties it and keeps its memory, for the next row.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Takes back all but the first `count` bytes.
    mutating func removeAll(from count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    private mutating func pieces(of value: Substring, isBreakable: Bool) {
        guard isBreakable, value.utf8.count > 12 else { return text(value) }
        var rest = value
        while let end = rest.utf8.firstIndex(where: { "/\\._-:!".utf8.contains($0) }) {
            let next = rest.utf8.index(after: end)
            text(rest[..<next])
            raw("<wbr>")
            rest = rest[next...]
        }
        text(rest)
    }

    /// Whether a byte is printable ASCII and no markup.
    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            false
        default: byte >= 0x20 && byte < 0x7F
        }
    }

    private mutating func append(escaping value: some Sequence<UInt8>) {
        for byte in value {
            switch byte {
            case UInt8(ascii: "&"): raw("&amp;")
            case UInt8(ascii: "<"): raw("&lt;")
            case UInt8(ascii: ">"): raw("&gt;")
            case UInt8(ascii: "\""): raw("&quot;")
            case UInt8(ascii: "'"): raw("&#39;")
            default: bytes.append(byte)
            }
        }
    }
}
