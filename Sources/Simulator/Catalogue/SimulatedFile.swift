package import Foundation
package import Model
import Support

/// Simulated file: its hashes and the engines' findings.
///
/// Everything follows from the names, so that the same hash gets the same answer in every run and every
/// process: of 100 files about 60 are malicious (3 to 65 engines), 8 suspicious (1 or 2), 15 clean, 12
/// unknown, 3 without a finished analysis, and 2 malicious without a row of Fortinet's. A test that needs a
/// certain answer sets the properties and registers the file.
package struct SimulatedFile: Hashable, Sendable {
    /// What VirusTotal knows of the file.
    package enum Condition: Hashable, Sendable {
        /// Known; so many engines detect it: 0 (clean) to 65.
        case detected(engines: Int)
        /// VirusTotal has never seen it: 404.
        case unknown
        /// Known; no engine has finished: no rows and no `last_analysis_date`.
        case pending
    }

    /// What Fortinet's row says; it counts among the condition's engines where it is a detection.
    package enum Fortinet: Hashable, Sendable {
        /// Malicious, by this name.
        case detected(String)
        case undetected
        /// One of `timeout`, `confirmed-timeout`, `failure`, `type-unsupported`.
        case couldNotScan(EngineCategory)
        /// There is no row of that key.
        case missing
    }

    /// Deviations that were met in real answers, or that a client has to survive.
    package enum Quirk: String, CaseIterable, Hashable, Sendable {
        /// Names and results with markup, formulas, NUL, text-direction marks and 10,000 characters.
        case hostileText = "hostile-text"
        case withoutLinks = "without-links"
        /// No `last_analysis_stats`.
        case withoutStats = "without-stats"
        /// One engine's category is `quarantined`, which no documentation knows.
        case unknownCategory = "unknown-category"
        /// The threat lists as pairs, as they were before October 2021.
        case threatPairs = "threat-pairs"
        /// Every field beside the hashes and the findings has a wrong type.
        case brokenFacts = "broken-facts"
        /// Removed from VirusTotal: an `error` instead of the attributes.
        case removed
    }

    /// The file's three names.
    package let family: FileFamily
    /// Default: drawn from the names.
    package var condition: Condition
    /// Default: drawn from the names; without effect while the file is unknown or pending.
    package var fortinet: Fortinet
    /// The file names of its submissions, at most 100; the first is the meaningful one. Nil: made up.
    package var names: [String]?
    /// When engines last scanned the file; whole seconds.
    package var lastAnalysisDate: Date
    /// Default none.
    package var quirks: Set<Quirk>
    var appearance: Appearance?
    /// The threat by which engines call the file since the world has changed; nil: the first one.
    var renamed: ThreatFamily?
    /// When the file was submitted first, if a change of the world says so.
    var submittedAt: Date?
    /// When it was last scanned, if a change of the world says so; `lastAnalysisDate` moves the submissions
    /// with it.
    var rescannedAt: Date?

    /// What the file is, as far as its answer tells.
    var profile: ThreatProfile { ThreatProfile(family, appearance: appearance, renamed: renamed) }

    /// The most engines that can detect a file.
    package static let detectionsMax = 65

    /// The file with these names, everything else as the names say.
    package init(_ family: FileFamily) {
        var generator = SeededGenerator(seed: family.seed)
        self.family = family
        let roll = generator.below(100)
        condition = Self.condition(roll, &generator)
        let profile = ThreatProfile(family)
        fortinet =
            roll >= 98 ? .missing : Self.fortinet(condition, profile: profile, &generator)
        quirks = []
        lastAnalysisDate = Date(timeIntervalSince1970: Double(profile.lastAnalysisSecond))
    }

    /// The file with this number. Any of its names finds it in every simulator, asked before or not.
    package static func make(number: Int, seed: UInt64 = 0) -> SimulatedFile {
        SimulatedFile(.numbered(number, seed: seed))
    }

    /// The file with this number, in this condition; Fortinet detects it if any engine does.
    package static func make(number: Int, seed: UInt64 = 0, _ condition: Condition) -> SimulatedFile {
        var file = make(number: number, seed: seed)
        file.condition = condition
        if case .detected(engines: 1...) = condition {
            file.fortinet = .detected(file.profile.fortinetName)
        } else {
            file.fortinet = .undetected
        }
        return file
    }

    /// The file after a change of the world.
    func changed(by change: WorldChange, at moment: Date) -> SimulatedFile {
        var file = self
        if condition == .unknown { file.submittedAt = moment }
        file.rescannedAt = moment
        file.condition = change.condition
        if let name = change.family { file.renamed = ThreatFamily.named(name) }
        file.fortinet = .undetected
        if case .detected(engines: 1...) = change.condition {
            file.fortinet = .detected(file.profile.fortinetName)
        }
        file.quirks.remove(.removed)
        return file
    }

    private static func condition(_ roll: Int, _ generator: inout SeededGenerator) -> Condition {
        // Two throws: most malicious files are found by some thirty engines, few by 3 or by 65.
        let many = 3 + generator.below(32) + generator.below(32)
        let few = 1 + generator.below(2)
        switch roll {
        case ..<60, 98...: return .detected(engines: many)
        case ..<68: return .detected(engines: few)
        case ..<83: return .detected(engines: 0)
        case ..<95: return .unknown
        default: return .pending
        }
    }

    private static func fortinet(
        _ condition: Condition, profile: ThreatProfile, _ generator: inout SeededGenerator
    ) -> Fortinet {
        let roll = generator.fraction()
        let categories: [EngineCategory] = [
            .timeout, .timeout, .typeUnsupported, .confirmedTimeout, .failure,
        ]
        let category = generator.pick(categories)
        guard case .detected(let engines) = condition else { return .undetected }
        if roll < 0.03 { return .couldNotScan(category) }
        // The more engines detect a file, the likelier Fortinet is one of them.
        let chance = engines == 0 ? 0 : 0.25 + 0.72 * Double(engines) / Double(detectionsMax)
        return roll - 0.03 < chance ? .detected(profile.fortinetName) : .undetected
    }
}
