extension SettingsLoader {
    /// The settings of the verdict cache.
    func cache() throws -> HashdropSettings.Cache {
        .init(
            maxAge: try duration("cache.maxAge"), unknownMaxAge: try duration("cache.unknownMaxAge"),
            freshness: .init(
                unknown: try durationIfAny("cache.freshness.unknown"),
                new: try durationIfAny("cache.freshness.new"),
                newFor: try duration("cache.freshness.newFor"),
                suspicious: try durationIfAny("cache.freshness.suspicious"),
                settledMalicious: try durationIfAny("cache.freshness.settledMalicious"),
                settledClean: try durationIfAny("cache.freshness.settledClean")),
            keep: try duration("cache.keep"))
    }

    /// A duration that has no default.
    private func durationIfAny(_ name: String) throws -> Duration? {
        text(name).isEmpty ? nil : try duration(name)
    }
}
