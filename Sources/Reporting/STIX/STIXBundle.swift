import Foundation
import Model
import Support

/// Writer of a report as a STIX 2.1 bundle: one object a line, row by row.
///
/// - Each file is one `file` object with the hashes that are known, however many of them the list has.
/// - VirusTotal's verdict is a `malware-analysis` with the product `virustotal`; that of each vendor with a
///   column is one with the vendor as product.
///   VirusTotal's tags and the names of the YARA rules that find the file are labels of the first: an
///   indicator of a rule needs its text, which VirusTotal does not tell.
/// - Each sandbox that accuses the file is a `malware-analysis` too. A sandbox's all-clear is none: it stands
///   beside files that sixty engines detect.
/// - A malicious file has an `indicator` as well, whose pattern finds it by any of its hashes.
/// - What is known of the hash alone (the comment, unknown, failed) is a `note` on the file.
///
/// Identifiers depend on the content alone, so the same answer in two reports is one object. `created` is the
/// time of the scan or first submission, `modified` when VirusTotal was asked.
struct STIXBundle {
    let input: ReportInput
    let options: ReportOptions
    private let creator: String

    // Integers beyond this are not the same to every reader of JSON. Source: STIX 2.1, section 2.8.
    private static let integerMax: Int64 = (1 << 53) - 1

    init(input: ReportInput, options: ReportOptions) {
        self.input = input
        self.options = options
        creator = STIXIdentifier.of("identity", [options.isSimulated ? "hashdrop, simulated" : "hashdrop"])
    }

    func appendOpening(to bytes: inout [UInt8]) {
        bytes += Array("{\"type\":\"bundle\",\"id\":".utf8)
        JSONText.append(STIXIdentifier.of("bundle", [input.job.id.description]), to: &bytes)
        bytes += Array(",\"objects\":[\n".utf8)
        var identity = STIXObject("identity", id: creator)
        let made = Date(timeIntervalSince1970: 1_767_225_600)  // 2026-01-01, fixed as the identity is.
        identity.set("created", made)
        identity.set("modified", made)
        identity.set("name", options.isSimulated ? "hashdrop (simulated verdicts)" : "hashdrop")
        identity.set("description", "Looks up lists of file hashes at VirusTotal.")
        identity.set("identity_class", "system")
        bytes += identity.json
    }

    func appendClosing(to bytes: inout [UInt8]) {
        bytes += Array("\n]}\n".utf8)
    }

    func append(_ model: RowModel, to bytes: inout [UInt8]) {
        let name = model.object?.meaningfulName.flatMap { $0.isEmpty ? nil : $0 }
        let file = STIXIdentifier.ofFile(hash: model.object?.md5 ?? model.row.hash, name: name)
        if !model.row.isFileRepeated {
            append(self.file(model, id: file, name: name), to: &bytes)
            if let object = model.object, let answer = model.answer {
                for analysis in analyses(of: object, model, file: file, askedAt: answer.askedAt) {
                    append(analysis, to: &bytes)
                }
                if model.verdict == .malicious {
                    append(indicator(object, model, name: name, askedAt: answer.askedAt), to: &bytes)
                }
            }
        }
        if let note = note(model, file: file) { append(note, to: &bytes) }
    }

    private func append(_ object: STIXObject, to bytes: inout [UInt8]) {
        bytes += Array(",\n".utf8)
        bytes += object.json
    }

    // MARK: Objects

    private func file(_ model: RowModel, id: String, name: String?) -> STIXObject {
        var file = STIXObject("file", id: id)
        let hashes = model.object?.hashes ?? [model.row.hash]
        file.set("hashes", hashes.map { ($0.kind.stixName, $0.hexadecimal) })
        if let size = model.object?.sizeBytes, (0...Self.integerMax).contains(size) {
            file.set("size", number: size)
        }
        file.set("name", name)
        return file
    }

    private func analyses(of object: FileObject, _ model: RowModel, file: String, askedAt: Date)
        -> [STIXObject]
    {
        guard model.detections != nil else { return [] }
        let result = options.policy.verdict(for: .known(object)).stixResult
        var whole = analysis(
            of: object, by: "virustotal", file: file, askedAt: askedAt, result: result,
            labels: Self.labels(model.facts))
        whole.set("result_name", object.threatLabel.flatMap { $0.isEmpty ? nil : $0 })
        whole.set(
            "external_references",
            [
                ("source_name", "VirusTotal"),
                ("description", Self.proportion(model)), ("url", model.link),
            ], isListed: true)
        return [whole] + accusations(of: object, model, file: file, askedAt: askedAt)
            + options.vendors.compactMap { vendor in
                let product = ReportColumns.name(ofVendor: vendor)
                switch object.finding(of: vendor) {
                case .detected(let name):
                    let isMalicious = object.engines[vendor]?.category == .malicious
                    var analysis = analysis(
                        of: object, by: product, file: file, askedAt: askedAt,
                        result: isMalicious ? "malicious" : "suspicious")
                    analysis.set("result_name", name.isEmpty ? nil : name)
                    return analysis
                case .undetected:
                    return analysis(of: object, by: product, file: file, askedAt: askedAt, result: "benign")
                case .couldNotScan, .noRow, .noAnalysisYet: return nil
                }
            }
    }

