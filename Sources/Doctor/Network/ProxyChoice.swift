import Curl

/// Which proxy libcurl takes for a host, if any.
///
/// Sources: CURLOPT_PROXY(3), "Environment variables"; CURLOPT_NOPROXY(3).
struct ProxyChoice: Hashable, Sendable {
    /// Without user name and password; nil for none.
    var url: String?
    /// The setting or the variable that it, or its absence, comes from; nil where nothing says anything.
    var origin: String?

    /// The proxy's host, for messages.
    var host: String? {
        guard let url else { return nil }
        let place = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return String(place.prefix { $0 != "/" })
    }

    /// - Parameter setting: `virustotal.proxy`.
    init(for target: CurlURL, setting: String?, environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if target.isLoopback {
            origin = "a host of this machine"
            return
        }
        // An upper-case HTTP_PROXY may be a header of a request to a CGI program, and so is not read.
        let variables =
            target.scheme == "https"
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            : ["http_proxy", "all_proxy", "ALL_PROXY"]
        let variable = variables.first { value($0) != nil }
        guard let text = setting ?? variable.flatMap(value) else { return }
        if let name = ["no_proxy", "NO_PROXY"].first(where: { value($0) != nil }), let list = value(name),
            Self.excludes(list, target.host)
        {
            origin = name
            return
        }
        url = Self.withoutUser(text)
        origin = setting == nil ? variable : "virustotal.proxy"
    }

    private static func excludes(_ list: String, _ host: String) -> Bool {
        if list == "*" { return true }
        return list.split { $0 == "," || $0 == " " }.contains { entry in
            let name = entry.lowercased().drop { $0 == "." }
            return host == name || host.hasSuffix(".\(name)")
        }
    }

    private static func withoutUser(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let scheme = text.firstRange(of: "://").map { text[..<$0.upperBound] } ?? ""
        return String(scheme + text[text.index(after: at)...])
    }
}
