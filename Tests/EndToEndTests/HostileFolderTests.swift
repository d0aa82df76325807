import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// What a hostile user puts into the own folder is refused or waits with a reason; nothing is followed,
/// nothing blocks, and another user's file dropped at the same moment is finished as always.
@Suite(.limited(.daemon))
struct HostileFolderTests {
    enum Outcome: Sendable {
        /// A report that says these words.
        case refused(String)
        /// A line in the index that says these words.
        case waits(String)
        /// Its name is strange, its content is not.
        case done
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// Run in alice's folder; `$list` is a good list, `$secret` a file that must not be read.
        var script: String
        /// What the report folder's name ends with.
        var name: String
        var outcome: Outcome
        var needsRoot = false
    }

    static let rows: [Row] = [
        Row(
            testDescription: "link to a file", script: "ln -s $secret a-link", name: "a-link",
            outcome: .refused("symbolic link")),
        Row(
            testDescription: "link to a folder", script: "ln -s /etc b-link", name: "b-link",
            outcome: .refused("symbolic link")),
        Row(
            testDescription: "dangling link", script: "ln -s /nowhere c-link", name: "c-link",
            outcome: .refused("symbolic link")),
        Row(
            testDescription: "link to shadow", script: "ln -s /etc/shadow d-link", name: "d-link",
            outcome: .refused("symbolic link")),
        Row(
            testDescription: "hard link", script: "ln $secret hard", name: "hard",
            outcome: .refused("2 names (hard links)")),
        Row(
            testDescription: "pipe", script: "mkfifo pipe", name: "pipe",
            outcome: .refused("a pipe, not a file")),
        Row(
            testDescription: "socket",
            script: "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'",
            name: "socket",
            outcome: .refused("a socket, not a file")),
        Row(
            testDescription: "device", script: "mknod zero c 1 5", name: "zero",
            outcome: .refused("a device, not a file"), needsRoot: true),
        Row(
            testDescription: "empty", script: ": >empty", name: "empty",
            outcome: .refused("the file is empty")),
        Row(
            testDescription: "too large", script: "head -c 2000000 /dev/zero >large", name: "large",
            outcome: .waits("more than the limit of")),
        Row(
            testDescription: "sparse terabyte", script: "truncate -s 1T sparse", name: "sparse",
            outcome: .waits("more than the limit of")),
        Row(
            testDescription: "binary", script: "head -c 20000 /dev/urandom >noise", name: "noise",
            outcome: .refused("not a text file")),
        Row(
            testDescription: "no permission", script: "cp $list closed; chmod 0 closed", name: "closed",
            outcome: .waits("may read it (mode 0,"), needsRoot: true),
        Row(
            testDescription: "foreign owner",
            script: "cp $secret foreign; chmod 600 foreign; chown 4242 foreign", name: "foreign",
            outcome: .waits("nor its group may read it (mode 600, owner's user id 4242)"), needsRoot: true
        ),
        Row(
            testDescription: "a foreign folder",
            script: "mkdir -m 700 theirs; cp $secret theirs/x; chown -R 4242 theirs", name: "theirs",
            outcome: .waits("nor its group may read it (mode 700"), needsRoot: true),
        Row(
            testDescription: "a foreign file that all accounts may read",
            script: "cp $list common; chmod 644 common; chown 4242 common", name: "common",
            outcome: .done, needsRoot: true),
        Row(
            testDescription: "line break", script: "cp $list $'two\\nlines'", name: "two_lines",
            outcome: .done),
        Row(
            testDescription: "quotes", script: "cp $list \"quo'te\\\"s\"", name: "quo_te_s",
            outcome: .done),
        Row(
            testDescription: "markup", script: "cp $list '<script>alert(1)<'", name: "_script_alert_1__",
            outcome: .done),
        Row(
            testDescription: "dots", script: "cp $list '..x..'; mv '..x..' 'x..'", name: "x..",
            outcome: .done
        ),
        Row(
            testDescription: "invalid UTF-8", script: "cp $list $'bad\\xff\\xfe'", name: "bad__",
            outcome: .done),
        Row(
            testDescription: "255 bytes", script: "cp $list $(printf 'n%.0s' {1..255})",
            name: String(repeating: "n", count: 100), outcome: .done),
        Row(testDescription: "leading dash", script: "cp $list ./-rf", name: "-rf", outcome: .done),
        Row(
            testDescription: "right to left", script: "cp $list $'mark\\u202etxt'", name: "mark___txt",
            outcome: .done),
        Row(
            testDescription: "a name like ours", script: "cp $list report.html", name: "report.html",
            outcome: .done),
        Row(
            testDescription: "a hidden folder like ours",
            script: "mkdir .hashdrop; cp $list .hashdrop/lock",
            name: ".hashdrop", outcome: .waits("unfinished")),
        Row(
            testDescription: "too many folders", script: "mkdir -p 1/2/3/4/5; cp $list 1/2/3/4/5/list",
            name: "1/2/3/4/5", outcome: .waits("deeper ones are not looked into")),
        Row(
            testDescription: "a folder with a link in it", script: "mkdir f; ln -s /etc f/link",
            name: "f_link",
            outcome: .refused("symbolic link")),
        Row(
            testDescription: "a file that never ends",
            // Written to for as long as the test has its folder; without the tester's descriptors, for the
            // end of the shell is waited for.
            script: """
                export list; python3 -c 'import subprocess; subprocess.Popen(
                    ["bash", "-c", "while [ -e $list ]; do echo x; sleep 0.1; done >endless"])'
                """,
            name: "endless", outcome: .waits("still being written")),
    ]

