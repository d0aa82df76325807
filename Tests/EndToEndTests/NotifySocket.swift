import Foundation
import Glibc

/// The end of sd_notify(3) that is a service manager's: a datagram socket of a test's own.
final class NotifySocket {
    let path: String
    private let descriptor: Int32
    private var messages: [String] = []

    /// - Parameter path: of at most 107 bytes.
    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let size = MemoryLayout.size(ofValue: address.sun_path)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            let name = UnsafeMutableRawPointer(pointer).advanced(
                by: MemoryLayout<sockaddr_un>.offset(of: \.sun_path)!)
            path.withCString { _ = strncpy(name.assumingMemoryBound(to: CChar.self), $0, size - 1) }
            return pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    /// All assignments that have come so far, a line each.
    func lines() -> [String] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            messages += String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\n")
                .map(String.init)
        }
        return messages
    }

    func count(_ line: String) -> Int { lines().count { $0 == line } }
}
