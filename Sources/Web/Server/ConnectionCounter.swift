import Synchronization

/// Counter of the connections of each address.
final class ConnectionCounter: Sendable {
    private let connectionsPerAddressMax: Int
    private let exceptions: Set<NetworkAddress>
    private let counts = Mutex<[[UInt8]: Int]>([:])

    /// - Parameter exceptions: proxies, behind which all clients have the same address.
    init(connectionsPerAddressMax: Int, exceptions: Set<NetworkAddress>) {
        self.connectionsPerAddressMax = connectionsPerAddressMax
        self.exceptions = exceptions
    }

    /// Counts a connection, unless the address has its share already.
    func add(_ address: NetworkAddress) -> Bool {
        guard !exceptions.contains(address) else { return true }
        return counts.withLock { counts in
            guard counts[address.network, default: 0] < connectionsPerAddressMax else { return false }
            counts[address.network, default: 0] += 1
            return true
        }
    }

    func remove(_ address: NetworkAddress) {
        guard !exceptions.contains(address) else { return }
        counts.withLock { counts in
            let left = counts[address.network, default: 1] - 1
            counts[address.network] = left > 0 ? left : nil
        }
    }
}
