import Model
import Support

/// What a simulated file's answer tells beside the engines' findings: signature, distributors, rules, notes.
///
/// Drawn from the hashes by a generator of its own, so that the findings stay what they were. None of it
/// follows the verdict: malware with a valid signature, a known distributor or a sandbox that calls it clean
/// is among the files, as it is among the real ones.
struct FactSheet: Sendable {
    /// Nil: no `signature_info`.
    var signature: FileSignature?
    var signer = FileSignature.signers[0]
    var resource = VersionResource()
    var distributors: Distributors?
    /// The organization of `trusted_verdict`.
    var trustedBy: String?
    /// Instead of the drawn numbers.
    var community: Community?
    /// Instead of the drawn words, by `popular_threat_category` and `popular_threat_name`.
    var threatWords: (categories: [(String, Int)], names: [(String, Int)])?
    /// Beside the one of `FileObjectWriter.writeThreat`.
    var sandboxes: [Sandbox] = []
    var yaraRules: [DetectionRule] = []
    var sigmaRules: [DetectionRule] = []
    var networkRules: [DetectionRule] = []
    var note: Note?
    /// Tags beside those that other facts bring.
    var furtherTags: [String] = []
    var packers: [(tool: String, found: String)] = []
    /// Whether the answer has what a premium key gets besides.
    var isPremium = false

    /// What a program's version resource says; anything may stand in it.
    struct VersionResource: Sendable {
        var product = "Example Desktop"
        var description = "Example Desktop Updater"
        var originalName = "update.exe"
        var internalName = "update"
        var fileVersion = "1.0.0.0"
    }

    struct Distributors: Sendable {
        var distributors: [String]
        var products: [String]
        var fileNames: [String]
        var dataSources: [String]
    }

    struct Community: Sendable {
        var timesSubmitted: Int
        var uniqueSources: Int
        var reputation: Int
        var votesHarmless: Int
        var votesMalicious: Int
    }

    struct Sandbox: Sendable {
        var name: String
        var category: String
        var classification: [String]
        var malwareNames: [String] = []
        var confidence: Int?
    }

    /// What a language model says of a file's code.
    struct Note: Sendable {
        var analysis: String
        var source: String
        var verdict: String
    }

    init(_ file: SimulatedFile, profile: ThreatProfile) {
        switch file.appearance?.fame {
        case .eicar: setEICAR()
        case .emptyFile: setEmptyFile()
        case nil:
            var generator = SeededGenerator(seed: file.family.seed ^ 0x6661_6374_7300_0000)
            draw(file, profile, &generator)
            if file.quirks.contains(.hostileText) { fillWithHostileText() }
        }
    }

    /// Text that tries to break out, wherever an answer has text of others.
    private mutating func fillWithHostileText() {
        let texts = HostileText.names
        signature = .valid
        signer = texts[0] + ";" + texts[2]
        resource = VersionResource(
            product: texts[1], description: texts[3], originalName: texts[5], internalName: texts[6],
            fileVersion: texts[4])
        distributors = Distributors(
            distributors: [texts[0]], products: [texts[7], texts[12]], fileNames: [texts[11]],
            dataSources: [texts[8]])
        trustedBy = texts[9]
        sandboxes = [
            Sandbox(name: texts[0], category: texts[1], classification: [texts[2]], malwareNames: [texts[10]])
        ]
        let rule = DetectionRule(
            texts[0], texts[2], author: texts[8], source: "javascript:alert(5)", level: texts[6], texts[9])
        (yaraRules, sigmaRules, networkRules) = ([rule], [rule], [rule])
        note = Note(analysis: HostileText.note, source: texts[1], verdict: texts[2])
        furtherTags = texts
    }

