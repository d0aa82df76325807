import Lookup
import Model
import Store
import Support
import Synchronization

/// A ledger that several daemons share, by a test's script, before the database's own.
final class ScriptedLedger: LookupLedger {
    /// What the script says of one batch.
    enum Word: Sendable {
        /// The database's own ledger decides.
        case own
        /// Nothing may be sent.
        case wait(LedgerWait)
        /// These hashes are asked by another daemon; the database's own ledger decides of the others.
        case held(Set<FileHash>, Duration)
    }

    struct Batch: Sendable {
        var hashes: [FileHash]
        var at: ClockReading
    }

    private let store: LookupStore
    private let journal: Journal
    private let script: @Sendable (Batch) async -> Word

    /// What was reserved and recorded, for the test.
    final class Journal: Sendable {
        private let state = Mutex((batches: [Batch](), sent: 0, recorded: 0))

        var batches: [Batch] { state.withLock(\.batches) }
        var sent: Int { state.withLock(\.sent) }
        var recorded: Int { state.withLock(\.recorded) }

        fileprivate func note(_ batch: Batch) { state.withLock { $0.batches.append(batch) } }
        fileprivate func noteSent(_ count: Int) { state.withLock { $0.sent += count } }
        fileprivate func noteRecorded(_ count: Int) { state.withLock { $0.recorded += count } }
    }

    init(_ store: LookupStore, _ journal: Journal, script: @escaping @Sendable (Batch) async -> Word) {
        self.store = store
        self.journal = journal
        self.script = script
    }

    nonisolated(nonsending) func reserve(
        _ reservations: [Reservation], at now: ClockReading
    ) async throws -> ReservedLookups {
        let batch = Batch(hashes: reservations.map(\.hash), at: now)
        journal.note(batch)
        var held: Set<FileHash> = []
        var rest = Duration.zero
        switch await script(batch) {
        case .own: break
        case .wait(let wait):
            return ReservedLookups(results: reservations.map { _ in .waits }, wait: wait)
        case .held(let hashes, let time): (held, rest) = (hashes, time)
        }
        let own = try store.reserve(reservations.filter { !held.contains($0.hash) }, at: now)
        journal.noteSent(own.results.count { if case .send = $0 { true } else { false } })
        var results = own.results[...]
        return ReservedLookups(
            results: reservations.map { reservation in
                held.contains(reservation.hash) ? .held(rest) : results.removeFirst()
            })
    }

    nonisolated(nonsending) func record(
        _ outcomes: [LookupOutcome], inFlight: Set<FileHash>
    ) async throws -> RecordedOutcomes {
        let recorded = try store.record(outcomes, inFlight: inFlight)
        journal.noteRecorded(outcomes.count)
        return recorded
    }
}
