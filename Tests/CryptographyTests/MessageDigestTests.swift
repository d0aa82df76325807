import Cryptography
import Support
import Testing

struct MessageDigestTests {
    /// FIPS 180-4's examples: no bytes, `abc`, and a message of two blocks.
    @Test(arguments: [
        (
            "", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ),
        (
            "abc", "a9993e364706816aba3e25717850c26c9cd0d89d",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        ),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func digestsAreTheStandards(message: String, sha1: String, sha256: String) {
        #expect(Hex.string(MessageDigest.of(message.utf8, .sha1)) == sha1)
        #expect(Hex.string(MessageDigest.of(message.utf8)) == sha256)
    }

    @Test func piecesMakeTheSameDigest() {
        let message = Array("abcdbcdecdefdefgefghfghi".utf8)
        let digest = MessageDigest(.sha256)
        for byte in message { digest.update([byte]) }
        #expect(digest.finalize() == MessageDigest.of(message))
    }
}
