/// What the daemon is asked for at a scrape and by a health check.
///
/// Each is waited for for half a second at most, and is not asked again before it has answered.
package struct MonitoringQueries: Sendable {
    package var state: @Sendable () async -> DaemonState
    /// The parts of the pipeline that no longer turn, by name; must not wait for any of them.
    package var stuckParts: @Sendable () async -> [String]

    package init(
        state: @escaping @Sendable () async -> DaemonState,
        stuckParts: @escaping @Sendable () async -> [String]
    ) {
        self.state = state
        self.stuckParts = stuckParts
    }
}
