import Foundation
import Model
import Support

/// A report's row, with the values that several columns need computed once.
struct RowModel {
    let row: ReportRow
    let verdict: Verdict
    /// The verdict without regard to the allow-list.
    let opinion: Verdict
    /// VirusTotal's answer, if there is one, however old.
    let answer: LookupAnswer?
    /// What VirusTotal holds of the file, if it knows it.
    let object: FileObject?
    /// Engines that detected something; nil ("None") unless some engine has finished.
    let detections: Int?
    /// Engines with an opinion; nil as above.
    let opinions: Int?
    /// What else VirusTotal tells of the file; nil also of an answer of a time before facts were kept.
    let facts: FactReader?
    /// Why it has its verdict; nil unless the row is answered.
    let explanation: VerdictExplanation?
    private let allowance: AllowedFile?
    private let vendors: [String]

    /// - Parameter isWhole: whether `facts` and `explanation` are wanted, which cost as much as all the rest.
    init(_ row: ReportRow, options: ReportOptions, isWhole: Bool = true) {
        self.row = row
        opinion = row.opinion(options.policy)
        allowance = options.policy.allowance(for: row, called: opinion)
        verdict = allowance == nil ? opinion : .allowed
        vendors = options.vendors
        answer = row.answer
        object = answer?.fileObject
        let engines = object?.engines
        detections = engines.flatMap { $0.isEmpty ? nil : $0.detectionCount }
        opinions = engines.flatMap { $0.isEmpty ? nil : $0.opinionCount }
        facts = isWhole ? object?.facts.map(FactReader.init) : nil
        if isWhole, case .answered(let answer) = row.state {
            explanation = VerdictExplanation(
                opinion, of: answer, by: options.policy, origin: facts?.origin)
        } else {
            explanation = nil
        }
    }

    /// What a vendor, counted from 0, says of the file; nil if VirusTotal does not know the file.
    func finding(of vendor: Int) -> VendorFinding? { object?.finding(of: vendors[vendor]) }

    /// The name under which a vendor, counted from 0, detects the file, or nil ("None").
    func detection(by vendor: Int) -> String? {
        if case .detected(let name) = finding(of: vendor) { name } else { nil }
    }

    /// Whether there is an answer, apart from what it says.
    var stateName: String {
        switch verdict {
        case .malicious, .suspicious, .allowed, .clean: "answered"
        case .failed, .noResults, .unknown, .notAsked, .waiting: verdict.rawValue
        }
    }

    /// Why the row has no verdict for good.
    var reason: String? {
        if case .failed(let reason, _) = row.state { reason } else { nil }
    }

    /// What the row would be called and why it is not, such as `malicious: our own tool (root, until
    /// 2027-01-01T00:00:00Z)`; nil unless the allow-list has it.
    var allowed: String? {
        guard let allowance else { return nil }
        var end = ""
        if let until = allowance.until {
            var time: [UInt8] = []
            UTCTime(until).appendISO8601(to: &time)
            end = ", until \(String(decoding: time, as: UTF8.self))"
        }
        return "\(opinion.rawValue): \(allowance.reason) (\(allowance.author)\(end))"
    }

    /// How many days before the question engines last scanned the file; nil if none has.
    var scanAgeDays: Int? {
        guard let answer, let scanned = object?.lastAnalysisDate else { return nil }
        return max(0, Int(answer.askedAt.timeIntervalSince(scanned) / 86_400))
    }

    /// Where VirusTotal shows files, by any of their hashes.
    static let linkPrefix: StaticString = "https://www.virustotal.com/gui/file/"

    /// The hash by which the file's page at VirusTotal is linked: its SHA-256 if that is known.
    var linked: FileHash { object?.sha256 ?? row.hash }

    /// The file's page at VirusTotal.
    var link: String { "\(Self.linkPrefix)\(linked.hexadecimal)" }
}

extension VendorFinding {
    /// The tables' word for it.
    var stateName: String {
        switch self {
        case .detected: "detected"
        case .undetected: "undetected"
        case .couldNotScan: "could-not-scan"
        case .noRow: "no-row"
        case .noAnalysisYet: "no-analysis"
        }
    }

    /// What a page says below the vendor's cell; nothing below a detection, whose name says it.
    var note: String {
        switch self {
        case .detected: ""
        case .undetected: "undetected"
        case .couldNotScan(.typeUnsupported): "type unsupported"
        case .couldNotScan(.timeout), .couldNotScan(.confirmedTimeout): "timed out"
        case .couldNotScan(.failure): "engine failed"
        case .couldNotScan(let category): category.rawValue
        case .noRow: "took no part"
        case .noAnalysisYet: "no analysis yet"
        }
    }
}
