import COpenSSL

/// Comparison of secrets in a time that does not depend on where they differ.
package enum ConstantTime {
    /// Whether both are the same bytes. A length is no secret: all secrets here have the same.
    package static func areEqual(_ own: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
        let (own, other) = (Array(own), Array(other))
        return own.count == other.count && CRYPTO_memcmp(own, other, own.count) == 0
    }
}
