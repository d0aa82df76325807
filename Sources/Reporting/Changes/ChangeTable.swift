import Model

/// Column of `report.changes.csv`; the raw value is its name, which is promised to pipelines.
enum ChangeColumn: String {
    case hash, change
    case verdictWas = "verdict_was"
    case verdict
    /// True if the list itself has changed, false if what is known of the file has.
    case listChange = "list_change"
    case threatLabelWas = "threat_label_was"
    case threatLabel = "threat_label"
    /// `list`, `virustotal`, `policy` or `lookup`.
    case cause

    static let all: [ChangeColumn] = [
        .hash, .change, .verdictWas, .verdict, .listChange, .threatLabelWas, .threatLabel, .cause,
    ]
}

/// Writer of `report.changes.csv`: the rules of `report.csv`, in the order of the hashes.
struct ChangeTable {
    let isMarkedUTF8: Bool

    func appendHeader(to bytes: inout [UInt8]) {
        if isMarkedUTF8 { bytes.append(contentsOf: [0xEF, 0xBB, 0xBF]) }
        bytes.append(contentsOf: ChangeColumn.all.map(\.rawValue).joined(separator: ",").utf8)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    func append(_ change: ReportChange, to bytes: inout [UInt8]) {
        let format = CSVFormat()
        for column in ChangeColumn.all {
            if column != .hash { bytes.append(UInt8(ascii: ",")) }
            switch column {
            case .hash: format.hash(change.hash, to: &bytes)
            case .change: format.word(change.kind.rawValue, to: &bytes)
            case .verdictWas: format.word(change.was?.rawValue, to: &bytes)
            case .verdict: format.word(change.verdict?.rawValue, to: &bytes)
            case .listChange: format.flag(change.kind.isOfList, to: &bytes)
            // Cells already.
            case .threatLabelWas: bytes.append(contentsOf: change.labelWas)
            case .threatLabel: bytes.append(contentsOf: change.label)
            case .cause: format.word(change.cause.rawValue, to: &bytes)
            }
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }
}
