/// Antivirus engine: its key, its version and the template of its detection names.
struct Engine: Sendable {
    let name: String
    let detectionName: DetectionName
    /// Scans mobile applications only: `type-unsupported` for anything else.
    let isMobile: Bool
    /// An old engine that is no longer updated has an update date of its own.
    let fixedUpdate: [UInt8]?
    /// The row up to the update date, as JSON.
    let rowStart: [UInt8]

    init(
        _ name: String, _ version: String?, _ template: String, isMobile: Bool = false, update: String? = nil
    ) {
        self.name = name
        self.isMobile = isMobile
        detectionName = DetectionName(template)
        fixedUpdate = update.map { Array($0.utf8) }
        rowStart = Self.rowStart(name, version)
    }

    static let fortinetKey = "Fortinet"

    /// The row up to the update date, as JSON: `"Bkav": {"method": "blacklist", … "engine_update": "`.
    static func rowStart(_ name: String, _ version: String?) -> [UInt8] {
        let quoted = version.map { "\"\($0)\"" } ?? "null"
        return Array(
            """
            "\(name)": {"method": "blacklist", "engine_name": "\(name)", "engine_version": \(quoted), \
            "engine_update": "
            """.utf8)
    }

    /// Every engine but Fortinet, in the order of the answer.
    static let all: [Engine] = [
        Engine("Bkav", "2.0.0.1", "W32.AIDetectMalware"),
        Engine("Lionic", "8.16", "Trojan.{P}.{F}.{v}!c"),
        Engine("Elastic", "4.0.215", "malicious (high confidence)"),
        Engine("MicroWorld-eScan", "14.0.409.0", "Trojan.GenericKD.{N}"),
        Engine("CMC", "2.4.2022.1", "Trojan.{P}.{F}!O"),
        Engine("CAT-QuickHeal", "22.00", "Trojan.{F}.S{N}"),
        Engine("Skyhigh", "v2021.2.0+4045", "BehavesLike.{P}.{F}.fc"),
        Engine("McAfee", "6.0.6.653", "{F}-FRV!{H}"),
        Engine("Malwarebytes", "4.5.5.54", "{F}.{C}.Stealer.DDS"),
        Engine("VIPRE", "6.0.0.35", "Trojan.GenericKD.{N}"),
        Engine("Sangfor", "2.22.3.0", "{C}.{P}.{F}.V{v}"),
        Engine("CrowdStrike", "1.0", "win/malicious_confidence_100% (W)", update: "20231026"),
        Engine("BitDefender", "7.2", "Trojan.GenericKD.{N}"),
        Engine("K7GW", "12.223.55142", "Trojan ( 005{v}1 )"),
        Engine("K7AntiVirus", "12.223.55142", "Trojan ( 005{v}1 )"),
        Engine("Baidu", "1.0.0.2", "{P}.Trojan.{F}.a", update: "20190318"),
        Engine("VirIT", "9.5.912", "Trojan.{P}.{F}.{V}"),
        Engine("Symantec", "1.22.0.0", "{C}.{F}!g{v}"),
        Engine("tehtris", "v0.1.4", "Generic.Malware"),
        Engine("ESET-NOD32", "30880", "a variant of {P}/{F}.{V}"),
        Engine("Zoner", "2.2.2.0", "Trojan.{P}.{N}"),
        Engine("APEX", "6.634", "Malicious"),
        Engine("Paloalto", "0.9.0.1003", "generic.ml"),
        Engine("ClamAV", "1.4.2.0", "{P}.{C}.{F}-{N}-0"),
        Engine("Kaspersky", "22.0.1.28", "HEUR:Trojan-{C}.{P}.{F}.gen"),
        Engine("Alibaba", "0.3.0.5", "Trojan{C}:{P}/{F}.{H}", update: "20190527"),
        Engine("NANO-Antivirus", "1.0.170.26436", "Trojan.{P}.{F}.j{v}"),
        Engine("SUPERAntiSpyware", "5.6.0.1032", "Trojan.Agent/Gen-{F}"),
        Engine("Avast", "23.9.8494.0", "{P}:{F}-{V} [Trj]"),
        Engine("Tencent", "1.0.0.1", "{P}.Trojan-{C}.{F}.Ewnw"),
        Engine("Emsisoft", "2024.8.0.61147", "Trojan.GenericKD.{N} (B)"),
        Engine("Google", "1789200034", "Detected"),
        Engine("F-Secure", "18.10.1547.307", "Trojan.TR/{F}.{v}"),
        Engine("DrWeb", "7.0.65.5230", "Trojan.{F}.{N}"),
        Engine("Zillya", "2.0.0.5318", "Trojan.{F}.{P}.{N}"),
        Engine("TrendMicro", "24.550.0.1002", "Trojan.{P}.{F}.SM{V}"),
        Engine("McAfeeD", "1.2.0.7977", "ti!{H}"),
        Engine("SentinelOne", "25.1.1.1", "Static AI - Malicious PE"),
        Engine("Trapmine", "4.0.4.0", "malicious.high.ml.score"),
        Engine("FireEye", "35.47.0.0", "Generic.mg.{H}"),
        Engine("Sophos", "2.5.5.0", "Mal/{F}-{V}"),
        Engine("Ikarus", "6.3.30.0", "Trojan-{C}.{P}.{F}"),
        Engine("Jiangmin", "16.0.100", "Trojan.{C}.{F}.{v}"),
        Engine("Webroot", nil, "W32.Trojan.{F}"),
        Engine("Varist", "6.6.1.3", "W32/{F}.{V}.gen!Eldorado"),
        Engine("Avira", "8.3.3.20", "TR/{F}.{v}"),
        Engine("Antiy-AVL", "3.0", "Trojan[{C}]/{P}.{F}"),
        Engine("Kingsoft", "None", "{P}.Troj.{F}.{v}"),
        Engine("Microsoft", "1.1.25020.1007", "Trojan:{P}/{F}.{V}!MTB"),
        Engine("Gridinsoft", "1.0.210.174", "Trojan.{P}.{F}.bot"),
        Engine("Xcitium", "37557", "Malware@#{v}{f}"),
        Engine("Arcabit", "2022.0.0.18", "Trojan.Generic.D{H}"),
        Engine("ViRobot", "2014.3.20.0", "Trojan.{P}.{F}.{N}"),
        Engine("ZoneAlarm", "6.15-102621959", "Troj/{F}-{V}"),
        Engine("GData", "GD:27.39631AVA:64.28838", "Trojan.GenericKD.{N}"),
        Engine("Cynet", "4.0.3.4", "Malicious (score: 100)"),
        Engine("AhnLab-V3", "3.27.1.10534", "{C}/{P}.{F}.R{N}"),
        Engine("Acronis", "1.2.0.121", "suspicious", update: "20240328"),
        Engine("VBA32", "5.3.2", "BScope.Trojan.{F}"),
        Engine("ALYac", "2.0.0.10", "Trojan.{C}.{F}"),
        Engine("TACHYON", "2025-03-17.01", "Trojan/W32.{F}.{N}"),
        Engine("Cylance", "3.0.0.0", "Unsafe"),
        Engine("TrendMicro-HouseCall", "24.550.0.1002", "Trojan.{P}.{F}.SM{V}"),
        Engine("Rising", "25.0.0.28", "Trojan.{F}!8.{H} (CLOUD)"),
        Engine("Yandex", "5.5.2.24", "Trojan.{F}!{v}"),
        Engine("CTX", "2024.8.29.1", "exe.{C}.{f}"),
        Engine("huorong", nil, "Trojan/{F}.{v}"),
        Engine("MaxSecure", "1.0.0.1", "Trojan.Malware.{N}.susgen"),
        Engine("AVG", "23.9.8494.0", "{P}:{F}-{V} [Trj]"),
        Engine("Panda", "4.6.4.2", "Trj/{F}.{V}"),
        Engine("alibabacloud", "2.2.0", "Trojan:Win/{F}.{v}", update: "20241030"),
        Engine("DeepInstinct", "5.0.0.8", "MALICIOUS"),
        Engine("Cybereason", nil, "malicious.{v}"),
        Engine("Avast-Mobile", "250316-00", "Android:{F}-{V} [Trj]", isMobile: true),
        Engine("SymantecMobileInsight", "2.0", "AppRisk:Generisk", isMobile: true),
        Engine("BitDefenderFalx", "2.0.936", "Android.Trojan.{F}.{V}", isMobile: true),
        Engine("Trustlook", "1.0", "Android.Malware.General (score:9)", isMobile: true),
    ]
}
