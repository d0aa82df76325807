/// How a `CurlClient` behaves; the same for all its requests and mails.
///
/// TLS certificates and host names are always verified, redirects are never followed and no protocols but
/// HTTP and SMTP, with TLS and without, are spoken: none of these is an option.
package struct CurlOptions: Sendable {
    /// Connections open at a time, in total and to one host. Default 4, at least 1; further requests wait.
    package var connectionsMax = 4
    /// From handing over to the last byte, waiting for a free connection included. Default 30 s.
    package var requestTimeout = Duration.seconds(30)
    /// For the name lookup, the TCP and the TLS handshake together. Default 10 s.
    package var connectTimeout = Duration.seconds(10)
    /// A transfer slower than `stallBytesPerSecondMin` for this long is given up. Default 20 s; libcurl
    /// counts in whole seconds, a part of one counts as one.
    package var stallTimeout = Duration.seconds(20)
    /// Default 64 bytes a second.
    package var stallBytesPerSecondMin = 64
    /// The size of a body after decompression. Default 8 MiB.
    package var bodyBytesMax = 8 << 20
    /// The size of all header lines of an answer, interim answers included. Default 64 KiB.
    package var headBytesMax = 64 << 10
    /// Sent as `User-Agent`. Default `hashdrop`.
    package var userAgent = "hashdrop"
    /// A proxy's URL; nil, the default, leaves it to libcurl, which reads `http_proxy`, `https_proxy`,
    /// `all_proxy` and `no_proxy`. Loopback hosts are never asked through a proxy.
    package var proxy: String?
    /// A file of trusted certificates (PEM); nil, the default, means the system's.
    package var certificateFile: String?
    /// A folder of trusted certificates, named by OpenSSL's `c_rehash`; nil, the default, means the system's.
    package var certificateFolder: String?

    package init() {}

    /// The defaults, with trusted certificates from `CURL_CA_BUNDLE`, `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    ///
    /// The library reads none of the three; the `curl` command does, and operators expect it
    /// (manual page curl(1), "environment"). An empty value counts as unset.
    package init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        certificateFile = value("CURL_CA_BUNDLE") ?? value("SSL_CERT_FILE")
        certificateFolder = value("SSL_CERT_DIR")
    }
}

extension Duration {
    /// Whole milliseconds for libcurl: at least 1, because it reads 0 as "no limit".
    var millisecondsForCurl: Int {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1000)
        let sum = whole.overflow ? Int64(Int32.max) : whole.partialValue + attoseconds / 1_000_000_000_000_000
        return Int(min(max(sum, 1), Int64(Int32.max)))
    }
}
