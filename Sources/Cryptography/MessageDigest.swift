import COpenSSL

/// A message digest that is computed piece by piece, by OpenSSL's libcrypto.
///
/// `update` any number of times, then `finalize` once; a digest of bytes at hand is `MessageDigest.of`.
package final class MessageDigest {
    /// An algorithm that hashdrop computes itself. MD5 is not among them: hashdrop only looks MD5s up.
    package enum Algorithm: Sendable {
        /// 20 bytes; for STIX identifiers (UUID version 5), never for a secret.
        case sha1
        /// 32 bytes.
        case sha256

        fileprivate var implementation: OpaquePointer {
            switch self {
            case .sha1: EVP_sha1()
            case .sha256: EVP_sha256()
            }
        }
    }

    private let context: OpaquePointer

    package init(_ algorithm: Algorithm) {
        guard let context = EVP_MD_CTX_new() else {
            preconditionFailure("libcrypto has no memory for a digest")
        }
        self.context = context
        Self.require(EVP_DigestInit_ex(context, algorithm.implementation, nil))
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to the message.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        Self.require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
    }

    /// Adds bytes to the message.
    package func update(_ bytes: some Sequence<UInt8>) {
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if isDone == nil { Array(bytes).withUnsafeBytes(update) }
    }

    /// The digest of all that was added. Nothing can be added afterwards.
    package func finalize() -> [UInt8] {
        var count: UInt32 = 0
        return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, initialized in
            Self.require(EVP_DigestFinal_ex(context, buffer.baseAddress, &count))
            initialized = Int(count)
        }
    }

    /// The digest of `bytes`.
    package static func of(_ bytes: some Sequence<UInt8>, _ algorithm: Algorithm = .sha256) -> [UInt8] {
        let digest = MessageDigest(algorithm)
        digest.update(bytes)
        return digest.finalize()
    }

    // These calls fail only without memory, or if the machine's OpenSSL forbids the algorithm: nothing that
    // hashdrop writes would be true then.
    private static func require(_ result: Int32) {
        precondition(result == 1, "libcrypto cannot compute a digest: \(CryptographyError.lastReason)")
    }
}
