import Support

/// Parser of the settings' sizes, and writer of their durations (`DurationText` reads them).
enum SettingValue {
    private static let sizeUnits: [(String, Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1),
    ]

    /// `64MiB`, `512KiB`, `1GiB`, or a number of bytes; nil for anything else.
    static func bytes(_ text: String) -> Int? {
        for (unit, factor) in sizeUnits where text.hasSuffix(unit) {
            guard let number = Int(DurationText.trimmed(text.dropLast(unit.count))), number >= 0 else {
                continue
            }
            let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: factor)
            return isTooLarge ? nil : bytes
        }
        return Int(text).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// As `DurationText` would read it, in the largest unit without a fraction.
    static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        guard duration == .seconds(seconds) else { return "\(duration.wholeMilliseconds)ms" }
        for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60)] as [(String, Int64)]
        where seconds >= size && seconds.isMultiple(of: size) {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }
}
