import Glibc
import Synchronization

/// TCP relay between ports of this machine, whose link can be cut: then connections stay open, also new ones,
/// and no byte passes, as when a cable is out.
package final class LoopbackRelay: Sendable {
    package let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var isCut = false
        var connections: [RelayedConnection] = []
    }

    package struct Failure: Error {
        let number: Int32
    }

    /// Passes bytes between its own port and `target`.
    package init(to target: Int) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) | listen(listener, 64)
                    | getsockname(listener, generic, &length)
            }
        }
        guard listener >= 0, code == 0 else { throw Failure(number: errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        onThreadOfItsOwn { [weak self, listener] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                guard let self, let connection = RelayedConnection(descriptor, to: target) else {
                    close(descriptor)
                    continue
                }
                state.withLock { $0.connections.append(connection) }
                let passes: @Sendable () -> Bool = { [weak self] in self?.isPassing ?? false }
                onThreadOfItsOwn { connection.pass(.there, while: passes) }
                onThreadOfItsOwn { connection.pass(.back, while: passes) }
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in state.withLock(\.connections) { connection.end() }
    }

    private var isPassing: Bool { state.withLock { !$0.isCut } }

    /// From now on nothing passes, and what is on its way is lost.
    package func cut() { state.withLock { $0.isCut = true } }

    /// New connections are as they were. The old ones have lost bytes, and never come back.
    package func mend() {
        let old = state.withLock { state in
            state.isCut = false
            return state.connections
        }
        for connection in old { connection.mute() }
    }
}

/// One connection and the one it is passed on to; closed with its last user.
private final class RelayedConnection: Sendable {
    enum Direction {
        case there
        case back
    }

    private let client: Int32
    private let server: Int32
    private let isMute = Mutex(false)

    init?(_ client: Int32, to port: Int) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: port)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(server, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(server)
            return nil
        }
        (self.client, self.server) = (client, server)
    }

    deinit {
        close(client)
        close(server)
    }

    func mute() { isMute.withLock { $0 = true } }

    func end() {
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
    }

    /// Passes on what comes until one side ends, and drops what comes while the link is cut.
    func pass(_ direction: Direction, while passes: () -> Bool) {
        let (from, to) = direction == .there ? (client, server) : (server, client)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = recv(from, &buffer, buffer.count, 0), count > 0 {
            // A connection that has lost bytes must not go on with those behind them.
            guard passes(), !isMute.withLock(\.self) else {
                mute()
                continue
            }
            var sent = 0
            while sent < count {
                let written = buffer[sent..<count].withUnsafeBytes {
                    send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { break }
                sent += written
            }
        }
        // The end is a byte that does not pass either.
        if passes(), !isMute.withLock(\.self) { end() }
    }
}

private func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}
