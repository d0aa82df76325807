/// A line that is a row below headings.
struct TableLine {
    let headings: TableHeadings
    let cells: [Range<Int>]

    /// Nil if there are no headings, or the line does not fit them.
    init?(_ line: UnsafeRawBufferPointer, _ context: LineContext, digest: Range<Int>) {
        if let row = context.sql.row(of: line, around: digest) {
            headings = row.headings
            cells = row.cells
        } else if let headings = context.headings, let cells = headings.cells(of: line) {
            self.headings = headings
            self.cells = cells
        } else {
            return nil
        }
    }
}
