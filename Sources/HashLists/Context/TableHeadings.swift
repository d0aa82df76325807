/// The headings of a table's columns, which label the digests below them.
struct TableHeadings {
    /// The headings as they are, for comments.
    let names: [String]
    let labels: [DigestLabel?]
    private let isFileName: [Bool]
    private let delimiter: CellDelimiter
    /// Whether the table is one of users and nothing else, so that a digest in it is a password's.
    private let isOfUsers: Bool
    /// The column that says what another one, whose heading says less, is of: MISP's `type`, `Algorithm`.
    private let kindColumn: Int?
    /// The only columns that become a comment; nil for all. MISP's export holds much that is no comment: ids,
    /// dates, flags. Source: MISP's "CSV export", columns of 2.4.
    private let commentColumns: ClosedRange<Int>?

    static let bytesMax = 2_048
    private static let columnsMax = 256

    /// Nil if the line is no line of headings: two or more cells, none of them long, of which one is about
    /// digests, or about identifiers that look like them.
    init?(_ line: UnsafeRawBufferPointer) {
        guard line.count <= Self.bytesMax, let delimiter = Self.delimiter(of: line) else { return nil }
        let cells = TableRow(line, delimiter: delimiter).cells.map { cell in
            UnsafeRawBufferPointer(rebasing: cell).withMarkupRemoved
        }
        guard (2...Self.columnsMax).contains(cells.count),
            cells.allSatisfy({ $0.count <= DigestLabel.bytesMax })
        else { return nil }
        // A command's options: the bars are pipes.
        if delimiter == .character(UInt8(ascii: "|")),
            cells.contains(where: { cell in
                zip(cell, cell.dropFirst()).contains { $0 == 0x20 && $1 == UInt8(ascii: "-") }
            })
        {
            return nil
        }
        labels = cells.map { DigestLabel($0) }
        let kindColumn = cells.firstIndex { Self.kindNames.contains(LabelWords.words(of: $0).last ?? "") }
        let isAboutDigests = labels.contains { label in
            guard let label else { return false }
            return label.algorithm != nil || label.isDecisive || label.isNamedHash || label.isOfSecrets
                || label.namesIdentifier && label.isNothingElse
                || kindColumn != nil && label.namesDigest
        }
        guard isAboutDigests else { return nil }
        isOfUsers = Self.isOfUsers(cells, labels)
        names = cells.map { VisibleText.string($0, charactersMax: 64) ?? "" }
        isFileName = cells.map(FileNameKey.isFileName)
        self.kindColumn = kindColumn
        self.delimiter = delimiter
        let isMISP = line.starts(with: "uuid,event_id,category,type,value,comment,".utf8)
        commentColumns = isMISP ? 4...5 : nil
    }

    /// Whether the line has what parts cells; a quick look.
    static func mayBe(_ line: UnsafeRawBufferPointer) -> Bool { delimiter(of: line) != nil }

    /// The commonest of the characters that part cells, or else two spaces; nil if there is none.
    private static func delimiter(of line: UnsafeRawBufferPointer) -> CellDelimiter? {
        var (tabs, semicolons, commas, bars) = (0, 0, 0, 0)
        for byte in line {
            switch byte {
            case 0x09: tabs += 1
            case UInt8(ascii: ";"): semicolons += 1
            case UInt8(ascii: ","): commas += 1
            case UInt8(ascii: "|"): bars += 1
            default: break
            }
        }
        let most = max(tabs, semicolons, commas, bars)
        if line.first(where: { $0 != 0x20 }) == UInt8(ascii: "<"),
            TableRow(line, delimiter: .element).ranges.count > 1
        {
            return .element
        }
        if most == 0 {
            let starts = columnStarts(of: line)
            return starts.count > 1 ? .columns(starts: starts) : nil
        }
        return .character(
            most == tabs
                ? 0x09
                : most == semicolons
                    ? UInt8(ascii: ";") : most == commas ? UInt8(ascii: ",") : UInt8(ascii: "|"))
    }

    /// Where cells begin that two or more spaces part.
    private static func columnStarts(of line: UnsafeRawBufferPointer) -> [Int] {
        var starts: [Int] = []
        var spaces = 2
        for (index, byte) in line.enumerated() {
            if byte == 0x20 {
                spaces += 1
            } else {
                if spaces >= 2 { starts.append(index) }
                spaces = 0
            }
        }
        return starts
    }

    /// A user's name or address, a digest of which nothing more is said, and nothing but what belongs to a
    /// user.
    private static func isOfUsers(_ cells: [[UInt8]], _ labels: [DigestLabel?]) -> Bool {
        let names = cells.map { LabelWords.words(of: $0).joined() }
        if names.contains("salt") { return true }
        let digests = labels.filter { $0?.namesDigest == true }
        return digests.count == 1 && names.contains(where: userNames.contains)
            && zip(names, labels).allSatisfy { name, label in
                userNames.contains(name) || userFieldNames.contains(name) || label?.namesDigest == true
            }
    }

