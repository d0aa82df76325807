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

/// A line, or a digest on a line, that is listed and not looked up.
package struct UnusableLine: Hashable, Sendable {
    /// Why it is not looked up.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Looks as if a hash was meant, and is none that can be looked up.
        case malformed
        /// A spreadsheet made a number of a hash: `1.23457E+31`.
        case spreadsheetNumber = "spreadsheet-number"
        /// A part of a hash: a soft line break cut it, or its label says that it is longer.
        case cut
        /// A digest of something else than a whole file: an import table, a certificate, a TLS fingerprint.
        case otherThing = "other-thing"
        /// A digest by an algorithm that VirusTotal cannot look up.
        case otherAlgorithm = "other-algorithm"
        /// Names a machine, a person, a message or a commit.
        case identifier
        /// A password's hash, a key, a token: neither sent nor shown.
        case secret
        /// One digit repeated, which stands for "none".
        case placeholder
        /// Stands on a line that begins with `#`.
        case commentedOut = "commented-out"

        /// As a reader sees it behind the number of digests, for example `1 secret`.
        package func words(_ count: Int) -> String {
            let s = count == 1 ? "" : "s"
            return switch self {
            case .malformed: "with something like a hash"
            case .spreadsheetNumber: "spoiled by a spreadsheet"
            case .cut: "cut by a line break"
            case .otherThing: "of other things than a file"
            case .otherAlgorithm: "by other algorithms"
            case .identifier: "identifier\(s)"
            case .secret: "secret\(s)"
            case .placeholder: "placeholder\(s)"
            case .commentedOut: "commented out"
            }
        }

        /// Whether a file's hash was probably meant, so that the list's author should look at the line.
        package var isProbablyMeant: Bool {
            switch self {
            case .malformed, .spreadsheetNumber, .cut: true
            default: false
            }
        }
    }

    /// Counted from 1.
    package var line: Int
    /// The line's beginning, or the digest where the line holds others; at most 256 characters. Of a secret
    /// only the beginning is there.
    package var text: String
    /// Why, in words for the list's author: `128 digits: SHA-512, which VirusTotal cannot look up`.
    package var reason: String
    package var kind: Kind
    /// How many digests of the list this accounts for; 0 where there is only something like one.
    package var digests: Int

    package init(line: Int, text: String, reason: String, kind: Kind = .malformed, digests: Int = 0) {
        self.line = line
        self.text = text
        self.reason = reason
        self.kind = kind
        self.digests = digests
    }
}
