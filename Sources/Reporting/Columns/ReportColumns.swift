/// The columns of the reports for a list of vendors, in the order of `ReportColumn`.
package struct ReportColumns: Sendable {
    /// One column: what it holds and, where each vendor has one, of which vendor, counted from 0.
    struct Column: Hashable, Sendable {
        let kind: ReportColumn
        var vendor = 0
    }

    private let vendors: [String]
    /// All columns: the keys of `report.json`.
    let json: [Column]
    let csv: [Column]
    /// What a page shows of a row: the fields of a text row (`TextRow`).
    let fields: [Column]
    /// The cells of a row's first line on a page.
    let cells: [Column]

    package init(vendors: [String]) {
        self.vendors = vendors
        json = ReportColumn.allCases.flatMap { kind in
            kind.isOfVendor ? vendors.indices.map { Column(kind: kind, vendor: $0) } : [Column(kind: kind)]
        }
        csv = json.filter(\.kind.isInCSV)
        fields = json.filter { $0.kind.appearance != nil }
        cells = fields.filter { $0.kind.appearance?.place == .cell }
    }

    /// The columns that a page shows below `cell`, in the second line.
    func below(_ cell: Column) -> [Column] {
        fields.filter { $0.kind.appearance?.place == .below(cell.kind) && $0.vendor == cell.vendor }
    }

    /// The column's name in every output.
    func name(of column: Column) -> String {
        switch column.kind {
        case .vendor: Self.name(ofVendor: vendors[column.vendor])
        case .vendorState: Self.name(ofVendor: vendors[column.vendor]) + "_state"
        default: column.kind.rawValue
        }
    }

    /// The vendor whose column it is, or nil.
    func vendor(of column: Column) -> String? { column.kind.isOfVendor ? vendors[column.vendor] : nil }

    /// A vendor's key as a column's name: lower case, each run of other characters than a–z and 0–9 one `_`.
    static func name(ofVendor vendor: String) -> String {
        let words = vendor.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "vendor" : words.joined(separator: "_")
    }

    /// A column's name that two columns would have, or nil: `Trend Micro` and `Trend-Micro` are one, and so
    /// is a vendor `Name` with the file's `name`.
    package var collision: String? {
        var seen: Set<String> = []
        return json.map(name(of:)).first { !seen.insert($0).inserted }
    }
}
