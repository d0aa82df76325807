import Configuration
import Foundation
import Support
import SystemPackage
import Yams

/// Reads the settings: the environment first, then the file, then the defaults.
package struct SettingsLoader {
    let reader: ConfigReader
    private let source: String
    private let environment: [String: String]

    /// - Parameters:
    ///   - path: the configuration file; nil for none.
    ///   - environment: variables that begin with `HASHDROP_` are settings.
    /// - Throws: `SettingsError`.
    package static func load(path: String?, environment: [String: String]) async throws -> HashdropSettings {
        try await SettingsLoader(path: path, environment: environment).settings()
    }

    private init(path: String?, environment: [String: String]) async throws {
        let variables = EnvironmentVariablesProvider(environmentVariables: environment)
            .prefixKeys(with: "hashdrop")
        self.environment = environment
        for key in SettingKey.removed where environment[Self.variable(key.name)] != nil {
            throw SettingsError("The environment sets \(Self.variable(key.name)): \(key.instead).")
        }
        guard let path else {
            reader = ConfigReader(provider: variables)
            source = "the environment"
            return
        }
        source = path
        guard try Self.checkKeys(path: path) else {
            reader = ConfigReader(provider: variables)
            return
        }
        let file: FileProvider<YAMLSnapshot>
        do {
            file = try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
        } catch {
            throw SettingsError("The configuration '\(path)' cannot be read: \(Self.words(of: error)).")
        }
        reader = ConfigReader(providers: [variables, file])
    }

    // MARK: Keys

    /// Variables that look like settings and are none, each with the setting's variable that is meant, as far
    /// as one is near.
    ///
    /// No reason to refuse: an orchestrator may set some of its own (`HASHDROP_PORT` for a service of that
    /// name).
    package static func unknownVariables(
        in environment: [String: String], except known: Set<String> = []
    ) -> [(name: String, nearest: String?)] {
        let settings = SettingKey.all.map { variable($0.name) }
        return environment.keys.sorted()
            .filter { $0.hasPrefix("HASHDROP_") && !known.contains($0) && !settings.contains($0) }
            .map { name in (name, nearest(to: name, among: settings)) }
    }

    /// - Returns: whether the file sets anything at all.
    private static func checkKeys(path: String) throws -> Bool {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw SettingsError(
                "The configuration file '\(path)' cannot be read "
                    + "(\((error as NSError).localizedDescription)); name another with --config, "
                    + "or copy config/hashdrop.yaml there.")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw SettingsError("The configuration '\(path)' is no YAML\(place(of: error)).")
        }
        guard let root, !isNothing(root) else { return false }
        guard case .mapping(let mapping) = root else {
            throw SettingsError(
                "The configuration '\(path)' must be 'key: value' lines; see config/hashdrop.yaml.")
        }
        try check(mapping, prefix: "", path: path)
        return true
    }

    private static func check(_ mapping: Node.Mapping, prefix: String, path: String) throws {
        for (key, value) in mapping {
            let name = prefix + (key.string ?? "?")
            let place = "The configuration '\(path)', line \(key.mark?.line ?? 0): "
            if name == "virustotal.apiKey" {
                throw SettingsError(
                    place
                        + "the key itself does not belong here; put it into a file that only hashdrop can "
                        + "read and name that as 'virustotal.apiKeyFile'.")
            }
            if let removed = SettingKey.removed.first(where: { $0.name == name }) {
                throw SettingsError(place + "'\(name)': \(removed.instead).")
            }
            if let known = SettingKey.all.first(where: { $0.name == name }) {
                guard (known.shape == .list) == (value.sequence != nil), value.mapping == nil else {
                    throw SettingsError(
                        place
                            + "'\(name)' must be "
                            + "\(known.shape == .list ? "a list, [like, this]" : "one value")."
                    )
                }
            } else if value.mapping != nil || isNothing(value),
                SettingKey.all.contains(where: { $0.name.hasPrefix(name + ".") })
            {
                if let inner = value.mapping { try check(inner, prefix: name + ".", path: path) }
            } else {
                // A whole section may be misspelt.
                let sections = SettingKey.all.compactMap {
                    $0.name.split(separator: ".").first.map(String.init)
                }
                let meant = nearest(to: name, among: SettingKey.all.map(\.name) + sections)
                throw SettingsError(
                    place + "there is no setting '\(name)'; "
                        + (meant.map { "did you mean '\($0)'?" } ?? "take it out."))
            }
        }
    }

    /// Of the letters behind the beginning that two names share, one in so many may be wrong.
    private static let lettersPerSlip = 3

    /// The known name that is probably meant; nil if none is near: `spool.colour` is not `spool.poll`.
    package static func nearest(to name: String, among known: [String]) -> String? {
        let near = known.map { ($0, distance($0, name)) }.filter { other, slips in
            let rest = name.count - name.lowercased().commonPrefix(with: other.lowercased()).count
            return slips <= max(1, rest / lettersPerSlip)
        }
        return near.min { $0.1 < $1.1 }?.0
    }

    /// The number of letters to insert, delete or exchange (Levenshtein).
    private static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b.lowercased())
        var row = Array(0...b.count)
        for (i, letter) in a.lowercased().enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let cost = min(row[j + 1] + 1, row[j] + 1, diagonal + (b[j] == letter ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = cost
            }
        }
        return row[b.count]
    }

    // MARK: Values

    private func settings() throws -> HashdropSettings {
        let settings = HashdropSettings(
            spool: .init(
                directory: path("spool.directory")!, quietPeriod: try duration("spool.quietPeriod"),
                quietPeriodWithoutLease: try duration("spool.quietPeriodWithoutLease"),
                safetyScan: try duration("spool.safetyScan"), poll: try duration("spool.poll"),
                waitingFilesMax: try integer("spool.waitingFilesMax"),
                foldersDeepMax: try integer("spool.foldersDeepMax"),
                folderLook: try duration("spool.folderLook"),
                emptyPeriod: try duration("spool.emptyPeriod"),
                hardLinkGrace: try duration("spool.hardLinkGrace")),
            list: .init(
                bytesMax: try bytes("list.bytesMax"), hashesMax: try integer("list.hashesMax"),
                commentMax: try integer("list.commentMax"), options: try listOptions()),
            reports: .init(
                directory: path("reports.directory")!, vendors: try vendors(),
                maliciousFrom: try integer("reports.maliciousFrom"),
                suspiciousFrom: try integer("reports.suspiciousFrom"),
                htmlRowsMax: try integer("reports.htmlRowsMax"),
                csvByteOrderMark: try flag("reports.csvByteOrderMark"), json: try flag("reports.json"),
                stix: try flag("reports.stix"), lists: try flag("reports.lists"),
                partialEvery: try duration("reports.partialEvery")),
            verdict: try verdict(), virusTotal: try virusTotal(), shared: try shared(),
            cache: try cache(),
            web: try web(), jobs: try jobs(), notify: try notify(),
            metrics: .init(
                listen: text("metrics.listen") == "off" ? nil : text("metrics.listen"),
                otherMachines: try flag("metrics.otherMachines")),
            log: .init(level: text("log.level"), format: text("log.format")), texts: texts())
        try checkTogether(settings)
        return settings
    }

    private func jobs() throws -> HashdropSettings.Jobs {
        .init(
            keep: try duration("jobs.keep"), openHashesPerUser: try integer("jobs.openHashesPerUser"),
            perUser: try integer("jobs.perUser"),
            reportBytesPerUser: try bytes("jobs.reportBytesPerUser"))
    }

    func optional(_ name: String) -> String? { text(name).isEmpty ? nil : text(name) }

    private func notify() throws -> HashdropSettings.Notify {
        let events = reader.stringArray(
            forKey: "notify.events", default: ["malicious", "refused", "stuck", "quota"])
        let known = ["done", "malicious", "refused", "stuck", "quota"]
        guard events.allSatisfy(known.contains) else {
            let right = "some of \(known.joined(separator: ", "))"
            throw bad("notify.events", events.joined(separator: ", "), right)
        }
        let format = text("notify.webhookFormat")
        guard ["json", "text", "teams"].contains(format) else {
            throw bad("notify.webhookFormat", format, "json, text or teams")
        }
        return .init(
            hook: list("notify.hook"), hookTimeout: try duration("notify.hookTimeout"),
            webhook: optional("notify.webhook"), webhookFile: path("notify.webhookFile"),
            webhookFormat: format,
            webhookSecretFile: path("notify.webhookSecretFile"), mailServer: optional("notify.mailServer"),
            mailFrom: optional("notify.mailFrom"), mailUser: optional("notify.mailUser"),
            mailPasswordFile: path("notify.mailPasswordFile"), events: events,
            stuckAfter: try duration("notify.stuckAfter"), pageURL: optional("notify.page"))
    }

    private func virusTotal() throws -> HashdropSettings.VirusTotal {
        .init(
            endpoint: text("virustotal.endpoint"), apiKeyFile: path("virustotal.apiKeyFile"),
            user: optional("virustotal.user"),
            requestsPerMinute: try integer("virustotal.requestsPerMinute"),
            requestsPerDay: try integer("virustotal.requestsPerDay"),
            requestsPerMonth: try integer("virustotal.requestsPerMonth"),
            connections: try integer("virustotal.connections"),
            requestTimeout: try duration("virustotal.requestTimeout"),
            bodyBytesMax: try bytes("virustotal.bodyBytesMax"),
            attemptsMax: try integer("virustotal.attemptsMax"), proxy: optional("virustotal.proxy"),
            caFile: path("virustotal.caFile"))
    }

    private func web() throws -> HashdropSettings.Web {
        .init(
            listen: text("web.listen") == "off" ? nil : text("web.listen"),
            publicHosts: list("web.publicHosts"), trustedProxies: list("web.trustedProxies"),
            sessionLifetime: try duration("web.sessionLifetime"),
            sessionIdle: try duration("web.sessionIdle"), connections: try integer("web.connections"))
    }

    private func checkTogether(_ settings: HashdropSettings) throws {
        if settings.reports.suspiciousFrom > settings.reports.maliciousFrom {
            throw SettingsError(
                "reports.suspiciousFrom (\(settings.reports.suspiciousFrom)) must not be above "
                    + "reports.maliciousFrom (\(settings.reports.maliciousFrom)).")
        }
        try checkVerdict(settings.verdict)
        try checkFolders(spool: settings.spool.directory, reports: settings.reports.directory)
        try checkRoute(settings.virusTotal)
        try checkLog(settings.log)
    }

    private func checkLog(_ log: HashdropSettings.Log) throws {
        let words = [
            ("log.level", log.level, ["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            ("log.format", log.format, ["auto", "text", "json"]),
        ]
        for (name, value, known) in words where !known.contains(value) {
            throw bad(name, value, "one of \(known.joined(separator: ", "))")
        }
    }

    private func checkRoute(_ settings: HashdropSettings.VirusTotal) throws {
        if let file = settings.caFile, !FileManager.default.isReadableFile(atPath: file) {
            throw bad("virustotal.caFile", file, "a file of certificates that this account can read")
        }
        guard let proxy = settings.proxy else { return }
        // What libcurl knows (its manual, CURLOPT_PROXY); without a scheme it is http.
        let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
        let url = URLComponents(string: proxy.contains("://") ? proxy : "http://\(proxy)")
        guard let url, schemes.contains(url.scheme?.lowercased() ?? ""), url.host?.isEmpty == false else {
            // Not the value: it may hold a password.
            throw SettingsError(
                "The setting 'virustotal.proxy' is no proxy's URL; it must look like "
                    + "http://proxy.example.org:3128."
            )
        }
    }

    /// Reports in the spool would be picked up, and the spool in the reports be shown to all users.
    private func checkFolders(spool: String, reports: String) throws {
        let (spool, reports) = (spool + "/", reports + "/")
        if spool.hasPrefix(reports) || reports.hasPrefix(spool) {
            throw SettingsError(
                "spool.directory and reports.directory must be two folders, neither inside the other; they "
                    + "are '\(spool)' and '\(reports)'.")
        }
    }

    private func key(_ name: String) -> SettingKey {
        // A name that is not in the table is a programming error, which any test of the loader finds.
        SettingKey.all.first { $0.name == name }!
    }

    private func texts() -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: SettingKey.all.map { key in
                guard key.shape == .list else { return (key.name, text(key.name)) }
                let written = list(key.name)
                return (key.name, written.isEmpty ? key.defaultValue : "[\(written.joined(separator: ", "))]")
            })
    }

    func text(_ name: String) -> String {
        reader.string(forKey: ConfigKey(name), default: key(name).defaultValue)
    }

    /// Relative paths are relative to the current folder, wherever the setting came from.
    func path(_ name: String) -> String? {
        let text = text(name)
        if text.isEmpty { return nil }
        return URL(filePath: text).absoluteURL.standardizedFileURL.path(percentEncoded: false)
    }

    func integer(_ name: String) throws -> Int {
        guard case .integer(let range) = key(name).shape, let value = Int(text(name)), range.contains(value)
        else {
            guard case .integer(let range) = key(name).shape else { preconditionFailure(name) }
            throw bad(name, text(name), "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func duration(_ name: String) throws -> Duration {
        guard case .duration(let range) = key(name).shape, let value = DurationText.duration(text(name)),
            range.contains(value)
        else {
            guard case .duration(let range) = key(name).shape else { preconditionFailure(name) }
            let bounds = "\(SettingValue.text(range.lowerBound)) to \(SettingValue.text(range.upperBound))"
            throw bad(name, text(name), "a duration such as 500ms, 2s, 30m or 24h, from \(bounds)")
        }
        return value
    }

    private func bytes(_ name: String) throws -> Int {
        guard case .bytes(let range) = key(name).shape, let value = SettingValue.bytes(text(name)),
            range.contains(value)
        else {
            throw bad(name, text(name), "a size such as 512KiB or 64MiB")
        }
        return value
    }

    private func flag(_ name: String) throws -> Bool {
        guard let value = Bool(text(name)) else { throw bad(name, text(name), "true or false") }
        return value
    }

    func list(_ name: String) -> [String] {
        reader.stringArray(forKey: ConfigKey(name), default: []).filter { !$0.isEmpty }
    }

    private func vendors() throws -> [String] {
        let vendors = reader.stringArray(forKey: "reports.vendors", default: ["Fortinet"])
        guard (1...4).contains(vendors.count), vendors.allSatisfy({ !$0.isEmpty }),
            Set(vendors).count == vendors.count
        else {
            throw bad("reports.vendors", vendors.joined(separator: ", "), "1 to 4 different engines' names")
        }
        return vendors
    }

    func bad(_ name: String, _ value: String, _ right: String) -> SettingsError {
        let variable = Self.variable(name)
        let place = environment[variable] != nil ? "variable \(variable)" : "setting '\(name)' in '\(source)'"
        return SettingsError("The \(place) is '\(value)'; it must be \(right).")
    }

    /// `spool.quietPeriod` → `HASHDROP_SPOOL_QUIET_PERIOD`.
    static func variable(_ name: String) -> String {
        "HASHDROP_"
            + name.reduce(into: "") { out, letter in
                if letter == "." {
                    out += "_"
                } else {
                    if letter.isUppercase { out += "_" }
                    out += letter.uppercased()
                }
            }
    }
}
