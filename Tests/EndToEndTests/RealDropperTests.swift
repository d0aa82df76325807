import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// The programs that people really drop with, each one job with the right content. `make test-full` installs
/// them. Samba, and sftp over a network, are in `RecipeTests`.
@Suite(.enabled(if: Full.isOn, "needs rsync and others: make test-full"), .limited(.daemon))
struct RealDropperTests {
    /// One program: what a shell does with `$list`, a file with the list, and `$drop`, alice's folder.
    private struct Dropper {
        var name: String
        var script: String
    }

    /// `$sftp` is OpenSSH's server, which the clients are connected to without a network.
    private static let droppers: [Dropper] = [
        Dropper(
            name: "sftp", script: "printf 'put %s %s\\n' $list $drop/sftp.txt | sftp -q -D $sftp -b - >&2"
        ),
        Dropper(
            name: "sftp-renamed",
            script: """
                printf 'put %s %s\\nrename %s %s\\n' $list $drop/r.filepart $drop/r.filepart \\
                    $drop/sftp-renamed.txt | sftp -q -D $sftp -b - >&2
                """),
        // `-l`: with the plain rename of the protocol, which the server makes of a link and an unlink.
        Dropper(
            name: "sftp-linked",
            script: """
                printf 'put %s %s\\nrename -l %s %s\\n' $list $drop/l.filepart $drop/l.filepart \\
                    $drop/sftp-linked.txt | sftp -q -D $sftp -b - >&2
                """),
        Dropper(name: "scp", script: "scp -q -D $sftp $list localhost:$drop/scp.txt"),
        Dropper(name: "rsync", script: "rsync --bwlimit=1 $list $drop/rsync.txt"),
        Dropper(name: "rsync-inplace", script: "rsync --inplace $list $drop/rsync-inplace.txt"),
        Dropper(name: "cp-p", script: "touch -d 1999-12-31 $list; cp -p $list $drop/cp-p.txt"),
        Dropper(name: "vim", script: "vim.tiny -es -u NONE -c 'w! '$drop/vim.txt -c q $list </dev/null"),
        Dropper(
            name: "vim-edited",
            // A first line is written and then edited in place, as in an editor that stays open.
            script: """
                head -1 $list >$drop/vim-edited.txt
                vim.tiny -es -u NONE -c '1d|0r '$list -c 'w|q' $drop/vim-edited.txt </dev/null
                """),
        Dropper(name: "curl", script: "curl -s --limit-rate 40 -o $drop/curl.txt file://$list"),
        Dropper(
            name: "python-move",
            script: """
                python3 -c 'import shutil, sys; shutil.move(sys.argv[1], sys.argv[2])' $list $drop/python-move.txt
                """),
        Dropper(
            name: "python-move-from-elsewhere",
            // From another file system it is a copy and a removal.
            script: """
                other=$(mktemp -p /dev/shm); cat $list >$other; chmod 644 $other
                python3 -c 'import shutil, sys; shutil.move(sys.argv[1], sys.argv[2])' $other \\
                    $drop/python-move-from-elsewhere.txt
                """),
    ]

    private static func list(_ number: Int) -> String {
        (0..<3).map { Samples.hash(20_000 + number * 10 + $0).hexadecimal + "\n" }.joined()
    }

    @Test func eachProgramsFileIsOneJob() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            for (number, dropper) in Self.droppers.enumerated() {
                let list = place.folder.url.appending(path: "list-\(number)")
                try Data(Self.list(number).utf8).write(to: list)
                let ended = try await place.shell(
                    """
                    sftp=/usr/lib/openssh/sftp-server; drop=$PWD/spool/alice; list=$PWD/list-\(number)
                    \(dropper.script)
                    """)
                #expect(ended.exitCode == 0, "\(dropper.name): \(ended.errors)")
            }
            for (number, dropper) in Self.droppers.enumerated() {
                let name = "\(dropper.name).txt"
                let report = try await place.finished(name)
                #expect(report.status?.state == "done", "\(dropper.name)")
                #expect(try report.text("input") == Self.list(number), "\(dropper.name)")
                #expect(place.folders(name).count == 1, "\(dropper.name)")
                print("dropper \(dropper.name): \(report.status?.evidence ?? "")")
            }
            #expect(place.jobCount == Self.droppers.count)
        }
    }
}
