import Glibc
import Synchronization

/// A server on loopback that sends exactly the bytes it is told, HTTP or not; one thread a connection.
///
/// It stops when it is released: then its listening socket is shut down, and so is every open connection.
final class RawServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var heads: [String] = []
        var connections: [Int32] = []
        var connectionsCount = 0
    }

    var url: String { "http://127.0.0.1:\(port)" }
    /// The request heads received so far.
    var requestHeads: [String] { state.withLock { $0.heads } }
    /// How many connections were accepted so far.
    var connectionsCount: Int { state.withLock { $0.connectionsCount } }

    /// Calls `script` for every connection; the connection is closed when it returns.
    init(_ script: @escaping @Sendable (RawConnection) -> Void) throws {
        let (listener, port) = try Self.listen()
        self.listener = listener
        self.port = port
        startThread { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                guard let self else {
                    close(descriptor)
                    break
                }
                serve(descriptor, script)
            }
            close(listener)
        }
    }

    /// Answers every request of every connection with the same bytes.
    static func answering(_ answer: String) throws -> RawServer {
        try answering(Array(answer.utf8))
    }

    static func answering(_ answer: [UInt8]) throws -> RawServer {
        try RawServer { connection in
            while connection.readRequest() != nil { connection.send(answer) }
        }
    }

    /// Reads a request, sends the bytes and closes.
    static func answeringOnce(_ answer: String) throws -> RawServer {
        try RawServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(Array(answer.utf8))
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in state.withLock({ $0.connections }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func serve(_ descriptor: Int32, _ script: @escaping @Sendable (RawConnection) -> Void) {
        state.withLock {
            $0.connections.append(descriptor)
            $0.connectionsCount += 1
        }
        let connection = RawConnection(descriptor: descriptor) { [weak self] head in
            self?.state.withLock { $0.heads.append(head) }
        }
        startThread { [weak self] in
            script(connection)
            // Forgotten before it is closed, so that `deinit` never shuts down a number that is used again.
            self?.state.withLock { $0.connections.removeAll { $0 == descriptor } }
            close(descriptor)
        }
    }

    private static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) | Glibc.listen(descriptor, 64)
                    | getsockname(descriptor, generic, &length)
            }
        }
        guard descriptor >= 0, code == 0 else { throw ServerError(number: errno) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    struct ServerError: Error {
        let number: Int32
    }
}

/// One accepted connection.
struct RawConnection: Sendable {
    let descriptor: Int32
    let record: @Sendable (String) -> Void

    /// The next request's head, or nil when the client has closed.
    func readRequest() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let head = String(decoding: bytes, as: UTF8.self)
        record(head)
        return head
    }

    /// Sends everything, or as much as the client takes; false once it has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Waits until the client closes or sends something, at most `milliseconds`; negative means for ever.
    @discardableResult
    func waitForClient(milliseconds: Int32 = -1) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Lets the close that follows send a reset instead of an orderly end.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}

/// Starts a detached thread; the tests have none of their own to lend, and a blocked one must not block
/// others.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body: body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { context in
            Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    precondition(code == 0, "no thread for the test server")
    pthread_detach(thread)
}

private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(body: @escaping @Sendable () -> Void) { self.body = body }
}
