import NIOCore
import Synchronization

/// Registry of the connections that a fault keeps waiting, so that shutdown can close them.
final class HeldConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Waits until the connection is closed: by the client, after `seconds`, or by `closeAll`.
    func hold(_ channel: any Channel, seconds: Double) async throws {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.channels[ObjectIdentifier(channel)] = channel }
            return state.isClosed
        }
        if isClosed { channel.close(promise: nil) }
        let limit = channel.eventLoop.scheduleTask(in: .milliseconds(Int64(seconds * 1000))) {
            channel.close(promise: nil)
        }
        defer {
            limit.cancel()
            state.withLock { state in _ = state.channels.removeValue(forKey: ObjectIdentifier(channel)) }
        }
        try await channel.closeFuture.get()
    }

    /// Closes all held connections, and from now on every one that would be held.
    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return state.channels.values.map { $0 }
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
