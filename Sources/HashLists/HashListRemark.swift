/// What the parser did to a list's text that its author should know of.
package enum HashListRemark: String, Hashable, Sendable, CaseIterable {
    /// Bytes that are not UTF-8 were read as Windows-1252.
    case windows1252 = "windows-1252"
    /// The text changes from UTF-16 to one byte a character, or back.
    case encodingChanged = "encoding-changed"
    /// A part of a mail is encoded in base 64, and was not read.
    case base64Part = "base64-part"

    /// A sentence for the reader of the report.
    package var sentence: String {
        switch self {
        case .windows1252:
            "The list is not UTF-8 throughout; other bytes were read as Windows-1252 (Western European)."
        case .encodingChanged:
            "The list changes its encoding (UTF-16 and one byte a character); both parts were read."
        case .base64Part:
            "A part of this mail is encoded (base64) and was not read; drop its text as a text file."
        }
    }
}
