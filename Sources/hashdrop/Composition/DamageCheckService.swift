import ServiceLifecycle
import Store

/// Looks through the database for damage while the daemon works, and ends it where it finds some.
struct DamageCheckService: Service {
    let database: HashdropDatabase

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await database.verifyBesideWork() }
        } catch is CancellationError {
            return
        }
        // The end of one service is the end of all.
        try await gracefulShutdown()
    }
}
