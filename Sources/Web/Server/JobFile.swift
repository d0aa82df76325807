import Model

/// File of a job's report folder that the page hands out; its raw value is its name.
enum JobFile: String, Hashable, Sendable, CaseIterable {
    case html = "report.html"
    case csv = "report.csv"
    case json = "report.json"
    case stix = "report.stix.json"
    case changes = "report.changes.csv"
    case status = "status.json"
    case input

    var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .csv, .changes: "text/csv; charset=utf-8"
        case .json: "application/x-ndjson"
        // Registered with the standard: STIX 2.1, section 1.6.2.
        case .stix: "application/stix+json;version=2.1"
        case .status: "application/json"
        // The dropped file may be anything: never a type that a browser would show.
        case .input: "application/octet-stream"
        }
    }

    /// The name under which a browser saves it; nil for what it shows.
    func attachmentName(of job: Job) -> String? {
        switch self {
        case .html, .status: nil
        case .csv: "\(job.folderName).csv"
        case .json: "\(job.folderName).json"
        case .stix: "\(job.folderName).stix.json"
        case .changes: "\(job.folderName).changes.csv"
        case .input: job.droppedName.pathComponent
        }
    }
}
