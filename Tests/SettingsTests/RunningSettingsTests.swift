import Settings
import Testing

/// What a reload takes over, tells of and refuses.
struct RunningSettingsTests {
    private struct Refused: Error {}

    private func settings(_ environment: [String: String] = [:]) async throws -> HashdropSettings {
        try await SettingsLoader.load(path: nil, environment: environment)
    }

    /// Reloads without a check, into the requests of a day.
    private func reload(
        _ running: inout RunningSettings, _ new: HashdropSettings
    ) throws -> RunningSettings.Change<Int>? {
        try running.reload(new, check: { _ in }, options: { $0.virusTotal.requestsPerDay })
    }

    /// Whether a reload is refused by what it is given.
    private func refuses(
        _ running: inout RunningSettings, _ new: HashdropSettings,
        check: (HashdropSettings) throws -> Void = { _ in },
        options: (HashdropSettings) throws -> Int = { $0.virusTotal.requestsPerDay }
    ) throws -> Bool {
        do {
            _ = try running.reload(new, check: check, options: options)
            return false
        } catch is Refused {
            return true
        }
    }

    @Test func whatARunningDaemonCanTakeOverIsTakenAndTheRestIsNamed() async throws {
        var running = RunningSettings(try await settings())
        let new = try await settings([
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "77", "HASHDROP_SPOOL_POLL": "9s",
        ])
        let first = try reload(&running, new)
        let change = try #require(first)
        #expect(change.options == 77)
        #expect(change.taken == ["virustotal.requestsPerDay"])
        #expect(change.left == ["spool.poll"])
        #expect(running.current.spool.poll != new.spool.poll)
        // It still does not run by the file.
        let second = try reload(&running, new)
        let again = try #require(second)
        #expect(again.options == nil && again.taken.isEmpty)
        #expect(again.left == ["spool.poll"])
    }

    /// Each file in turn is compared with what runs, and not with the file before it.
    @Test func aReloadTellsHowTheFileDiffersFromWhatRuns() async throws {
        var running = RunningSettings(try await settings())
        let files: [(file: [String: String], taken: [String], left: [String], restored: [String])] = [
            (["HASHDROP_SPOOL_POLL": "9s"], [], ["spool.poll"], []),
            (
                ["HASHDROP_SPOOL_POLL": "9s", "HASHDROP_VIRUSTOTAL_CONNECTIONS": "3"], [],
                ["spool.poll", "virustotal.connections"], []
            ),
            (["HASHDROP_VIRUSTOTAL_CONNECTIONS": "3"], [], ["virustotal.connections"], ["spool.poll"]),
            (
                ["HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "77"], ["virustotal.requestsPerDay"], [],
                ["virustotal.connections"]
            ),
            ([:], ["virustotal.requestsPerDay"], [], []),
        ]
        for step in files {
            let new = try await settings(step.file)
            let reloaded = try reload(&running, new)
            let change = try #require(reloaded, "\(step.file)")
            #expect(change.taken == step.taken, "\(step.file)")
            #expect(change.left == step.left, "\(step.file)")
            #expect(change.restored == step.restored, "\(step.file)")
            #expect((change.options == nil) == step.taken.isEmpty)
        }
        let last = try await settings()
        let none = try reload(&running, last)
        #expect(none == nil)
    }

    /// The check sees settings that are not taken over, too: the daemon would not come back after its next
    /// end.
    @Test(arguments: [
        ["HASHDROP_NOTIFY_PAGE": "hashdrop.example.org"],
        ["HASHDROP_NOTIFY_PAGE": "hashdrop.example.org", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "77"],
        ["HASHDROP_METRICS_LISTEN": "here"], ["HASHDROP_WEB_LISTEN": "8080"],
    ])
    func whatTheNextStartWouldRefuseChangesNothing(environment: [String: String]) async throws {
        let start = try await settings()
        var running = RunningSettings(start)
        let new = try await settings(environment)
        for _ in 0..<2 {
            let isRefused = try refuses(
                &running, new,
                check: { checked in
                    #expect(checked == new)
                    throw Refused()
                })
            #expect(isRefused)
            #expect(running.current == start)
        }
        // The mended file is compared with what holds, and not with what was refused.
        let mended = try await settings(["HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "78"])
        let change = try reload(&running, mended)
        #expect(change?.taken == ["virustotal.requestsPerDay"])
    }

    @Test func whatCannotBeMadeIntoOptionsChangesNothing() async throws {
        let start = try await settings()
        var running = RunningSettings(start)
        let new = try await settings(["HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "77"])
        let isRefused = try refuses(&running, new, options: { _ in throw Refused() })
        #expect(isRefused)
        #expect(running.current == start)
        let change = try reload(&running, new)
        #expect(change != nil)
    }

    /// A file that a setting names may have gone while the settings stayed.
    @Test func whatHasNotChangedIsCheckedToo() async throws {
        let start = try await settings()
        var running = RunningSettings(start)
        let isRefused = try refuses(&running, start, check: { _ in throw Refused() })
        #expect(isRefused)
    }
}
