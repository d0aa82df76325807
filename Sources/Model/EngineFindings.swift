import Glibc

/// What the engines found in a file: of each one its category and, if it detected something, the name that
/// it gives.
///
/// Held as the text that is stored, in the order of the engines' names: `<category><name>[<unit
/// separator><result>]`, each ended by a record separator. The known categories are one letter; any other is
/// written out between two unit separators. A file has some seventy engines, and most readers look at one of
/// them or at none: as values of their own they would take longer than everything else in a report.
package struct EngineFindings: Hashable, Sendable {
    /// The text, in UTF-8.
    package private(set) var stored: [UInt8]
    /// Engines that call the file malicious or suspicious.
    package private(set) var detectionCount: Int
    /// Engines with an opinion: malicious, suspicious, undetected or harmless. Engines that timed out, failed
    /// or do not support the type do not count, as on VirusTotal's own page.
    package private(set) var opinionCount: Int

    private static let record: UInt8 = 0x1E
    private static let unit: UInt8 = 0x1F
    private static let letters: [(letter: UInt8, category: EngineCategory)] = [
        (UInt8(ascii: "m"), .malicious), (UInt8(ascii: "s"), .suspicious), (UInt8(ascii: "u"), .undetected),
        (UInt8(ascii: "h"), .harmless), (UInt8(ascii: "t"), .timeout), (UInt8(ascii: "c"), .confirmedTimeout),
        (UInt8(ascii: "f"), .failure), (UInt8(ascii: "n"), .typeUnsupported),
    ]

    /// The code of each letter; what is none is read as no detection.
    private static let codes = {
        let undetected = letters.firstIndex { $0.category == .undetected }!
        var codes = [UInt8](repeating: UInt8(undetected), count: 256)
        for (code, letter) in letters.enumerated() { codes[Int(letter.letter)] = UInt8(code) }
        return codes
    }()

    /// Findings that were stored, with their numbers as they were stored.
    package init(stored: [UInt8], detectionCount: Int, opinionCount: Int) {
        self.stored = stored
        self.detectionCount = detectionCount
        self.opinionCount = opinionCount
    }

    /// The findings by the engines' names. Separators and NULs in texts, which no engine needs, are removed
    /// or replaced.
    package init(_ findings: [String: EngineFinding] = [:]) {
        self.init(
            stored: [], detectionCount: findings.values.count { $0.category.isDetection },
            opinionCount: findings.values.count { $0.category.isOpinion })
        for (name, finding) in findings.sorted(by: { $0.key < $1.key }) { append(name, finding) }
    }

    /// A finding of a known category whose texts need no care, as nearly all are: printable ASCII.
    package struct PlainRow {
        package let name: UnsafeBufferPointer<UInt8>
        /// The category's place in `knownCategories`.
        package let code: Int
        /// Of a detection alone.
        package let result: UnsafeBufferPointer<UInt8>?

        package init(
            name: UnsafeBufferPointer<UInt8>, code: Int, result: UnsafeBufferPointer<UInt8>?
        ) {
            self.name = name
            self.code = code
            self.result = result
        }
    }

    /// The findings in such rows, put together from their bytes; of a name that is there twice the last one.
    package init(plainRows rows: [PlainRow]) {
        func precedes(_ a: Int, _ b: Int) -> Bool {
            let (first, second) = (rows[a].name, rows[b].name)
            let common = min(first.count, second.count)
            let order = common == 0 ? 0 : memcmp(first.baseAddress!, second.baseAddress!, common)
            return order == 0 ? (first.count, a) < (second.count, b) : order < 0
        }
        let order = rows.indices.sorted(by: precedes)
        self.init(stored: [], detectionCount: 0, opinionCount: 0)
        stored.reserveCapacity(rows.reduce(0) { $0 + $1.name.count + ($1.result?.count ?? 0) + 3 })
        for (place, index) in order.enumerated() {
            let row = rows[index]
            if place + 1 < order.count, rows[order[place + 1]].name.elementsEqual(row.name) { continue }
            let (letter, category) = Self.letters[row.code]
            if category.isDetection { detectionCount += 1 }
            if category.isOpinion { opinionCount += 1 }
            stored.append(letter)
            stored.append(contentsOf: row.name)
            if let result = row.result {
                stored.append(Self.unit)
                stored.append(contentsOf: result)
            }
            stored.append(Self.record)
        }
    }

    private mutating func append(_ name: String, _ finding: EngineFinding) {
        if let letter = Self.letters.first(where: { $0.category == finding.category })?.letter {
            stored.append(letter)
        } else {
            stored.append(Self.unit)
            append(finding.category.rawValue)
            stored.append(Self.unit)
        }
        append(name)
        if let result = finding.result {
            stored.append(Self.unit)
            append(result)
        }
        stored.append(Self.record)
    }

    private mutating func append(_ text: String) {
        for byte in text.utf8 where byte != Self.record && byte != Self.unit {
            // Databases end a text at a NUL.
            if byte == 0 { stored += "\u{FFFD}".utf8 } else { stored.append(byte) }
        }
    }

    /// Whether there are none, because no analysis has finished.
    package var isEmpty: Bool { stored.isEmpty }

    /// The categories that have a letter, in the order of their codes (`Entry.code`): first the detections.
    package static let knownCategories = letters.map(\.category)

    /// One engine's finding, as parts of the stored text; numbers alone, so that seventy of them are cheap.
    package struct Entry: Sendable {
        /// The category's place in `knownCategories`; as many as there are of them for any other.
        package let code: Int
        /// Where its name stands.
        package let name: Range<Int>
        /// Where the detection's name stands; nil without one.
        package let result: Range<Int>?
        /// Where a category without a letter stands.
        fileprivate let otherCategory: Range<Int>

        package var isDetection: Bool { EngineFindings.detectionCodes.contains(code) }
    }

    package func category(_ entry: Entry) -> EngineCategory {
        entry.code < Self.letters.count
            ? Self.letters[entry.code].category : EngineCategory(rawValue: text(entry.otherCategory))
    }

    /// All of them, in the order of their names.
    package var entries: [Entry] {
        stored.withUnsafeBufferPointer { text in
            var entries: [Entry] = []
            entries.reserveCapacity(80)
            var start = 0
            while start < text.count {
                let end = Self.index(of: Self.record, in: text, start..<text.count) ?? text.count
                if start < end { entries.append(Self.entry(start..<end, in: text)) }
                start = end + 1
            }
            return entries
        }
    }

    /// The codes of the categories that are a detection, and of those that are an opinion.
    package static let detectionCodes = 0..<2
    package static let opinionCodes = 0..<4

    /// Calls `visit` with each engine's category, by its place in `knownCategories`, and its name's bytes, in
    /// the order of the names: the cheapest way to look at all of them.
    package func forEachName(_ visit: (_ code: Int, _ name: UnsafeBufferPointer<UInt8>) -> Void) {
        stored.withUnsafeBufferPointer { text in
            var start = 0
            while start < text.count {
                let end = Self.index(of: Self.record, in: text, start..<text.count) ?? text.count
                if start < end {
                    let entry = Self.entry(start..<end, in: text)
                    visit(entry.code, UnsafeBufferPointer(rebasing: text[entry.name]))
                }
                start = end + 1
            }
        }
    }

    /// A part of the stored text.
    package func text(_ part: Range<Int>) -> String { String(decoding: stored[part], as: UTF8.self) }

    /// The findings as values, by the engines' names.
    package var byName: [String: EngineFinding] {
        Dictionary(entries.map { (text($0.name), finding($0)) }, uniquingKeysWith: { first, _ in first })
    }

    private func finding(_ entry: Entry) -> EngineFinding {
        EngineFinding(category: category(entry), result: entry.result.map(text))
    }

    /// What an engine found. To read one decodes nothing else; to set one decodes all.
    package subscript(name: String) -> EngineFinding? {
        get { entry(of: name).map(finding) }
        set {
            var all = byName
            all[name] = newValue
            self = EngineFindings(all)
        }
    }

    private func entry(of name: String) -> Entry? {
        var name = name
        guard !name.isEmpty else { return entries.first { $0.name.isEmpty } }
        return name.withUTF8 { name in
            stored.withUnsafeBufferPointer { text in
                var from = 0
                while let start = Self.index(of: name[0], in: text, from..<text.count) {
                    from = start + 1
                    let end = start + name.count
                    guard end <= text.count,
                        memcmp(text.baseAddress! + start, name.baseAddress!, name.count) == 0
                    else { continue }
                    // It may stand in another engine's name or result.
                    let entry = Self.entry(Self.record(around: start, in: text), in: text)
                    if entry.name == start..<end { return entry }
                }
                return nil
            }
        }
    }

    private static func record(around place: Int, in text: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var start = place
        while start > 0, text[start - 1] != record { start -= 1 }
        return start..<(index(of: record, in: text, place..<text.count) ?? text.count)
    }

    private static func entry(_ part: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Entry {
        var start = part.lowerBound
        var code = letters.count
        var otherCategory = start..<start
        if text[start] == unit, let end = index(of: unit, in: text, start + 1..<part.upperBound) {
            otherCategory = start + 1..<end
            start = end + 1
        } else {
            let letter = text[start]
            code = Int(codes[Int(letter)])
            start += 1
        }
        let end = index(of: unit, in: text, start..<part.upperBound)
        return Entry(
            code: code, name: start..<(end ?? part.upperBound), result: end.map { $0 + 1..<part.upperBound },
            otherCategory: otherCategory)
    }

    private static func index(
        of byte: UInt8, in text: UnsafeBufferPointer<UInt8>, _ part: Range<Int>
    ) -> Int? {
        guard !part.isEmpty,
            let found = memchr(text.baseAddress! + part.lowerBound, Int32(byte), part.count)
        else { return nil }
        return UnsafeRawPointer(text.baseAddress!).distance(to: found)
    }
}

extension EngineFindings: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, EngineFinding)...) {
        self.init(Dictionary(elements, uniquingKeysWith: { first, _ in first }))
    }
}
