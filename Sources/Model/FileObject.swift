package import Foundation

/// What VirusTotal holds of one file, as far as a report uses it.
///
/// VirusTotal's own word is "file object" (API v3, `type: "file"`). Everything but the identity may be
/// missing: fields come and go between accounts and years.
package struct FileObject: Hashable, Sendable {
    package var md5: FileHash
    package var sha1: FileHash
    package var sha256: FileHash
    /// When engines last scanned the file, or nil while no analysis has finished.
    package var lastAnalysisDate: Date?
    package var firstSubmissionDate: Date?
    package var meaningfulName: String?
    package var typeDescription: String?
    package var sizeBytes: Int64?
    /// For example `trojan.emotet/agent`.
    package var threatLabel: String?
    package var reputation: Int?
    /// Every engine's finding by its key in `last_analysis_results`; empty while no analysis has finished.
    package var engines: EngineFindings
    /// What else VirusTotal tells of the file; nil of an answer that was stored before facts were kept.
    package var facts: FileFacts?

    package init(md5: FileHash, sha1: FileHash, sha256: FileHash) {
        self.md5 = md5
        self.sha1 = sha1
        self.sha256 = sha256
        engines = EngineFindings()
    }

    /// The file's three names.
    package var hashes: [FileHash] { [md5, sha1, sha256] }

    /// Whether `hash` is one of the file's three names.
    package func isNamed(_ hash: FileHash) -> Bool {
        switch hash.kind {
        case .md5: hash == md5
        case .sha1: hash == sha1
        case .sha256: hash == sha256
        }
    }

    /// Engines that call the file malicious or suspicious.
    package var detectionCount: Int { engines.detectionCount }

    /// Engines with an opinion (`EngineFindings.opinionCount`).
    package var opinionCount: Int { engines.opinionCount }

    /// What `vendor` (an engine's key, such as `Fortinet`) found.
    package func finding(of vendor: String) -> VendorFinding {
        guard !engines.isEmpty else { return .noAnalysisYet }
        guard let finding = engines[vendor] else { return .noRow }
        if finding.category.isDetection { return .detected(finding.result ?? finding.category.rawValue) }
        if finding.category.isOpinion { return .undetected }
        return .couldNotScan(finding.category)
    }
}

/// One engine's row: its category and, if it detected something, the name it gives it.
package struct EngineFinding: Hashable, Sendable {
    package var category: EngineCategory
    /// The detection's name; nil unless the category is a detection.
    package var result: String?

    package init(category: EngineCategory, result: String? = nil) {
        self.category = category
        self.result = result
    }
}

/// An engine's category; the known ones are named, a new one is kept as it came.
///
/// Source: VirusTotal API v3, "analyses object".
package struct EngineCategory: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let malicious = Self(rawValue: "malicious")
    package static let suspicious = Self(rawValue: "suspicious")
    package static let undetected = Self(rawValue: "undetected")
    package static let harmless = Self(rawValue: "harmless")
    package static let timeout = Self(rawValue: "timeout")
    package static let confirmedTimeout = Self(rawValue: "confirmed-timeout")
    package static let failure = Self(rawValue: "failure")
    package static let typeUnsupported = Self(rawValue: "type-unsupported")

    /// Malicious or suspicious.
    package var isDetection: Bool { self == .malicious || self == .suspicious }
    /// A detection, or a statement that there is none.
    package var isOpinion: Bool { isDetection || self == .undetected || self == .harmless }
}

/// The five answers to "what does this vendor say?".
package enum VendorFinding: Hashable, Sendable {
    case detected(String)
    case undetected
    /// The engine timed out, failed or does not support the type.
    case couldNotScan(EngineCategory)
    /// The engine took no part in the analysis.
    case noRow
    case noAnalysisYet
}
