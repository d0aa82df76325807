import Model
import Testing

@testable import Spool

@Suite struct WatchHintDecoderTests {
    private let stream = Array(
        "closed/alice/a b.txt\0moved-in/bob/\u{7}\n\t\0overflow//\0watching/alice/\0".utf8)
    private let hints = [
        WatchHint(.closed, folder: DroppedName("alice"), name: DroppedName("a b.txt")),
        WatchHint(.movedIn, folder: DroppedName("bob"), name: DroppedName("\u{7}\n\t")),
        WatchHint(.overflow),
        WatchHint(.watching, folder: DroppedName("alice")),
    ]

    @Test func cutsAnywhereMakeNoDifference() {
        for first in 0...stream.count {
            for second in first...stream.count {
                var decoder = WatchHintDecoder()
                var got = decoder.decode(stream[..<first])
                got += decoder.decode(stream[first..<second])
                got += decoder.decode(stream[second...])
                #expect(got == hints)
            }
        }
    }

    @Test func namesAreBytes() {
        var decoder = WatchHintDecoder()
        let record = Array("closed/alice/".utf8) + [0xFF, 0xFE, 0]
        #expect(decoder.decode(record).first?.name == DroppedName(bytes: [0xFF, 0xFE]))
    }

    @Test func theErrnoIsDecoded() {
        var decoder = WatchHintDecoder()
        let hint = decoder.decode("cannot-watch/alice/28\0".utf8).first
        #expect(hint == WatchHint(.cannotWatch, folder: DroppedName("alice"), errorNumber: 28))
    }

    @Test(arguments: [
        "", "closed", "closed/alice", "closed/alice/", "closed//a", "new-kind/alice/a", "closed/alice/a/b",
        "cannot-watch/alice/x", "watching/alice/more",
    ])
    func whatItDoesNotUnderstandMeansLookEverywhere(_ record: String) {
        var decoder = WatchHintDecoder()
        #expect(decoder.decode(Array(record.utf8) + [0]) == [WatchHint(.overflow)])
    }

    @Test func anEndlessRecordIsBoundedAndSkipped() {
        var decoder = WatchHintDecoder()
        #expect(decoder.decode([UInt8](repeating: 0x61, count: 1 << 20)).isEmpty)
        #expect(decoder.decode(Array("\0overflow//\0".utf8)).count == 2)
    }
}
