import Cryptography
import Testing

struct ConstantTimeTests {
    @Test func equalIsEqualAndNothingElse() {
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(ConstantTime.areEqual([], []))
        for other: [UInt8] in [[], [1], [1, 2], [1, 2, 4], [0, 2, 3], [1, 2, 3, 0], [1, 2, 3, 4]] {
            #expect(!ConstantTime.areEqual([1, 2, 3], other))
            #expect(!ConstantTime.areEqual(other, [1, 2, 3]))
        }
    }
}