    private static let userNames: Set = [
        "user", "username", "users", "login", "account", "accountname", "email", "mail", "benutzer",
        "benutzername", "utilisateur", "usuario", "utente", "samaccountname", "userprincipalname",
    ]
    private static let userFieldNames: Set = [
        "id", "uid", "name", "salt", "domain", "rid", "firstname", "lastname", "vorname", "nachname", "role",
        "created", "lastlogin", "ip", "ipaddress", "registered", "status", "activationkey", "otpseed",
        "nicename",
        "usernicename", "useremail", "userlogin", "userregistered", "displayname", "phone", "country",
    ]

    static let kindNames: Set = ["type", "algorithm", "alg", "algo", "kind", "typ", "algorithmus"]

    /// The cells of a row; nil if it has more than there are headings: then it is not known which is which.
    func cells(of line: UnsafeRawBufferPointer) -> [Range<Int>]? {
        let cells = TableRow(line, delimiter: delimiter).ranges
        return (2...names.count).contains(cells.count) ? cells : nil
    }

    private static let password = DigestLabel(Array("password hash".utf8))

    /// Whether the table's cells become the comment; where spaces part them, names of files may hold spaces.
    var makesComment: Bool { if case .columns = delimiter { false } else { true } }

    /// The labels of the digest at `digest`, the nearest first: what the row's kind column says, then the
    /// heading.
    func contexts(
        of digest: Range<Int>, in line: UnsafeRawBufferPointer, cells: [Range<Int>]
    ) -> [DigestJudgement.Context] {
        guard let column = cells.firstIndex(where: { $0.contains(digest.lowerBound) }) else { return [] }
        // Only where the digest begins below its heading is it known to be of that column.
        if case .columns = delimiter, cells[column].lowerBound != digest.lowerBound { return [] }
        var labels: [DigestLabel] = []
        if let kindColumn, kindColumn < cells.count, kindColumn != column,
            self.labels[column].map(\.isGeneric) ?? true,
            let kind = DigestLabel(TableRow.trimmed(line, cells[kindColumn])), kind.isNothingElse
        {
            labels.append(kind)
        }
        if isOfUsers, self.labels[column]?.namesDigest == true, let password = Self.password {
            labels.append(password)
        }
        if let label = self.labels[column] { labels.append(label) }
        // A column of text may be too narrow for a digest, which goes on below.
        var isText = false
        if case .columns = delimiter { isText = true }
        return labels.map { .init(label: $0, mayBeCut: isText && $0.isOfDigestsOnly) }
    }

    /// What a row says besides its digests: the file's name first, then the other cells behind their
    /// headings.
    func comment(
        of line: UnsafeRawBufferPointer, cells: [Range<Int>], digests: [Range<Int>], charactersMax: Int
    ) -> String? {
        var files: [String] = []
        var others: [String] = []
        for (column, range) in cells.enumerated() where commentColumns?.contains(column) ?? true {
            let rest = TableRow.text(line, range, without: digests)
            guard column != kindColumn || commentColumns != nil,
                rest.withUnsafeBytes(CommentPiece.tidied) != nil,
                let text = rest.withUnsafeBytes({
                    CommentPiece.tidied($0).flatMap {
                        VisibleText.string($0, charactersMax: charactersMax)
                    }
                })
            else { continue }
            // A password stays in the house as well.
            if labels[column]?.isOfSecrets == true, column != kindColumn { continue }
            let holdsDigest = digests.contains { range.contains($0.lowerBound) }
            if isFileName[column] || holdsDigest || commentColumns != nil {
                files.append(text)
            } else {
                others.append(names[column].isEmpty ? text : "\(names[column])=\(text)")
            }
        }
        return VisibleText.joined(files + others, charactersMax: charactersMax)
    }

    /// Whether a cell of this row under a heading of digests holds a number that a spreadsheet made of one.
    func holdsSpreadsheetNumber(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.contains(UInt8(ascii: "E")) || line.contains(UInt8(ascii: "e")),
            let cells = cells(of: line)
        else {
            return false
        }
        return zip(cells, labels).contains { range, label in
            label?.namesDigest == true && SpreadsheetNumber.matches(TableRow.trimmed(line, range))
        }
    }
}

extension DigestLabel {
    /// Whether it calls the column a hash's, and not just a value's.
    fileprivate var isNamedHash: Bool {
        namesDigest
            && LabelWords.words(of: text.utf8).contains { word in
                ["hash", "hashes", "hashwert", "digest", "checksum", "prüfsumme", "empreinte"].contains(word)
            }
    }
}

/// `1.23457E+31`, `1,23E+38`: what a spreadsheet makes of digits with one `e` among them, or of digits only.
enum SpreadsheetNumber {
    static func matches(_ cell: some Collection<UInt8>) -> Bool {
        let parts = cell.split(omittingEmptySubsequences: false) { $0 | 0x20 == UInt8(ascii: "e") }
        guard parts.count == 2, let exponent = parts.last, let first = parts.first?.first, isDigit(first)
        else {
            return false
        }
        let digits = exponent.drop { $0 == UInt8(ascii: "+") }
        return digits.count >= 2 && digits.count <= 3 && digits.allSatisfy(isDigit)
            && parts[0].allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") }
            && (Int(String(decoding: digits, as: UTF8.self)) ?? 0) >= 15
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
