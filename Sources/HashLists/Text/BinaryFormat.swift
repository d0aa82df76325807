/// A well-known format that is not text, recognised by its first bytes.
package enum BinaryFormat: String, Hashable, Sendable, CaseIterable {
    case excelWorkbook
    case wordDocument
    case presentation
    case openDocumentSheet
    case openDocumentText
    case zipArchive
    case oldOfficeDocument
    case pdf
    case gzipArchive
    case otherArchive
    case linuxProgram
    case windowsProgram
    case picture
    case sqliteDatabase

    /// With its article, for example `an Excel workbook`.
    package var name: String {
        switch self {
        case .excelWorkbook: "an Excel workbook"
        case .wordDocument: "a Word document"
        case .presentation: "a presentation"
        case .openDocumentSheet: "an OpenDocument spreadsheet"
        case .openDocumentText: "an OpenDocument document"
        case .zipArchive: "a ZIP archive"
        case .oldOfficeDocument: "an old Office document (.xls, .doc or .msg)"
        case .pdf: "a PDF"
        case .gzipArchive: "a gzip file"
        case .otherArchive: "a compressed file"
        case .linuxProgram: "a Linux program (ELF)"
        case .windowsProgram: "a Windows program"
        case .picture: "a picture"
        case .sqliteDatabase: "an SQLite database"
        }
    }

    /// What its owner can do, as a sentence.
    package var remedy: String {
        switch self {
        case .excelWorkbook, .openDocumentSheet: "Save the sheet as CSV and drop that."
        case .wordDocument, .presentation, .openDocumentText, .oldOfficeDocument:
            "Save it as plain text or CSV and drop that."
        case .zipArchive, .gzipArchive, .otherArchive: "Unpack it and drop the list inside."
        case .pdf: "Copy its text into a text file and drop that."
        case .linuxProgram, .windowsProgram:
            "Drop a list of hashes, not the file itself: files are never uploaded."
        case .picture, .sqliteDatabase: "Write the hashes to a text file and drop that."
        }
    }

    /// The format that a file with this beginning seems to have, or nil if it may be text.
    ///
    /// Sources: the formats' own specifications, as collected in the `file` utility's magic database.
    init?(head: [UInt8]) {
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            self = Self.zipFormat(head)
        } else if head.starts(with: [0x4D, 0x5A]), head.contains(0) {
            // `MZ` alone may begin a word; a program's header has NUL bytes.
            self = .windowsProgram
        } else if let (_, format) = Self.signatures.first(where: { head.starts(with: $0.0) }) {
            self = format
        } else {
            return nil
        }
    }

    private static let signatures: [([UInt8], BinaryFormat)] = [
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .oldOfficeDocument),
        (Array("%PDF-".utf8), .pdf),
        ([0x1F, 0x8B], .gzipArchive),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .otherArchive),
        (Array("Rar!\u{1A}\u{7}".utf8), .otherArchive),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .otherArchive),
        ([0x28, 0xB5, 0x2F, 0xFD], .otherArchive),
        (Array("BZh".utf8) + [0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], .otherArchive),
        ([0x7F, 0x45, 0x4C, 0x46], .linuxProgram),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .picture),
        ([0xFF, 0xD8, 0xFF], .picture),
        (Array("SQLite format 3\0".utf8), .sqliteDatabase),
    ]

    /// Office's and OpenDocument's files are ZIP archives; the names of their members, and OpenDocument's
    /// type, which is not compressed (OpenDocument 1.3, part 2, 3.3), stand in the first kibibyte.
    private static func zipFormat(_ head: [UInt8]) -> BinaryFormat {
        let text = String(decoding: head, as: UTF8.self)
        if text.contains("xl/") { return .excelWorkbook }
        if text.contains("word/") { return .wordDocument }
        if text.contains("ppt/") { return .presentation }
        if text.contains("application/vnd.oasis.opendocument.spreadsheet") { return .openDocumentSheet }
        if text.contains("application/vnd.oasis.opendocument.") { return .openDocumentText }
        // A spreadsheet's first members are often general ones, and it is by far the likeliest to be dropped.
        return text.contains("[Content_Types].xml") ? .excelWorkbook : .zipArchive
    }
}
