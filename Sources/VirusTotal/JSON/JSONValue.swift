import CSimdjson

/// A value of a JSON document, read where it stands in the parsed document; valid only within
/// `JSONDocument.read`.
///
/// Everything that reads is forgiving: one field of a wrong type must not cost the whole answer. VirusTotal's
/// fields have changed their type without notice, and clients with strict types broke each time
/// (malwaredb/vt-client, Splunk's connector).
struct JSONValue {
    private let raw: csimdjson_value

    init(_ raw: csimdjson_value) { self.raw = raw }

    private var type: csimdjson_type { csimdjson_type_of(raw) }

    var isNull: Bool { type == csimdjson_null }
    var isObject: Bool { type == csimdjson_object }

    /// An object's member; nil if there is none, or it is null, or this is no object.
    subscript(name: StaticString) -> JSONValue? {
        var member = csimdjson_value()
        let isThere = name.withUTF8Buffer { name in
            name.withMemoryRebound(to: CChar.self) {
                csimdjson_member(raw, $0.baseAddress, $0.count, &member)
            }
        }
        guard isThere else { return nil }
        let value = JSONValue(member)
        return value.isNull ? nil : value
    }

    /// A string's bytes in UTF-8, for as long as the document is read; nil for another type.
    var utf8: UnsafeBufferPointer<UInt8>? {
        var count = 0
        guard let start = csimdjson_string_bytes(raw, &count) else { return nil }
        return UnsafeBufferPointer(start: start, count: count)
    }

    /// A string; nil for another type.
    var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

    /// A string ready to store (`storable`), or nil if there is nothing of it.
    func text(charactersMax: Int) -> String? {
        utf8.flatMap { storable($0, charactersMax: charactersMax) }
    }

    /// A whole number within 64 bits, written as an integer, a decimal or a string; nil for anything else.
    var integer: Int64? {
        if type == csimdjson_string { return string.flatMap { Int64($0) } }
        var integer: Int64 = 0
        if csimdjson_int64(raw, &integer) { return integer }
        var decimal = 0.0
        return csimdjson_double(raw, &decimal) ? Int64(exactly: decimal.rounded(.towardZero)) : nil
    }

    /// A number, or a whole one in a string; nil for anything else.
    var decimal: Double? {
        var decimal = 0.0
        return csimdjson_double(raw, &decimal) ? decimal : integer.map { Double($0) }
    }

    /// Calls `visit` with each member of an object, in their order; with none of another type.
    func forEachMember(_ visit: (_ name: UnsafeBufferPointer<UInt8>, _ value: JSONValue) -> Void) {
        guard isObject else { return }
        each {
            visit($0, $1)
            return true
        }
    }

    /// Calls `visit` with each element of an array, in their order, until it returns false; with none of
    /// another type.
    func forEachElement(_ visit: (JSONValue) -> Bool) {
        guard type == csimdjson_array else { return }
        each { visit($1) }
    }

    /// The first thing that `find` makes of an array's elements; nil of another type.
    func first<Found>(_ find: (JSONValue) -> Found?) -> Found? {
        guard type == csimdjson_array else { return nil }
        var found: Found?
        each {
            found = find($1)
            return found == nil
        }
        return found
    }

    private typealias Visit = (UnsafeBufferPointer<UInt8>, JSONValue) -> Bool

    private func each(_ visit: Visit) {
        withoutActuallyEscaping(visit) { visit in
            withUnsafePointer(to: visit) { visit in
                csimdjson_each(raw, UnsafeMutableRawPointer(mutating: visit)) {
                    context, name, length, value in
                    let visit = context!.assumingMemoryBound(to: Visit.self).pointee
                    return visit(UnsafeBufferPointer(start: name, count: length), JSONValue(value))
                }
            }
        }
    }
}

/// `text` without surrounding white space, at most `charactersMax` Unicode scalars long, or nil if nothing is
/// left.
///
/// A NUL would end the text early in C libraries and databases, so it becomes U+FFFD. Scalars are counted
/// because one visible character may consist of any number of them.
func storable(_ text: UnsafeBufferPointer<UInt8>, charactersMax: Int) -> String? {
    if isStorable(text, charactersMax: charactersMax) { return String(decoding: text, as: UTF8.self) }
    let text = String(decoding: text, as: UTF8.self)
    let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }.prefix(charactersMax)
    guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return nil }
    var kept = String.UnicodeScalarView()
    for scalar in scalars[...last] { kept.append(scalar == "\0" ? "\u{FFFD}" : scalar) }
    return String(kept)
}

/// Whether `storable` leaves a text as it is, as nearly all are: printable ASCII, not too long.
func isStorable(_ text: UnsafeBufferPointer<UInt8>, charactersMax: Int) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    return first > 0x20 && last > 0x20 && text.count <= charactersMax
        && text.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
}
