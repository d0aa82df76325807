import Model

/// Every engine's finding as one text: `<category><name>[<unit separator><result>]`, ended by a record
/// separator.
///
/// Seventy rows a file make JSON the slowest part of a report; this is read about twenty times faster. The
/// known categories are one letter; any other is written out between two unit separators.
enum EngineCoding {
    private static let record: Character = "\u{1E}"
    private static let unit: Character = "\u{1F}"
    private static let letters: [(Character, EngineCategory)] = [
        ("m", .malicious), ("s", .suspicious), ("u", .undetected), ("h", .harmless), ("t", .timeout),
        ("c", .confirmedTimeout), ("f", .failure), ("n", .typeUnsupported),
    ]

    static func encode(_ engines: [String: EngineFinding]) -> String {
        var out = ""
        for (name, finding) in engines.sorted(by: { $0.key < $1.key }) {
            if let letter = letters.first(where: { $0.1 == finding.category })?.0 {
                out.append(letter)
            } else {
                out.append("\(unit)\(safe(finding.category.rawValue))\(unit)")
            }
            out += safe(name)
            if let result = finding.result { out += "\(unit)\(safe(result))" }
            out.append(record)
        }
        return out
    }

    static func decode(_ text: String) -> [String: EngineFinding] {
        var engines: [String: EngineFinding] = [:]
        engines.reserveCapacity(80)
        let utf8 = Substring(text).utf8
        for line in utf8.split(separator: 0x1E) {
            var parts = line.split(separator: 0x1F, omittingEmptySubsequences: false)
            var category: EngineCategory
            if parts[0].isEmpty, parts.count >= 3 {
                category = EngineCategory(rawValue: String(Substring(parts[1])))
                parts.removeFirst(2)
            } else {
                let letter = Character(UnicodeScalar(parts[0].first ?? 0x75))
                category = letters.first { $0.0 == letter }?.1 ?? .undetected
                parts[0] = parts[0].dropFirst()
            }
            engines[String(Substring(parts[0]))] = EngineFinding(
                category: category, result: parts.count > 1 ? String(Substring(parts[1])) : nil)
        }
        return engines
    }

    // Both separators are control characters that no engine's name or result needs.
    private static func safe(_ text: String) -> String {
        let kept =
            text.contains { $0 == record || $0 == unit } ? text.filter { $0 != record && $0 != unit } : text
        return kept.storable
    }
}
