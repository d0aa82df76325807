/// Values of a log line's fields, whatever they come from.
package enum LogText {
    /// Longer values are cut: names and answers may be of any length.
    private static let scalarsMax = 1_000

    /// `value` as it is if it is plainly one word; otherwise in quotation marks and without controls. It can
    /// neither pass for another field of the line nor move a terminal's cursor.
    package static func value(_ value: String) -> String {
        if isWord(value) { return value }
        var text = String.UnicodeScalarView()
        for scalar in value.unicodeScalars.prefix(scalarsMax) {
            if scalar == "\"" || scalar == "\\" { text.append("\\") }
            text.append(scalar)
        }
        return "\"\(String(text).showingControls)\""
    }

    /// `value`, or the beginning of a very long one.
    package static func cut(_ value: String) -> String {
        value.utf8.count <= scalarsMax
            ? value : String(String.UnicodeScalarView(value.unicodeScalars.prefix(scalarsMax)))
    }

    private static func isWord(_ text: String) -> Bool {
        (1...scalarsMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.:/+@%".utf8.contains(byte)
                }
            }
    }
}
