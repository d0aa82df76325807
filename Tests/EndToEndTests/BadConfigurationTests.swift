import Foundation
import Glibc
import Model
import Simulator
import TestSupport
import Testing

/// Each mistake of an operator has a sentence of its own and an exit code by kind.
@Suite(.limited(.daemon))
struct BadConfigurationTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var arguments: [String] = ["serve"]
        /// nil takes a variable away.
        var environment: [String: String?] = [:]
        var configuration: String?
        var exitCode: Int32
        /// Parts of the sentence: the thing, and what to do.
        var says: [String]
    }

    static let rows: [Row] = [
        Row(
            testDescription: "no key", environment: ["HASHDROP_VIRUSTOTAL_API_KEY": nil], exitCode: 78,
            says: ["There is no VirusTotal API key", "virustotal.apiKeyFile"]),
        Row(
            testDescription: "key file missing",
            environment: [
                "HASHDROP_VIRUSTOTAL_API_KEY": nil, "HASHDROP_VIRUSTOTAL_API_KEY_FILE": "missing.key",
            ], exitCode: 78, says: ["missing.key", "cannot be read"]),
        Row(
            testDescription: "a key that is none", environment: ["HASHDROP_VIRUSTOTAL_API_KEY": "my key"],
            exitCode: 78, says: ["HASHDROP_VIRUSTOTAL_API_KEY is no API key"]),
        Row(
            testDescription: "bad number", environment: ["HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "four"],
            exitCode: 78,
            says: ["HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE", "'four'", "a whole number from 0"]),
        Row(
            testDescription: "bad duration", configuration: "spool:\n  quietPeriod: 2\n", exitCode: 78,
            says: ["spool.quietPeriod", "'2'", "500ms, 2s"]),
        Row(
            testDescription: "a slice of no request",
            environment: [
                "HASHDROP_SHARED_DATABASE": "postgres://site@localhost:1/hashdrop",
                "HASHDROP_SHARED_WHEN_AWAY": "slice", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "4",
            ], exitCode: 78, says: ["shared.sliceShare is 10", "it must be at least 25"]),
        Row(
            testDescription: "unknown key", configuration: "spool:\n  quitePeriod: 2s\n", exitCode: 78,
            says: ["line 2", "no setting 'spool.quitePeriod'", "did you mean 'spool.quietPeriod'?"]),
        Row(
            testDescription: "two vendors, one column",
            configuration: "reports:\n  vendors: [Trend Micro, Trend-Micro]\n", exitCode: 78,
            says: ["reports.vendors", "two columns named 'trend_micro'"]),
        Row(
            testDescription: "neither true nor false", configuration: "reports:\n  stix: maybe\n",
            exitCode: 78, says: ["reports.stix", "'maybe'", "true or false"]),
        Row(
            testDescription: "the key in the file", configuration: "virustotal:\n  apiKey: abc\n",
            exitCode: 78,
            says: ["does not belong here", "virustotal.apiKeyFile"]),
        Row(
            testDescription: "no YAML", configuration: "spool: [\n", exitCode: 78, says: ["is no YAML"]),
        Row(
            testDescription: "a list where one value belongs", configuration: "spool:\n  directory: [a]\n",
            exitCode: 78, says: ["'spool.directory' must be one value"]),
        Row(
            testDescription: "plain http elsewhere",
            environment: ["HASHDROP_VIRUSTOTAL_ENDPOINT": "http://vt.example"], exitCode: 78,
            says: ["http://vt.example"]),
        Row(
            testDescription: "certificates that are not there",
            environment: ["HASHDROP_VIRUSTOTAL_CA_FILE": "no.pem"], exitCode: 78,
            says: ["HASHDROP_VIRUSTOTAL_CA_FILE", "no.pem", "certificates"]),
        Row(
            testDescription: "a proxy that is none", configuration: "virustotal:\n  proxy: ftp://x\n",
            exitCode: 78, says: ["virustotal.proxy", "http://proxy.example.org:3128"]),
        Row(
            testDescription: "a file where a user's folder should be", arguments: ["user", "add", "carol"],
            environment: ["HASHDROP_REPORTS_DIRECTORY": "files"], exitCode: 73,
            says: ["/files/carol' cannot be made", "move away"]),
        Row(
            testDescription: "no name for standard input", arguments: ["submit", "-"], exitCode: 64,
            says: ["--name"]),
        Row(
            testDescription: "a folder as list", arguments: ["submit", "spool"], exitCode: 66,
            says: ["'spool' is a folder"]),
        Row(
            testDescription: "no address for the page", environment: ["HASHDROP_WEB_LISTEN": "8080"],
            exitCode: 78, says: ["web.listen", "'8080'", "127.0.0.1:8080", "off"]),
        Row(
            testDescription: "the page in the clear", environment: ["HASHDROP_WEB_LISTEN": "192.0.2.1:8080"],
            exitCode: 78, says: ["192.0.2.1:8080", "web.trustedProxies", "config/README.md"]),
        Row(
            testDescription: "no address for the metrics", environment: ["HASHDROP_METRICS_LISTEN": "9179"],
            exitCode: 78, says: ["metrics.listen", "'9179'", "127.0.0.1:9179", "off"]),
        Row(
            testDescription: "the metrics for other machines",
            environment: ["HASHDROP_METRICS_LISTEN": "192.0.2.1:9179"], exitCode: 78,
            says: ["192.0.2.1:9179", "no password", "metrics.otherMachines"]),
        Row(
            testDescription: "a certificate of the page in the file",
            configuration: "web:\n  listen: 127.0.0.1:0\n  certificateFile: a-file\n", exitCode: 78,
            says: [
                "line 3", "web.certificateFile", "nginx or Caddy", "config/README.md", "web.trustedProxies",
            ]),
        Row(
            testDescription: "a key of the page in the environment",
            environment: ["HASHDROP_WEB_KEY_FILE": "a-file"], exitCode: 78,
            says: ["HASHDROP_WEB_KEY_FILE", "nginx or Caddy", "config/README.md", "web.trustedProxies"]),
        Row(
            testDescription: "missing configuration", arguments: ["serve", "--config", "nowhere.yaml"],
            exitCode: 78, says: ["nowhere.yaml", "--config"]),
        Row(
            testDescription: "a file where the spool should be",
            environment: ["HASHDROP_SPOOL_DIRECTORY": "a-file"], exitCode: 73,
            says: ["a-file", "spool.directory"]),
        Row(
            testDescription: "unknown user of passwd", arguments: ["user", "passwd", "nobody"], exitCode: 67,
            says: ["no user 'nobody'", "hashdrop user list"]),
        Row(
            testDescription: "a name that cannot be", arguments: ["user", "add", "../etc"], exitCode: 64,
            says: ["'../etc'", "1 to 32"]),
        Row(
            testDescription: "unknown user of submit", arguments: ["submit", "--user", "nobody", "a-file"],
            exitCode: 67, says: ["no user 'nobody'", "hashdrop user add nobody"]),
        Row(
            testDescription: "unknown option", arguments: ["serve", "--fast"], exitCode: 64,
            says: ["--fast"]),
    ]

    @Test(arguments: rows)
    func eachMistakeHasItsSentence(row: Row) async throws {
        let place = DaemonFixture()
        try Data("x".utf8).write(to: place.folder.url.appending(path: "a-file"))
        let files = place.folder.url.appending(path: "files")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: false)
        try Data().write(to: files.appending(path: "carol"))
        _ = try await place.hashdrop("user", "add", "alice")
        var arguments = row.arguments
        if let text = row.configuration {
            try Data(text.utf8).write(to: place.folder.url.appending(path: "bad.yaml"))
            arguments += ["--config", "bad.yaml"]
        }
        var environment = place.environment
        for (name, value) in row.environment { environment[name] = value }
        let ended = try await Program.run(
            Program.path("hashdrop"), arguments, environment: environment, in: place.folder)
        #expect(ended.exitCode == row.exitCode, "\(ended.errors)")
        for part in row.says { #expect(ended.errors.contains(part), "\(ended.errors)") }
        #expect(!ended.errors.contains("Fatal error"))
    }

    @Test func aDatabaseOfAnotherEndpointIsRefused() async throws {
        let place = DaemonFixture()
        try await place.serve()
        let second = try await place.hashdrop("serve")
        #expect(second.exitCode == 69)
        #expect(second.errors.contains("Another hashdrop daemon serves this spool"))
        try Data("\(Samples.hash(1))\n".utf8).write(to: place.drop.appending(path: "list.txt"))
        try await eventually("a job") { !place.folders("list.txt").isEmpty }
        try await place.stop()
        let other = try await place.hashdrop(
            "serve", environment: ["HASHDROP_VIRUSTOTAL_ENDPOINT": "http://127.0.0.1:2"])
        #expect(other.exitCode == 78)
        #expect(other.errors.contains("was filled from http://127.0.0.1:1"))
    }

    @Test func whatIsUnwiseAboutTheKeysPlaceIsSaid() async throws {
        let place = DaemonFixture(settings: ["HASHDROP_VIRUSTOTAL_API_KEY_FILE": "vt.key"])
        let key = try #require(place.environment["HASHDROP_VIRUSTOTAL_API_KEY"])
        _ = try await place.shell("umask 022; echo \(key) >vt.key")
        try await place.serve()
        #expect(try place.daemonLog().contains("vt.key' is not read"))
        try await place.stop()
        place.environment["HASHDROP_VIRUSTOTAL_API_KEY"] = nil
        try await place.serve()
        #expect(try place.daemonLog().contains("lets every account of this machine read it"))
        #expect(try !place.daemonLog().contains(key))
        try await place.stop()
        _ = try await place.shell("chmod 640 vt.key")
        try await place.serve()
        #expect(try !place.daemonLog().contains("vt.key"))
        try await place.stop()
    }

    @Test func aPortInUseIsNamed() async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let port = simulator.baseURL.split(separator: ":").last.map(String.init) ?? ""
            let place = DaemonFixture()
            let ended = try await place.hashdrop("simulate", "--port", port)
            #expect(ended.exitCode == 69)
            #expect(ended.errors.contains(port))
            _ = try await place.hashdrop("user", "add", "alice")
            let daemon = try await place.hashdrop(
                "serve", environment: ["HASHDROP_WEB_LISTEN": "127.0.0.1:\(port)"])
            #expect(daemon.exitCode == 69)
            #expect(daemon.errors.contains("cannot listen on 127.0.0.1:\(port)"), "\(daemon.errors)")
            let metrics = try await place.hashdrop(
                "serve", environment: ["HASHDROP_METRICS_LISTEN": "127.0.0.1:\(port)"])
            #expect(metrics.exitCode == 69)
            #expect(metrics.errors.contains("served at 127.0.0.1:\(port)"), "\(metrics.errors)")
        }
    }

    /// As an ordinary account, because permissions do not bind root.
    @Test(.enabled(if: geteuid() == 0 && FileManager.default.fileExists(atPath: "/usr/bin/setpriv")))
    func foldersThatThisAccountMayNotReadAreNamed() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "alice")
        func asNobody(_ command: String) async throws -> Program.Ended {
            let settings = place.environment.map { "\($0)=\($1)" }.sorted().joined(separator: " ")
            let script =
                "exec setpriv --reuid=65534 --regid=65534 --clear-groups env \(settings) \(Program.path("hashdrop"))"
            return try await place.shell("\(script) \(command)")
        }
        _ = try await place.shell("chmod 755 . && echo \(Samples.hash(1)) >list.txt && chmod 644 list.txt")
        let daemon = try await asNobody("serve")
        #expect(daemon.exitCode == 77)
        #expect(
            daemon.errors.contains(
                "The spool belongs to 'root'; run it as that account: sudo -u root hashdrop serve"),
            "\(daemon.errors)")
        let drop = try await asNobody("submit --user alice list.txt")
        #expect(drop.exitCode == 77)
        #expect(drop.errors.contains("may not write into"), "\(drop.errors)")
        // May drop, and may not see what became of it.
        _ = try await place.shell("chmod 777 spool/alice && chmod 700 reports/alice")
        let wait = try await asNobody("submit --wait --timeout 20 --user alice list.txt")
        #expect(wait.exitCode == 77)
        #expect(wait.errors.contains("may not read the reports"), "\(wait.errors)")
    }

    @Test func aRemovedUsersFolderTakesNothing() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "alice")
        #expect(try await place.hashdrop("user", "list").output == "alice\tno password\n")
        #expect(try await place.hashdrop("user", "remove", "alice").exitCode == 0)
        let dropped = try await place.hashdrop(
            "submit", "--user", "alice", "--name", "list.txt", "-", input: Samples.hash(1).hexadecimal)
        #expect(dropped.exitCode == 67)
        #expect(dropped.errors.contains("no user 'alice'"), "\(dropped.errors)")
        #expect(try await place.shell("ls spool/alice").output.isEmpty)
    }

    @Test func waitingWithoutADaemonEnds() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "alice")
        let ended = try await place.hashdrop(
            "submit", "--wait", "--user", "alice", "--name", "list.txt", "-",
            input: Samples.hash(1).hexadecimal)
        #expect(ended.exitCode == 69)
        #expect(ended.errors.contains("'hashdrop serve' starts one"), "\(ended.errors)")
        #expect(try await place.shell("ls spool/alice").output == "list.txt\n")
    }

    @Test func aFormerUsersListsAreNotANewOnes() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            _ = try await place.shell(
                "echo \(Samples.hash(1).hexadecimal) >list; mv list spool/alice/list.txt")
            try await eventually("the report") {
                place.folders("list.txt").contains {
                    FileManager.default.fileExists(atPath: $0.appending(path: "report.csv").path())
                }
            }
            #expect(try await place.hashdrop("user", "remove", "alice").exitCode == 0)
            let refused = try await place.hashdrop("user", "add", "alice")
            #expect(refused.exitCode == 65)
            #expect(refused.errors.contains("--keep-lists"), "\(refused.errors)")
            #expect(try await place.hashdrop("user", "add", "alice", "--keep-lists").exitCode == 0)
        }
    }

    @Test func aMisspeltVariableIsWarnedOf() async throws {
        let place = DaemonFixture(
            settings: ["HASHDROP_SPOOL_QUITE_PERIOD": "1s"])
        try await place.serve()
        try await place.stop()
        #expect(try place.daemonLog().contains("HASHDROP_SPOOL_QUIET_PERIOD"))
    }

    @Test func aSettingWithoutEffectIsWarnedOf() async throws {
        let place = DaemonFixture(settings: ["HASHDROP_NOTIFY_MAIL_FROM": "hashdrop@example.org"])
        try await place.serve()
        try await place.stop()
        let log = try place.daemonLog()
        let line = log.split(separator: "\n").first { $0.contains("has no effect without") } ?? ""
        #expect(line.contains("notify.mailFrom") && line.contains("notify.mailServer"), "\(log)")
    }

    @Test func theProjectsOwnReadMeIsNoMatterForAnOperator() async throws {
        let place = DaemonFixture()
        _ = try await place.shell("mkdir spool && echo hello >spool/README.md")
        try await place.serve()
        #expect(try await place.hashdrop("status").exitCode == 0)
        try await place.stop()
    }

    @Test func aFolderThatIsALinkIsNamedInTheStatusAndOthersGoOn() async throws {
        let place = DaemonFixture()
        try await place.serve()
        _ = try await place.hashdrop("user", "add", "bob")
        _ = try await place.shell("rmdir spool/bob && ln -s /etc spool/bob")
        try await eventually("bob's folder is reported") {
            try await place.hashdrop("status").output.contains("bob: nobody")
        }
        #expect(try await place.hashdrop("status").output.contains("alice: events"))
        try await place.stop()
    }
}
