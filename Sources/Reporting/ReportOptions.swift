package import Model

/// What every report of one daemon has in common.
package struct ReportOptions: Hashable, Sendable {
    /// The vendors that have a column of their own, by their key in VirusTotal's answer, in this order.
    /// Default `Fortinet`; at most `vendorsMax`.
    package var vendors: [String]
    /// From how many detections a file is called malicious or suspicious.
    package var thresholds: VerdictThresholds
    /// How many rows `report.html` shows at most, the most severe first; `report.csv` has all. Default
    /// 10,000.
    package var htmlRowsMax: Int
    /// Up to how many rows `report.html` lists each row's engines; above it the file would be several times
    /// as large. Default 2,000.
    package var htmlRowsWithEnginesMax: Int
    /// How many jobs `index.html` lists at most, the newest. Default 1,000.
    package var indexJobsMax: Int
    /// Whether the answers come from the simulator; every page then says so.
    package var isSimulated: Bool
    /// hashdrop's own version, as it is shown in the provenance.
    package var version: String
    /// How often a page that is not final loads itself again, in seconds. Default 5.
    package var refreshSeconds: Int
    /// Whether `report.csv` begins with a byte order mark. Default false: readers that do not expect one
    /// (Python's `csv`, awk) would find it in the first column's name. Excel needs it to show names beyond
    /// ASCII.
    package var isCSVMarkedUTF8: Bool

    /// How many vendors fit beside the other columns.
    package static let vendorsMax = 4

    package init(
        vendors: [String] = ["Fortinet"], thresholds: VerdictThresholds = .init(), htmlRowsMax: Int = 10_000,
        htmlRowsWithEnginesMax: Int = 2_000, indexJobsMax: Int = 1_000, isSimulated: Bool, version: String,
        refreshSeconds: Int = 5, isCSVMarkedUTF8: Bool = false
    ) {
        precondition(vendors.count <= Self.vendorsMax, "the settings refuse more vendors")
        self.vendors = vendors
        self.thresholds = thresholds
        self.htmlRowsMax = htmlRowsMax
        self.htmlRowsWithEnginesMax = htmlRowsWithEnginesMax
        self.indexJobsMax = indexJobsMax
        self.isSimulated = isSimulated
        self.version = version
        self.refreshSeconds = refreshSeconds
        self.isCSVMarkedUTF8 = isCSVMarkedUTF8
    }
}
