import Glibc

/// IPv4 or IPv6 address by its bytes, so that two spellings of one address are equal.
struct NetworkAddress: Hashable, Sendable {
    /// 4 or 16 of them; an IPv4-mapped IPv6 address (`::ffff:1.2.3.4`) has 4.
    let bytes: [UInt8]

    /// The address written as `text`, without port, brackets or zone; nil if it is none.
    init?(_ text: some StringProtocol) {
        let text = String(text)
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
        } else {
            return nil
        }
    }

    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    /// What is taken for one client: an IPv4 address, or the /64 that a provider gives to one customer, all
    /// of whose addresses a single machine may use.
    var network: [UInt8] { bytes.count == 4 ? bytes : Array(bytes.prefix(8)) }

    /// What is taken for one organisation: an IPv4 address, or the /48 that a provider gives to it, whose
    /// 65,536 networks cost it nothing.
    var site: [UInt8] { bytes.count == 4 ? bytes : Array(bytes.prefix(6)) }

    /// For logs: the address in its usual spelling.
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
