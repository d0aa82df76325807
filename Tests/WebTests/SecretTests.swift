import Foundation
import Testing

@testable import Cryptography
@testable import Web

struct SecretTests {
    /// RFC 7914, section 12; a derived key's first half does not depend on its length.
    @Test func scryptIsTheStandards() throws {
        let key = "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        let bytes = stride(from: 0, to: key.count, by: 2).map { start in
            UInt8(key.dropFirst(start).prefix(2), radix: 16)!
        }
        let stored = "scrypt$4$1$1$$\(Data(bytes).base64EncodedString())"
        let hash = try #require(PasswordHash(stored: stored))
        #expect(try hash.matches(""))
        #expect(try !hash.matches("a"))
        #expect(hash.stored == stored)
    }

    @Test func equalIsEqualAndNothingElse() {
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(ConstantTime.areEqual([], []))
        for other: [UInt8] in [[], [1], [1, 2], [1, 2, 4], [0, 2, 3], [1, 2, 3, 0], [1, 2, 3, 4]] {
            #expect(!ConstantTime.areEqual([1, 2, 3], other))
            #expect(!ConstantTime.areEqual(other, [1, 2, 3]))
        }
    }

    /// Bytes that count how many of them are asked for.
    private final class Watched: Sequence, IteratorProtocol {
        private let bytes: [UInt8]
        private(set) var read = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func next() -> UInt8? {
            guard read < bytes.count else { return nil }
            defer { read += 1 }
            return bytes[read]
        }
    }

    @Test func everyByteOfAKeyIsComparedWhereverItIsWrong() throws {
        let hash = PasswordHash(decoy: .init(logRounds: 5))
        for _ in 0..<8 {
            let guess = Watched((0..<32).map { _ in .random(in: 0...255) })
            #expect(!hash.matches(key: guess))
            #expect(guess.read == 32)
        }
    }

    @Test func everyByteOfAFormsTokenIsComparedWhereverItIsWrong() {
        let token = SecretToken()
        for place in [0, 31, 63] {
            var bytes = Array(token.formToken.utf8)
            bytes[place] ^= 1
            let guess = Watched(bytes)
            #expect(!token.matches(formToken: guess))
            #expect(guess.read == 64)
        }
        #expect(token.matches(formToken: token.formToken.utf8))
    }

    @Test func aTokenIs256BitsAndNeverTheSameAndNeverPrinted() {
        let tokens = (0..<1_000).map { _ in SecretToken() }
        #expect(Set(tokens.map(\.cookieValue)).count == 1_000)
        #expect(tokens.allSatisfy { $0.cookieValue.utf8.count == 64 })
        // Each of the 256 bits is now set and now not.
        var set = [UInt8](repeating: 0, count: 64)
        var clear = set
        for token in tokens {
            for (place, digit) in token.cookieValue.enumerated() {
                set[place] |= UInt8(digit.hexDigitValue!)
                clear[place] |= ~UInt8(digit.hexDigitValue!) & 15
            }
        }
        #expect(set.allSatisfy { $0 == 15 } && clear.allSatisfy { $0 == 15 })
        #expect("\(tokens[0])" == "«redacted»")
    }
}
