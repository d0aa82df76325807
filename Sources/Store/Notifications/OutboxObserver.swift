import GRDB
import Synchronization

/// Observer of the outbox: says so when a transaction of this process has queued notifications.
final class OutboxObserver: TransactionObserver, Sendable {
    private let onQueued: @Sendable () -> Void
    private let hasQueued = Atomic<Bool>(false)

    init(onQueued: @escaping @Sendable () -> Void) { self.onQueued = onQueued }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool {
        if case .insert(let table) = eventKind { table == "notification" } else { false }
    }

    func databaseDidChange(with event: DatabaseEvent) {
        hasQueued.store(true, ordering: .relaxed)
        // One is enough.
        stopObservingDatabaseChangesUntilNextTransaction()
    }

    func databaseDidCommit(_ db: Database) {
        if hasQueued.exchange(false, ordering: .relaxed) { onQueued() }
    }

    func databaseDidRollback(_ db: Database) { hasQueued.store(false, ordering: .relaxed) }
}

extension NotificationStore {
    /// Calls `onQueued` after each transaction of this process that has queued notifications, for as long as
    /// the database is open. It is called with the writer held: it must only wake somebody.
    package func observe(_ onQueued: @escaping @Sendable () -> Void) {
        pool.pool.add(transactionObserver: OutboxObserver(onQueued: onQueued), extent: .databaseLifetime)
    }
}
