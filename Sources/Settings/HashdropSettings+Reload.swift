extension SettingKey {
    /// The names of the settings that a running daemon takes over when it reads them again. All others are
    /// those of its start: folders, connections, waits.
    package static let reloaded: Set<String> = [
        "list.hashesMax", "list.commentMax", "list.options",
        "reports.vendors", "reports.maliciousFrom", "reports.suspiciousFrom", "reports.htmlRowsMax",
        "reports.csvByteOrderMark", "reports.json", "reports.stix", "reports.lists",
        "verdict.trustedVendors", "verdict.trustedFrom", "verdict.ignoredEngines", "verdict.engineWords",
        "virustotal.requestsPerMinute", "virustotal.requestsPerDay", "virustotal.requestsPerMonth",
        "virustotal.attemptsMax",
        "jobs.openHashesPerUser", "jobs.perUser", "jobs.reportBytesPerUser",
        "log.level",
    ]
}

extension HashdropSettings {
    /// These settings with what a running daemon takes over of `new` (`SettingKey.reloaded`).
    package func takingOver(_ new: HashdropSettings) -> HashdropSettings {
        var settings = self
        settings.list.hashesMax = new.list.hashesMax
        settings.list.commentMax = new.list.commentMax
        settings.list.options = new.list.options
        settings.reports.vendors = new.reports.vendors
        settings.reports.maliciousFrom = new.reports.maliciousFrom
        settings.reports.suspiciousFrom = new.reports.suspiciousFrom
        settings.reports.htmlRowsMax = new.reports.htmlRowsMax
        settings.reports.csvByteOrderMark = new.reports.csvByteOrderMark
        settings.reports.json = new.reports.json
        settings.reports.stix = new.reports.stix
        settings.reports.lists = new.reports.lists
        settings.verdict = new.verdict
        settings.virusTotal.requestsPerMinute = new.virusTotal.requestsPerMinute
        settings.virusTotal.requestsPerDay = new.virusTotal.requestsPerDay
        settings.virusTotal.requestsPerMonth = new.virusTotal.requestsPerMonth
        settings.virusTotal.attemptsMax = new.virusTotal.attemptsMax
        settings.jobs.openHashesPerUser = new.jobs.openHashesPerUser
        settings.jobs.perUser = new.jobs.perUser
        settings.jobs.reportBytesPerUser = new.jobs.reportBytesPerUser
        settings.log.level = new.log.level
        return settings
    }

    /// The names of the settings in which two differ, sorted.
    package func differences(from other: HashdropSettings) -> [String] {
        texts.keys.sorted().filter { texts[$0] != other.texts[$0] }
    }
}

/// The settings that a running daemon works by, and what a reload makes of them.
package struct RunningSettings: Sendable {
    /// What a reload has changed.
    package struct Change<Options: Sendable>: Sendable {
        /// What was made of the settings that hold from now on.
        package var options: Options
        /// The names of the settings that were taken over.
        package var taken: [String]
        /// Those that take effect at the next start only.
        package var left: [String]
    }

    package private(set) var current: HashdropSettings
    /// As the file had them last: what takes effect at the next start is told once.
    private var read: HashdropSettings

    /// - Parameter start: the settings of the daemon's start.
    package init(_ start: HashdropSettings) {
        current = start
        read = start
    }

    /// Takes over what a running daemon can of `new`, all of it or, if `check` or `options` throws, nothing.
    ///
    /// - Parameters:
    ///   - check: throws what the next start would refuse `new` for, also where it is no setting that is
    ///     taken over: what is told only after a restart is told too late.
    ///   - options: what is made of the settings that hold from now on.
    /// - Returns: nil if `new` is what was read before.
    package mutating func reload<Options: Sendable>(
        _ new: HashdropSettings, check: (HashdropSettings) throws -> Void,
        options: (HashdropSettings) throws -> Options
    ) throws -> Change<Options>? {
        try check(new)
        let changed = new.differences(from: read)
        guard !changed.isEmpty else { return nil }
        let taken = current.takingOver(new)
        let change = Change(
            options: try options(taken), taken: changed.filter(SettingKey.reloaded.contains),
            left: changed.filter { !SettingKey.reloaded.contains($0) })
        (current, read) = (taken, new)
        return change
    }
}
