import Model
import Reporting

/// What a path asks for. A path chooses among these and names at most a job: nothing of it ever becomes the
/// name of a file.
enum WebRoute: Hashable, Sendable {
    case home
    case login
    case logout
    case style
    case script
    case jobs
    case everybody
    case operations
    case job(JobID)
    case file(JobID, JobFile)
    /// No page of ours.
    case unknown

    /// - Parameter path: as the request has it, without the query, and never decoded.
    init(path: Substring) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .dropFirst().map { String(decoding: $0, as: UTF8.self) }
        switch parts {
        case [""]: self = .home
        case ["login"]: self = .login
        case ["logout"]: self = .logout
        case ["style.css"]: self = .style
        case ["page.js"]: self = .script
        case ["jobs"]: self = .jobs
        // Where a report's link to its user's index leads.
        case ["jobs", ReportWriter.FileName.index]: self = .home
        case ["everybody"]: self = .everybody
        case ["operations"]: self = .operations
        default: self = Self.job(parts)
        }
    }

    private static func job(_ parts: [String]) -> WebRoute {
        guard (2...3).contains(parts.count), parts[0] == "jobs", let id = JobID(parts[1]) else {
            return .unknown
        }
        guard parts.count == 3 else { return .job(id) }
        return JobFile(rawValue: parts[2]).map { .file(id, $0) } ?? .unknown
    }

    /// The page of a job.
    static func path(of id: JobID) -> String { "/jobs/\(id)" }
    static func path(of file: JobFile, of id: JobID) -> String { "/jobs/\(id)/\(file.rawValue)" }
}

/// A file of a job's report folder that the page hands out.
enum JobFile: String, Hashable, Sendable, CaseIterable {
    case html = "report.html"
    case csv = "report.csv"
    case json = "report.json"
    case stix = "report.stix.json"
    case status = "status.json"
    case input

    var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        case .json: "application/x-ndjson"
        // Registered with the standard: STIX 2.1, section 1.6.2.
        case .stix: "application/stix+json;version=2.1"
        case .status: "application/json"
        // Whatever was dropped: never anything that a browser would show.
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
        case .input: job.droppedName.pathComponent
        }
    }
}
