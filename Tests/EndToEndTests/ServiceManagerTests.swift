import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// What a service manager sees of the daemon.
@Suite(.limited(.daemon))
struct ServiceManagerTests {
    private func with(
        settings: [String: String] = [:],
        _ body: (DaemonFixture, SimulatedVirusTotal, NotifySocket) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        let socket = try NotifySocket(path: folder.path("notify"))
        let own = ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "1000000"]
        try await DaemonFixture.with(settings: own.merging(settings) { $1 }) { place, simulator in
            try await body(place, simulator, socket)
        }
    }

    private func drop(_ place: DaemonFixture) throws {
        let hidden = place.drop.appending(path: ".list.txt")
        try Data("\(Samples.hash(1).hexadecimal)\n".utf8).write(to: hidden)
        try FileManager.default.moveItem(at: hidden, to: place.drop.appending(path: "list.txt"))
    }

    @Test func itHearsOfTheStartTheStateAndTheEnd() async throws {
        try await with { place, _, socket in
            try await place.serve()
            try await eventually("the daemon is ready") { socket.count("READY=1") == 1 }
            try await eventually("it is alive") { socket.count("WATCHDOG=1") > 1 }
            try await eventually("its state is told") {
                socket.lines().contains { $0.hasPrefix("STATUS=Nothing to ask, 0 requests today") }
            }
            try await place.stop()
            #expect(socket.count("STOPPING=1") == 1)
        }
    }

    @Test func aReloadIsToldAndTakesLimitsAndLevelsOver() async throws {
        try await with { place, _, socket in
            let file = place.folder.url.appending(path: "config/hashdrop.yaml")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("log:\n  level: info\n".utf8).write(to: file)
            for name in ["DAY", "MONTH", "MINUTE"] {
                place.environment["HASHDROP_VIRUSTOTAL_REQUESTS_PER_\(name)"] = nil
            }
            try await place.serve()
            try await eventually("the daemon is ready") { socket.count("READY=1") == 1 }
            try Data(
                """
                virustotal:
                  requestsPerDay: 77
                spool:
                  poll: 9s
                reports:
                  vendors: [Microsoft]
                """.utf8
            ).write(to: file)
            kill(try #require(place.processID), SIGHUP)
            try await eventually("the reload is over") { socket.count("READY=1") == 2 }
            #expect(socket.count("RELOADING=1") == 1)
            let log = try place.daemonLog()
            #expect(
                log.contains("Settings changed. settings=\"reports.vendors, virustotal.requestsPerDay\""),
                "\(log)")
            #expect(log.contains("take effect at the next start only. settings=spool.poll"), "\(log)")
            try await eventually("the limit is the new one") {
                try await place.hashdrop("status").output.contains(" of 77 today")
            }
            // By the new vendor, without a restart.
            try drop(place)
            let report = try await place.finished("list.txt")
            let csv = try String(contentsOf: report.folder.appending(path: "report.csv"), encoding: .utf8)
            #expect(csv.contains("microsoft"))
            #expect(!csv.contains("fortinet"))

            try Data("reports:\n  vendors: []\n  colour: red\n".utf8).write(to: file)
            kill(try #require(place.processID), SIGHUP)
            try await eventually("the mistake is named") {
                try place.daemonLog().contains("those of before stay")
            }
            #expect(try place.daemonLog().contains("there is no setting 'reports.colour'"))
            #expect(place.isServing)
        }
    }

    /// What a running daemon does not take over is refused as well, with what stands beside it.
    @Test func aReloadRefusesWhatTheNextStartWouldAndGoesOn() async throws {
        try await with { place, _, socket in
            let file = place.folder.url.appending(path: "config/hashdrop.yaml")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            place.environment["HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY"] = nil
            try await place.serve()
            try await eventually("the daemon is ready") { socket.count("READY=1") == 1 }
            var reloads = 0
            func reload(_ text: String) async throws {
                try Data(text.utf8).write(to: file)
                reloads += 1
                kill(try #require(place.processID), SIGHUP)
                let ready = reloads + 1
                try await eventually("reload \(reloads) is over") { socket.count("READY=1") == ready }
            }
            let mistakes = [
                "notify:\n  page: hashdrop.example.org\n":
                    "The setting notify.page is 'hashdrop.example.org'",
                "notify:\n  hook: [/no/such/program]\n": "'/no/such/program' (notify.hook) cannot be run",
                "notify:\n  webhookFile: /no/such.url\n":
                    "'/no/such.url' (notify.webhookFile) cannot be read",
                "metrics:\n  listen: 0.0.0.0:9179\n": "The setting metrics.listen is 0.0.0.0:9179",
            ]
            for (mistake, sentence) in mistakes {
                try await reload("virustotal:\n  requestsPerDay: 77\n" + mistake)
                let log = try place.daemonLog()
                #expect(log.contains(sentence), "\(sentence): \(log)")
                #expect(!log.contains("Settings changed"))
            }
            try await reload("virustotal:\n  requestsPerDay: 77\n")
            #expect(try place.daemonLog().contains("Settings changed. settings=virustotal.requestsPerDay"))
            #expect(place.isServing)
            // A folder may come back until the next start: it is told of, and keeps nothing from changing.
            #expect(try !place.daemonLog().contains("the next start would be refused."))
            try await reload("virustotal:\n  requestsPerDay: 78\nreports:\n  directory: /dev/null/reports\n")
            let log = try place.daemonLog()
            #expect(log.contains("the next start would be refused."), "\(log)")
            #expect(log.contains("'/dev/null/reports' (reports.directory) cannot be made"), "\(log)")
            #expect(log.contains("take effect at the next start only. settings=reports.directory"), "\(log)")
        }
    }

    @Test func whileThePipelineHangsThereIsNoSignOfLife() async throws {
        try await with { place, _, socket in
            try await place.serve()
            try await eventually("it is alive") { socket.count("WATCHDOG=1") > 0 }
            // The intake waits for the database's writer, and the process is well.
            let lock = TemporaryFolder()
            let holder = try Program.start(
                "/usr/bin/python3",
                [
                    "-c",
                    """
                    import signal, sqlite3, sys
                    database = sqlite3.connect(sys.argv[1], isolation_level=None)
                    database.execute("BEGIN IMMEDIATE")
                    print("locked", flush=True)
                    signal.pause()
                    """, place.folder.path("spool/.hashdrop/hashdrop.sqlite"),
                ], in: place.folder, log: lock)
            try await eventually("the database is locked") {
                try Program.text(lock, "output").contains("locked")
            }
            try drop(place)
            try await eventually("the part that hangs is named") {
                try place.daemonLog().contains("hangs. parts=intake")
            }
            let before = socket.count("WATCHDOG=1")
            holder.send(SIGKILL)
            try await holder.end()
            try await eventually("it is alive again") { socket.count("WATCHDOG=1") > before }
            _ = try await place.finished("list.txt")
        }
    }
}
