import Foundation
import Support
import Testing

@testable import Cryptography

struct PasswordHashTests {
    /// RFC 7914, section 12; a derived key's first half does not depend on its length.
    @Test func scryptIsTheStandards() throws {
        let key = "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        let bytes = try #require(Hex.bytes(key.utf8))
        let stored = "scrypt$4$1$1$$\(Data(bytes).base64EncodedString())"
        let hash = try #require(PasswordHash(stored: stored))
        #expect(try hash.matches(""))
        #expect(try !hash.matches("a"))
        #expect(hash.stored == stored)
    }

    /// Made by swift-crypto's scrypt before hashdrop used OpenSSL's: hashes that users have stay good.
    @Test func storedHashesStayValid() throws {
        let stored = "scrypt$15$8$1$FSxNQhPsKb1bC+oh6s2+2Q==$oPdlR6RDwediW6c8wV7BuBPGBNSF7VyxrcaYeUQnYtA="
        let hash = try #require(PasswordHash(stored: stored))
        #expect(try hash.matches("correct horse"))
        #expect(try !hash.matches("correct house"))
    }

    @Test func aDecoyIsNoPasswords() throws {
        #expect(try !PasswordHash(decoy: .init(logRounds: 5)).matches(""))
    }

    /// The default parameters need more memory than OpenSSL allows by default.
    @Test func theDefaultParametersCanBeComputed() throws {
        let hash = try PasswordHash(password: "a")
        #expect(try hash.matches("a"))
    }
}
