extension SettingKey {
    /// The names of the settings that a running daemon takes over when it reads them again. All others are
    /// those of its start: folders, connections, waits.
    package static let reloaded: Set<String> = [
        "list.hashesMax", "list.commentMax", "list.options",
        "reports.vendors", "reports.maliciousFrom", "reports.suspiciousFrom", "reports.htmlRowsMax",
        "reports.csvByteOrderMark", "reports.json", "reports.stix",
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
