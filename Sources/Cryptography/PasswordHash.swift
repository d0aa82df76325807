import COpenSSL
import Foundation

/// A password's scrypt hash, as it is stored: `scrypt$<log2 N>$<r>$<p>$<salt>$<key>`, the last two in base
/// 64.
package struct PasswordHash: Hashable, Sendable {
    /// The work that one guess costs; stored with each hash, so that it can be raised later.
    package struct Parameters: Hashable, Sendable {
        /// Rounds as a power of two; default 15, which with `blockSize` 8 takes 32 MiB and some 0.1 s.
        package var logRounds: Int
        /// Default 8.
        package var blockSize: Int
        /// Default 1.
        package var parallelism: Int

        package init(logRounds: Int = 15, blockSize: Int = 8, parallelism: Int = 1) {
            self.logRounds = logRounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }
    }

    private static let saltBytes = 16
    private static let keyBytes = 32

    package let parameters: Parameters
    private let salt: Data
    private let key: Data

    /// Hashes a password with a fresh salt.
    package init(password: String, parameters: Parameters = .init()) throws {
        self.parameters = parameters
        salt = Self.random(Self.saltBytes)
        key = try Self.derive(password, salt, parameters)
    }

    /// The hash in its stored form, or nil if `stored` is none.
    package init?(stored: String) {
        let parts = stored.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "scrypt", let logRounds = Int(parts[1]),
            let blockSize = Int(parts[2]), let parallelism = Int(parts[3]),
            (1...24).contains(logRounds), (1...32).contains(blockSize), (1...16).contains(parallelism),
            let salt = Data(base64Encoded: String(parts[4])),
            let key = Data(base64Encoded: String(parts[5])), key.count == Self.keyBytes
        else { return nil }
        parameters = Parameters(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
        self.salt = salt
        self.key = key
    }

    /// A hash that no password has, to check logins of unknown users against: they must cost as much as those
    /// of known ones.
    package init(decoy parameters: Parameters) {
        self.parameters = parameters
        salt = Self.random(Self.saltBytes)
        key = Self.random(Self.keyBytes)
    }

    private static func random(_ count: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// The form that is stored.
    package var stored: String {
        let numbers = "\(parameters.logRounds)$\(parameters.blockSize)$\(parameters.parallelism)"
        return "scrypt$\(numbers)$\(salt.base64EncodedString())$\(key.base64EncodedString())"
    }

    /// Whether `password` is the one; takes the same time whether it is or not.
    package func matches(_ password: String) throws -> Bool {
        matches(key: try Self.derive(password, salt, parameters))
    }

    /// Whether `other` is what the right password leads to.
    func matches(key other: some Sequence<UInt8>) -> Bool { ConstantTime.areEqual(key, other) }

    private static func derive(_ password: String, _ salt: Data, _ parameters: Parameters) throws -> Data {
        let rounds = UInt64(1) << UInt64(parameters.logRounds)
        let blockSize = UInt64(parameters.blockSize)
        let parallelism = UInt64(parameters.parallelism)
        // Source: RFC 7914, section 2: 128·r·N bytes for the table and 128·r·p for the blocks. OpenSSL adds
        // some scratch, and its own default limit, 32 MiB, is just below what our default parameters need.
        let memoryMax = 128 * blockSize * (rounds + parallelism) * 2
        var key = [UInt8](repeating: 0, count: keyBytes)
        let password = Array(password.utf8).map(CChar.init(bitPattern:))
        let isDone = salt.withUnsafeBytes { salt in
            EVP_PBE_scrypt(
                password, password.count, salt.baseAddress, salt.count, rounds, blockSize, parallelism,
                memoryMax, &key,
                key.count)
        }
        guard isDone == 1 else { throw CryptographyError("hash a password with scrypt") }
        return Data(key)
    }
}
