package import Model

/// Options of the reports, the same for every report of one daemon.
package struct ReportOptions: Hashable, Sendable {
    /// The vendors that have a column of their own, by their key in VirusTotal's answer, in this order.
    /// Default `Fortinet`; at most `vendorsMax`.
    package var vendors: [String]
    /// By which a file is called malicious or suspicious.
    package var policy: VerdictPolicy
    /// How many rows `report.html` shows at most, the most severe first; `report.csv` has all. Default
    /// 100,000.
    package var htmlRowsMax: Int
    /// How many of them are rows of elements, with their engines; the others are lines of text, of which the
    /// page's script makes rows where they are looked at. Default 2,000. A running job's page has no others.
    package var htmlRowsInFullMax: Int
    /// How many jobs `index.html` lists at most, the newest. Default 20,000.
    package var indexJobsMax: Int
    /// How many of the finished ones it shows with their bars; the older ones are a line each. Default 500.
    package var indexJobsInFullMax: Int
    /// Whether the answers come from the simulator; every page then says so.
    package var isSimulated: Bool
    /// hashdrop's own version, as each page shows it.
    package var version: String
    /// How often a page that is not final loads itself again, in seconds. Default 5.
    package var refreshSeconds: Int
    /// Whether `report.csv` begins with a byte order mark. Default true: without it Excel shows names beyond
    /// ASCII wrongly. pandas and LibreOffice skip it; awk finds it in the first column's name, and Python's
    /// csv unless the file is opened as utf-8-sig.
    package var isCSVMarkedUTF8: Bool
    /// Whether there is a `report.json` beside the CSV. Default true.
    package var writesJSON: Bool
    /// Whether there is a `report.stix.json` beside the CSV. Default false.
    package var writesSTIX: Bool
    /// Whether the hashes of each verdict stand in a list beside the CSV. Default true.
    package var writesLists: Bool

    /// How many rows a job's `report.html` shows at most. A running one is written and read again and again,
    /// and rows that wait hold no news: it shows only rows in full.
    package func htmlRowsMax(_ state: JobState) -> Int {
        state.isFinal ? htmlRowsMax : min(htmlRowsMax, htmlRowsInFullMax)
    }

    /// How many vendors fit beside the other columns.
    package static let vendorsMax = 4

    package init(
        vendors: [String] = ["Fortinet"], policy: VerdictPolicy = .init(), htmlRowsMax: Int = 100_000,
        htmlRowsInFullMax: Int = 2_000, indexJobsMax: Int = 20_000, indexJobsInFullMax: Int = 500,
        isSimulated: Bool, version: String, refreshSeconds: Int = 5, isCSVMarkedUTF8: Bool = true,
        writesJSON: Bool = true, writesSTIX: Bool = false, writesLists: Bool = true
    ) {
        precondition(vendors.count <= Self.vendorsMax, "the settings refuse more vendors")
        self.vendors = vendors
        self.policy = policy
        self.htmlRowsMax = htmlRowsMax
        self.htmlRowsInFullMax = htmlRowsInFullMax
        self.indexJobsMax = indexJobsMax
        self.indexJobsInFullMax = indexJobsInFullMax
        self.isSimulated = isSimulated
        self.version = version
        self.refreshSeconds = refreshSeconds
        self.isCSVMarkedUTF8 = isCSVMarkedUTF8
        self.writesJSON = writesJSON
        self.writesSTIX = writesSTIX
        self.writesLists = writesLists
    }

    /// The options for a list that sets some of them itself.
    package func taking(_ list: JobOptions) -> ReportOptions {
        var options = self
        if let vendors = list.vendors { options.vendors = Array(vendors.prefix(Self.vendorsMax)) }
        options.writesJSON = list.has(.json, bySetting: writesJSON)
        options.writesSTIX = list.has(.stix, bySetting: writesSTIX)
        options.writesLists = list.has(.lists, bySetting: writesLists)
        return options
    }

    /// The names of the files that hold a finished job's rows for programs, in the order in which they are
    /// offered.
    package var tableFiles: [String] {
        [ReportWriter.FileName.csv] + (writesJSON ? [ReportWriter.FileName.json] : [])
            + (writesSTIX ? [ReportWriter.FileName.stix] : [])
    }
}
