import HTTPTypes

/// Connection that a request came over: the client's address, the host that was asked for, and whether TLS is
/// spoken.
struct ClientConnection: Sendable {
    /// The client's address; behind a trusted proxy the one that the proxy names. Nil if there is none.
    let address: NetworkAddress?
    /// Whether a trusted proxy says that the client's connection is encrypted.
    let isSecure: Bool
    /// The request's host as sent, with its port.
    let authority: String?

    /// A connection of which nothing is believed.
    init(peer: NetworkAddress?) {
        address = peer
        isSecure = false
        authority = nil
    }

    /// - Parameter peer: the other end of the connection.
    init(_ request: HTTPRequest, peer: NetworkAddress?, trustedProxies: Set<NetworkAddress>) {
        authority = request.authority
        guard let peer, trustedProxies.contains(peer) else {
            address = peer
            isSecure = false
            return
        }
        let forwarded = request.headerFields[values: Self.forwardedFor].joined(separator: ",")
        // Proxies append: all that stands before the last address that is not a trusted proxy, the client may
        // have invented.
        let chain = forwarded.split(separator: ",").map { NetworkAddress($0.filter { $0 != " " }) }
        let client = chain.last { $0.map { !trustedProxies.contains($0) } ?? true }
        address = client.flatMap(\.self) ?? peer
        isSecure = request.headerFields[Self.forwardedProto]?.lowercased() == "https"
    }

    /// The authority's name or address, in lower case, without port and brackets; nil if it has none.
    var host: String? { authority.flatMap(HostAllowlist.host) }

    /// The origin that the page has for this client.
    var origin: String? { authority.map { "\(isSecure ? "https" : "http")://\($0)".lowercased() } }

    private static let forwardedFor = HTTPField.Name("x-forwarded-for")!
    private static let forwardedProto = HTTPField.Name("x-forwarded-proto")!
}

/// Allowlist of the host names that the page answers to. A page that answers to any name can be read by a
/// website that points its own name at this address (DNS rebinding).
struct HostAllowlist: Sendable {
    private let hosts: Set<String>

    init(_ options: WebOptions) {
        var hosts = Set(options.publicHosts.map { $0.lowercased() })
        if !options.address.isWildcard { hosts.insert(options.address.host.lowercased()) }
        if options.address.isLoopback { hosts.formUnion(["localhost", "127.0.0.1", "::1"]) }
        self.hosts = hosts
    }

    /// Whether a request for this authority (`name`, `name:port`, `[address]:port`) is meant for the page.
    func allows(_ authority: String?) -> Bool {
        authority.flatMap(Self.host).map(hosts.contains) ?? false
    }

    static func host(_ authority: String) -> String? {
        guard !authority.contains("@") else { return nil }
        var host = authority.lowercased()[...]
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            host = host[host.index(after: host.startIndex)..<end]
        } else if let colon = host.firstIndex(of: ":") {
            host = host[..<colon]
        }
        return String(host)
    }
}

/// Check against cross-site request forgery: whether a form was sent by a page of this server.
///
/// The pages are sent with `Referrer-Policy: no-referrer`, and a browser then writes `Origin: null` on their
/// forms too (Fetch Standard, "append a request Origin header"); `Sec-Fetch-Site`, which no page can set,
/// tells them from another site's. Browsers send it over TLS and to loopback, and the page is reached in no
/// other way.
enum OriginCheck {
    static func allows(_ fields: HTTPFields, of connection: ClientConnection) -> Bool {
        let site = fields[Self.fetchSite]
        if let site, site != "same-origin" { return false }
        switch fields[.origin] {
        case nil, "null": return site == "same-origin"
        case let origin?: return origin.lowercased() == connection.origin
        }
    }

    private static let fetchSite = HTTPField.Name("sec-fetch-site")!
}
