/// Parser of the settings' durations and sizes.
enum SettingValue {
    private static let durationUnits: [(String, Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ]
    private static let sizeUnits: [(String, Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1),
    ]

    /// `500ms`, `2s`, `30m`, `24h`, `7d`, also with a fraction; nil for anything else.
    static func duration(_ text: String) -> Duration? {
        for (unit, seconds) in durationUnits where text.hasSuffix(unit) {
            guard let number = Double(trimmed(text.dropLast(unit.count))), number >= 0, number < 1e9
            else { continue }
            return .seconds(number * seconds)
        }
        return nil
    }

    /// `64MiB`, `512KiB`, `1GiB`, or a number of bytes; nil for anything else.
    static func bytes(_ text: String) -> Int? {
        for (unit, factor) in sizeUnits where text.hasSuffix(unit) {
            guard let number = Int(trimmed(text.dropLast(unit.count))), number >= 0 else { continue }
            let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: factor)
            return isTooLarge ? nil : bytes
        }
        return Int(text).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// As `duration` would read it, in the largest unit without a fraction.
    static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        guard duration == .seconds(seconds) else { return "\(Int(duration / .milliseconds(1)))ms" }
        for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60)] as [(String, Int64)]
        where seconds >= size && seconds.isMultiple(of: size) {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }
}
