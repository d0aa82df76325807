import Model
import Support

/// Fixed description of a file's threat, in place of a drawn one; only well-known files have it.
struct Appearance: Hashable, Sendable {
    var type: FileType
    var threat: ThreatFamily
    var sizeBytes: Int
    /// Whose further facts are fixed too.
    var fame: Fame?
}

/// Description of a simulated file, drawn from its hashes: type, family, size, dates and file names.
struct ThreatProfile: Sendable {
    let type: FileType
    let threat: ThreatFamily
    /// Three or four capital letters, as engines tell variants apart.
    let variant: String
    /// Eight digits and eight hexadecimal digits, for names that end in a number.
    let number: String
    let hexadecimal: String
    let sizeBytes: Int
    /// Seconds since 1970; first submission ≤ last submission ≤ last analysis.
    let firstSubmissionSecond: Int
    let lastSubmissionSecond: Int
    let lastAnalysisSecond: Int
    let fortinetName: String
    let fileNames: [String]

    // 2026-10-01, so that the analyses of made-up files are old, as most of VirusTotal's are.
    private static let newestSecond = 1_790_812_800
    private static let day = 86_400

    /// - Parameter renamed: the threat by which engines call the file, in place of the first one.
    init(_ family: FileFamily, appearance: Appearance? = nil, renamed: ThreatFamily? = nil) {
        // Its own generator: a test that changes a file's condition does not change what the file is.
        var generator = SeededGenerator(seed: family.seed ^ 0x7072_6F66_696C_6500)
        let drawn = generator.pick(ThreatFamily.all)
        let first = appearance?.threat ?? drawn
        let type = appearance?.type ?? generator.pick(first.types)
        let threat = renamed ?? first
        self.threat = threat
        self.type = type
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        variant = String((0..<(3 + generator.below(2))).map { _ in generator.pick(letters) })
        number = String(10_000_000 + generator.below(90_000_000))
        hexadecimal = family.sha1.hexadecimal.prefix(8).uppercased()
        let size = 1024 + generator.below(1 << (11 + generator.below(12)))
        sizeBytes = appearance?.sizeBytes ?? size
        lastAnalysisSecond = Self.newestSecond - generator.below(900 * Self.day)
        lastSubmissionSecond = lastAnalysisSecond - generator.below(200 * Self.day)
        firstSubmissionSecond = lastSubmissionSecond - generator.below(1500 * Self.day)
        fortinetName = Self.fortinetName(type, threat, variant, hexadecimal, &generator)
        fileNames = Self.fileNames(type, family, &generator)
    }

    private static func fortinetName(
        _ type: FileType, _ threat: ThreatFamily, _ variant: String, _ hexadecimal: String,
        _ generator: inout SeededGenerator
    ) -> String {
        let platform = type.fortinetPlatform
        switch generator.below(20) {
        case 0: return "W32/PossibleThreat"
        case 1: return "PossibleThreat.MU"
        case 2: return "Malicious_Behavior.SB"
        case 3 where threat.fortinetSuffix == "!exploit": return "MSOffice/CVE_2017_11882.C!exploit"
        case 4, 5: return "\(platform)/\(threat.title).\(hexadecimal)!tr"
        case 6 where type.isPortableExecutable: return "\(platform)/Kryptik.\(variant)!tr"
        default: break
        }
        switch threat.category {
        case "pua": return "Riskware/\(threat.title)"
        case "adware": return "Adware/\(threat.title)"
        case "miner": return "Riskware/CoinMiner"
        default: return "\(platform)/\(threat.title).\(variant)\(threat.fortinetSuffix)"
        }
    }

    private static let words = [
        "invoice", "update", "chrome", "svchost", "report", "flash", "driver", "photo", "payment", "order",
        "setup", "crack", "keygen", "rechnung", "документ", "swift copy", "scan0042", "readme", "winlogon",
        "telegram", "zoom", "teams", "adobe", "java", "vpn",
    ]

    private static func fileNames(
        _ type: FileType, _ family: FileFamily, _ generator: inout SeededGenerator
    ) -> [String] {
        // One in seven has no name at all, as in the recorded answers.
        guard generator.below(7) > 0 else { return [] }
        var names: [String] = []
        for _ in 0...generator.below(8) {
            let word = generator.pick(words)
            names.append(generator.pick(type.fileNames).replacing("%", with: word))
        }
        if generator.below(2) == 0 { names.append(family.sha256.hexadecimal) }
        if generator.below(3) == 0 { names.append("\(family.md5.hexadecimal).\(type.fileExtension)") }
        return names
    }
}
