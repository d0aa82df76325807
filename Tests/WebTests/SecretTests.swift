import Foundation
import Testing

@testable import Web

struct SecretTests {
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
