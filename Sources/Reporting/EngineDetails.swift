import Foundation
import Model

/// What a row hides until it is opened: the file's three names and the engines that detect it.
struct EngineDetails {
    let object: FileObject

    /// How many engines are named at most; VirusTotal asks about 80.
    private static let enginesMax = 200

    func append(to page: inout HTMLText) {
        page.markup("<div class=more><p>")
        for hash in object.hashes {
            page.text(hash.kind.name)
            page.markup(" <code>")
            page.hash(hash)
            page.markup("</code><br>")
        }
        page.markup("</p><p>")
        page.text(summary)
        page.markup("</p>")
        appendDetections(to: &page)
        page.markup("</div>")
    }

    private func appendDetections(to page: inout HTMLText) {
        let detections = object.engines.filter { $0.value.category.isDetection }.sorted { $0.key < $1.key }
        guard !detections.isEmpty else { return }
        page.markup("<ul>")
        for (engine, finding) in detections.prefix(Self.enginesMax) {
            page.markup("<li><b>")
            page.foreign(engine, max: 60)
            page.markup("</b> ")
            page.foreign(finding.result ?? finding.category.rawValue, max: 120)
        }
        page.markup("</ul>")
        if detections.count > Self.enginesMax {
            page.text("… and \(Wording.number(detections.count - Self.enginesMax)) more engines.")
        }
    }

    // For example: 62 of 71 engines detect it; 3 timed out or failed, 4 do not support the type.
    private var summary: String {
        guard !object.engines.isEmpty else { return "No engine has finished an analysis yet." }
        let opinions = object.opinionCount
        let unsupported = object.engines.values.count { $0.category == .typeUnsupported }
        let others = object.engines.count - opinions - unsupported
        var notes: [String] = []
        if others > 0 { notes.append("\(others) timed out or failed") }
        if unsupported > 0 { notes.append("\(unsupported) do not support the type") }
        let detecting = Wording.count(object.detectionCount, "engine detects", "engines detect")
        return "\(detecting) it, of \(opinions) with an opinion"
            + (notes.isEmpty ? "." : "; \(notes.joined(separator: ", ")).")
    }
}
