/// The bounds of one parse.
package struct HashListLimits: Hashable, Sendable {
    /// Hashes in one file, repeated ones counted again; above it the file is refused. Default 2,000,000.
    package var hashesMax: Int
    /// Length of a comment in Unicode scalars; a longer one ends with `…`. Default 256.
    package var commentCharactersMax: Int
    /// Length of an unusable line's text in Unicode scalars; a longer one ends with `…`. Default 256.
    package var lineExcerptCharactersMax: Int

    package init(
        hashesMax: Int = 2_000_000, commentCharactersMax: Int = 256, lineExcerptCharactersMax: Int = 256
    ) {
        self.hashesMax = hashesMax
        self.commentCharactersMax = commentCharactersMax
        self.lineExcerptCharactersMax = lineExcerptCharactersMax
    }

    /// A longer line is read in pieces, so that memory stays bounded, and its hashes have no comment: 16 KiB.
    static let lineBytesMax = 16 * 1024
    /// A line with more hashes becomes several entries with the same line number: 1,000.
    static let hashesPerEntryMax = 1000
    /// Objects and arrays nested deeper are read, but no longer told apart: 64.
    static let nestedJSONMax = 64
    /// The decoded bytes that are kept of a JSON string, for names, comments and labels in it: 16 KiB.
    static let keptStringBytesMax = 16 * 1024
    /// The bytes at the beginning of a file by which its format and encoding are recognised: 1 KiB.
    static let headBytes = 1024
}
