import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// A writer that pauses, for less than the quiet period or with the file open: nothing is lost, nothing is
/// split.
@Suite(.limited(.daemon))
struct SlowWriterTests {
    /// `make test-full` has as many as it takes to believe it.
    private static let rounds = Full.isOn ? 200 : 6
    /// Writers at the same time; each has a file of its own.
    private static let writers = Full.isOn ? 20 : 6

    // Half of the writers open the file for each line, so that no lease tells of them. Their pauses are a
    // tenth of the quiet period at most, for a busy machine makes them longer. The others pause for longer
    // than that period.
    private static let quietPeriod = 4
    private static let script = """
        import os, random, sys, time
        drop, name, seed, lines = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
        generator = random.Random(seed)
        path = os.path.join(drop, name)
        held = None
        if seed % 2:
            held = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for line in lines:
            number = held if held is not None else os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            # A line in two pieces, so that a file in the making ends anywhere.
            middle = generator.randrange(len(line))
            os.write(number, line[:middle].encode())
            time.sleep(generator.random() * (5.0 if held is not None else 0.1))
            os.write(number, (line[middle:] + "\\n").encode())
            if held is None:
                os.close(number)
            time.sleep(generator.random() * 0.3)
        """

    private static func list(_ round: Int) -> [String] {
        (0..<4).map { Samples.hash(40_000 + round * 10 + $0).hexadecimal }
    }

    @Test func nothingIsLostOrSplit() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_SPOOL_QUIET_PERIOD": "\(Self.quietPeriod)s"]) {
            place, _ in
            try await place.serve()
            try Data(Self.script.utf8).write(to: place.folder.url.appending(path: "writer.py"))
            for first in stride(from: 0, to: Self.rounds, by: Self.writers) {
                let rounds = first..<min(Self.rounds, first + Self.writers)
                let jobs = rounds.map {
                    "python3 writer.py spool/alice \($0).txt \($0) \(Self.list($0).joined(separator: " ")) &"
                }
                let ended = try await place.shell("\(jobs.joined(separator: "\n"))\nwait")
                #expect(ended.exitCode == 0, "\(ended.errors)")
            }
            for round in 0..<Self.rounds {
                let report = try await place.finished("\(round).txt")
                #expect(try report.hashes() == Self.list(round), "round \(round)")
                #expect(try report.text("input") == Self.list(round).joined(separator: "\n") + "\n")
            }
            // A file that was split would have made a second job.
            #expect(place.jobCount == Self.rounds)
            print("slow writers: \(Self.rounds) rounds, \(place.jobCount) jobs")
        }
    }
}
