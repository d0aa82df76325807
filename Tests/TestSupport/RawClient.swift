import Foundation
import Glibc

/// HTTP/1.1 client that writes a request byte by byte, as attackers can.
package struct RawClient: Sendable {
    package let port: Int
    private let isTLS: Bool
    private let source: String?

    /// - Parameters:
    ///   - isTLS: whether to speak TLS; any certificate is accepted.
    ///   - source: the address of this machine to connect from, with TLS only; nil for the usual one.
    package init(port: Int, isTLS: Bool = false, source: String? = nil) {
        self.port = port
        self.isTLS = isTLS
        self.source = source
    }

    /// Sends a request and reads the whole answer.
    package func send(
        _ method: String = "GET", _ path: String, host: String? = "127.0.0.1",
        headers: [String: String] = [:], cookies: [String: String] = [:], body: String? = nil,
        contentType: String = "application/x-www-form-urlencoded"
    ) async throws -> HTTPAnswer {
        var lines = ["\(method) \(path) HTTP/1.1", "Connection: close"]
        if let host { lines.append("Host: \(host)") }
        for (name, value) in headers { lines.append("\(name): \(value)") }
        if !cookies.isEmpty {
            lines.append("Cookie: " + cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))
        }
        if let body {
            lines.append("Content-Type: \(contentType)")
            lines.append("Content-Length: \(body.utf8.count)")
        }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
        return try HTTPAnswer(bytes: try await exchange(text, hasBody: method != "HEAD"))
    }

    private func exchange(_ request: String, hasBody: Bool) async throws -> [UInt8] {
        if isTLS { return try await exchangeOverTLS(request) }
        let connection = try Connection(port: port)
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                connection.write(request)
                continuation.resume(
                    returning: hasBody ? connection.readAnswer() : connection.readToEnd())
            }
        }
    }

    /// By openssl, which ends when the server has answered and closed.
    private func exchangeOverTLS(_ request: String) async throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = ["s_client", "-quiet", "-connect", "127.0.0.1:\(port)"]
        if let source { process.arguments? += ["-bind", source] }
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                input.fileHandleForWriting.write(Data(request.utf8))
                let answer = output.fileHandleForReading.readDataToEndOfFile()
                try? input.fileHandleForWriting.close()
                continuation.resume(returning: Array(answer))
            }
        }
    }
}

/// TCP connection to a port of this machine; closed with its last user.
package final class Connection: Sendable {
    private let descriptor: Int32

    package init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // A test must end, also when the server does not close as it should.
        var limit = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw URLError(.cannotConnectToHost) }
    }

    deinit { close(descriptor) }

    package func write(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Whether the other side has ended the connection, without reading what it sent before.
    package var isReset: Bool {
        var state = tcp_info()
        var length = socklen_t(MemoryLayout<tcp_info>.size)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &state, &length) == 0 else { return true }
        // TCP_ESTABLISHED is 1.
        return state.tcpi_state != 1
    }

    /// Whether something has come that is not read yet.
    package var hasSomethingToRead: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// The first bytes that come; waited for on a thread of its own, because the few that tests run on are
    /// shared.
    package func readSome() async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var buffer = [UInt8](repeating: 0, count: 1_024)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                continuation.resume(
                    returning: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
            }
        }
    }

    /// One answer with the body that its head promises, or everything until the other side closes.
    package func readAnswer() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !Self.isWhole(all) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            all += buffer.prefix(count)
        }
        return all
    }

    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
        guard let length = head.components(separatedBy: "content-length:").dropFirst().first,
            let count = Int(length.prefix { $0 != "\r" && $0 != "\r\n" }.trimmingCharacters(in: .whitespaces))
        else { return false }
        return bytes.count - end.upperBound >= count
    }

    /// Everything until the other side closes, or nothing comes for ten minutes.
    package func readToEnd() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return all }
            all += buffer.prefix(count)
        }
    }
}
