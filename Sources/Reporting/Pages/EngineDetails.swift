import Foundation
import Model

/// Details of a row, shown when it is opened: the file's facts, its three hashes and the engines that detect
/// it.
///
/// An engine is a line of text, of which the script makes an element when the row is opened: elements for the
/// engines of 2,000 rows would be most of the time that a browser takes to open a report. The lines of facts
/// (`FactLines`) are the same.
struct EngineDetails {
    let object: FileObject
    let model: RowModel

    /// How many engines are named at most; VirusTotal has about 80.
    private static let enginesMax = 200

    func append(to page: inout HTMLBuilder) {
        page.raw("<div class=more>")
        FactLines(object: object, model: model).append(to: &page)
        page.raw("<p>")
        for hash in object.hashes {
            page.text(hash.kind.name)
            page.raw(" <code>")
            page.hash(hash)
            page.raw("</code><br>")
        }
        page.raw("</p><p>")
        page.text(summary)
        page.raw("</p>")
        if let why = model.explanation?.why {
            page.raw("<p>Why: ")
            page.untrusted(why, max: 600)
            page.raw("</p>")
        }
        appendDetections(to: &page)
        page.raw("</div>")
    }

    private func appendDetections(to page: inout HTMLBuilder) {
        let detections = object.engines.entries.filter(\.isDetection)
        guard !detections.isEmpty else { return }
        page.raw("<p class=engines>")
        for entry in detections.prefix(Self.enginesMax) {
            page.field(object.engines.text(entry.name), max: 60)
            page.raw(": ")
            page.field(
                entry.result.map(object.engines.text) ?? object.engines.category(entry).rawValue, max: 120)
            page.raw("\n")
        }
        page.raw("</p>")
        if detections.count > Self.enginesMax {
            page.text("… and \(Wording.number(detections.count - Self.enginesMax)) more engines.")
        }
    }

    // For example: 62 of 71 engines detect it; 3 timed out or failed, 4 do not support the type.
    private var summary: String {
        guard !object.engines.isEmpty else { return "No engine has finished an analysis yet." }
        let entries = object.engines.entries
        let opinions = object.opinionCount
        let unsupported = entries.count { object.engines.category($0) == .typeUnsupported }
        let others = entries.count - opinions - unsupported
        var notes: [String] = []
        if others > 0 { notes.append("\(others) timed out or failed") }
        if unsupported > 0 { notes.append("\(unsupported) do not support the type") }
        let detecting = Wording.count(object.detectionCount, "engine detects", "engines detect")
        return "\(detecting) it, of \(opinions) with an opinion"
            + (notes.isEmpty ? "." : "; \(notes.joined(separator: ", ")).")
    }
}
