import Support
import Testing

struct HexTests {
    @Test func bytesComeBackFromTheirDigitsInEitherCase() {
        let bytes: [UInt8] = [0x00, 0x0F, 0xA5, 0xFF]
        #expect(Hex.string(bytes) == "000fa5ff")
        var text = Array("x".utf8)
        Hex.append(bytes, to: &text)
        #expect(text == Array("x000fa5ff".utf8))
        #expect(Hex.bytes("000fA5Ff".utf8) == bytes)
    }

    @Test(arguments: ["0", "0g", "0 ", "é0"])
    func anythingElseHasNoBytes(text: String) { #expect(Hex.bytes(text.utf8) == nil) }
}
