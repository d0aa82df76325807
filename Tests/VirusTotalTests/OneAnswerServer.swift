import Foundation
import Glibc
import Synchronization

/// A server on loopback that answers one request and ends.
final class OneAnswerServer: Sendable {
    let port: UInt16
    private let head = Mutex("")

    init(status: String, body: String) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) | listen(listener, 1)
                    | getsockname(listener, generic, &length)
            }
        }
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        let answer = Array(
            "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n\(body)".utf8)
        Thread { [self] in
            let connection = accept(listener, nil, nil)
            receiveHead(from: connection)
            send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
            close(connection)
            close(listener)
        }.start()
    }

    /// The request as it came; complete once the answer has arrived.
    func requestHead() -> String { head.withLock { $0 } }

    private func receiveHead(from connection: Int32) {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), recv(connection, &byte, 1, 0) == 1 {
            bytes.append(byte)
        }
        head.withLock { $0 = String(decoding: bytes, as: UTF8.self) }
    }
}
