import Foundation
import Reporting
import Simulator
import TestSupport
import Testing

extension RecipeTests {
    /// The accounts, folders and modes that the servers rely on, and the users of a file.
    @Suite(.enabled("needs root and a mount namespace") { await Machine.isPossible() })
    struct Users {
        /// A command's beginning that makes it alice's.
        private static let alice = "setpriv --reuid alice --regid alice --init-groups --"

        /// What alice may not do.
        private static let attempts = [
            "ls /var/lib/hashdrop/spool", "ls /var/lib/hashdrop/spool/bob",
            "ls /var/lib/hashdrop/spool/.hashdrop", "touch /var/lib/hashdrop/spool/bob/new.txt",
            "touch /var/lib/hashdrop/spool/new.txt", "mv /var/lib/hashdrop/spool/alice /var/lib/hashdrop/old",
            "chmod 777 /var/lib/hashdrop/spool/alice", "ls /var/lib/hashdrop/reports",
            "ls /var/lib/hashdrop/reports/bob", "touch /var/lib/hashdrop/reports/alice/new.txt",
            "rm /var/lib/hashdrop/reports/alice/index.html",
        ]

        @Test func aUserDropsAndReadsInTheOwnFoldersAndNowhereElse() async throws {
            try await SimulatedVirusTotal.with(.unlimited()) { simulator in
                try await Machine.with(simulator) { machine in
                    try await machine.addUsers()
                    try machine.provide("list", list(0))
                    // Open for longer than the quiet period, without a byte: a lease tells that.
                    try await machine.must(
                        """
                        \(Self.alice) bash -c '(head -n 1 list; sleep 4; tail -n +2 list) \\
                            >/var/lib/hashdrop/spool/alice/slow.txt'
                        """)
                    let report = try await machine.finished("slow.txt")
                    #expect(try report.text("input") == list(0))
                    let folder = "/var/lib/hashdrop/reports/alice/\(report.folder.lastPathComponent)"
                    let read = try await machine.must("\(Self.alice) cat '\(folder)/report.csv'")
                    #expect(try read == report.text("report.csv"))
                    try await machine.hasIndex(of: "alice")
                    for attempt in Self.attempts {
                        let ended = try await machine.run("\(Self.alice) \(attempt)")
                        #expect(ended.exitCode != 0, "\(attempt)")
                        let isDenied =
                            ended.errors.contains("Permission denied")
                            || ended.errors.contains("Operation not permitted")
                        #expect(isDenied, "\(attempt): \(ended.errors)")
                    }
                }
            }
        }

        /// Files that name nora and otto.
        private static let forms = [
            "nora\notto\n", "nora\r\notto\r\n", "# staff\nname\n\n nora \notto",
            "name,administrator\nnora,yes\notto,\n",
            "\u{FEFF}Name;administrator;;\r\n\"nora\";yes;;\r\n;;;\r\notto;;;\r\n",
            "sep=;\r\nname;weight\r\nnora;7\r\notto;\r\n", "\"name\"\t\"weight\"\nnora\t3\notto\t\n",
        ]

        @Test func usersComeFromAFile() async throws {
            try await SimulatedVirusTotal.with(.unlimited()) { simulator in
                try await Machine.with(simulator) { machine in
                    try machine.provide("users.csv", "name,administrator,password_hash\nnora,,\notto,yes,\n")
                    try await machine.must("chown \(Machine.administrator) users.csv; chmod 600 users.csv")
                    let said = try await machine.follow(try commands("Many users from a file"))
                    for words in ["Would add 2 users (1 administrator)", "Added 2 users (1 administrator)"] {
                        #expect(said.contains(words), "\(said)")
                    }
                    // The way to name them again, for the accounts and the folders' modes.
                    for form in Self.forms {
                        try machine.provide("users.csv", form)
                        let names = try await machine.follow(try commands("Many users from a file", 2))
                        #expect(names == "nora otto\n", "\(form)")
                    }
                    let owners = try await machine.must(
                        "stat -c %U /var/lib/hashdrop/{spool,reports}/{nora,otto}")
                    #expect(owners == String(repeating: "hashdrop\n", count: 4))
                }
            }
        }
    }
}
