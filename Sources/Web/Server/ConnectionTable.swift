import Synchronization

/// Table of the open connections, which decides whose connection gives way when there are too many.
///
/// A connection that waits for its client (for a request, or for the rest of one) gives way to a new one:
/// the longest unused of the same client when that has its share, and of the client with the most
/// connections when the page is nearly full. So connections that are only held open keep no client out.
final class ConnectionTable: Sendable {
    /// Which connection it is, in the order of their opening.
    typealias ID = Int

    fileprivate struct Entry {
        let client: Client
        /// When it began to wait for its client, as a count of such moments; nil while it is worked for.
        var idleSince: Int?
        let close: @Sendable () -> Void
    }

    fileprivate enum Client: Hashable {
        /// The programs of this machine, to whom all of 127.0.0.0/8 belongs.
        case loopback
        case network([UInt8])
        /// A proxy, behind which all clients have the same address.
        case proxy
    }

    fileprivate struct State {
        var entries: [ID: Entry] = [:]
        var nextID = 0
        var moment = 0
    }

    private let limits: ConnectionLimits
    private let proxies: Set<NetworkAddress>
    private let state = Mutex(State())

    init(limits: ConnectionLimits, proxies: Set<NetworkAddress>) {
        self.limits = limits
        self.proxies = proxies
    }

    /// Enters a new connection, which waits for its first request.
    ///
    /// - Parameter close: closes the connection, from any thread; called if it has to give way.
    /// - Returns: nil if the client has its share and all of it is worked for.
    func add(_ address: NetworkAddress, close: @escaping @Sendable () -> Void) -> ID? {
        let client = client(address)
        let (id, closing) = state.withLock { state -> (ID?, [Entry]) in
            var closing: [Entry] = []
            let own = state.entries.count { $0.value.client == client }
            if client != .proxy, own >= limits.connectionsPerAddressMax {
                guard let entry = state.removeLongestIdle(of: client) else { return (nil, []) }
                closing.append(entry)
            }
            if state.entries.count + 1 >= limits.connectionsMax, let largest = state.largestClient,
                let entry = state.removeLongestIdle(of: largest)
            {
                closing.append(entry)
            }
            let id = state.nextID
            state.nextID += 1
            state.moment += 1
            state.entries[id] = Entry(client: client, idleSince: state.moment, close: close)
            return (id, closing)
        }
        for entry in closing { entry.close() }
        return id
    }

    /// Notes whether a connection is worked for, or waits for its client.
    func set(_ id: ID, isWorkedFor: Bool) {
        state.withLock { state in
            guard let entry = state.entries[id], (entry.idleSince == nil) != isWorkedFor else { return }
            state.moment += 1
            state.entries[id]?.idleSince = isWorkedFor ? nil : state.moment
        }
    }

    /// Removes a connection that is closed.
    func remove(_ id: ID) {
        state.withLock { _ = $0.entries.removeValue(forKey: id) }
    }

    private func client(_ address: NetworkAddress) -> Client {
        if proxies.contains(address) { return .proxy }
        return address.isLoopback ? .loopback : .network(address.network)
    }
}

extension ConnectionTable.State {
    /// The client with the most connections that could give way.
    fileprivate var largestClient: ConnectionTable.Client? {
        var counts: [ConnectionTable.Client: Int] = [:]
        for entry in entries.values where entry.idleSince != nil { counts[entry.client, default: 0] += 1 }
        return counts.max { $0.value < $1.value }?.key
    }

    fileprivate mutating func removeLongestIdle(of client: ConnectionTable.Client) -> ConnectionTable.Entry? {
        let idle = entries.filter { $0.value.client == client && $0.value.idleSince != nil }
        guard let id = idle.min(by: { $0.value.idleSince! < $1.value.idleSince! })?.key else { return nil }
        return entries.removeValue(forKey: id)
    }
}
