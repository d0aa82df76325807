/// Reads the comment of a line: what it says besides its hashes.
///
/// The rest of the line is taken apart at `;`, `,`, `|`, tabs and HTML's cells, outside quotes, and put
/// together again, with the `;` that stood there and else with `, `; quotes, tags, names of algorithms and
/// pieces without letters or digits are left out. A line as `md5sum` or BSD's `md5` writes it names one file,
/// whose name stays as it is.
struct CommentReader {
    let charactersMax: Int
    /// If set, only these columns, counted from 0 and parted by commas, belong to the comment.
    var columns: ClosedRange<Int>?

    private var piece: [UInt8] = []
    /// Whether `piece` is empty or spaces: a quote then begins a quoted field.
    private var isBlank = true
    private var comment: [UInt8] = []
    private var column = 0
    /// Where the line's last `>` is, once it was needed.
    private var lastClose: Int?
    /// What stands between the comment so far and the piece.
    private var gap = Gap.space

    private enum Gap {
        /// Nothing but hashes.
        case space
        case comma
        case semicolon
    }

    init(charactersMax: Int) { self.charactersMax = charactersMax }

    /// The comment of a line with hashes at `hashes`, in order; nil if it says nothing worth keeping.
    mutating func comment(of line: UnsafeRawBufferPointer, hashes: [Range<Int>]) -> String? {
        if hashes.count == 1, hashes[0] == 0..<line.count { return nil }
        if hashes.count == 1, let name = ChecksumLine.fileName(in: line, hash: hashes[0]) {
            return name.withUnsafeBytes { name in
                CommentPiece.tidied(name).flatMap { VisibleText.string($0, charactersMax: charactersMax) }
            }
        }
        comment.removeAll(keepingCapacity: true)
        column = 0
        lastClose = nil
        gap = .space
        readPieces(of: line, hashes: hashes)
        return comment.withUnsafeBytes { VisibleText.string($0, charactersMax: charactersMax) }
    }

    private mutating func readPieces(of line: UnsafeRawBufferPointer, hashes: [Range<Int>]) {
        var hashes = hashes[...]
        var isQuoted = false
        var index = 0
        while index < line.count {
            if let hash = hashes.first, hash.lowerBound <= index {
                // Inside a tag the hash lies behind already.
                index = max(index, hash.upperBound)
                hashes.removeFirst()
                endPiece()
                continue
            }
            let byte = line[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\"") where isQuoted:
                // Two quotes in a quoted field stand for one (RFC 4180).
                if index < line.count, line[index] == byte {
                    append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            case UInt8(ascii: "\"") where isBlank: isQuoted = true
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), 0x09:
                readSeparator(byte, isQuoted: isQuoted)
            case UInt8(ascii: "<"), UInt8(ascii: "&"): index = readMarkup(in: line, from: index - 1)
            default: append(byte)
            }
        }
        endPiece()
    }

    private mutating func readSeparator(_ byte: UInt8, isQuoted: Bool) {
        if isQuoted { return append(byte) }
        endPiece()
        part(by: byte == UInt8(ascii: ";") ? .semicolon : .comma)
        if byte == UInt8(ascii: ",") { column += 1 }
    }

    /// Notes a separator; of several the first one counts.
    private mutating func part(by separator: Gap) { if gap == .space { gap = separator } }

    /// Reads a tag or an entity of HTML, or the one character if it is neither; returns where to go on.
    private mutating func readMarkup(in line: UnsafeRawBufferPointer, from start: Int) -> Int {
        let lastClose = lastClose ?? line.lastIndex(of: UInt8(ascii: ">")) ?? -1
        self.lastClose = lastClose
        if let tag = HTMLMarkup.tag(in: line, at: start, lastClose: lastClose) {
            if tag.isBreak {
                endPiece()
                part(by: .comma)
            }
            return tag.end
        }
        if let entity = HTMLMarkup.entity(in: line, at: start) {
            append(entity.byte)
            return entity.end
        }
        append(line[start])
        return start + 1
    }

    private mutating func append(_ byte: UInt8) {
        piece.append(byte)
        if byte != 0x20 { isBlank = false }
    }

    /// Adds the piece, if it says anything, to the comment.
    private mutating func endPiece() {
        defer {
            piece.removeAll(keepingCapacity: true)
            isBlank = true
        }
        guard columns?.contains(column) ?? true else { return }
        piece.withUnsafeBytes { bytes in
            guard let tidied = CommentPiece.tidied(bytes) else { return }
            if !comment.isEmpty {
                switch gap {
                case .space: comment.append(0x20)
                case .comma: comment.append(contentsOf: ", ".utf8)
                // It parts a sentence's words as often as a table's cells: they stay as they were written.
                case .semicolon: comment.append(contentsOf: bytes.first == 0x20 ? "; ".utf8 : ";".utf8)
                }
            }
            comment.append(contentsOf: tidied)
            gap = .space
        }
    }
}
