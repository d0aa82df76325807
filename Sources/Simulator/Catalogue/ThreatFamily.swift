/// Malware family: its name, its category and its file types.
struct ThreatFamily: Hashable, Sendable {
    var name: String
    /// As in `popular_threat_category`: `trojan`, `ransomware`, `banker` …
    var category: String
    /// The end of Fortinet's name, for example `!tr.ransom`.
    var fortinetSuffix: String
    var types: [FileType]

    /// The name with a capital first letter.
    var title: String { name.prefix(1).uppercased() + name.dropFirst() }

    /// The made-up files' family of this name.
    static func named(_ name: String) -> ThreatFamily? { all.first { $0.name == name } }

    static let all: [ThreatFamily] = [
        .init("emotet", "banker", "!tr", [.windowsLibrary, .windowsProgram]),
        .init("qakbot", "banker", "!tr", [.windowsLibrary]),
        .init("trickbot", "banker", "!tr", [.windowsProgram, .windowsLibrary]),
        .init("dridex", "banker", "!tr", [.windowsLibrary]),
        .init("icedid", "banker", "!tr", [.windowsLibrary, .windows64Program]),
        .init("zbot", "banker", "!tr.spy", [.windowsProgram]),
        .init("ursnif", "banker", "!tr.spy", [.windowsProgram]),
        .init("formbook", "trojan", "!tr", [.windowsProgram, .dotNetProgram]),
        .init("agenttesla", "trojan", "!tr.spy", [.dotNetProgram]),
        .init("redline", "trojan", "!tr.spy", [.dotNetProgram, .windowsProgram]),
        .init("lokibot", "trojan", "!tr.pws", [.windowsProgram]),
        .init("vidar", "trojan", "!tr.pws", [.windowsProgram, .windows64Program]),
        .init("lummastealer", "trojan", "!tr.pws", [.windowsProgram, .windows64Program]),
        .init("remcos", "trojan", "!tr.bdr", [.windowsProgram]),
        .init("asyncrat", "trojan", "!tr.bdr", [.dotNetProgram]),
        .init("njrat", "trojan", "!tr.bdr", [.dotNetProgram]),
        .init("cobaltstrike", "trojan", "!tr", [.windows64Program, .windowsLibrary, .powerShell]),
        .init("guloader", "downloader", "!tr.dldr", [.windowsProgram]),
        .init("smokeloader", "downloader", "!tr.dldr", [.windowsProgram]),
        .init("amadey", "downloader", "!tr.dldr", [.windowsProgram]),
        .init("wannacry", "ransomware", "!tr.ransom", [.windowsProgram]),
        .init("lockbit", "ransomware", "!tr.ransom", [.windowsProgram, .windows64Program]),
        .init("stopcrypt", "ransomware", "!tr.ransom", [.windowsProgram]),
        .init("conti", "ransomware", "!tr.ransom", [.windowsLibrary]),
        .init("sality", "virus", "", [.windowsProgram]),
        .init("virut", "virus", "", [.windowsProgram]),
        .init("allaple", "worm", "!worm", [.windowsProgram]),
        .init("vobfus", "worm", "!worm", [.windowsProgram]),
        .init("xmrig", "miner", "", [.windows64Program, .linuxProgram]),
        .init("coinminer", "miner", "", [.windows64Program, .linuxProgram]),
        .init("mirai", "trojan", "!tr", [.linuxProgram]),
        .init("gafgyt", "trojan", "!tr", [.linuxProgram]),
        .init("tsunami", "trojan", "!tr.bdr", [.linuxProgram]),
        .init("valyria", "downloader", "!tr.dldr", [.wordDocument]),
        .init("donoff", "downloader", "!tr.dldr", [.wordDocument, .spreadsheet]),
        .init("agent", "trojan", "!exploit", [.spreadsheet]),
        .init("nemucod", "downloader", "!tr.dldr", [.script]),
        .init("gootkit", "downloader", "!tr.dldr", [.script]),
        .init("cryxos", "phishing", "!phish", [.pdf, .script]),
        .init("boxter", "downloader", "!tr.dldr", [.powerShell]),
        .init("joker", "trojan", "!tr", [.androidPackage]),
        .init("hiddad", "adware", "!tr", [.androidPackage]),
        .init("cerberus", "banker", "!tr", [.androidPackage]),
        .init("installcore", "pua", "", [.windowsProgram]),
        .init("fusioncore", "pua", "", [.windowsProgram]),
    ]

    init(_ name: String, _ category: String, _ fortinetSuffix: String, _ types: [FileType]) {
        self.name = name
        self.category = category
        self.fortinetSuffix = fortinetSuffix
        self.types = types
    }
}
