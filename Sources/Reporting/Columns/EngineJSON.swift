import Model
import Support

/// JSON of a file's engines: by category the detecting engines with the names they give, the others by name
/// alone, in the order of their names, so that the same answer is the same bytes.
enum EngineJSON {
    static func append(_ engines: EngineFindings, to bytes: inout [UInt8]) {
        let entries = engines.entries
        engines.stored.withUnsafeBufferPointer { text in
            if isPlain(text), entries.allSatisfy({ $0.code < EngineFindings.knownCategories.count }) {
                appendPlain(entries, text, to: &bytes)
            } else {
                appendAny(engines, entries, text, to: &bytes)
            }
        }
    }

    // MARK: Any findings

    private static func appendAny(
        _ engines: EngineFindings, _ entries: [EngineFindings.Entry], _ text: UnsafeBufferPointer<UInt8>,
        to bytes: inout [UInt8]
    ) {
        let categories = Set(entries.map(engines.category))
        bytes.append(UInt8(ascii: "{"))
        for (index, category) in categories.sorted(by: { $0.rawValue < $1.rawValue }).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONText.append(key: category.rawValue, to: &bytes)
            bytes.append(UInt8(ascii: category.isDetection ? "{" : "["))
            var isFirst = true
            for entry in entries where engines.category(entry) == category {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONText.append(UnsafeBufferPointer(rebasing: text[entry.name]), to: &bytes)
                guard category.isDetection else { continue }
                bytes.append(UInt8(ascii: ":"))
                if let result = entry.result {
                    JSONText.append(UnsafeBufferPointer(rebasing: text[result]), to: &bytes)
                } else {
                    bytes.append(contentsOf: "null".utf8)
                }
            }
            bytes.append(UInt8(ascii: category.isDetection ? "}" : "]"))
        }
        bytes.append(UInt8(ascii: "}"))
    }

    // MARK: Findings as nearly all are: known categories, and nothing to escape

    /// The codes of the known categories in the order of their names, each with its opening: `"malicious":{`.
    private static let sections = EngineFindings.knownCategories.enumerated()
        .sorted { $0.element.rawValue < $1.element.rawValue }
        .map { (code: $0.offset, opening: opening($0.element), isDetection: $0.element.isDetection) }

    private static func opening(_ category: EngineCategory) -> [UInt8] {
        Array("\"\(category.rawValue)\":\(category.isDetection ? "{" : "[")".utf8)
    }

    /// Whether no byte but the separators needs an escape.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let bytes = UnsafeRawBufferPointer(text)
        var special: UInt64 = 0
        var start = 0
        // Eight bytes at a time, by arithmetic: the high bit of each that is special is set.
        while start + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            let quotes = word ^ Self.all(UInt8(ascii: "\""))
            let backslashes = word ^ Self.all(UInt8(ascii: "\\"))
            special |= (word &- Self.all(0x1E)) & ~word
            special |= word | (word &+ Self.all(0x01))
            special |= (quotes &- Self.all(0x01)) & ~quotes
            special |= (backslashes &- Self.all(0x01)) & ~backslashes
            start += 8
        }
        return special & Self.all(0x80) == 0
            && text[start...].allSatisfy {
                $0 &- 0x1E <= 0x60 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            }
    }

    private static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The same bytes as `appendAny`, put together in one piece of memory.
    private static func appendPlain(
        _ entries: [EngineFindings.Entry], _ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]
    ) {
        // Each entry's texts lose two separators at most and gain `"":null,`; each section has its names.
        let bytesMax = text.count + 8 * entries.count + 32 * sections.count
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytesMax) { buffer in
            var out = Output(buffer)
            out.append(UInt8(ascii: "{"))
            for section in sections {
                var isFirst = true
                for entry in entries where entry.code == section.code {
                    if isFirst {
                        if out.count > 1 { out.append(UInt8(ascii: ",")) }
                        section.opening.withUnsafeBufferPointer { out.append($0, 0..<$0.count) }
                    } else {
                        out.append(UInt8(ascii: ","))
                    }
                    isFirst = false
                    out.appendQuoted(text, entry.name)
                    guard section.isDetection else { continue }
                    out.append(UInt8(ascii: ":"))
                    if let result = entry.result { out.appendQuoted(text, result) } else { out.appendNull() }
                }
                if !isFirst { out.append(UInt8(ascii: section.isDetection ? "}" : "]")) }
            }
            out.append(UInt8(ascii: "}"))
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<out.count]))
        }
    }

    private struct Output {
        private let buffer: UnsafeMutableBufferPointer<UInt8>
        private(set) var count = 0

        init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

        mutating func append(_ byte: UInt8) {
            buffer[count] = byte
            count += 1
        }

        mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ part: Range<Int>) {
            precondition(count + part.count <= buffer.count)
            guard !part.isEmpty else { return }
            (buffer.baseAddress! + count).update(from: text.baseAddress! + part.lowerBound, count: part.count)
            count += part.count
        }

        mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, _ part: Range<Int>) {
            append(UInt8(ascii: "\""))
            append(text, part)
            append(UInt8(ascii: "\""))
        }

        mutating func appendNull() {
            append(UInt8(ascii: "n"))
            append(UInt8(ascii: "u"))
            append(UInt8(ascii: "l"))
            append(UInt8(ascii: "l"))
        }
    }
}
