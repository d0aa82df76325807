package import Lookup
import ServiceLifecycle

/// Runs the lookups for the life of the daemon; at the end it waits for the requests in flight.
package struct LookupService: Service {
    private let dispatcher: LookupDispatcher

    package init(dispatcher: LookupDispatcher) { self.dispatcher = dispatcher }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await dispatcher.run()
        } onGracefulShutdown: {
            dispatcher.stop()
        }
    }
}
