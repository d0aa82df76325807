/// Address that the page, or the metrics, are served at: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`;
/// port 0 takes a free one.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    /// The address written as `text`, or nil unless it is a host, a colon and a port.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        else { return nil }
        self.host = String(host)
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        if host == "localhost" { return true }
        guard let address = NetworkAddress(host) else { return false }
        return address.isLoopback
    }

    /// Whether it is every address of the machine.
    package var isWildcard: Bool { NetworkAddress(host)?.isUnspecified ?? false }
}