    private func analysis(
        of object: FileObject, by product: String, file: String, askedAt: Date, result: String,
        labels: [String] = []
    ) -> STIXObject {
        let scanned = object.lastAnalysisDate
        var analysis = own(
            "malware-analysis",
            [
                product, object.sha256.hexadecimal,
                scanned.map { String(Int($0.timeIntervalSince1970)) } ?? "",
            ],
            created: scanned ?? askedAt, modified: askedAt, labels: labels)
        analysis.set("product", product)
        analysis.set("submitted", object.firstSubmissionDate)
        analysis.set("analysis_ended", scanned)
        analysis.set("result", result)
        analysis.set("sample_ref", file)
        return analysis
    }

    private static func labels(_ facts: FactReader?) -> [String] {
        guard let facts else { return [] }
        return facts.texts(.tags) + facts.texts(.yaraRules).map { "yara:\($0)" }
    }

    private func accusations(of object: FileObject, _ model: RowModel, file: String, askedAt: Date)
        -> [STIXObject]
    {
        var products: Set<String> = []
        return (model.facts?.elements(.sandboxes) ?? []).compactMap { parts in
            guard parts.count > 1, ["malicious", "suspicious"].contains(parts[1]) else { return nil }
            let product = Self.product(ofSandbox: parts[0])
            guard products.insert(product).inserted else { return nil }
            let scanned = object.lastAnalysisDate.map { String(Int($0.timeIntervalSince1970)) } ?? ""
            var analysis = own(
                "malware-analysis", ["sandbox", product, object.sha256.hexadecimal, scanned],
                created: object.lastAnalysisDate ?? askedAt, modified: askedAt)
            analysis.set("product", product)
            analysis.set("result", parts[1])
            analysis.set("sample_ref", file)
            return analysis
        }
    }

    /// A sandbox's name as STIX wants products named: lower case, words joined by dashes.
    private static func product(ofSandbox name: String) -> String {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        // The standard's own word for a product that cannot be named.
        return words.isEmpty ? "anonymized" : words.joined(separator: "-")
    }

    private func indicator(_ object: FileObject, _ model: RowModel, name: String?, askedAt: Date)
        -> STIXObject
    {
        let since = object.firstSubmissionDate ?? object.lastAnalysisDate ?? askedAt
        var indicator = own(
            "indicator", [object.sha256.hexadecimal], created: since, modified: askedAt)
        indicator.set(
            "name", object.threatLabel.flatMap { $0.isEmpty ? nil : $0 } ?? name ?? "malicious file")
        indicator.set("indicator_types", list: ["malicious-activity"])
        indicator.set("description", "\(Self.proportion(model)) at VirusTotal.")
        let terms = object.hashes.reversed().map {
            "file:hashes.'\($0.kind.stixName)' = '\($0.hexadecimal)'"
        }
        indicator.set("pattern", "[\(terms.joined(separator: " OR "))]")
        indicator.set("pattern_type", "stix")
        indicator.set("pattern_version", "2.1")
        indicator.set("valid_from", since)
        return indicator
    }

    private static func proportion(_ model: RowModel) -> String {
        "\(model.detections ?? 0) of \(model.opinions ?? 0) engines detect it"
    }

    /// The note for what has no place in the other objects; nil if there is nothing.
    private func note(_ model: RowModel, file: String) -> STIXObject? {
        var lines: [String] = []
        switch model.verdict {
        case .unknown: lines.append("VirusTotal does not know this file.")
        case .noResults: lines.append("VirusTotal has this file, and no engine has finished yet.")
        case .failed: lines.append("No verdict: \(model.reason ?? "the lookup failed").")
        case .notAsked: lines.append("Not asked: the list was cancelled before.")
        case .waiting: lines.append("Not answered yet.")
        case .allowed: lines.append("Allowed; by its engines \(model.allowed ?? model.opinion.rawValue).")
        case .malicious, .suspicious, .clean: break
        }
        if let comment = model.row.comment, !comment.isEmpty { lines.append(comment) }
        guard !lines.isEmpty else { return nil }
        let job = input.job
        var note = own(
            "note", [job.id.description, model.row.hash.hexadecimal], created: job.receivedAt,
            modified: job.finishedAt ?? input.now)
        note.set("abstract", "Line \(model.row.line) of \(job.droppedName.display)")
        note.set("content", lines.joined(separator: "\n"))
        note.set("object_refs", list: [file])
        return note
    }

    /// An object made by hashdrop: it says so, and whether its verdicts are simulated.
    private func own(
        _ type: String, _ parts: [String], created: Date, modified: Date, labels: [String] = []
    ) -> STIXObject {
        let simulated = options.isSimulated ? ["simulated"] : []
        var object = STIXObject(type, id: STIXIdentifier.of(type, simulated + parts))
        object.set("created_by_ref", creator)
        object.set("created", created)
        // Whatever the clocks say, STIX allows no object that was modified before it was created.
        object.set("modified", max(created, modified))
        object.set("labels", list: simulated + labels)
        return object
    }
}

extension Verdict {
    /// The word of the vocabulary `malware-result-ov`.
    fileprivate var stixResult: String {
        switch self {
        case .malicious: "malicious"
        case .suspicious: "suspicious"
        case .clean: "benign"
        case .allowed, .failed, .noResults, .unknown, .notAsked, .waiting: "unknown"
        }
    }
}
