/// A word as a shell takes it, so that a command of the advice can be copied as it is.
package enum ShellWord {
    /// For example `/srv/spool`, or `'/srv/my spool'`.
    package static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.hasPrefix("-") && text.utf8.allSatisfy(isPlain)
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "_./:@%+,=-".utf8.contains(byte)
        }
    }
}
