import Foundation
import Reporting
import Simulator
import TestSupport

extension RecipeTests {
    /// This machine once more, for one test: with accounts, settings and state of its own, so that a recipe
    /// runs with the paths that it has.
    ///
    /// That takes a mount namespace: recipes name accounts and folders of the system, and sftp's mounts some.
    /// It ends with the test or the test program, and holds no disk that other tests mount.
    ///
    /// `sudo` and `systemctl` are small programs there, the latter with hashdrop's unit alone: the daemon
    /// under its own account, with CAP_LEASE.
    final class Machine {
        /// What is different there from what this machine has.
        private static let ownFolders = [
            "etc", "srv", "run", "var/lib", "var/cache", "var/log", "var/backups",
        ]
        /// Without it in sight, a command would change the real machine.
        private static let mark = "/etc/hashdrop-recipe-test"

        let folder = TemporaryFolder()
        private let holder: ChildProcess
        private let log = TemporaryFolder()

        /// Whether this account may make one.
        static func isPossible() async -> Bool { await probe.value }

        private static let probe: Task<Bool, Never> = Task {
            let ended = try? await Program.run(
                "/usr/bin/unshare",
                ["--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"],
                in: TemporaryFolder())
            // Without new rights there is no sudo.
            let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            return geteuid() == 0 && ended?.exitCode == 0 && status?.contains("NoNewPrivs:\t0") == true
        }

        /// Whether all of the programs are installed.
        static func has(_ programs: String...) -> Bool {
            programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
        }

        /// Runs `body` on a machine where hashdrop is installed, and not started; its daemon is gone
        /// afterwards. An error comes with the end of the daemon's log.
        static func with(
            _ simulator: SimulatedVirusTotal, _ body: (Machine) async throws -> Void
        ) async throws {
            let machine = try await Machine(endpoint: simulator.baseURL)
            do {
                try await body(machine)
            } catch {
                let log = (try? machine.text("/var/log/hashdrop.log")) ?? ""
                try await machine.shutDown()
                throw Missing(description: "\(error)\nThe daemon's log:\n\(log.suffix(4_000))")
            }
            try await machine.shutDown()
        }

        private init(endpoint: String) async throws {
            let path = folder.path("")
            try Data(Self.settings(endpoint).utf8).write(to: folder.url.appending(path: "settings"))
            try Data(Self.sudo.utf8).write(to: folder.url.appending(path: "sudo"))
            try Data(Self.systemctl.utf8).write(to: folder.url.appending(path: "systemctl"))
            let script = [Self.setUp, "touch \(Self.mark)", Self.untilTheTestEnds].joined(separator: "\n")
            holder = try Program.start(
                "/usr/bin/unshare",
                [
                    "--mount", "--propagation", "private", "/bin/bash", "-euc", script, "set-up", path,
                    Program.folder.path(percentEncoded: false), Self.ownFolders.joined(separator: " "),
                ], in: folder, log: log)
            try await eventually("the machine is set up, or it fails") { [holder, folder] in
                FileManager.default.fileExists(atPath: folder.path(Self.mark)) || !holder.isRunning
            }
            guard holder.isRunning else {
                throw Missing(description: "no machine: \(try Program.text(log, "errors"))")
            }
        }

        deinit { holder.send(SIGTERM) }

        private func shutDown() async throws {
            _ = try await run("systemctl stop hashdrop")
            holder.send(SIGTERM)
            try await holder.end()
        }

        /// Where a file of that machine is on this one.
        func url(_ path: String) -> URL { URL(filePath: folder.path(path)) }

        func text(_ path: String) throws -> String {
            String(decoding: try Data(contentsOf: url(path)), as: UTF8.self)
        }

        /// A program of that machine, in the foreground.
        func start(_ program: String, _ arguments: [String], log: TemporaryFolder) throws -> ChildProcess {
            try Program.start(
                "/usr/bin/nsenter", ["--mount=/proc/\(holder.id)/ns/mnt", "--", program] + arguments,
                environment: Self.environment, in: folder, log: log)
        }

