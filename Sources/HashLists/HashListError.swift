/// Why a file is refused as a whole; `description` is a sentence or two for the person who dropped it.
package enum HashListError: Error, Hashable, Sendable {
    /// A NUL byte at `offset` (counted from 0) in text that is no UTF-16, or a NUL character in UTF-16.
    case notText(offset: Int)
    /// The file begins like a well-known format that is not text.
    case binary(BinaryFormat)
    /// A mail whose text is encoded in base 64.
    case encodedMail
    /// The file names more than `limit` hashes; the first one too many is on `line`, counted from 1.
    case tooManyHashes(limit: Int, line: Int)
}

extension HashListError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notText(let offset):
            "This is not a text file: byte \(offset) is NUL. "
                + "Save the list as plain text (UTF-8), or copy it again if the copy was interrupted."
        case .binary(let format):
            "This is not a list but \(format.name). \(format.remedy)"
        case .encodedMail:
            "This is a mail whose text is encoded (base64). "
                + "Open it, copy its text into a text file and drop that."
        case .tooManyHashes(let limit, let line):
            "The list has more than \(limit) hashes; the first one too many is on line \(line). "
                + "Split it into several files."
        }
    }
}
