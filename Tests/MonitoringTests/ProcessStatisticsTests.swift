import Foundation
import TestSupport
import Testing

@testable import Monitoring

struct ProcessStatisticsTests {
    /// Source: proc(5), with a name that holds what separates the fields.
    private static let stat =
        "4711 (a b) c) S 1 4711 4711 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 7 0 12345 987654321 2000 1 1 1\n"

    private func statistics(_ stat: String, _ machine: String) -> ProcessStatistics? {
        ProcessStatistics(
            stat: stat, machine: machine, ticksPerSecond: 100, pageBytes: 4_096, openFiles: 9,
            filesMax: .infinity)
    }

    @Test func theKernelsFieldsAreFoundBehindAnyName() throws {
        let read = try #require(statistics(Self.stat, "cpu 1 2 3\nbtime 1790000000\nprocesses 5\n"))
        #expect(read.cpuSeconds == 3)
        #expect(read.residentBytes == 8_192_000)
        #expect(read.virtualBytes == 987_654_321)
        #expect(read.startSeconds == 1_790_000_123.45)
    }

    @Test(arguments: ["", "4711", "4711 (a) S 1 2", "4711 (a) S" + String(repeating: " x", count: 40)])
    func whatIsNoneIsNotRead(stat: String) {
        #expect(statistics(stat, "btime 1\n") == nil)
        #expect(statistics(Self.stat, "") == nil)
    }

    @Test func thisProcessIsRead() throws {
        let own = try #require(ProcessStatistics.now())
        #expect(own.cpuSeconds > 0 && own.residentBytes > 1_000_000 && own.openFiles > 2)
        #expect(own.virtualBytes >= own.residentBytes && own.filesMax >= Double(own.openFiles))
        let age = Date().timeIntervalSince1970 - own.startSeconds
        #expect(age > -5 && age < 86_400)
    }
}
