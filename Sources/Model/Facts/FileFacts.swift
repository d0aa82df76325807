package import Foundation

/// What VirusTotal tells of a file beside the engines' findings: what it is, who made it, who knows it, who
/// accuses it.
///
/// Held as the text that is stored, so that a report copies most of it unread: for each fact that there is
/// its field's letter, its value and a record separator, in the order of the fields. The elements of a list
/// are separated by unit separators, the parts of an element by group separators; a part may be empty. None
/// of the facts is needed for a verdict, and each may be missing.
package struct FileFacts: Hashable, Sendable {
    /// The text, in UTF-8; empty if VirusTotal tells nothing.
    package private(set) var stored: [UInt8]

    /// What stands between the parts of an element.
    package static let group: UInt8 = 0x1D
    static let record: UInt8 = 0x1E
    /// What stands between the elements of a list.
    package static let unit: UInt8 = 0x1F

    /// Facts that were stored.
    package init(stored: [UInt8]) { self.stored = stored }

    /// No facts.
    package init() { stored = [] }

    // MARK: Writing

    /// Adds a text; the fields are added in their order, each once. A text of which nothing is stored is no
    /// fact.
    package mutating func add(_ field: FactField, _ text: String?) { add(field, elements: [[text]]) }

    /// Adds a whole number.
    package mutating func add(_ field: FactField, _ number: Int?) { add(field, number.map { String($0) }) }

    /// Adds a time, kept to the second.
    package mutating func add(_ field: FactField, _ date: Date?) {
        add(field, date.map { Int($0.timeIntervalSince1970) })
    }

    /// Adds a list of texts; an empty one is no fact.
    package mutating func add(_ field: FactField, _ texts: [String]) {
        add(field, elements: texts.map { [$0] })
    }

    /// Adds a list of elements, each of the parts that the field has (`FactField.Kind.elements`). An element
    /// whose parts are all empty is none, and a list without elements is no fact.
    package mutating func add(_ field: FactField, elements: [[String?]]) {
        let start = stored.count
        stored.append(field.rawValue)
        for parts in elements {
            let before = stored.count
            if before > start + 1 { stored.append(Self.unit) }
            var isEmpty = true
            for (place, part) in parts.enumerated() {
                if place > 0 { stored.append(Self.group) }
                if let part, append(part) { isEmpty = false }
            }
            if isEmpty { stored.removeSubrange(before...) }
        }
        if stored.count > start + 1 {
            stored.append(Self.record)
        } else {
            stored.removeSubrange(start...)
        }
    }

    /// Whether anything of the text is stored: separators, which no fact needs, are not.
    private mutating func append(_ text: String) -> Bool {
        let start = stored.count
        for byte in text.utf8 where !(Self.group...Self.unit).contains(byte) {
            // Databases end a text at a NUL.
            if byte == 0 { stored += "\u{FFFD}".utf8 } else { stored.append(byte) }
        }
        return stored.count > start
    }

    // MARK: Reading

    /// Whether VirusTotal told none.
    package var isEmpty: Bool { stored.isEmpty }

    /// Where each fact's value stands in the text. What no field has as its letter, a later version's, is
    /// passed over.
    package struct Index: Sendable {
        private var ranges: [Range<Int>?]

        package init(_ facts: FileFacts) {
            ranges = Array(repeating: nil, count: FactField.allCases.count)
            var start = 0
            let stored = facts.stored
            while start < stored.count {
                let end = stored[start...].firstIndex(of: FileFacts.record) ?? stored.endIndex
                if end > start, let field = FactField(rawValue: stored[start]) {
                    ranges[field.place] = start + 1..<end
                }
                start = end + 1
            }
        }

        package subscript(field: FactField) -> Range<Int>? { ranges[field.place] }
    }

    /// The value of one fact as a text, or nil; a list's first element's first part.
    package func text(_ field: FactField) -> String? { text(field, in: Index(self)) }

    /// The same, by an index that was made before.
    package func text(_ field: FactField, in index: Index) -> String? {
        guard let range = index[field] else { return nil }
        let text = stored[range].prefix { $0 != Self.unit && $0 != Self.group }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    /// The value of one fact as a whole number, or nil.
    package func number(_ field: FactField) -> Int? { text(field).flatMap { Int($0) } }

    /// The value of one fact as a time, or nil.
    package func date(_ field: FactField) -> Date? {
        number(field).map { Date(timeIntervalSince1970: Double($0)) }
    }

    /// The texts of a list: each element's first part.
    package func texts(_ field: FactField) -> [String] { elements(field).compactMap { $0.first ?? nil } }

    /// The elements of a list with their parts; nil for a part that is empty.
    package func elements(_ field: FactField) -> [[String?]] { elements(field, in: Index(self)) }

    /// The same, by an index that was made before.
    package func elements(_ field: FactField, in index: Index) -> [[String?]] {
        guard let range = index[field] else { return [] }
        return stored[range].split(separator: Self.unit, omittingEmptySubsequences: false).map {
            $0.split(separator: Self.group, omittingEmptySubsequences: false).map {
                $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self)
            }
        }
    }

    /// Calls `visit` with the place of each element's first part in `stored`, by an index that was made
    /// before.
    package func forEachText(_ field: FactField, in index: Index, _ visit: (Range<Int>) -> Void) {
        guard let range = index[field] else { return }
        var start = range.lowerBound
        while start <= range.upperBound {
            let end = stored[start..<range.upperBound].firstIndex(of: Self.unit) ?? range.upperBound
            let partEnd = stored[start..<end].firstIndex(of: Self.group) ?? end
            visit(start..<partEnd)
            start = end + 1
        }
    }
}

/// How a file is signed, in one word.
///
/// Source: `signature_info.verified` of VirusTotal's file object, a sentence of Sysinternals' sigcheck.
package enum SignatureState: String, Hashable, Sendable, CaseIterable {
    case valid
    case revoked
    case expired
    /// A signature is there and does not verify: altered, untrusted or for a reason that is not known here.
    case invalid
    case unsigned
}
