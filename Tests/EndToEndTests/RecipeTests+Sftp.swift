import Foundation
import Reporting
import Simulator
import TestSupport
import Testing

extension RecipeTests {
    /// config/sshd.conf, as RECIPES.md has it set up: Debian's sshd with its own sshd_config, and sftp for
    /// alice and bob.
    @Suite(
        .enabled(
            if: Full.isOn && Machine.has("/usr/sbin/sshd", "/usr/bin/sftp"),
            "needs OpenSSH's server: make test-full"),
        .enabled("needs root and a mount namespace") { await Machine.isPossible() })
    struct Sftp {
        private func with(_ body: (Machine) async throws -> Void) async throws {
            try await SimulatedVirusTotal.with(.unlimited()) { simulator in
                try await Machine.with(simulator) { machine in
                    try await machine.addUsers()
                    let port = try freePort()
                    try await install(on: machine, port: port)
                    // In the background: it closes what ChildProcess would know its end by.
                    try await machine.must(
                        "/usr/sbin/sshd -E /var/log/sshd.log -p \(port) -o ListenAddress=127.0.0.1")
                    try await eventually("sshd answers") {
                        try await machine.run("as alice 'ls'").exitCode == 0
                    }
                    try await body(machine)
                }
            }
        }

        /// Sets sshd up, and `as USER COMMANDS`, a user's sftp, and `ssh-as USER …`.
        private func install(on machine: Machine, port: Int) async throws {
            try machine.provide("config/sshd.conf", try file("sshd.conf"))
            let options = """
                -F /dev/null -i "$HOME/$user" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \\
                    -o LogLevel=ERROR -o BatchMode=yes
                """
            try machine.provide(
                "as",
                """
                #!/bin/sh
                user=$1
                printf '%s\\n' "$2" | sftp -q -P \(port) \(options) -b - "$user@127.0.0.1"

                """)
            try machine.provide(
                "ssh-as",
                """
                #!/bin/sh
                user=$1
                shift
                exec ssh -p \(port) \(options) "$@" "$user@127.0.0.1"

                """)
            try await machine.must(
                """
                install -m 755 as ssh-as /usr/local/bin
                ssh-keygen -A >&2
                for user in alice bob; do ssh-keygen -q -t ed25519 -N '' -f $user; done
                """)
            let recipe = try replacing(
                in: commands("sftp"),
                [
                    "sudo apt-get install openssh-server\n": "",
                    "sudo sshd -t && sudo systemctl reload ssh": "sudo sshd -t",
                ])
            // Once more for further users: each line and each mount is there once.
            for _ in 0..<2 { try await machine.follow(recipe) }
            for (file, places) in [("/etc/fstab", 4), ("/proc/self/mounts", 4)] {
                let count = try await machine.must("grep -c ' /srv/hashdrop/' \(file)")
                #expect(count == "\(places)\n", "\(file)")
            }
            #expect(try await machine.must("stat -c %a /var/lib/hashdrop/spool/alice") == "2770\n")
        }

        /// Ways in which alice's `list` becomes a file of that name.
        private static let ways: [(name: String, commands: String)] = [
            ("put.txt", "put list drop/put.txt"),
            ("renamed.txt", "put list drop/r.filepart\nrename drop/r.filepart drop/renamed.txt"),
            // With the plain rename of the protocol, which the server makes of a link and an unlink.
            ("linked.txt", "put list drop/l.filepart\nrename -l drop/l.filepart drop/linked.txt"),
            ("made_list", "mkdir drop/made\nput list drop/made/list"),
            ("with-times.txt", "put -p list drop/with-times.txt"),
        ]

        @Test func eachListGoesIntoOneFolderAndItsReportComesOutOfTheOther() async throws {
            try await with { machine in
                let root = try await machine.must("as alice 'ls -1 /'")
                #expect(
                    root.split(separator: "\n").filter { !$0.hasPrefix("sftp>") } == ["/drop", "/reports"])
                for (number, way) in Self.ways.enumerated() {
                    try machine.provide("list", list(number))
                    try await machine.must("as alice '\(way.commands)'")
                }
                for (number, way) in Self.ways.enumerated() {
                    let report = try await machine.finished(way.name)
                    #expect(report.status?.state == "done", "\(way.name)")
                    #expect(try report.text("input") == list(number), "\(way.name)")
                    #expect(machine.folders(way.name, of: "alice").count == 1, "\(way.name)")
                    try await machine.must(
                        "as alice 'get reports/\(report.folder.lastPathComponent)/report.csv got.csv'")
                    #expect(try machine.text("/run/work/got.csv") == report.text("report.csv"), "\(way.name)")
                }
                try await eventually("her folder is empty for her too") {
                    try await !machine.must("as alice 'ls -1 drop'").contains("drop/")
                }
            }
        }

