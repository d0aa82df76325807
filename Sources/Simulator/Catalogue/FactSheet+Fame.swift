/// A famous file, of which the answer tells what VirusTotal's tells and not what the hashes would draw.
enum Fame: Hashable, Sendable {
    case eicar
    case emptyFile
}

extension FactSheet {
    /// The EICAR test file: 62 engines detect it, distributors of systems ship it, one sandbox calls it
    /// harmless, and thousands of users voted for it.
    ///
    /// Source: an answer of 2026-09-16 to a public key.
    mutating func setEICAR() {
        distributors = Distributors(
            distributors: ["OffSec Services Limited"],
            products: [
                "BlackArch Linux", "Kali Linux for Apple Silicon", "Kali Linux", "Kali Linux Purple",
                "Kali Linux ISO 64-bit", "Kali Linux Nethunter",
            ],
            fileNames: ["eicar.com"], dataSources: ["National Software Reference Library (NSRL)"])
        community = Community(
            timesSubmitted: 1_164_054, uniqueSources: 3557, reputation: 3795, votesHarmless: 2304,
            votesMalicious: 419)
        threatWords = (
            categories: [("virus", 12), ("trojan", 1)], names: [("eicar", 57), ("test", 46), ("file", 34)]
        )
        sandboxes = [
            Sandbox(
                name: "Lastline", category: "malicious", classification: ["MALWARE", "TROJAN"]),
            Sandbox(
                name: "OS X Sandbox", category: "malicious", classification: ["MALWARE", "TROJAN", "EVADER"],
                malwareNames: ["EICAR"], confidence: 52),
            Sandbox(name: "Yomi Hunter", category: "harmless", classification: ["CLEAN"]),
        ]
        yaraRules = [
            DetectionRule("Multi_EICAR_SIM", "Multi_EICAR", author: "Example Security", source: Self.rules),
            DetectionRule(
                "SUSP_Just_EICAR", "gen_suspicious_strings", author: "A. Example", source: Self.rules,
                "A test file; this rule is boring, but it was asked for"),
        ]
        sigmaRules = [
            DetectionRule(
                "User with Privileges Logon", "Sigma Integrated Rule Set (GitHub)", author: "E. Example",
                level: "low", "A logon with special privileges")
        ]
        networkRules = DetectionRule.network.filter { $0.level == "low" }
        note = Note(
            analysis: "EICAR is a test string for antivirus software: no real virus, and harmless.\n",
            source: "palm", verdict: "")
        furtherTags = ["via-tor", "detect-debug-environment", "long-sleeps", "attachment"]
    }

    private static let rules = "https://github.com/example/signature-base"

    /// The file of no bytes: called goodware by an organization, with more than a thousand malicious votes.
    mutating func setEmptyFile() {
        distributors = Distributors(
            distributors: ["Microsoft", "Linux"], products: ["Windows"], fileNames: ["__init__.py"],
            dataSources: ["National Software Reference Library (NSRL)"])
        trustedBy = "Microsoft Corporation"
        community = Community(
            timesSubmitted: 918_852, uniqueSources: 4210, reputation: 2310, votesHarmless: 7156,
            votesMalicious: 1309)
        furtherTags = ["via-tor", "software-collection"]
    }
}
