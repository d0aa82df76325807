import Support
import Testing

struct LogTextTests {
    @Test(arguments: ["20260921-141320-khxtq", "/var/lib/x.txt", "a_b.C:1", "50%"])
    func aWordStandsAsItIs(word: String) {
        #expect(LogText.value(word) == word)
    }

    @Test(arguments: [
        ("", "\"\""), ("two words", "\"two words\""), ("a=b", "\"a=b\""),
        ("x\" user=root", #""x\" user=root""#),
        ("back\\slash", #""back\\slash""#), ("line\nuser=root", #""line\u{A}user=root""#),
        ("\u{1B}[31m", #""\u{1B}[31m""#), ("a\u{202E}b", #""a\u{202E}b""#), ("naïve", "\"naïve\""),
    ])
    func whatComesFromOutsideIsNeitherAnotherFieldNorALine(text: String, shown: String) {
        #expect(LogText.value(text) == shown)
    }

    @Test func whatIsLongIsCut() {
        #expect(LogText.value(String(repeating: "a", count: 100_000)).count == 1_002)
    }
}
