import Foundation
import Model
import Support
import TestSupport
import Testing

@Suite struct VerdictPolicyTests {
    private static let engines = [
        "Fortinet", "ESET-NOD32", "eset", "Microsoft", "Jiangmin", "Späher", "A", "",
    ]
    private static let categories: [EngineCategory] = [
        .malicious, .suspicious, .undetected, .harmless, .timeout, .typeUnsupported, .init(rawValue: "new"),
    ]

    private func object(_ findings: [String: EngineCategory]) -> FileObject {
        var object = FileObject(
            md5: Samples.hash(1, .md5), sha1: Samples.hash(1, .sha1), sha256: Samples.hash(1))
        object.engines = EngineFindings(findings.mapValues { EngineFinding(category: $0) })
        return object
    }

    private func randomObject(_ generator: inout SeededGenerator) -> FileObject {
        var findings: [String: EngineCategory] = [:]
        for engine in Self.engines where generator.below(4) > 0 {
            findings[engine] = Self.categories[generator.below(Self.categories.count)]
        }
        return object(findings)
    }

    private func randomPolicy(_ generator: inout SeededGenerator) -> VerdictPolicy {
        var (trusted, ignored): ([String], [String]) = ([], [])
        var words: [VerdictPolicy.EngineWord] = []
        for engine in Self.engines {
            let name = generator.below(2) == 0 ? engine : engine.uppercased()
            switch generator.below(5) {
            case 0: trusted.append(name)
            case 1: ignored.append(name)
            case 2:
                let word = [Verdict.malicious, .suspicious, .clean][generator.below(3)]
                words.append(.init(engine: name, word: word))
            default: break
            }
        }
        let malicious = 1 + generator.below(4)
        return VerdictPolicy(
            maliciousFrom: malicious, suspiciousFrom: 1 + generator.below(malicious), trustedVendors: trusted,
            trustedFrom: 1 + generator.below(2), ignoredEngines: ignored, engineWords: words)
    }

    /// Only ASCII letters lose their case.
    private static func folded(_ name: String) -> String {
        String(name.map { $0.isASCII ? Character($0.lowercased()) : $0 })
    }

    /// As the documentation says it, over values.
    private func expected(_ policy: VerdictPolicy, _ object: FileObject) -> Verdict {
        func has(_ names: [String], _ engine: String) -> Bool {
            names.contains { Self.folded($0) == Self.folded(engine) }
        }
        let taking = object.engines.byName.filter { !has(policy.ignoredEngines, $0.key) }
        guard taking.contains(where: { $0.value.category.isOpinion }) else { return .noResults }
        let detecting = taking.filter { $0.value.category.isDetection }.keys
        let worded = policy.engineWords.filter { own in detecting.contains { has([own.engine], $0) } }
        let counted = detecting.filter { !has(policy.engineWords.map(\.engine), $0) }
        let trusted = counted.filter { has(policy.trustedVendors, $0) }.count
        var verdicts = worded.map(\.word) + [.clean]
        if counted.count >= policy.suspiciousFrom { verdicts.append(.suspicious) }
        if counted.count >= policy.maliciousFrom || (trusted > 0 && trusted >= policy.trustedFrom) {
            verdicts.append(.malicious)
        }
        return verdicts.min()!
    }

    @Test(arguments: 0..<40)
    func theVerdictIsTheDocumentedOne(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<50 {
            let policy = randomPolicy(&generator)
            let object = randomObject(&generator)
            #expect(
                policy.verdict(for: .known(object)) == expected(policy, object),
                "\(policy), \(object.engines.byName)")
            #expect(policy.verdict(for: .unknown) == .unknown)
        }
    }

    /// Without special engines the stored numbers decide, and nothing else is read.
    @Test func thePlainPolicyReadsTheStoredNumbers() {
        var file = object([:])
        file.engines = EngineFindings(stored: [], detectionCount: 2, opinionCount: 70)
        #expect(VerdictPolicy().verdict(for: .known(file)) == .suspicious)
        #expect(VerdictPolicy(maliciousFrom: 2).verdict(for: .known(file)) == .malicious)
        #expect(VerdictPolicy(maliciousFrom: 9, suspiciousFrom: 3).verdict(for: .known(file)) == .clean)
        file.engines = EngineFindings()
        #expect(VerdictPolicy().verdict(for: .known(file)) == .noResults)
    }

    @Test func whatVirusTotalCountsStaysAsItIs() {
        let file = object(["Jiangmin": .malicious, "Fortinet": .undetected])
        #expect(VerdictPolicy(ignoredEngines: ["jiangmin"]).verdict(for: .known(file)) == .clean)
        #expect(file.detectionCount == 1 && file.opinionCount == 2)
    }

    @Test func anEngineThatIsNotThereChangesNothing() {
        var generator = SeededGenerator(seed: 7)
        let policy = VerdictPolicy(
            trustedVendors: ["Fortine", "Fortinets"], ignoredEngines: ["Spaher"],
            engineWords: [.init(engine: "ESET-NOD3", word: .malicious)])
        for _ in 0..<100 {
            let object = randomObject(&generator)
            #expect(
                policy.verdict(for: .known(object)) == VerdictPolicy().verdict(for: .known(object)))
        }
    }
}