        /// Runs a script there to its end, in a folder with what `provide` has put there.
        func run(_ script: String) async throws -> Program.Ended {
            let guarded = "[ -e \(Self.mark) ] || exit 99; cd /run/work\n\(script)"
            return try await Program.run(
                "/usr/bin/nsenter",
                ["--mount=/proc/\(holder.id)/ns/mnt", "--", "/bin/bash", "-euc", guarded],
                environment: Self.environment, in: folder)
        }

        /// Writes a file into the folder where scripts run.
        func provide(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: url("/run/work/\(name)"))
        }

        /// `run` for a script that must not fail.
        @discardableResult
        func must(_ script: String) async throws -> String {
            let ended = try await run(script)
            guard ended.exitCode == 0 else {
                throw Missing(description: "\(script)\nexits with \(ended.exitCode): \(ended.errors)")
            }
            return ended.output
        }

        private static let environment = [
            "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/run/work", "LC_ALL": "C.UTF-8",
        ]

        /// The users alice and bob with their folders, as RECIPES.md makes them, and the daemon; once it
        /// looks at their folders.
        func addUsers() async throws {
            try await follow(try commands("Users who share folders"))
            try await follow(try commands("Users who share folders", 1))
            try await isServing()
        }

        func isServing() async throws {
            try await eventually("the folders are looked at by events") {
                let status = try await self.run("\(Self.hashdrop) status").output
                return status.contains("alice: events") && status.contains("bob: events")
            }
        }

        /// Runs commands of RECIPES.md to their end, for an account that has `sudo` and no other rights: what
        /// needs root's must say so. In the folder with what `provide` has put there.
        @discardableResult
        func follow(_ recipe: String) async throws -> String {
            try provide("recipe", recipe)
            return try await must(
                """
                exec setpriv --reuid \(Self.administrator) --regid \(Self.administrator) --clear-groups -- \
                    env PATH=/usr/local/bin:/usr/bin:/bin bash -eu recipe
                """)
        }

        static let administrator = "oskar"

        /// The command `hashdrop` with the service's account and settings: `hashdrop status` is
        /// `"\(Machine.hashdrop) status"`.
        static let hashdrop = "operate"

        /// Waits until a user's index is there, which others shall not be able to change.
        func hasIndex(of user: String) async throws {
            try await eventually("\(user) has an index") {
                FileManager.default.fileExists(
                    atPath: self.folder.path("/var/lib/hashdrop/reports/\(user)/index.html"))
            }
        }

        /// A user's report folders of a dropped name, the oldest first.
        func folders(_ name: String, of user: String) -> [URL] {
            let own = url("/var/lib/hashdrop/reports/\(user)")
            let names = try? FileManager.default.contentsOfDirectory(atPath: own.path(percentEncoded: false))
            return (names ?? []).filter { $0.hasSuffix("_" + name) }.sorted().map { own.appending(path: $0) }
        }

        /// The `number`-th report of that name, once it is final.
        func finished(_ name: String, of user: String = "alice", number: Int = 0) async throws -> Report {
            try await eventually("a report of \(name)") {
                guard let folder = self.folders(name, of: user).dropFirst(number).first else { return nil }
                let report = Report(folder: folder)
                return report.status.map { $0.state != "running" } == true ? report : nil
            }
        }
    }
}

