import Foundation
import Model
import Reporting
import Settings

/// A job's receipt (`status.json`) and the folder in which it stands.
struct JobReceipt {
    let folder: URL
    let status: StatusDocument

    /// Where one of the report's files is, or will be.
    func path(of file: String) -> String { folder.appending(path: file).path(percentEncoded: false) }

    /// The paths of the work lists of some verdicts that are there; of the table, if none is.
    func lists(of verdicts: [Verdict]) -> String {
        let lists = verdicts.compactMap(ReportWriter.FileName.list(of:)).map {
            path(of: "\(ReportWriter.FileName.lists)/\($0)")
        }.filter { FileManager.default.fileExists(atPath: $0) }
        return lists.isEmpty ? path(of: ReportWriter.FileName.csv) : lists.joined(separator: ", ")
    }

    /// The job's id and the paths of its report, a line each: known as soon as the list is accepted. Which
    /// files there will be the list says, and else the settings.
    func overview(_ reports: HashdropSettings.Reports) -> String {
        var list = JobOptions()
        list.outputs = status.options?.outputs?.compactMap(JobOptions.Output.init(rawValue:))
        var lines = [
            ("Job:", status.id), ("Folder:", folder.path(percentEncoded: false)),
            ("Page:", path(of: ReportWriter.FileName.html)), ("Table:", path(of: ReportWriter.FileName.csv)),
        ]
        let others: [(JobOptions.Output, Bool, String, String)] = [
            (.json, reports.json, "Rows:", ReportWriter.FileName.json),
            (.stix, reports.stix, "Bundle:", ReportWriter.FileName.stix),
            (.lists, reports.lists, "Lists:", ReportWriter.FileName.lists),
        ]
        for (output, setting, label, name) in others where list.has(output, bySetting: setting) {
            lines.append((label, path(of: name)))
        }
        lines.append(("Receipt:", path(of: ReportWriter.FileName.status)))
        return lines.map { $0 + String(repeating: " ", count: 10 - $0.count) + $1 }.joined(separator: "\n")
    }

    /// The receipt as one JSON object on one line: the keys of `status.json`, and `folder`.
    func json() throws -> String {
        String(
            decoding: try StatusDocument.encoder(.sortedKeys).encode(WithFolder(receipt: self)),
            as: UTF8.self)
    }

    private struct WithFolder: Encodable {
        let receipt: JobReceipt

        private enum Key: String, CodingKey { case folder }

        func encode(to encoder: any Encoder) throws {
            try receipt.status.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(receipt.folder.path(percentEncoded: false), forKey: .folder)
        }
    }
}
