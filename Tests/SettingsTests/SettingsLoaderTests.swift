import Foundation
import Settings
import TestSupport
import Testing

struct SettingsLoaderTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func withoutAnythingEverySettingHasItsDefault() async throws {
        let settings = try await SettingsLoader.load(path: nil, environment: [:])
        #expect(settings.virusTotal.requestsPerMinute == 4)
        #expect(settings.virusTotal.requestsPerDay == 500)
        #expect(settings.cache.maxAge == .seconds(86_400))
        #expect(settings.list.bytesMax == 64 << 20)
        #expect(settings.reports.vendors == ["Fortinet"])
        #expect(settings.virusTotal.apiKeyFile == nil)
    }

    @Test func theShippedFileShowsEveryKeyWithItsDefault() async throws {
        let path = Self.root.appending(path: "config/hashdrop.yaml").path(percentEncoded: false)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for key in SettingKey.all {
            // A group within a group is commented out as a whole.
            let name = key.name.split(separator: ".").last!
            let shown = ["  \(name): \(key.defaultValue)\n", "  # \(name):", "  #   \(name):"]
            #expect(shown.contains { text.contains($0) }, "\(key.name)")
        }
        #expect(
            try await SettingsLoader.load(path: path, environment: [:])
                == SettingsLoader.load(path: nil, environment: [:]))
    }

    @Test func theDocumentedTableHasEveryKeyWithItsDefaultAndMeaning() throws {
        let readme = try String(contentsOf: Self.root.appending(path: "config/README.md"), encoding: .utf8)
        let documented = readme.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        let expected = SettingKey.all.map { key in
            let value = key.defaultValue.isEmpty ? "" : "`\(key.defaultValue)`"
            return "| `\(key.name)` | \(value) | \(key.meaning) |"
        }
        #expect(documented == expected)
    }

    @Test(arguments: [
        "", "\n\n", "# spool: x\n", "---\n# all by default\n", "~\n", "null", "spool:\n  # poll: 7s\nweb:\n",
    ])
    func aFileThatSetsNothingMeansTheDefaults(text: String) async throws {
        let folder = TemporaryFolder()
        try Data(text.utf8).write(to: folder.url.appending(path: "a.yaml"))
        let environment = ["HASHDROP_SPOOL_QUIET_PERIOD": "500ms"]
        #expect(
            try await SettingsLoader.load(path: folder.path("a.yaml"), environment: environment)
                == SettingsLoader.load(path: nil, environment: environment))
    }

    @Test(arguments: ["spool", "''", "- spool\n- web\n", "7", "[]"])
    func aFileThatIsNoMappingIsRefusedInOneSentence(text: String) async throws {
        let folder = TemporaryFolder()
        try Data(text.utf8).write(to: folder.url.appending(path: "a.yaml"))
        let error = await #expect(throws: SettingsError.self) {
            try await SettingsLoader.load(path: folder.path("a.yaml"), environment: [:])
        }
        #expect(error?.description.hasSuffix("must be 'key: value' lines; see config/hashdrop.yaml.") == true)
    }

    @Test func theEnvironmentGoesOverTheFile() async throws {
        let folder = TemporaryFolder()
        try Data("spool:\n  quietPeriod: 3s\n  poll: 7s\nreports:\n  vendors: [Fortinet, Microsoft]\n".utf8)
            .write(to: folder.url.appending(path: "a.yaml"))
        let settings = try await SettingsLoader.load(
            path: folder.path("a.yaml"), environment: ["HASHDROP_SPOOL_QUIET_PERIOD": "500ms"])
        #expect(settings.spool.quietPeriod == .milliseconds(500))
        #expect(settings.spool.poll == .seconds(7))
        #expect(settings.reports.vendors == ["Fortinet", "Microsoft"])
    }

    @Test(arguments: [
        ("500ms", 0.5), ("2s", 2), ("1.5h", 5400), ("30m", 1800), ("7d", 604_800), ("2 s", 2),
    ])
    func durationsAreReadAsPeopleWriteThem(text: String, seconds: Double) async throws {
        let settings = try await SettingsLoader.load(
            path: nil, environment: ["HASHDROP_CACHE_MAX_AGE": text])
        #expect(settings.cache.maxAge == .seconds(seconds))
    }

    @Test(arguments: ["", "2", "-1s", "s", "2 weeks", "1e400s", "nans"])
    func whatIsNoDurationIsRefused(text: String) async {
        await #expect(throws: SettingsError.self) {
            try await SettingsLoader.load(path: nil, environment: ["HASHDROP_CACHE_MAX_AGE": text])
        }
    }

    @Test func enginesOfThePolicyAreReadFromTheFileAndTheEnvironment() async throws {
        let folder = TemporaryFolder()
        try Data(
            "verdict:\n  trustedVendors: [Microsoft, ESET-NOD32]\n  trustedFrom: 2\n  engineWords: [A=b=clean]\n"
                .utf8
        ).write(to: folder.url.appending(path: "a.yaml"))
        let verdict = try await SettingsLoader.load(
            path: folder.path("a.yaml"), environment: ["HASHDROP_VERDICT_IGNORED_ENGINES": "Jiangmin,Zoner"]
        ).verdict
        #expect(verdict.trustedVendors == ["Microsoft", "ESET-NOD32"] && verdict.trustedFrom == 2)
        #expect(verdict.ignoredEngines == ["Jiangmin", "Zoner"])
        #expect(verdict.engineWords.map(\.engine) == ["A=b"] && verdict.engineWords[0].word == "clean")
    }

    @Test(arguments: [
        ["ENGINE_WORDS": "Jiangmin"], ["ENGINE_WORDS": "Jiangmin=harmless"], ["ENGINE_WORDS": "=clean"],
        ["TRUSTED_VENDORS": "A", "IGNORED_ENGINES": "a"],
        ["IGNORED_ENGINES": "A", "ENGINE_WORDS": "B=clean,A=clean"], ["IGNORED_ENGINES": "A,A"],
        ["TRUSTED_VENDORS": "A", "TRUSTED_FROM": "2"], ["TRUSTED_FROM": "0"],
    ])
    func aPolicyThatContradictsItselfIsRefused(settings: [String: String]) async {
        let environment = Dictionary(
            uniqueKeysWithValues: settings.map { ("HASHDROP_VERDICT_\($0.key)", $0.value) })
        await #expect(throws: SettingsError.self) {
            try await SettingsLoader.load(path: nil, environment: environment)
        }
    }

    @Test func agesByKindAreAGroupOfTheirOwn() async throws {
        let unset = try await SettingsLoader.load(path: nil, environment: [:]).cache.freshness
        #expect(unset.newFor == .seconds(2 * 86_400))
        #expect(unset.unknown == nil && unset.settledMalicious == nil && unset.settledClean == nil)
        let folder = TemporaryFolder()
        try Data("cache:\n  maxAge: 12h\n  freshness:\n    settledClean: 14d\n    new: 6h\n".utf8)
            .write(to: folder.url.appending(path: "a.yaml"))
        let settings = try await SettingsLoader.load(
            path: folder.path("a.yaml"), environment: ["HASHDROP_CACHE_FRESHNESS_SUSPICIOUS": "1h"])
        let freshness = settings.cache.freshness
        #expect(settings.cache.maxAge == .seconds(43_200))
        #expect(freshness.settledClean == .seconds(14 * 86_400) && freshness.new == .seconds(21_600))
        #expect(freshness.suspicious == .seconds(3_600) && freshness.settledMalicious == nil)
        try Data("cache:\n  freshness:\n    settled: 14d\n".utf8)
            .write(to: folder.url.appending(path: "b.yaml"))
        await #expect(throws: SettingsError.self) {
            try await SettingsLoader.load(path: folder.path("b.yaml"), environment: [:])
        }
    }

    @Test func theSharedDatabaseIsNoneByDefaultAndAPostgreSQLsElse() async throws {
        func shared(_ environment: [String: String]) async throws -> HashdropSettings.Shared {
            try await SettingsLoader.load(path: nil, environment: environment).shared
        }
        let none = try await shared([:])
        #expect(none.database == nil && none.passwordFile == nil && none.site == nil)
        let url = "postgresql://a@db.example.org/hashdrop"
        let own = try await shared([
            "HASHDROP_SHARED_DATABASE": url, "HASHDROP_SHARED_SITE": "fs-1.example_org",
        ])
        #expect(own.database == url && own.site == "fs-1.example_org")
        #expect(none.whenAway == .wait && own.whenAway == .wait && own.sliceShare == 10)
        let slices = try await shared([
            "HASHDROP_SHARED_WHEN_AWAY": "slice", "HASHDROP_SHARED_SLICE_SHARE": "25",
        ])
        #expect(slices.whenAway == .slice && slices.sliceShare == 25)
        for (name, value) in [("WHEN_AWAY", "Wait"), ("SLICE_SHARE", "0"), ("SLICE_SHARE", "101")] {
            await #expect(throws: SettingsError.self) { try await shared(["HASHDROP_SHARED_\(name)": value]) }
        }
        let error = await #expect(throws: SettingsError.self) {
            try await shared(["HASHDROP_SHARED_DATABASE": "mysql://a:secret@db.example.org/hashdrop"])
        }
        #expect(error?.description.contains("secret") == false)
        for name in ["a b", "söte", "a/b", String(repeating: "a", count: 256)] {
            await #expect(throws: SettingsError.self) { try await shared(["HASHDROP_SHARED_SITE": name]) }
        }
    }

    @Test func whatListsMaySetIsNamedInFull() async throws {
        func options(_ text: String) async throws -> [String] {
            try await SettingsLoader.load(path: nil, environment: ["HASHDROP_LIST_OPTIONS": text]).list
                .options
        }
        #expect(try await options("title,fresh") == ["title", "fresh"])
        #expect(try await options("none") == [])
        for text in ["title,colour", "none,title", "Title"] {
            await #expect(throws: SettingsError.self) { try await options(text) }
        }
        let unset = try await SettingsLoader.load(path: nil, environment: [:]).list.options
        #expect(!unset.contains("fresh") && unset.count == 7)
    }

    /// What the comments of the shipped file recommend is what it would take.
    @Test func theRecommendedAgesAreSettings() async throws {
        let path = Self.root.appending(path: "config/hashdrop.yaml").path(percentEncoded: false)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let group = lines.drop { $0 != "  # freshness:" }.dropFirst().prefix { $0.hasPrefix("  #   ") }
        let folder = TemporaryFolder()
        let text = "cache:\n  freshness:\n" + group.map { "  \($0.dropFirst(4))\n" }.joined()
        try Data(text.utf8).write(to: folder.url.appending(path: "a.yaml"))
        let settings = try await SettingsLoader.load(path: folder.path("a.yaml"), environment: [:])
        #expect(settings.cache.freshness.settledMalicious == .seconds(30 * 86_400))
        #expect(settings.cache.freshness.new == .seconds(21_600))
    }

    @Test(arguments: ["0", "-5MiB", "MiB", "9999999999999GiB", "5 apples"])
    func whatIsNoSizeIsRefused(text: String) async {
        await #expect(throws: SettingsError.self) {
            try await SettingsLoader.load(path: nil, environment: ["HASHDROP_LIST_BYTES_MAX": text])
        }
    }

    /// A name is proposed where few letters differ, and none of another meaning.
    @Test(
        arguments: [
            ("spool.quitePeriod", "spool.quietPeriod"), ("spool.Poll", "spool.poll"),
            ("spool.pol", "spool.poll"),
            ("spol", "spool"), ("report.stix", "reports.stix"), ("spool.colour", nil),
            ("reports.colour", nil),
            ("port", nil), ("virustotal.x", nil),
        ] as [(String, String?)])
    func whatIsProposedForAnUnknownName(_ name: String, _ meant: String?) {
        let known = SettingKey.all.map(\.name) + ["spool", "reports", "virustotal"]
        #expect(SettingsLoader.nearest(to: name, among: known) == meant)
    }

    @Test func anotherProgramsVariableIsLikeNoSetting() {
        let unknown = SettingsLoader.unknownVariables(
            in: ["HASHDROP_PORT": "tcp://10.0.0.1", "HASHDROP_SPOOL_POL": "2s", "PATH": "/bin"])
        #expect(unknown.map { $0.name } == ["HASHDROP_PORT", "HASHDROP_SPOOL_POL"])
        #expect(unknown.map { $0.nearest } == [nil, "HASHDROP_SPOOL_POLL"])
    }

    /// A value that each shape allows and no setting has by default.
    private static func other(_ key: SettingKey) -> String? {
        switch key.name {
        case "reports.maliciousFrom": return "17"
        case "log.level": return "debug"
        case "log.format": return "json"
        case "web.listen": return "127.0.0.1:8099"
        case "virustotal.proxy": return "http://proxy.example.org:3128"
        // It must be a file.
        case "virustotal.caFile": return "/etc/passwd"
        case "notify.webhookFormat": return "teams"
        case "shared.whenAway": return "slice"
        case "shared.database": return "postgres://a@db.example.org/hashdrop"
        case "verdict.engineWords": return "Microsoft=suspicious"
        case "notify.events": return "done"
        case "list.options": return "title"
        default: break
        }
        switch key.shape {
        case .text, .path: return "other"
        case .integer(let range):
            return "\(range.lowerBound + 1 == Int(key.defaultValue) ? 3 : range.lowerBound + 1)"
        case .duration(let range): return "\(Int(range.lowerBound.components.seconds) + 61)s"
        case .bytes: return "7MiB"
        case .list: return "Microsoft"
        case .flag: return key.defaultValue == "true" ? "false" : "true"
        }
    }

    @Test(arguments: SettingKey.all.map(\.name))
    func aReloadTakesOverWhatTheTableSaysAndNothingElse(name: String) async throws {
        let key = try #require(SettingKey.all.first { $0.name == name })
        let before = try await SettingsLoader.load(path: nil, environment: [:])
        let variable =
            "HASHDROP_"
            + name.reduce(into: "") { out, letter in
                out += letter == "." ? "_" : (letter.isUppercase ? "_" : "") + letter.uppercased()
            }
        let new = try await SettingsLoader.load(
            path: nil, environment: [variable: try #require(Self.other(key))])
        #expect(new.differences(from: before) == [name])
        #expect((before.takingOver(new) != before) == SettingKey.reloaded.contains(name))
    }

    @Test func theDocumentedReloadIsTheTable() throws {
        let readme = try String(contentsOf: Self.root.appending(path: "config/README.md"), encoding: .utf8)
        let sentence = try #require(
            readme.components(separatedBy: "takes over ").dropFirst().first?.components(separatedBy: ".\n")
                .first)
        let named = Set(sentence.split(separator: "`").map(String.init).filter { $0.contains(".") })
        #expect(named == SettingKey.reloaded)
    }
}
