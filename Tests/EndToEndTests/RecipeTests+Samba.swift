import Foundation
import Reporting
import Simulator
import TestSupport
import Testing

extension RecipeTests {
    /// config/smb.conf, as RECIPES.md has it set up: Debian's smbd, and smbclient for alice and bob.
    @Suite(
        .enabled(
            if: Full.isOn && Machine.has("/usr/sbin/smbd", "/usr/bin/smbclient", "/usr/bin/smbpasswd"),
            "needs Samba: make test-full"),
        .enabled("needs root and a mount namespace") { await Machine.isPossible() })
    struct Samba {
        private func with(_ body: (Machine) async throws -> Void) async throws {
            try await SimulatedVirusTotal.with(.unlimited()) { simulator in
                try await Machine.with(simulator) { machine in
                    try await machine.addUsers()
                    let port = try freePort()
                    try await install(on: machine, port: port)
                    let server = try machine.start(
                        "smbd",
                        [
                            "--foreground", "--no-process-group", "--port", "\(port)",
                            "--option=interfaces=lo", "--option=bind interfaces only=yes",
                        ], log: TemporaryFolder())
                    try await eventually("smbd answers") {
                        try await machine.run("smb alice drop ls").exitCode == 0
                    }
                    try await body(machine)
                    server.send(SIGTERM)
                    try await server.end()
                }
            }
        }

        /// Sets Samba up, and `smb USER SHARE COMMANDS`, a user's client with `$password` or the user's own.
        private func install(on machine: Machine, port: Int) async throws {
            try machine.provide("config/smb.conf", try file("smb.conf"))
            try machine.provide(
                "smb",
                """
                #!/bin/sh
                own="password of $(echo "$1" | tr A-Z a-z)"
                exec smbclient $options --port \(port) --user "$1%${password-$own}" "//127.0.0.1/$2" \\
                    --command "$3"

                """)
            // Debian's asks twice.
            try machine.provide(
                "smbpasswd",
                """
                #!/bin/sh
                printf 'password of %s\\npassword of %s\\n' "$2" "$2" | /usr/bin/smbpasswd -s "$@"

                """)
            try await machine.must("install -m 755 smb smbpasswd /usr/local/bin")
            let said = try await machine.follow(
                try replacing(
                    in: commands("Samba"),
                    [
                        "sudo apt-get install samba\n": "",
                        "sudo systemctl restart smbd": "sudo testparm --suppress-prompt 2>&1 >/dev/null",
                    ]))
            for word in ["Unknown", "WARNING", "ERROR", "Ignoring"] {
                #expect(!said.contains(word), "\(said)")
            }
        }

        /// Ways in which alice's `$list` becomes a file of that name.
        private static let ways: [(name: String, script: String)] = [
            ("plain.txt", "smb alice drop \"put $list plain.txt\""),
            ("renamed.txt", "smb alice drop \"put $list r.part; rename r.part renamed.txt\""),
            ("batch_inner.txt", "smb alice drop \"mkdir batch; put $list batch/inner.txt\""),
            // The client has it open for longer than the quiet period, without a byte.
            ("slow.txt", "(head -n 1 $list; sleep 4; tail -n +2 $list) | smb alice drop 'put - slow.txt'"),
            ("loud.txt", "smb ALICE drop \"put $list loud.txt\""),
        ]

        @Test func eachListGoesIntoOneShareAndItsReportComesOutOfTheOther() async throws {
            try await with { machine in
                for (number, way) in Self.ways.enumerated() {
                    try machine.provide("list", list(number))
                    try await machine.must("list=/run/work/list\n\(way.script)")
                }
                for (number, way) in Self.ways.enumerated() {
                    let report = try await machine.finished(way.name)
                    #expect(report.status?.state == "done", "\(way.name)")
                    #expect(try report.text("input") == list(number), "\(way.name)")
                    #expect(machine.folders(way.name, of: "alice").count == 1, "\(way.name)")
                    let folder = report.folder.lastPathComponent
                    let read = try await machine.must("smb alice reports 'get \(folder)/report.csv -'")
                    #expect(try read.contains(report.text("report.csv")), "\(way.name)")
                }
                try await eventually("her folder is empty for her too") {
                    let left = try await machine.must("smb alice drop ls")
                    return !left.contains("txt") && !left.contains("batch")
                }
                try await eventually("her index has them all") {
                    let index = try await machine.must("smb alice reports 'get index.html -'")
                    return ["plain.txt", "renamed.txt", "slow.txt", "loud.txt"]
                        .allSatisfy { index.contains($0) }
                }
            }
        }

