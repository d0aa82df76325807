import COpenSSL

/// An error of libcrypto.
package struct CryptographyError: Error, Hashable, CustomStringConvertible {
    /// What was tried, as a verb phrase.
    package let action: String
    /// OpenSSL's own words.
    package let reason: String

    init(_ action: String) {
        self.action = action
        reason = Self.lastReason
    }

    package var description: String { "cannot \(action): \(reason)" }

    /// The last entry of OpenSSL's error queue of this thread, which is emptied.
    static var lastReason: String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else { return "OpenSSL gives no reason" }
        return String(
            decoding: [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
                buffer.withMemoryRebound(to: CChar.self) {
                    ERR_error_string_n(code, $0.baseAddress, $0.count)
                }
                count = buffer.firstIndex(of: 0) ?? buffer.count
            }, as: UTF8.self)
    }
}
