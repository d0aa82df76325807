package import Model
import Support

/// Check of the engines that a list wants columns of: whether the report's answers have them.
///
/// A misspelt name makes a column that is empty in every row. That shows at the end of the job only. Where no
/// answer has engines, as where VirusTotal knows none of the files, nothing is known of the names.
package struct VendorCheck {
    private var missing: [String]
    /// Those of the first answer that has any: one of its names may have been meant.
    private var sample: EngineFindings?

    /// - Parameter vendors: as the list names them (`JobOptions.vendors`); nil if it names none.
    package init(vendors: [String]?) { missing = vendors ?? [] }

    /// Looks at a row; the order of the rows does not matter.
    package mutating func add(_ row: ReportRow) {
        guard !missing.isEmpty, let engines = row.answer?.fileObject?.engines, !engines.isEmpty else {
            return
        }
        if sample == nil { sample = engines }
        missing.removeAll { engines[$0] != nil }
    }

    /// A sentence for each engine that no answer has, after all rows.
    package var warnings: [String] {
        guard let sample, !missing.isEmpty else { return [] }
        let names = sample.entries.map { sample.text($0.name) }
        return missing.map { vendor in
            let advice =
                Self.meant(by: vendor, among: names).map { "VirusTotal calls one '\($0.showingControls)'" }
                ?? "names must be written as VirusTotal writes them"
            return "No answer of this report has an engine '\(vendor)', so its column (vendors) is empty; "
                + "\(advice)."
        }
    }

    /// The engine with the same letters and digits, or else the first whose name begins with them.
    private static func meant(by vendor: String, among names: [String]) -> String? {
        let wanted = plain(vendor)
        return names.first { plain($0) == wanted } ?? names.first { plain($0).hasPrefix(wanted) }
    }

    private static func plain(_ name: String) -> String {
        ReportColumns.name(ofVendor: name).replacing("_", with: "")
    }
}
