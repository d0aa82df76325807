import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// Every way a file can arrive, with events, without, and with daemons that die in between: one job a file,
/// none missed, none twice.
///
/// A pause in a file that is not open is a tenth of the quiet period at most, because a busy machine makes it
/// longer.
@Suite(.limited(.daemon))
struct ArrivalTests {
    enum Mode: String, CaseIterable, Sendable {
        case events, polling, restarted
    }

    /// One way to arrive: what a shell does with `$list`, a file that holds the list, in `$drop`, alice's
    /// folder.
    struct Way: Sendable {
        var name: String
        /// What the file is called when it is picked up, if it is not `<name>.txt`.
        var dropped: String?
        var script: String
    }

    static let ways: [Way] = [
        Way(name: "copied", script: "cp $list $drop/copied.txt"),
        Way(
            name: "copied-with-old-dates",
            script: "touch -d 2001-01-01 $list; cp -p $list $drop/copied-with-old-dates.txt"),
        Way(
            name: "appended",
            script: "while read -r line; do echo $line >>$drop/appended.txt; sleep 0.2; done <$list"),
        Way(
            name: "slow",
            script: "exec 9>$drop/slow.txt; head -2 $list >&9; sleep 4; tail -n +3 $list >&9; exec 9>&-"),
        Way(
            name: "renamed",
            script: "cp $list $drop/renamed.part; mv $drop/renamed.part $drop/renamed.txt"),
        Way(name: "moved-in", script: "cp $list outside-moved; mv outside-moved $drop/moved-in.txt"),
        Way(
            name: "linked-and-unlinked",
            script:
                "cp $list $drop/.l.filepart; ln $drop/.l.filepart $drop/linked-and-unlinked.txt; rm $drop/.l.filepart"
        ),
        Way(
            name: "hard-linked",
            script:
                "cp $list outside-linked; ln outside-linked $drop/hard-linked.txt; sleep 1; rm outside-linked"
        ),
        Way(
            name: "unnamed-then-linked",
            script: """
                python3 -c '
                import os, sys
                number = os.open(sys.argv[2], os.O_TMPFILE | os.O_RDWR, 0o644)
                os.write(number, open(sys.argv[1], "rb").read())
                os.link(f"/proc/self/fd/{number}", sys.argv[2] + "/unnamed-then-linked.txt", src_dir_fd=number)
                ' $list $drop
                """),
        Way(name: "touched", script: "touch $drop/touched.txt; sleep 1; cat $list >$drop/touched.txt"),
        Way(
            name: "mapped",
            script: """
                python3 -c '
                import mmap, os, sys, time
                data = open(sys.argv[1], "rb").read()
                number = os.open(sys.argv[2] + "/mapped.txt", os.O_RDWR | os.O_CREAT, 0o644)
                os.ftruncate(number, len(data))
                memory = mmap.mmap(number, len(data))
                os.close(number)
                memory[:40] = data[:40]
                time.sleep(4)
                memory[40:] = data[40:]
                memory.close()
                ' $list $drop
                """),
        Way(
            name: "edited",
            script: """
                touch $drop/.edited.txt.swp; head -1 $list >$drop/edited.txt; mv $drop/edited.txt $drop/edited.txt~
                cat $list >$drop/edited.txt; rm $drop/edited.txt~ $drop/.edited.txt.swp
                """),
        Way(
            name: "rewritten",
            script: "head -1 $list >$drop/rewritten.txt; sleep 0.3; cat $list >$drop/rewritten.txt"),
        Way(
            name: "in-a-folder", dropped: "batch_in-a-folder.txt",
            script:
                "mkdir -p outside-batch; cp $list outside-batch/in-a-folder.txt; mv outside-batch $drop/batch"
        ),
        Way(
            name: "deep-in-folders", dropped: "a_b_c_deep-in-folders.txt",
            script: "mkdir -p $drop/a/b/c; cp $list $drop/a/b/c/deep-in-folders.txt"),
    ]