extension RecipeTests.Machine {
    /// Given the machine's folder, that of the programs, and its own folders.
    private static let setUp = """
        machine=$1 programs=$2
        # Another test's disk would stay in use here when that test unmounts it.
        mounts=$(cat /proc/self/mounts)
        while read -r _ disk _; do
            case $disk in "$(dirname "$machine")"/*) umount --lazy "$disk" || : ;; esac
        done <<<"$mounts"
        for own in $3; do mkdir -p "$machine/$own"; done
        cp -a /etc/. "$machine/etc"
        for own in $3; do mount --bind "$machine/$own" "/$own"; done
        # Of a machine where hashdrop is at home.
        sed -i -E '/^(hashdrop|hashdrop-users|alice|bob|carol|\(administrator)):/d' \\
            /etc/passwd /etc/shadow /etc/group /etc/gshadow
        rm -rf /etc/hashdrop /etc/fstab
        mkdir -p /run/work/config /run/lock /var/lib/samba/private /var/cache/samba /run/samba /run/sshd \\
            /var/log/samba /etc/hashdrop
        # In memory, so that nobody else finds the program with root's rights. What is needed of sudo's.
        mount -t tmpfs -o mode=755 none /usr/local/bin
        install -m 4755 /usr/bin/setpriv /usr/local/bin/as-root
        for program in hashdrop hashdrop-watch; do
            touch "/usr/local/bin/$program"
            mount --bind "$programs/$program" "/usr/local/bin/$program"
        done
        install -m 755 "$machine/sudo" "$machine/systemctl" /usr/local/bin
        printf '#!/bin/sh\\nexec sudo -u hashdrop hashdrop "$@" --config /etc/hashdrop/hashdrop.yaml\\n' \\
            >/usr/local/bin/operate
        chmod 755 /usr/local/bin/operate
        # The service, as README.md has it.
        useradd --system --home-dir /var/lib/hashdrop --shell /usr/sbin/nologin hashdrop
        install -d -o hashdrop -g hashdrop /var/lib/hashdrop
        install -m 644 "$machine/settings" /etc/hashdrop/hashdrop.yaml
        useradd --no-create-home --home-dir /run/work \(administrator)
        chown \(administrator): /run/work
        """

    /// Also if the test is killed. Then what still runs here is ended.
    private static let untilTheTestEnds = """
        trap : TERM
        tail --pid=$PPID -f /dev/null &
        wait $! || :
        own=$(readlink /proc/self/ns/mnt)
        others() {
            for process in /proc/[0-9]*; do
                id=${process#/proc/}
                case $id in $$ | "$BASHPID") continue ;; esac
                [ "$(readlink "$process/ns/mnt")" != "$own" ] || echo "$id"
            done
        }
        signal=TERM
        for look in $(seq 60); do
            ids=$(others)
            [ -n "$ids" ] || break
            [ "$look" -lt 30 ] || signal=KILL
            kill "-$signal" $ids || :
            sleep 0.1
        done
        """

    private static func settings(_ endpoint: String) -> String {
        """
        spool:
          directory: /var/lib/hashdrop/spool
          emptyPeriod: 5s
        reports:
          directory: /var/lib/hashdrop/reports
        virustotal:
          endpoint: \(endpoint)
          requestsPerMinute: 0
          requestsPerDay: 9000
          requestsPerMonth: 90000
        web:
          listen: "off"

        """
    }

    private static let sudo = """
        #!/bin/sh
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        user=root
        [ "$1" != -u ] || { user=$2; shift 2; }
        exec as-root --reuid "$user" --regid "$user" --init-groups -- "$@"

        """

    /// start-stop-daemon closes what the caller has open, and waits for an end.
    private static let systemctl = """
        #!/bin/sh
        set -eu
        pid=/run/hashdrop.pid
        stop() {
            [ ! -e $pid ] || start-stop-daemon --stop --oknodo --retry TERM/60/KILL/5 --pidfile $pid --remove-pidfile
        }
        start() {
            HASHDROP_VIRUSTOTAL_API_KEY=\(SimulatedAccount.demoKey) start-stop-daemon --start --background \\
                --make-pidfile --pidfile $pid --output /var/log/hashdrop.log --startas /usr/bin/setpriv -- \\
                --reuid hashdrop --regid hashdrop --init-groups --inh-caps +lease --ambient-caps +lease -- \\
                /usr/local/bin/hashdrop serve --config /etc/hashdrop/hashdrop.yaml
        }
        case "$*" in
        "start hashdrop" | "enable --now hashdrop") start ;;
        "stop hashdrop" | "disable --now hashdrop") stop ;;
        "restart hashdrop") stop; start ;;
        *) echo "systemctl is not told how to $*" >&2; exit 1 ;;
        esac

        """
}
