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
        for name in SettingKey.reloaded { settings.texts[name] = new.texts[name] }
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
        /// What was made of the settings that hold from now on; nil if none of them is another one.
        package var options: Options?
        /// The names of the settings that were taken over.
        package var taken: [String]
        /// All that differ from what runs and take effect at the next start only, whenever they were changed.
        package var left: [String]
        /// Those that did before this reload and are again what runs.
        package var restored: [String]
    }

    package private(set) var current: HashdropSettings
    /// What was left to the next start at the last reload.
    private var left: [String] = []

    /// - Parameter start: the settings of the daemon's start.
    package init(_ start: HashdropSettings) { current = start }

    /// Takes over what a running daemon can of `new`, all of it or, if `check` or `options` throws, nothing.
    ///
    /// - Parameters:
    ///   - check: throws what the next start would refuse `new` for, also where it is no setting that is
    ///     taken over: what is told only after a restart is told too late.
    ///   - options: what is made of the settings that hold from now on.
    /// - Returns: nil if `new` is what runs, and was so at the last reload.
    package mutating func reload<Options: Sendable>(
        _ new: HashdropSettings, check: (HashdropSettings) throws -> Void,
        options: (HashdropSettings) throws -> Options
    ) throws -> Change<Options>? {
        try check(new)
        let taken = current.takingOver(new)
        let names = taken.differences(from: current)
        let waiting = new.differences(from: taken)
        let restored = left.filter { !waiting.contains($0) }
        guard !(names + waiting + restored).isEmpty else { return nil }
        let made: Options? = try names.isEmpty ? nil : options(taken)
        let change = Change<Options>(options: made, taken: names, left: waiting, restored: restored)
        (current, left) = (taken, waiting)
        return change
    }
}
