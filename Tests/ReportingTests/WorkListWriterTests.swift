import FileSystem
import Foundation
import Model
import Reporting
import Testing

struct WorkListWriterTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func hash(_ number: Int) -> FileHash {
        FileHash(String(repeating: "0\(number)", count: number % 2 == 0 ? 16 : 32))!
    }

    /// Rows of every verdict, each verdict twice and some rows between.
    private var rows: [ReportRow] {
        let detected = { (count: Int) -> ReportRow.State in
            var engines = ["Z": EngineFinding(category: .undetected)]
            for number in 0..<count { engines["E\(number)"] = EngineFinding(category: .malicious) }
            return .answered(.init(answer: .known(Samples.object(engines)), askedAt: Samples.now))
        }
        let states: [ReportRow.State] = [
            detected(3), .failed(reason: "x", stale: nil), detected(1), detected(0),
            .answered(.init(answer: .unknown, askedAt: Samples.now)),
            .answered(.init(answer: .known(Samples.object([:])), askedAt: Samples.now)),
            .notAsked(stale: nil), .waiting(stale: nil),
        ]
        return (states + Array(states.reversed())).enumerated().map { index, state in
            ReportRow(
                hash: hash(index % 10), state: state, position: index + 1, line: index + 1)
        }
    }

    private var lists: [String] {
        get throws {
            let path = samples.folder.appending(path: "lists").path(percentEncoded: false)
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        }
    }

    @Test func everyVerdictThatARowHasHasAListInTheListsOrder() throws {
        let rows = rows
        try samples.writeTables(rows)
        #expect(
            try lists == [
                "clean.txt", "failed.txt", "malicious.txt", "no-results.txt", "not-asked.txt",
                "suspicious.txt", "unknown.txt",
            ])
        for verdict in Verdict.allCases where verdict != .waiting && verdict != .allowed {
            let wanted = rows.filter { $0.verdict(.init()) == verdict }.map { $0.hash.hexadecimal + "\n" }
            #expect(wanted.count == 2)
            #expect(try samples.text("lists/\(verdict.rawValue).txt") == wanted.joined(), "\(verdict)")
        }
    }

    @Test func theListsAreThereBeforeTheTable() throws {
        var order: [Bool] = []
        let rows = [rows[0], rows[1]]
        let csv = samples.folder.appending(path: "report.csv").path(percentEncoded: false)
        try Samples.writer().writeTables(
            Samples.input(.done, rows: rows), in: samples.directory(),
            publish: { files in
                for file in files {
                    try file.commit(synchronizingFolder: false)
                    order.append(FileManager.default.fileExists(atPath: csv))
                }
            }, rows: { visit in try rows.forEach(visit) })
        // Two lists and the JSON Lines come before it.
        #expect(order == [false, false, false, true])
        #expect(try lists == ["failed.txt", "malicious.txt"])
    }

    @Test func whatIsGivenUpLeavesNothingAndWhatWasThereBeforeStays() throws {
        struct Stop: Error {}
        let samples = samples
        let rows = rows
        func stop() {
            #expect(throws: Stop.self) {
                try Samples.writer().writeTables(Samples.input(.done, rows: rows), in: samples.directory()) {
                    visit in
                    try rows.forEach(visit)
                    throw Stop()
                }
            }
        }
        stop()
        #expect(try samples.names.isEmpty)
        try samples.writeTables([rows[4]])
        stop()
        #expect(try lists == ["unknown.txt"])
        #expect(try samples.text("lists/unknown.txt") == rows[4].hash.hexadecimal + "\n")
    }

    @Test func thePageLeadsToThemWithTheirNumbers() throws {
        let rows = rows
        let page = try samples.html(Samples.input(.done, rows: rows), rows: rows)
        #expect(page.contains("<a href=\"lists/malicious.txt\">malicious.txt</a> 2</span>"))
        #expect(page.contains("<a href=\"lists/not-asked.txt\">not-asked.txt</a> 2</span>"))
        #expect(!page.contains("waiting.txt"))
        let one = try samples.html(Samples.input(.done, rows: [rows[4]]), rows: [rows[4]])
        #expect(one.contains("lists/unknown.txt") && !one.contains("lists/clean.txt"))
        let running = try samples.html(Samples.input(.running, rows: rows), rows: rows)
        #expect(!running.contains("href=\"lists/"))
        var options = Samples.writer().options
        options.writesLists = false
        let without = try samples.html(
            Samples.input(.done, rows: rows), rows: rows, by: ReportWriter(options: options))
        #expect(!without.contains("href=\"lists/"))
    }
}
