import Foundation
import Testing

@testable import Reporting

struct WordingTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000")])
    func numbersHaveThousandsSeparators(value: Int, text: String) {
        #expect(Wording.number(value) == text)
    }

    @Test(arguments: [
        (1, "1 second"), (89, "89 seconds"), (90, "2 minutes"), (1_500, "25 minutes"), (5_400, "2 hours"),
        (86_400, "24 hours"), (259_200, "3 days"),
    ])
    func durationsAreRoundedToOneUnit(seconds: Double, text: String) {
        #expect(Wording.duration(seconds) == text)
    }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (1_023, "1,023 bytes"), (1_024, "1 KiB"), (1_536, "1.5 KiB"),
        (217_088, "212 KiB"), (1_048_575, "1 MiB"), (Int64.max, "8 EiB"),
    ])
    func sizesHaveTheirUnit(bytes: Int64, text: String) {
        #expect(Wording.size(bytes) == text)
    }

    @Test func aShareIsOnlyWholeWhenEverythingIsThere() {
        #expect(Wording.percent(999_999, of: 1_000_000) == 99)
        #expect(Wording.percent(1, of: 1_000_000) == 1)
        #expect(Wording.percent(0, of: 0) == 0)
    }

    @Test(arguments: [
        [1, 1_000_000], [5, 0, 5], [1, 1, 1, 1, 1, 1, 1], [100],
    ])
    func aStackedBarIsAlwaysFullAndShowsTheSmallestPart(parts: [Int]) {
        let widths = HTMLBuilder.widths(of: parts)
        #expect(widths.reduce(0, +) == 1_000)
        #expect(widths.allSatisfy { $0 >= 8 })
    }

    @Test(arguments: [(0, "new"), (89, "new"), (7_200, "2 hours old"), (-60, "new")])
    func anAnswersAgeIsInWords(seconds: Double, text: String) {
        let now = Date(timeIntervalSince1970: 1_000_000)
        #expect(Wording.age(since: now - seconds, now: now) == text)
    }

    @Test func aFieldOfALineHoldsNoTabNoLineBreakAndNoMarkup() {
        var text = HTMLBuilder()
        text.field("a\tb\nc\u{2028}<i>\u{202E}" + String(repeating: "é", count: 100), max: 30)
        let field = String(decoding: text.bytes, as: UTF8.self)
        #expect(!field.contains { $0 == "\t" || $0.isNewline } && !field.contains("<i>"))
        #expect(field.hasSuffix("</bdi>…"))
    }

    @Test(arguments: [
        ("a\nb", "a b"), (" a \r\n\r\n\tb\n", "a b"), ("a\u{2028}b\u{2029}c\u{85}d\u{B}e", "a b c d e"),
        ("a\u{0}b\u{202E}\nc", "a\\u{0}b\\u{202E} c"), ("a <b>\n", "a &lt;b&gt;"), ("\n", ""), ("a b", "a b"),
        ("a\nbcdefghijklmnopqrstuvwxyz0123456789", "a bcdefghijklmnopqrstuvwxyz0123…"),
    ])
    func lineBreaksOfRunningTextAreSpacesAndOtherControlsAreShown(value: String, shown: String) {
        var text = HTMLBuilder()
        text.prose(value, max: 31)
        let plain = String(decoding: text.bytes, as: UTF8.self).replacing("<bdi>", with: "")
            .replacing("</bdi>", with: "")
        #expect(plain == shown)
    }

    @Test func aLongValueIsCutAtCodePointsAndSaysHowMuch() {
        var text = HTMLBuilder()
        text.untrusted("e" + String(repeating: "\u{301}", count: 500), max: 10)
        #expect(String(decoding: text.bytes, as: UTF8.self).contains("491 more"))
    }
}