    private static let settings = [
        "HASHDROP_SPOOL_QUIET_PERIOD": "500ms", "HASHDROP_SPOOL_POLL": "1s",
        "HASHDROP_SPOOL_EMPTY_PERIOD": "2s",
        "HASHDROP_SPOOL_HARD_LINK_GRACE": "2s", "HASHDROP_LIST_BYTES_MAX": "1MiB",
    ]

    @Test func eachHostileEntryHasItsOutcomeAndBobsFileIsFinished() async throws {
        try await DaemonFixture.with(settings: Self.settings) { place, simulator in
            try await place.serve()
            _ = try await place.hashdrop("user", "add", "bob")
            try Data("\(Samples.hash(1).hexadecimal) good\n".utf8)
                .write(to: place.folder.url.appending(path: "good"))
            try Data("\(Samples.hash(666).hexadecimal) secret\n".utf8)
                .write(to: place.folder.url.appending(path: "secret"))
            let rows = Self.rows.filter { !$0.needsRoot || geteuid() == 0 }
            for row in rows {
                let ended = try await place.shell(
                    """
                    list=$PWD/good; secret=$PWD/secret; bobs="$PWD/spool/bob/\(row.testDescription)"; cd spool/alice
                    \(row.script)
                    cp $list "$bobs"
                    """)
                #expect(ended.exitCode == 0, "\(row.testDescription): \(ended.errors)")
            }
            for row in rows {
                let name = row.testDescription.replacing(" ", with: "_")
                let report = try await place.finished(name, of: "bob")
                #expect(report.status?.state == "done", "bob's file beside: \(row.testDescription)")
            }
            for row in rows { try await check(row, at: place) }
            // Neither a link's target nor the other name of the hard link was touched or told.
            let secret = Samples.hash(666).hexadecimal
            #expect(try await place.shell("cat secret").output.contains(secret))
            #expect(try await place.shell("grep -rl \(secret) reports || true").output.isEmpty)
            #expect(simulator.journal.requests(for: Samples.hash(666)).isEmpty)
        }
    }

    private func check(_ row: Row, at place: DaemonFixture) async throws {
        switch row.outcome {
        case .refused(let words):
            let report = try await place.finished(row.name)
            #expect(report.status?.state == "refused", "\(row.testDescription)")
            #expect(
                report.status?.reason?.contains(words) == true,
                "\(row.testDescription): \(report.status?.reason ?? "")")
            #expect(try report.text("report.html").contains("efused"), "\(row.testDescription)")
        case .done:
            let report = try await place.finished(row.name)
            #expect(try report.hashes() == [Samples.hash(1).hexadecimal], "\(row.testDescription)")
            #expect(try !report.text("report.html").contains("<script>alert(1)"))
        case .waits(let words):
            try await eventually("\(row.testDescription) waits") {
                place.waiting.contains {
                    $0.contains(">\(row.name)<") && $0.contains(words.replacing("'", with: "&#39;"))
                }
            }
        }
    }

    @Test func aLinkInPlaceOfTheOwnFolderLeadsNowhere() async throws {
        try await DaemonFixture.with(settings: Self.settings) { place, simulator in
            try await place.serve()
            _ = try await place.shell(
                """
                mkdir elsewhere; echo \(Samples.hash(666).hexadecimal) >elsewhere/theirs
                mv spool/alice own; ln -s $PWD/elsewhere spool/alice
                """)
            try await eventually("the status says so") {
                try await place.hashdrop("status").output.contains("is missing or a link")
            }
            // Back again: what is dropped then is picked up.
            _ = try await place.shell(
                "rm spool/alice; mv own spool/alice; echo \(Samples.hash(2).hexadecimal) >spool/alice/back.txt"
            )
            #expect(try await place.finished("back.txt").status?.state == "done")
            #expect(try await place.shell("ls elsewhere").output == "theirs\n")
            #expect(simulator.journal.requests(for: Samples.hash(666)).isEmpty)
        }
    }

    @Test(arguments: ["part", "txt"])
    func aHundredThousandFilesOfOneUserDoNotHoldUpAnother(ending: String) async throws {
        try await DaemonFixture.with(settings: Self.settings) { place, _ in
            try await place.serve()
            _ = try await place.hashdrop("user", "add", "bob")
            // Files that wait, so that all of them are looked at again and again; and files that are picked
            // up.
            _ = try await place.shell(
                """
                python3 -c '
                for number in range(100000):
                    with open(f"spool/alice/{number}.\(ending)", "w") as file: file.write(f"{number:064x}\\n")
                '
                """)
            _ = try await place.shell("echo \(Samples.hash(3).hexadecimal) >spool/bob/bobs.txt")
            #expect(try await place.finished("bobs.txt", of: "bob").status?.state == "done")
            #expect(place.jobCount < 100_000, "bob waited for all of alice's files")
        }
    }
}