    private mutating func draw(
        _ file: SimulatedFile, _ profile: ThreatProfile, _ generator: inout SeededGenerator
    ) {
        let isDetected: Bool
        if case .detected(engines: 1...) = file.condition { isDetected = true } else { isDetected = false }
        if profile.type.isPortableExecutable {
            signature = FileSignature.drawn(isDetected: isDetected, &generator)
        }
        signer = generator.pick(FileSignature.signers)
        let version = "\(1 + generator.below(9)).\(generator.below(20)).\(generator.below(9000)).0"
        resource.fileVersion = version
        if let name = profile.fileNames.first { resource.originalName = name }
        drawDistributors(isDetected: isDetected, profile, &generator)
        drawTags(isDetected: isDetected, profile, &generator)
        isPremium = generator.below(8) == 0
        // What comes of running a file or of looking at its code is not there before an analysis has ended.
        guard file.condition != .pending else { return }
        drawSandboxes(isDetected: isDetected, &generator)
        drawRules(isDetected: isDetected, &generator)
        if generator.below(profile.type.typeTags.contains("source") ? 2 : 10) == 0 {
            note = Self.drawnNote(isDetected: isDetected, profile, &generator)
        }
    }

    private mutating func drawDistributors(
        isDetected: Bool, _ profile: ThreatProfile, _ generator: inout SeededGenerator
    ) {
        guard generator.below(isDetected ? 40 : 3) == 0 else { return }
        let count = 1 + generator.below(8)
        let products = (0..<count).map { "Example Desktop \(20 + $0).\(generator.below(10))" }
        distributors = Distributors(
            distributors: [generator.pick(["Example Corporation", "Example Linux", "Kestrel Ridge"])],
            products: products, fileNames: Array(profile.fileNames.prefix(3)),
            dataSources: ["National Software Reference Library (NSRL)"])
        if generator.below(isDetected ? 8 : 3) == 0 { trustedBy = "Example Corporation" }
    }

    private mutating func drawTags(
        isDetected: Bool, _ profile: ThreatProfile, _ generator: inout SeededGenerator
    ) {
        let tags = ["overlay", "detect-debug-environment", "long-sleeps", "via-tor", "attachment"]
        furtherTags = tags.filter { _ in generator.below(4) == 0 }
        if isDetected, profile.fortinetName.contains("CVE") { furtherTags += ["exploit", "cve-2017-11882"] }
        if profile.type.isPortableExecutable, generator.below(4) == 0 {
            packers = [
                (tool: "PEiD", found: "UPX 2.93 - 3.00 [LZMA]"), (tool: "F-PROT", found: "UPX_LZMA"),
            ]
        }
    }

    private mutating func drawSandboxes(isDetected: Bool, _ generator: inout SeededGenerator) {
        if generator.below(4) == 0 {
            sandboxes.append(
                Sandbox(
                    name: generator.pick(["Yomi Hunter", "SecneurX"]), category: "harmless",
                    classification: ["CLEAN"]))
        }
        if generator.below(isDetected ? 6 : 30) == 0 {
            sandboxes.append(
                Sandbox(
                    name: "C2AE", category: "suspicious", classification: ["UNKNOWN_VERDICT"],
                    confidence: 20 + generator.below(60)))
        }
    }

    private mutating func drawRules(isDetected: Bool, _ generator: inout SeededGenerator) {
        if generator.below(isDetected ? 3 : 20) == 0 {
            yaraRules = DetectionRule.yara.filter { _ in generator.below(3) == 0 }
        }
        if generator.below(isDetected ? 3 : 8) == 0 {
            let rules = isDetected ? DetectionRule.sigma[...] : DetectionRule.sigma.suffix(2)
            sigmaRules = rules.filter { _ in generator.below(2) == 0 }
        }
        if generator.below(isDetected ? 4 : 30) == 0 {
            networkRules = DetectionRule.network.filter { _ in generator.below(2) == 0 }
        }
    }

    /// One in five says what the file's author wants to be read.
    private static func drawnNote(
        isDetected: Bool, _ profile: ThreatProfile, _ generator: inout SeededGenerator
    ) -> Note {
        if isDetected, generator.below(5) == 0 {
            return Note(analysis: HostileText.note, source: "palm", verdict: "benign")
        }
        let analysis =
            isDetected
            ? "The code decodes a second stage in memory and starts it, names of \(profile.threat.title)'s "
                + "loaders among its strings. It asks a remote address for commands and deletes itself.\n"
                + "It looks for debuggers before."
            : "The code reads its settings, writes a log and ends. Nothing in it reaches for the network."
        return Note(
            analysis: analysis, source: generator.pick(["palm", "hispasec"]),
            verdict: isDetected ? "malicious" : "benign")
    }
}
