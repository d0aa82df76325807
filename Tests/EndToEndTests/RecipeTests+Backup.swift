import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

extension RecipeTests {
    /// Backup, restore and moving, by the commands of RECIPES.md, while lists are being dropped.
    @Suite(
        .enabled(if: Machine.has("/usr/bin/rsync"), "needs rsync: make test-full installs it"),
        .enabled("needs root and a mount namespace") { await Machine.isPossible() })
    struct Backup {
        private static let dropped = 60

        private struct Overview: Decodable {
            struct Daemon: Decodable {
                struct Quota: Decodable {
                    var used: Int
                }
                var day: Quota
            }
            struct Job: Decodable {
                var id, user, name, state: String
            }
            var daemon: Daemon?
            var jobs: [Job]
        }

        private func overview(_ machine: Machine) async throws -> Overview {
            // It exits with what there is to say about the daemon.
            let text = try await machine.run("\(Machine.hashdrop) status --json --jobs 1000").output
            return try JSONDecoder().decode(Overview.self, from: Data(text.utf8))
        }

        /// Drops lists in turn, for both users, until it has dropped all of them: each by a rename.
        private func dropMany(on machine: Machine) throws -> (ChildProcess, TemporaryFolder) {
            for number in 0..<Self.dropped { try machine.provide("many-\(number)", list(100 + number)) }
            let log = TemporaryFolder()
            let script = """
                cd /run/work
                for number in $(seq 0 \(Self.dropped - 1)); do
                    [ $((number % 2)) = 0 ] && user=alice || user=bob
                    folder=/var/lib/hashdrop/spool/$user
                    install -o $user -g $user -m 660 many-$number $folder/.new
                    mv $folder/.new $folder/many-$number.txt
                    echo $number
                    sleep 0.1
                done
                """
            return (try machine.start("/bin/bash", ["-euc", script], log: log), log)
        }

        private func hashes(_ number: Int) -> [String] {
            list(number).split(separator: "\n").map(String.init)
        }

        private func user(_ number: Int) -> String { number % 2 == 0 ? "alice" : "bob" }

        private func numbers(_ log: TemporaryFolder) throws -> Set<Int> {
            Set(try Program.text(log, "output").split(separator: "\n").compactMap { Int($0) })
        }

        @Test func aBackupBringsBackJobsAnswersLedgerAndReports() async throws {
            try await SimulatedVirusTotal.with(.unlimited(latency: .milliseconds(100))) { simulator in
                try await Machine.with(simulator) { machine in
                    try await machine.addUsers()
                    try machine.provide("list", list(0))
                    try await machine.must("cp list /var/lib/hashdrop/spool/alice/before.txt")
                    _ = try await machine.finished("before.txt")
                    let (dropping, log) = try dropMany(on: machine)
                    try await eventually("some are done") {
                        machine.folders("many-4.txt", of: "alice").first
                            .flatMap { Report(folder: $0).status }?.state == "done"
                    }
                    let before = try numbers(log)
                    let least = try #require(try await overview(machine).daemon?.day.used)
                    try await machine.follow(try commands("Backup"))
                    // Each is in the ledger before it is sent, and four may be on their way.
                    let spent = least...simulator.journal.lookups.count + 4
                    #expect(try await dropping.end() == 0, "\((try? Program.text(log, "errors")) ?? "")")
                    // The disk is lost.
                    try await machine.must("systemctl stop hashdrop; rm -rf /var/lib/hashdrop")
                    simulator.clearJournal()
                    try await machine.follow(try commands("Restore"))
                    try await machine.isServing()
                    try await checkRestored(machine, before, simulator, spent: spent)
                }
            }
        }

        private func checkRestored(
            _ machine: Machine, _ before: Set<Int>, _ simulator: SimulatedVirusTotal,
            spent: ClosedRange<Int>
        ) async throws {
            try await eventually("no job runs") {
                let jobs = try await overview(machine).jobs
                return !jobs.isEmpty && jobs.allSatisfy { $0.state == "done" }
            }
            try await machine.follow(try commands("Restore", 1))
            for number in before {
                let report = try await machine.finished("many-\(number).txt", of: user(number))
                #expect(report.status?.state == "done")
                #expect(try report.text("input") == list(100 + number))
                #expect(try report.hashes() == hashes(100 + number))
            }
            let report = try await machine.finished("before.txt")
            #expect(try report.hashes().count == 3)
            // The ledger, with what was spent until the backup; and the cache.
            let asked = simulator.journal.lookups
            try await eventually("the ledger goes on from the backup") {
                let used = try await overview(machine).daemon?.day.used
                return used.map { spent.contains($0 - asked.count) } == true
            }
            #expect(Set(asked.compactMap(\.hash?.hexadecimal)).isDisjoint(with: hashes(0)))
            try await machine.must("cp list /var/lib/hashdrop/spool/alice/again.txt")
            let again = try await machine.finished("again.txt")
            #expect(again.status?.requests.sent == 0 && again.status?.requests.savedByCache == 3)
            try await nothingRunsForEver(machine)
            // Whatever is there belongs to whom it belonged.
            let owners = try await machine.must(
                "stat -c '%U:%G %a' /var/lib/hashdrop/{spool,reports}/alice '\(inside(report))/report.csv'")
            #expect(owners == "hashdrop:alice 2770\nhashdrop:alice 2750\nhashdrop:alice 640\n")
        }

        private func inside(_ report: Report) -> String {
            "/var/lib/hashdrop/reports/alice/\(report.folder.lastPathComponent)"
        }

        /// Also those of lists that came while the backup was made.
        private func nothingRunsForEver(_ machine: Machine) async throws {
            try await eventually("each report there is is final") {
                let states = try await machine.run(
                    "grep -hoE '\"state\" ?: ?\"[a-z]+\"' /var/lib/hashdrop/reports/*/*/status.json | sort -u"
                )
                return states.output.split(separator: "\n").count == 1 && states.output.contains("done")
            }
        }

        @Test func anotherMachineGoesOnWhereTheOldOneStopped() async throws {
            try await SimulatedVirusTotal.with(.unlimited(latency: .milliseconds(100))) { simulator in
                try await Machine.with(simulator) { old in
                    try await old.addUsers()
                    let (dropping, log) = try dropMany(on: old)
                    try await eventually("some are done") {
                        !old.folders("many-4.txt", of: "alice").isEmpty
                    }
                    try await old.follow(try commands("Moving to another machine"))
                    #expect(try await dropping.end() == 0, "\((try? Program.text(log, "errors")) ?? "")")
                    try await Machine.with(simulator) { new in
                        try await new.follow(try commands("Users who share folders"))
                        // What stands there by mistake is no database to go on with.
                        try await new.must("\(Machine.hashdrop) user add mistake")
                        try await new.follow(
                            try commands("Moving to another machine", 1).replacing(
                                "old.example.org:", with: String(old.folder.path("").dropLast())))
                        try await new.isServing()
                        for number in 0..<Self.dropped {
                            let report = try await new.finished("many-\(number).txt", of: user(number))
                            #expect(try report.text("input") == list(100 + number))
                            #expect(new.folders("many-\(number).txt", of: user(number)).count == 1)
                        }
                        // What was in flight at the stop may be asked twice.
                        #expect(simulator.journal.lookups.count <= 3 * Self.dropped + 4)
                        // The daemon tells of itself twice a second at most.
                        try await eventually("each request is in the ledger that has moved") {
                            try await overview(new).daemon?.day.used == simulator.journal.lookups.count
                        }
                        #expect(try await !new.must("\(Machine.hashdrop) user list").contains("mistake"))
                    }
                }
            }
        }
    }
}
