/// What the table around a cell says of it: the headings above and beside the cell, and the table's title.
///
/// It is fed with a page's text in order, in pieces that may end anywhere, so that a page on one line is read
/// as one on many.
struct HTMLTable {
    /// The labels of the current cell, the nearest first.
    var labels: [DigestLabel] {
        guard isInTable, let column else { return [] }
        let above = column < headings.count ? headings[column] : nil
        return [beside, above, title].compactMap(\.self)
    }

    /// Whether a page's table was begun.
    var isOpen: Bool { isInTable }

    private var isInTable = false
    private var headings: [DigestLabel?] = []
    /// The headings of the current row so far, while it has no other cells.
    private var row: [DigestLabel?]? = []
    /// The cells of the first row, as labels.
    private var cells: [DigestLabel?] = []
    private var isFirstRow = true
    private var column: Int?
    /// The heading within the current row, as in `<tr><th>MD5</th><td>…`.
    private var beside: DigestLabel?
    private var title: DigestLabel?
    /// The text since the last tag that matters, its beginning.
    private var text: [UInt8] = []
    /// The tag that is open, its beginning.
    private var tag: [UInt8]?

    private static let tagBytesMax = 12

    mutating func read(_ piece: some Sequence<UInt8>) {
        for byte in piece {
            if tag != nil {
                if byte == UInt8(ascii: ">") {
                    endTag()
                } else if tag!.count < Self.tagBytesMax {
                    tag!.append(byte)
                }
            } else if byte == UInt8(ascii: "<") {
                tag = []
            } else if text.count <= DigestLabel.bytesMax {
                text.append(byte)
            }
        }
    }

    private mutating func endTag() {
        let name = String(decoding: (tag ?? []).prefix { $0 > 0x20 }, as: UTF8.self).lowercased()
        tag = nil
        switch name {
        case "table": (isInTable, isFirstRow, headings, row, column, beside) = (true, true, [], [], nil, nil)
        case "/table":
            endRow()
            (isInTable, title) = (false, nil)
        case "tr", "/tr", "row", "/row": endRow()
        case "/td", "/cell": if isFirstRow { cells.append(DigestLabel(text)) }
        case "th", "td", "cell":
            column = (column ?? -1) + 1
            if name != "th" { row = nil }
        case "/th":
            let label = DigestLabel(text)
            row?.append(label)
            beside = label
        case "h1", "h2", "h3", "h4", "h5", "h6", "caption", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6",
            "/caption":
            if name.first == "/" { title = DigestLabel(text).flatMap { $0.isNothingElse ? $0 : nil } }
        // What only marks text.
        default: return
        }
        text.removeAll(keepingCapacity: true)
    }

    private mutating func endRow() {
        if let row, row.count > 1 { headings = row }
        // Without headings of their own kind the first row's cells are headings if they are about digests.
        if isFirstRow, cells.count > 1,
            cells.contains(where: { $0?.isKind == true || $0?.namesDigest == true })
        {
            headings = cells
        }
        if column != nil { isFirstRow = false }
        (row, cells, column, beside) = ([], [], nil, nil)
    }
}
