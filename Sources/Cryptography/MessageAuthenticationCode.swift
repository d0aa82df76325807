import COpenSSL

/// HMAC-SHA256 (RFC 2104), by OpenSSL's libcrypto.
package enum MessageAuthenticationCode {
    /// The code of a message under a secret: 32 bytes.
    package static func of(_ message: [UInt8], secret: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            let code = EVP_Q_mac(
                nil, "HMAC", nil, "SHA256", nil, secret, secret.count, message, message.count,
                buffer.baseAddress, buffer.count, &count)
            // It fails only without memory, or if the machine's OpenSSL forbids SHA-256.
            precondition(
                code != nil, "libcrypto cannot authenticate a message: \(CryptographyError.lastReason)")
        }
    }
}
