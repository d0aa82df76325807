import Foundation
import Glibc
import TestSupport

/// A server on loopback that takes connections and says one thing to each that has spoken, or nothing.
final class SilentServer: Sendable {
    let port: Int
    private let listener: Int32

    init(answer: String? = nil) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { [listener] in
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) | listen(listener, 16)
                    | getsockname(listener, generic, &length)
            }
        }
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard let answer else { return }
        Thread.detachNewThread { [listener] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4_096)
                _ = recv(connection, &buffer, buffer.count, 0)
                let bytes = Array(answer.utf8)
                send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}

/// `openssl s_server` with a certificate that nobody knows; it answers any request with a page of its own.
struct TLSServer {
    let certificate: TestCertificate
    let url: String

    static func with(_ body: (TLSServer) async throws -> Void) async throws {
        let certificate = try await TestCertificate()
        let log = TemporaryFolder()
        let output = log.url.appending(path: "output")
        try Data().write(to: output)
        let process = try ChildProcess(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.chainFile, "-key",
                certificate.keyFile, "-www",
            ], output: try FileHandle(forWritingTo: output), errors: .nullDevice)
        do {
            let port = try await eventually("openssl listens") {
                let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
                return text.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)/).map { String($0.1) }
            }
            try await body(TLSServer(certificate: certificate, url: "https://127.0.0.1:\(port)"))
        } catch {
            process.send(SIGTERM)
            try await process.end()
            throw error
        }
        process.send(SIGTERM)
        try await process.end()
    }
}
