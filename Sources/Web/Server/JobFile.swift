import Model
import Reporting

/// File of a job's report folder that the page hands out.
enum JobFile: Hashable, Sendable, CaseIterable {
    case html
    case csv
    case json
    case stix
    case changes
    /// The hashes with this verdict.
    case list(Verdict)
    case status
    case input

    /// In the order in which they are offered.
    static let allCases: [JobFile] = {
        var files: [JobFile] = [.html, .csv, .json, .stix, .changes]
        for verdict in Verdict.allCases where ReportWriter.FileName.list(of: verdict) != nil {
            files.append(.list(verdict))
        }
        return files + [.status, .input]
    }()

    /// The file with this path below the job's folder; nil for what is not handed out.
    init?(path: String) {
        guard let file = Self.allCases.first(where: { $0.path == path }) else { return nil }
        self = file
    }

    /// The path below the job's folder.
    var path: String { (folder.map { "\($0)/" } ?? "") + name }

    /// The folder in the job's folder in which it is; nil if it is in that itself.
    var folder: String? { if case .list = self { ReportWriter.FileName.lists } else { nil } }

    var name: String {
        switch self {
        case .html: ReportWriter.FileName.html
        case .csv: ReportWriter.FileName.csv
        case .json: ReportWriter.FileName.json
        case .stix: ReportWriter.FileName.stix
        case .changes: ReportWriter.FileName.changes
        case .list(let verdict): ReportWriter.FileName.list(of: verdict) ?? ""
        case .status: ReportWriter.FileName.status
        case .input: ReportWriter.FileName.input
        }
    }

    var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .csv, .changes: "text/csv; charset=utf-8"
        case .json: "application/x-ndjson"
        // Registered with the standard: STIX 2.1, section 1.6.2.
        case .stix: "application/stix+json;version=2.1"
        case .list: "text/plain; charset=utf-8"
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
        case .list: "\(job.folderName).\(name)"
        case .changes: "\(job.folderName).changes.csv"
        case .input: job.droppedName.pathComponent
        }
    }
}
