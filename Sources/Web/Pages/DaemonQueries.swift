package import Model
import Support

/// Questions of the page to the rest of the daemon; `Services` gives the answers.
package struct DaemonQueries: Sendable {
    /// How far the running jobs are from their end.
    package var estimates: @Sendable () async -> [JobID: JobEstimate]
    package var operations: @Sendable () async -> OperationsView
    /// What waits in each user's drop folder, and why.
    package var waiting: @Sendable () async -> [UserName: [WaitingFile]]

    package init(
        estimates: @escaping @Sendable () async -> [JobID: JobEstimate],
        operations: @escaping @Sendable () async -> OperationsView,
        waiting: @escaping @Sendable () async -> [UserName: [WaitingFile]]
    ) {
        self.estimates = estimates
        self.operations = operations
        self.waiting = waiting
    }
}

/// The same questions with a bound, for pages that must not stand still while the lookups wait for the
/// database's writer.
struct BoundedQueries: Sendable {
    let queries: DaemonQueries
    let clock: any ServiceClock

    func estimates() async -> [JobID: JobEstimate] { await bounded(by: clock, queries.estimates) ?? [:] }

    func operations() async -> OperationsView {
        await bounded(by: clock, queries.operations)
            ?? OperationsView(
                waitReason: "The lookups are too busy to say how they are; this page asks again by itself.")
    }

    /// From memory: never waits.
    func waiting() async -> [UserName: [WaitingFile]] { await queries.waiting() }
}
