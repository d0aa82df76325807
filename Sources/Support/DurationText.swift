/// Parser of durations as people write them.
package enum DurationText {
    private static let units: [(String, Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ]

    /// `500ms`, `2s`, `30m`, `24h`, `7d`, also with a fraction; nil for anything else.
    package static func duration(_ text: String) -> Duration? {
        for (unit, seconds) in units where text.hasSuffix(unit) {
            guard let number = Double(trimmed(text.dropLast(unit.count))), number >= 0, number < 1e9
            else { continue }
            return .seconds(number * seconds)
        }
        return nil
    }

    /// A number without the spaces behind it.
    package static func trimmed(_ text: Substring) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }
}
