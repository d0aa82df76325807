import Support

/// Text from a client, made safe for the log.
enum LogText {
    private static let scalarsMax = 200

    /// `value` in quotation marks and without controls: it can neither move a terminal's cursor nor pass for
    /// another field of the line.
    static func quoted(_ value: some StringProtocol) -> String {
        var text = String.UnicodeScalarView()
        for scalar in value.unicodeScalars.prefix(scalarsMax) {
            if scalar == "\"" || scalar == "\\" { text.append("\\") }
            text.append(scalar)
        }
        return "\"\(String(text).showingControls)\""
    }
}
