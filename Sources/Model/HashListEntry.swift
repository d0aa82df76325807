/// One line of a hash list that holds at least one hash.
package struct HashListEntry: Hashable, Sendable {
    /// Counted from 1.
    package var line: Int
    /// The line's hashes in their order, at least one. Several may name one file (a CSV's MD5, SHA-1 and
    /// SHA-256 columns) or several files.
    package var hashes: [FileHash]
    /// What else the line says, at most 256 characters, or nil if it says nothing worth keeping.
    package var comment: String?
    /// Whether the list's structure says that the hashes are names of one file, as a JSON object of hashes or
    /// neighbouring cells of a table do. Hashes that merely stand on one line may be, or may be not.
    package var namesOneFile: Bool

    package init(line: Int, hashes: [FileHash], comment: String? = nil, namesOneFile: Bool = false) {
        self.line = line
        self.hashes = hashes
        self.comment = comment
        self.namesOneFile = namesOneFile
    }
}

/// A line that looks as if a hash was meant, and holds none that can be looked up.
package struct UnusableLine: Hashable, Sendable {
    /// Counted from 1.
    package var line: Int
    /// The line's beginning, at most 256 characters.
    package var text: String
    /// Why, in words for the person who wrote the list: `128 digits: SHA-512, which VirusTotal cannot look
    /// up`.
    package var reason: String

    package init(line: Int, text: String, reason: String) {
        self.line = line
        self.text = text
        self.reason = reason
    }
}
