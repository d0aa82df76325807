/// The CSV export of MISP, whose lines hold much that is no comment: ids, dates, flags.
enum MISPColumns {
    /// The columns `value` (a file name may stand beside the hash) and `comment`, if `header` is the export's
    /// first line; nil for any other line. Source: MISP's "CSV export", columns of 2.4.
    static func columns(header: UnsafeRawBufferPointer) -> ClosedRange<Int>? {
        header.starts(with: "uuid,event_id,category,type,value,comment,".utf8) ? 4...5 : nil
    }
}
