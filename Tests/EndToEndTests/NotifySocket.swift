import Dispatch
import Foundation
import Glibc
import Synchronization

/// The end of sd_notify(3) that is a service manager's: a datagram socket of a test's own.
///
/// It is read all the time, as systemd's is: the kernel keeps some ten datagrams, and the daemon would hang
/// in sd_notify(3) after those.
final class NotifySocket {
    let path: String
    private let descriptor: Int32
    private let messages: Messages
    private let source: any DispatchSourceRead

    private final class Messages: Sendable {
        let lines = Mutex<[String]>([])

        /// Takes what has come; `descriptor` does not block.
        func read(from descriptor: Int32) {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            lines.withLock { lines in
                while true {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    guard count > 0 else { return }
                    lines += String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\n")
                        .map(String.init)
                }
            }
        }
    }

    /// - Parameter path: of at most 107 bytes.
    init(path: String) throws {
        self.path = path
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let size = MemoryLayout.size(ofValue: address.sun_path)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            let name = UnsafeMutableRawPointer(pointer).advanced(
                by: MemoryLayout<sockaddr_un>.offset(of: \.sun_path)!)
            path.withCString { _ = strncpy(name.assumingMemoryBound(to: CChar.self), $0, size - 1) }
            return pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound else {
            let code = errno
            close(number)
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
        }
        let messages = Messages()
        self.messages = messages
        descriptor = number
        source = DispatchSource.makeReadSource(
            fileDescriptor: number, queue: DispatchQueue(label: "hashdrop.test.notify"))
        source.setEventHandler { messages.read(from: number) }
        source.setCancelHandler { close(number) }
        source.activate()
    }

    deinit { source.cancel() }

    /// All assignments that have come so far, a line each.
    func lines() -> [String] {
        messages.read(from: descriptor)
        return messages.lines.withLock(\.self)
    }

    func count(_ line: String) -> Int { lines().count { $0 == line } }
}
