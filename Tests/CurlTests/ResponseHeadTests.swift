import Foundation
import Testing

@testable import Curl

@Suite struct ResponseHeadTests {
    private func head(_ lines: [String]) -> ResponseHead {
        var head = ResponseHead()
        for line in lines {
            let isAccepted = head.append(line: Array(line.utf8), bytesMax: 10_000)
            #expect(isAccepted)
        }
        return head
    }

    @Test func linesWithoutColonAndEmptyValuesDoNoHarm() {
        let lines = head(["HTTP/2 200 \r\n", "nonsense\r\n", "empty:\r\n", ": no name\r\n", "a: b: c\r\n"])
            .headers.lines
        #expect(lines.map(\.name) == ["empty", "", "a"])
        #expect(lines.map(\.value) == ["", "no name", "b: c"])
    }

    @Test func limitCountsAllBlocks() {
        var head = ResponseHead()
        let line = Array("HTTP/1.1 100 Continue\r\n".utf8)
        let accepted = (0..<3).map { _ in head.append(line: line, bytesMax: 2 * line.count) }
        #expect(accepted == [true, true, false])
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func threeFormsOfADate(_ text: String) {
        #expect(CurlHeaders([("Date", text)]).date("date") == Date(timeIntervalSince1970: 784_111_777))
    }

    @Test(arguments: ["", "120", "20261123", "soon", "not a date", "Sun, 99 Nov 1994 08:49:37 GMT"])
    func otherTextIsNoDate(_ text: String) {
        #expect(CurlHeaders.date(from: text) == nil)
    }
}