        @Test func whatWaitsInTheFolderHasNoRightsForOthersAndNoneToBeRun() async throws {
            try await with { machine in
                try machine.provide("list", list(0))
                // With the attributes that would become bits for executing, and a mode of the client's own.
                try await machine.must(
                    """
                    chmod 777 list
                    smb alice drop 'put list a.part; setmode a.part +ahsr; mkdir b.part; put list b.part/c'
                    """)
                let facts = try await machine.must(
                    "cd /var/lib/hashdrop/spool/alice; stat -c '%n %U:%G %a' a.part b.part b.part/c")
                #expect(
                    facts == """
                        a.part alice:alice 660
                        b.part alice:alice 2770
                        b.part/c alice:alice 660

                        """)
                // Read-only for the client, and yet its user's to take back.
                try await machine.must("smb alice drop 'rm a.part'")
                #expect(try await !machine.must("smb alice drop ls").contains("a.part"))
            }
        }

        /// Each must fail, and say one of the words.
        private static let attempts: [(what: String, script: String, says: [String])] = [
            ("write a report", "smb alice reports 'put list new.txt'", ["ACCESS_DENIED"]),
            (
                "replace a report", "smb alice reports 'put list index.html'",
                ["ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"]
            ),
            (
                "remove a report", "smb alice reports 'rm index.html'",
                ["ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"]
            ),
            (
                "make a folder among the reports", "smb alice reports 'mkdir new'",
                ["ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"]
            ),
            ("leave by dots", "smb alice drop 'ls ../bob/*'", ["NT_STATUS_"]),
            ("leave by a link", "smb alice drop 'get to-passwd.part -'", ["NT_STATUS_"]),
            ("leave by a link to a folder", "smb alice drop 'ls to-etc.part/*'", ["NT_STATUS_"]),
            ("leave by a link to another user's", "smb alice drop 'get to-bob.part -'", ["NT_STATUS_"]),
            ("read hashdrop's own", "smb alice drop 'ls ../.hashdrop/*'", ["NT_STATUS_"]),
            ("be another", "password='password of alice' smb bob drop ls", ["LOGON_FAILURE"]),
            ("be a guest", "smb guest drop ls", ["LOGON_FAILURE", "ACCESS_DENIED"]),
            ("be no user of hashdrop", "smb carol drop ls", ["ACCESS_DENIED"]),
            ("use the share of the spool", "smb alice spool ls", ["BAD_NETWORK_NAME"]),
            (
                "speak in the clear", "options=--option=clientmaxprotocol=SMB2_10 smb alice drop ls",
                ["ACCESS_DENIED", "NT_STATUS_"]
            ),
        ]

        @Test func nothingElseIsPossible() async throws {
            try await with { machine in
                try machine.provide("list", list(0))
                try await machine.must(
                    """
                    smb bob drop 'put list secret.part'
                    # With these names hashdrop leaves the links where they are.
                    ln -s /etc/passwd /var/lib/hashdrop/spool/alice/to-passwd.part
                    ln -s /etc /var/lib/hashdrop/spool/alice/to-etc.part
                    ln -s ../bob/secret.part /var/lib/hashdrop/spool/alice/to-bob.part
                    useradd --no-create-home carol
                    smbpasswd -a carol
                    """)
                try await machine.hasIndex(of: "alice")
                for attempt in Self.attempts {
                    let ended = try await machine.run(attempt.script)
                    let said = ended.output + ended.errors
                    #expect(
                        attempt.says.contains { said.contains($0) }, "\(attempt.what): \(said)")
                    for secret in ["root:", "passwd-", String(list(0).prefix(32))] {
                        #expect(!said.contains(secret), "\(attempt.what): \(said)")
                    }
                }
                let spool = try await machine.must(
                    "cat /var/lib/hashdrop/spool/bob/secret.part; ls /var/lib/hashdrop/reports/alice")
                #expect(spool.hasPrefix(list(0)) && !spool.contains("new"))
                for share in ["drop", "reports"] {
                    let seen = try await machine.must("smb alice \(share) 'recurse; ls'")
                    #expect(!seen.contains("secret.part"), "\(seen)")
                }
            }
        }
    }
}
