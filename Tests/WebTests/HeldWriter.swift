import Foundation
import GRDB

@testable import Store

/// Hold on a database's one writer, as by a transaction that takes long, on a thread of its own until it is
/// released.
final class HeldWriter: Sendable {
    private let gate = Gate()

    init(of database: HashdropDatabase) {
        Thread.detachNewThread { [gate] in
            // Nothing is written that could fail.
            try? database.pool.write { _ in gate.pass() }
        }
    }

    var isHeld: Bool { gate.waiting == 1 }
    func release() { gate.open() }
}
