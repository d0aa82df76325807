import Foundation
import Model
import Support

/// Why a row has its verdict, in a sentence (column `why`), and how far that is to be relied on.
///
/// The sentence says what the engines say, which of them the policy treats otherwise and in brackets the
/// thresholds that decide, what is known of the file's origin, and at last the confidence with its reasons,
/// each after a semicolon: `2 of 71, both ignored; signed by Microsoft Corporation, valid; first seen 2016;
/// 3,100 sources`, `4 of 71 (malicious from 3); unsigned`. What is not known is left out.
struct VerdictExplanation {
    let why: String
    let confidence: VerdictConfidence?

    /// How many characters of a name from outside it holds.
    private static let nameMax = 64
    /// How many engines it names of each role.
    private static let enginesMax = 3

    /// - Parameter origin: what the answer's facts say; nil of a time before they were kept.
    init(_ verdict: Verdict, of answer: LookupAnswer, by policy: VerdictPolicy, origin: FileOrigin?) {
        guard let object = answer.fileObject else {
            why = "unknown to VirusTotal"
            confidence = nil
            return
        }
        let count = policy.count(object.engines)
        confidence = VerdictConfidence(
            in: verdict, count: count, policy: policy, origin: origin,
            firstSubmitted: object.firstSubmissionDate, askedAt: answer.askedAt)
        var parts = [Self.engines(object.engines, count, policy)]
        if let origin { parts += Self.maker(origin) }
        if let date = object.firstSubmissionDate { parts.append("first seen \(UTCTime(date).year)") }
        if let origin { parts += Self.company(origin) }
        if let confidence {
            let reasons = confidence.reasons.map(\.rawValue).joined(separator: ", ")
            parts.append("\(confidence.level.rawValue) confidence: \(reasons)")
        }
        why = parts.joined(separator: "; ")
    }

    // MARK: Its parts

    private static func engines(
        _ engines: EngineFindings, _ count: VerdictPolicy.Count, _ policy: VerdictPolicy
    ) -> String {
        guard engines.opinionCount > 0 else { return "no engine has an opinion" }
        var text = "\(engines.detectionCount) of \(engines.opinionCount)"
        text += ignored(count.ignored, of: engines.detectionCount)
        // None of them detects it, and no other engine has an opinion.
        if count.opinions == 0, engines.detectionCount == 0 { text += ", all ignored" }
        if count.trusted + count.worded > 0 { text += roles(engines, policy) }
        return text + thresholds(count, policy)
    }

    private static func roles(_ engines: EngineFindings, _ policy: VerdictPolicy) -> String {
        var text = ""
        let detections = policy.detectionsWithRole(in: engines)
        for role in [.trusted] + [Verdict.malicious, .suspicious, .clean].map(EngineRole.word) {
            let names = detections.filter { $0.role == role }.map { cut($0.engine) }
            if !names.isEmpty { text += ", \(title(role)): \(list(names))" }
        }
        return text
    }

    /// What decides, in brackets, and nothing where no number does. Of a verdict that is not malicious it
    /// says what the next one would take, too.
    private static func thresholds(_ count: VerdictPolicy.Count, _ policy: VerdictPolicy) -> String {
        switch policy.threshold(on: count) {
        case nil: return ""
        case .trustedVendors:
            let vendors = Wording.count(policy.trustedFrom, "trusted vendor", "trusted vendors")
            return " (malicious from \(vendors))"
        case .engines:
            let malicious = "malicious from \(policy.maliciousFrom)"
            let suspicious = "suspicious from \(policy.suspiciousFrom)"
            if count.detections >= policy.maliciousFrom { return " (\(malicious))" }
            // One threshold may be both.
            let isOne = policy.suspiciousFrom == policy.maliciousFrom
            return isOne ? " (\(malicious))" : " (\(suspicious), \(malicious))"
        }
    }

    private static func title(_ role: EngineRole) -> String {
        switch role {
        case .trusted: "trusted"
        case .ignored: "ignored"
        case .word(let word): "taken as \(word.rawValue)"
        }
    }

    private static func ignored(_ ignored: Int, of detections: Int) -> String {
        switch (ignored, detections) {
        case (0, _): ""
        case (1, 1): ", ignored"
        case (2, 2): ", both ignored"
        case (detections, _): ", all ignored"
        default: ", \(ignored) ignored"
        }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(enginesMax).joined(separator: ", ")
        return names.count > enginesMax ? "\(shown) and \(names.count - enginesMax) more" : shown
    }

    private static func maker(_ origin: FileOrigin) -> [String] {
        guard let signature = origin.signature else { return [] }
        if signature == .unsigned { return ["unsigned"] }
        return ["signed" + (origin.signer.map { " by \(cut($0))" } ?? "") + ", \(signature.rawValue)"]
    }

    private static func company(_ origin: FileOrigin) -> [String] {
        var parts: [String] = []
        if let sources = origin.sourceCount { parts.append(Wording.count(sources, "source", "sources")) }
        if let distributor = origin.distributor { parts.append("distributed by \(cut(distributor))") }
        if origin.accusingSandboxes > 0 {
            let sandboxes = Wording.count(origin.accusingSandboxes, "sandbox", "sandboxes")
            parts.append("malicious to \(sandboxes)")
        }
        return parts
    }

    private static func cut(_ name: String) -> String {
        // By bytes first: nearly all are short, and characters are slow to count.
        guard name.utf8.count > nameMax, name.count > nameMax else { return name }
        return "\(name.prefix(nameMax - 1))…"
    }
}