        /// `put` gives a file, and `put -r` a folder, the mode that it has at the client.
        @Test func whatTheClientClosesWaitsUntilItIsOpenedAndItsUserReadsWhy() async throws {
            try await with { machine in
                try machine.provide("list", list(0))
                try await machine.must(
                    """
                    mkdir -m 755 batch; install -m 644 list batch/a.txt; install -m 600 list own.txt
                    as alice 'put -r batch drop/\nput own.txt drop/'
                    """)
                for words in ["cannot be taken", "give read permission"] {
                    try await eventually("the index says: \(words)") {
                        let index = try? machine.text("/var/lib/hashdrop/reports/alice/index.html")
                        return index?.contains(words) == true
                    }
                }
                try await machine.must("as alice 'chmod 2770 drop/batch\nchmod 640 drop/own.txt'")
                #expect(try await machine.finished("batch_a.txt").text("input") == list(0))
                #expect(try await machine.finished("own.txt").text("input") == list(0))
                try await machine.must(
                    """
                    chmod -R g+rwX batch own.txt
                    as alice 'put -r batch drop/open\nput own.txt drop/opened.txt'
                    """)
                #expect(try await machine.finished("open_a.txt").status?.state == "done")
                #expect(try await machine.finished("opened.txt").status?.state == "done")
            }
        }

        @Test func whatWaitsInTheFolderHasNoRightsForOthers() async throws {
            try await with { machine in
                try machine.provide("list", list(0))
                try await machine.must("chmod 666 list; as alice 'put list drop/a.part\nmkdir drop/b.part'")
                let facts = try await machine.must(
                    "cd /var/lib/hashdrop/spool/alice; stat -c '%n %U:%G %a' a.part b.part")
                #expect(facts == "a.part alice:alice 660\nb.part alice:alice 2770\n")
            }
        }

        /// Each must fail, and say one of the words.
        private static let attempts: [(what: String, script: String, says: [String])] = [
            (
                "write a report", "as alice 'put list reports/new.txt'",
                ["Permission denied", "Read-only", "Failure"]
            ),
            (
                "remove a report", "as alice 'rm reports/index.html'",
                ["Permission denied", "Read-only", "Failure"]
            ),
            (
                "write beside the two folders", "as alice 'put list new.txt'",
                ["Permission denied", "Failure"]
            ),
            ("remove the folder", "as alice 'rmdir drop'", ["Permission denied", "Failure"]),
            ("rename the folder", "as alice 'rename drop other'", ["Permission denied", "Failure"]),
            ("open the folder to others", "as alice 'chmod 777 drop'", ["Permission denied", "Failure"]),
            ("read the machine's files", "as alice 'get /etc/passwd got'", ["not found", "No such file"]),
            ("leave by dots", "as alice 'get /../../../etc/passwd got'", ["not found", "No such file"]),
            (
                "read another user's", "as alice 'ls drop/../../bob/drop'",
                ["not found", "No such file", "Can't ls"]
            ),
            ("make a link", "as alice 'ln -s /etc/passwd drop/link'", ["Permission denied"]),
            (
                "make a second name", "as alice 'put list drop/x.part\nln drop/x.part drop/y.part'",
                ["denied", "not support"]
            ),
            (
                "run a program", "ssh-as alice -T -x 2>&1 </dev/null",
                ["sftp connections only", "allows sftp"]
            ),
            (
                "reach a port through it", "ssh-as alice -W 127.0.0.1:22",
                ["prohibited", "refused", "forwarding"]
            ),
            (
                "be another", "cp alice mallory; user=bob; cp bob bob.own; cp alice bob; as bob ls",
                ["denied", "Connection closed"]
            ),
        ]

        @Test func nothingElseIsPossible() async throws {
            try await with { machine in
                try machine.provide("list", list(0))
                try await machine.must("as bob 'put list drop/secret.part'")
                try await machine.hasIndex(of: "alice")
                for attempt in Self.attempts {
                    let ended = try await machine.run(attempt.script)
                    let said = ended.output + ended.errors
                    #expect(ended.exitCode != 0, "\(attempt.what): \(said)")
                    #expect(attempt.says.contains { said.contains($0) }, "\(attempt.what): \(said)")
                }
                #expect(try await machine.run("ls got").exitCode != 0)
                #expect(try await machine.must("ls /var/lib/hashdrop/spool/bob") == "secret.part\n")
                let mode = try await machine.must("stat -c %a /var/lib/hashdrop/spool/alice")
                #expect(mode == "2770\n")
            }
        }
    }
}
