import Foundation
import Model
import Support

/// JSON of a file's facts: an object with a key for each fact that there is, in the order of their fields.
///
/// Texts are copied out of the stored text, byte for byte: values of their own would take longer than the
/// rest of a row.
enum FactsJSON {
    static func append(_ facts: FactReader, to bytes: inout [UInt8]) {
        facts.stored.withUnsafeBufferPointer { text in
            var opening = UInt8(ascii: "{")
            for entry in entries {
                guard let place = facts.place(of: entry.field) else { continue }
                bytes.append(opening)
                bytes.append(contentsOf: entry.key)
                append(entry, text, place, to: &bytes)
                opening = UInt8(ascii: ",")
            }
            if opening == UInt8(ascii: "{") { bytes.append(opening) }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    // MARK: Keys

    /// A field with what does not change from row to row.
    private struct Entry {
        let field: FactField
        /// `"tags":`
        let key: [UInt8]
        let kind: FactField.Kind
        /// Of an element that is an object.
        let parts: [Part]

        init(_ field: FactField) {
            self.field = field
            key = FactsJSON.key(field.name)
            kind = field.kind
            parts =
                switch kind {
                case .elements(let parts):
                    parts.map { Part(key: FactsJSON.key($0.name), isNumber: $0.isNumber) }
                case .counts(let names): names.map { Part(key: FactsJSON.key($0), isNumber: true) }
                case .text, .number, .date, .texts: []
                }
        }
    }

    private struct Part {
        let key: [UInt8]
        let isNumber: Bool
    }

    private static let entries = FactField.allCases.map(Entry.init)

    private static func key(_ name: String) -> [UInt8] {
        var key: [UInt8] = []
        JSONText.append(key: name, to: &key)
        return key
    }

    // MARK: Values

    private static func append(
        _ entry: Entry, _ text: UnsafeBufferPointer<UInt8>, _ place: Range<Int>, to bytes: inout [UInt8]
    ) {
        switch entry.kind {
        case .text: append(text[place], isNumber: false, to: &bytes)
        case .number: append(text[place], isNumber: true, to: &bytes)
        case .date:
            if let seconds = Int(String(decoding: text[place], as: UTF8.self)) {
                JSONText.append(Date(timeIntervalSince1970: Double(seconds)), to: &bytes)
            } else {
                appendNull(to: &bytes)
            }
        case .texts, .elements: appendList(entry, text, place, to: &bytes)
        case .counts: appendObject(entry.parts, text, place, to: &bytes)
        }
    }

    private static func appendList(
        _ entry: Entry, _ text: UnsafeBufferPointer<UInt8>, _ place: Range<Int>, to bytes: inout [UInt8]
    ) {
        var start = place.lowerBound
        bytes.append(UInt8(ascii: "["))
        while start <= place.upperBound {
            let end = text[start..<place.upperBound].firstIndex(of: FileFacts.unit) ?? place.upperBound
            if start > place.lowerBound { bytes.append(UInt8(ascii: ",")) }
            if entry.parts.isEmpty {
                append(text[start..<end], isNumber: false, to: &bytes)
            } else {
                appendObject(entry.parts, text, start..<end, to: &bytes)
            }
            start = end + 1
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// An element with all its parts; null for one that there is not.
    private static func appendObject(
        _ parts: [Part], _ text: UnsafeBufferPointer<UInt8>, _ place: Range<Int>, to bytes: inout [UInt8]
    ) {
        var start = place.lowerBound
        var opening = UInt8(ascii: "{")
        for part in parts {
            bytes.append(opening)
            bytes.append(contentsOf: part.key)
            opening = UInt8(ascii: ",")
            let from = min(start, place.upperBound)
            let end = text[from..<place.upperBound].firstIndex(of: FileFacts.group) ?? place.upperBound
            append(text[from..<end], isNumber: part.isNumber, to: &bytes)
            start = end + 1
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func append(
        _ value: Slice<UnsafeBufferPointer<UInt8>>, isNumber: Bool, to bytes: inout [UInt8]
    ) {
        if value.isEmpty || isNumber && !isDecimal(value) {
            appendNull(to: &bytes)
        } else if isNumber {
            bytes.append(contentsOf: value)
        } else {
            JSONText.append(UnsafeBufferPointer(rebasing: value), to: &bytes)
        }
    }

    /// Whether these are digits that JSON takes for a number: `57`, `-3`, `42.5`, but not `007`.
    private static func isDecimal(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let unsigned = value.first == UInt8(ascii: "-") ? value.dropFirst() : value
        let parts = unsigned.split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { (0x30...0x39).contains($0) }
        }
        return areDigits && (parts[0].count == 1 || parts[0].first != UInt8(ascii: "0"))
    }

    private static func appendNull(to bytes: inout [UInt8]) { bytes.append(contentsOf: "null".utf8) }
}