    @Test(arguments: Mode.allCases)
    func eachFileIsOneJobHoweverItArrives(mode: Mode) async throws {
        try await DaemonFixture.with(settings: [
            "HASHDROP_SPOOL_QUIET_PERIOD": "3s", "HASHDROP_SPOOL_POLL": "1s",
            "HASHDROP_SPOOL_EMPTY_PERIOD": "10s",
        ]) { place, _ in
            if mode == .polling { try place.withoutHelper() }
            _ = try await place.hashdrop("user", "add", "alice")
            let early = Self.list(99)
            try Data(early.utf8).write(to: place.drop.appending(path: "early.txt"))
            try await place.serve(watching: mode == .polling ? "polling" : "events")
            try await arriveAll(at: place) {
                guard mode == .restarted else { return }
                for _ in 0..<4 {
                    try await Self.pause(milliseconds: 700)
                    try await place.stop(signal: SIGKILL)
                    try place.startDaemon()
                }
            }
            let expected = Self.ways.enumerated().map { ($1.dropped ?? "\($1.name).txt", Self.list($0)) }
            for (name, list) in expected + [("early.txt", early)] {
                let report = try await place.finished(name)
                #expect(try report.text("input") == list, "\(name)")
                #expect(try report.hashes() == list.split(separator: "\n").map(String.init), "\(name)")
            }
            try await eventually("the folders are tidied away") {
                try FileManager.default.contentsOfDirectory(atPath: place.drop.path).isEmpty
            }
            for (name, _) in expected { #expect(place.folders(name).count == 1, "\(name)") }
            #expect(place.jobCount == expected.count + 1)
        }
    }

    @Test func aFolderIsAJobForEachFileDownToTheLimit() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_SPOOL_EMPTY_PERIOD": "2s"]) { place, _ in
            try await place.serve()
            let files = [
                "in/a", "in/b", "in/1/a", "in/1/2/a", "in/1/2/3/a", "in/1/2/3/b", "in/1/2/3/4/a",
                "in/other/a",
            ]
            let writing = files.enumerated().map { number, file in
                "mkdir -p $(dirname \(file)); echo \(Samples.hash(number).hexadecimal) >\(file)\n"
            }
            let ended = try await place.shell(writing.joined() + "mv in spool/alice/")
            #expect(ended.exitCode == 0, "\(ended.errors)")
            for (number, file) in files.enumerated() where file != "in/1/2/3/4/a" {
                let report = try await place.finished(file.replacing("/", with: "_"))
                #expect(try report.hashes() == [Samples.hash(number).hexadecimal], "\(file)")
            }
            try await eventually("the rest is tidied away, and what lies too deep says so") {
                let left = try await place.shell(
                    "cd spool/alice; find . -mindepth 1 | sort | tail -1; ls in")
                return left.output == "./in/1/2/3/4/a\n1\n"
                    && place.waiting.contains { $0.contains(">in/1/2/3/4<") && $0.contains("deeper ones") }
            }
            #expect(place.jobCount == files.count - 1)
        }
    }

    private static func list(_ number: Int) -> String {
        (0..<3).map { Samples.hash(7_000 + number * 10 + $0, .md5).hexadecimal + "\n" }.joined()
    }

    /// Runs all ways at the same time, with `disturb` beside them.
    private func arriveAll(
        at place: DaemonFixture, disturb: () async throws -> Void
    ) async throws {
        var script = "drop=$PWD/spool/alice\n"
        for (number, way) in Self.ways.enumerated() {
            let list = place.folder.url.appending(path: "list-\(number)")
            try Data(Self.list(number).utf8).write(to: list)
            script += "( list=$PWD/list-\(number)\n\(way.script)\n) &\njobs+=($!)\n"
        }
        script += "for job in ${jobs[@]}; do wait $job; done"
        let log = TemporaryFolder()
        let arriving = try Program.start("/bin/bash", ["-euc", script], in: place.folder, log: log)
        try await disturb()
        let exitCode = try await arriving.end()
        let errors = try Program.text(log, "errors")
        #expect(exitCode == 0, "\(errors)")
    }

    /// A pause that is part of what is tested: between two kills.
    private static func pause(milliseconds: Int) async throws {
        try await ContinuousClock().sleep(for: .milliseconds(milliseconds))
    }
}
