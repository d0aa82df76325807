package import Foundation
import Support

/// How far a verdict "malicious" or "suspicious" is to be relied on, with the reasons.
///
/// It stands beside the verdict and never changes it: where a file comes from does not tell what it does.
/// EICAR's test file, with some sixty detections, stands among the files of known distributors.
package struct VerdictConfidence: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable {
        case high, low
    }

    /// The raw values are the words of the reports.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        case trustedVendor = "trusted vendor"
        case manyEngines = "many engines"
        case fewEngines = "few engines"
        case validSignature = "valid signature"
        case knownDistributor = "known distributor"
        case longKnown = "known for years"
        case manySources = "many sources"
    }

    package var level: Level
    package var reasons: [Reason]

    /// So many detecting engines do not err together.
    package static let manyEnginesMin = 10
    /// So many may, if they are at most a tenth of those with an opinion: engines buy signatures from each
    /// other. VirusTotal's own staff: "1/60 and even 5/60 doesn't automatically mean bad".
    package static let fewEnginesMax = 5
    /// What so many sources have had is no single attack's file.
    package static let manySourcesMin = 1_000
    /// What VirusTotal got so long before it was asked has been looked at by many.
    package static let longKnown: Duration = .seconds(2 * 365 * 86_400)
    /// How many signs of a harmless origin it takes beside few engines.
    package static let harmlessSignsMin = 2

    /// The confidence in a verdict; nil if there is no reason for either level, and for all other verdicts.
    ///
    /// High: a trusted vendor detects the file, or many engines do. Low: few do, the file's origin looks
    /// harmless in two ways or more, and neither a sandbox nor its signature speaks against that.
    ///
    /// - Parameters:
    ///   - count: what of the engines counts.
    ///   - origin: nil if the facts are not known.
    ///   - firstSubmitted: when VirusTotal first got the file.
    ///   - askedAt: when VirusTotal was asked: the same answer always has the same confidence.
    package init?(
        in verdict: Verdict, count: VerdictPolicy.Count, policy: VerdictPolicy, origin: FileOrigin?,
        firstSubmitted: Date?, askedAt: Date
    ) {
        guard verdict == .malicious || verdict == .suspicious else { return nil }
        let detections = count.detections + count.worded
        if policy.isTrusted(count) || detections >= Self.manyEnginesMin {
            level = .high
            reasons = policy.isTrusted(count) ? [.trustedVendor] : []
            if detections >= Self.manyEnginesMin { reasons.append(.manyEngines) }
            return
        }
        guard detections <= Self.fewEnginesMax, detections * 10 <= count.opinions, let origin,
            !origin.isAccused
        else { return nil }
        var signs: [Reason] = []
        if origin.signature == .valid { signs.append(.validSignature) }
        if origin.distributor != nil { signs.append(.knownDistributor) }
        if let firstSubmitted, firstSubmitted + Self.longKnown <= askedAt { signs.append(.longKnown) }
        if let sources = origin.sourceCount, sources >= Self.manySourcesMin { signs.append(.manySources) }
        guard signs.count >= Self.harmlessSignsMin else { return nil }
        level = .low
        reasons = [.fewEngines] + signs
    }
}

extension FileOrigin {
    /// Whether something but the engines speaks against the file.
    fileprivate var isAccused: Bool {
        accusingSandboxes > 0 || signature == .revoked || signature == .invalid
    }
}
