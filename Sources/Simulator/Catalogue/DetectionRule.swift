/// Rule of other people's making that a simulated file trips: by its bytes, its behaviour or its traffic.
struct DetectionRule: Hashable, Sendable {
    /// The rule's name, title or message.
    var name: String
    /// Its set, or the class of what it finds.
    var group: String
    var author: String
    var source: String
    /// Sigma's and the network rules' word.
    var level: String
    var description: String

    init(
        _ name: String, _ group: String, author: String = "", source: String = "", level: String = "",
        _ description: String = ""
    ) {
        self.name = name
        self.group = group
        self.author = author
        self.source = source
        self.level = level
        self.description = description
    }

    /// Rules on a file's bytes.
    static let yara = [
        DetectionRule(
            "SIM_Packed_Section_Names", "sim_packers", author: "A. Example",
            source: "https://github.com/example/yara-rules", "Section names of a common packer"),
        DetectionRule(
            "SIM_Loader_Api_Hashing", "sim_loaders", author: "B. Example | Example Labs",
            source: "https://github.com/example/yara-rules", "Resolves functions by the hashes of their names"
        ),
        DetectionRule(
            "SIM_Stealer_Strings", "sim_stealers", author: "C. Example (@example)",
            source: "https://github.com/example-labs/detection", "Paths of browsers' password stores"),
        DetectionRule(
            "SUSP_SIM_Entropy", "sim_generic", author: "A. Example",
            source: "https://github.com/example/yara-rules"),
        DetectionRule(
            "SIM_Certificate_Of_Known_Abuse", "sim_certificates", author: "D. Example",
            source: "https://github.com/example-labs/detection", "Signed by a certificate that was abused"),
    ]

    /// Rules on what a file did in a sandbox; the last two are tripped by installers too.
    static let sigma = [
        DetectionRule(
            "Shadow Copies Deletion Using Operating Systems Utilities", sigmaSet, author: "E. Example",
            level: "critical", "Shadow copies storage deletion by operating system utilities"),
        DetectionRule(
            "Suspicious Program Location With Network Connections", sigmaSet, author: "F. Example",
            level: "high", "Programs with network connections running in suspicious locations"),
        DetectionRule(
            "Registry Persistence By A Run Key", sigmaSet, author: "E. Example", level: "medium",
            "A program makes itself start with the user's session"),
        DetectionRule(
            "Creation Of An Executable By An Executable", sigmaSet, author: "G. Example", level: "low",
            "The creation of an executable by another executable"),
    ]

    private static let sigmaSet = "Sigma Integrated Rule Set (GitHub)"

    /// Rules on the traffic that a sandbox recorded.
    static let network = [
        DetectionRule(
            "SIM MALWARE Loader CnC Checkin", "A Network Trojan was detected",
            source: "Simulated Emerging Threats Open", level: "high"),
        DetectionRule(
            "SIM POLICY External IP Lookup", "Potential Corporate Privacy Violation",
            source: "Simulated Emerging Threats Open", level: "medium"),
        DetectionRule(
            "(tcp) experimental TCP options found", "protocol-command-decode",
            source: "Snort registered user ruleset", level: "low"),
        DetectionRule(
            "SIM INFO Observed DNS Query to .example Domain", "Misc activity",
            source: "Simulated Emerging Threats Open", level: "info"),
    ]
}
