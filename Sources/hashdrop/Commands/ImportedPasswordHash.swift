import Cryptography
import Foundation

/// Password hash that comes from a file, as strong as hashdrop's own and no more work than a login may be.
enum ImportedPasswordHash {
    private static let memoryBytesMax = 256 << 20
    private static let parallelismMax = 4
    private static let saltBytesMin = 8

    /// Why a text cannot be a user's hash; nil if it can.
    static func problem(with text: String) -> String? {
        guard let hash = PasswordHash(stored: text), saltBytes(text) >= saltBytesMin else {
            return "'password_hash' is no hash of hashdrop's: scrypt$<log2 N>$<r>$<p>$<salt>$<key>, the last "
                + "two in base 64, \(saltBytesMin) bytes or more and 32 (config/RECIPES.md makes one)"
        }
        let (given, own) = (hash.parameters, PasswordHash.Parameters())
        guard work(given) >= work(own), memory(given) >= memory(own) else {
            return
                "its password hash is weaker than hashdrop's own, which has log2 N = \(own.logRounds), r = "
                + "\(own.blockSize) and p = \(own.parallelism)"
        }
        guard memory(given) <= memoryBytesMax, given.parallelism <= parallelismMax else {
            return "its password hash takes more than \(memoryBytesMax >> 20) MiB, or p is above "
                + "\(parallelismMax): too much for each try of a login"
        }
        return nil
    }

    private static func saltBytes(_ text: String) -> Int {
        Data(base64Encoded: String(text.split(separator: "$")[4]))?.count ?? 0
    }

    // Source: RFC 7914, section 2.
    private static func memory(_ parameters: PasswordHash.Parameters) -> Int {
        128 * (parameters.blockSize << parameters.logRounds)
    }

    private static func work(_ parameters: PasswordHash.Parameters) -> Int {
        memory(parameters) * parameters.parallelism
    }
}
