import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// What `hashdrop submit` tells a program that called it: ids, paths, receipts, exit codes.
@Suite(.limited(.daemon))
struct SubmitCommandTests {
    private static let eicar = "44d88612fea8a8f36de82e1278abb02f"
    private static let empty = "d41d8cd98f00b204e9800998ecf8427e"
    private static let unseen = "e92e313c775f2d2fee29fe38f9464f5d"

    /// The value of a labelled line such as `Job:      20261123-195045-k3f9x`.
    private func value(_ label: String, in output: String) -> String? {
        output.split(separator: "\n").first { $0.hasPrefix(label + ":") }
            .map { $0.dropFirst(label.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    private func object(_ line: String) throws -> [String: Any] {
        #expect(line.split(separator: "\n").count == 1, "\(line)")
        return try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    private func canonical(_ object: [String: Any]) throws -> Data {
        try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    }

    @Test func theJobAndItsPathsAreToldAsSoonAsTheListIsAccepted() async throws {
        try await DaemonFixture.with(.unlimited(latency: .seconds(60))) { place, _ in
            try await place.serve()
            let ended = try await place.hashdrop(
                "submit", "--timeout", "180", "--name", "list.txt", "-", input: Self.eicar)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            #expect(!ended.errors.contains("No daemon"), "\(ended.errors)")
            let folder = try #require(place.folders("list.txt").first)
            let status = try #require(Report(folder: folder).status)
            #expect(status.state == "running")
            #expect(value("Job", in: ended.output) == status.id)
            #expect(value("Folder", in: ended.output) == folder.path(percentEncoded: false))
            for (label, file) in [("Page", "html"), ("Table", "csv"), ("Rows", "json")] {
                let path = folder.appending(path: "report.\(file)").path(percentEncoded: false)
                #expect(value(label, in: ended.output) == path)
            }
            // What waits tells it before the end, also into a file.
            let log = TemporaryFolder()
            _ = try await place.shell("echo \(Self.unseen) >long.txt")
            let waiting = try Program.start(
                place.program, ["submit", "--wait", "long.txt"], environment: place.environment,
                in: place.folder, log: log)
            let job = try await eventually("the job is told") {
                self.value("Job", in: try Program.text(log, "output"))
            }
            #expect(waiting.isRunning)
            #expect(try await place.hashdrop("cancel", job).exitCode == 0)
            #expect(try await waiting.end() == 3)
        }
    }

    /// The list's own choice counts, and without one the settings'.
    @Test func thePathsAreThoseOfTheFilesThatThereWillBe() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_REPORTS_STIX": "true"]) { place, _ in
            try await place.serve()
            for outputs in [nil, "csv", "json", "stix,csv", "lists", "json,lists", "stix;json;lists"] {
                let option = outputs.map { "# hashdrop: outputs=\($0)\n" } ?? ""
                let ended = try await place.hashdrop(
                    "submit", "--wait", "--name", "list.txt", "-", input: "\(option)\(Self.empty)\n")
                #expect(ended.exitCode == 0, "\(ended.errors)")
                #expect(value("Table", in: ended.output)?.hasSuffix("/report.csv") == true)
                let folder = try #require(value("Folder", in: ended.output))
                for (label, name) in [
                    ("Rows", "report.json"), ("Bundle", "report.stix.json"), ("Lists", "lists"),
                ] {
                    let isThere = FileManager.default.fileExists(atPath: folder + name)
                    #expect(value(label, in: ended.output) == (isThere ? folder + name : nil), "\(option)")
                    let word = name.contains("stix") ? "stix" : name.contains("json") ? "json" : "lists"
                    #expect(isThere == (outputs?.contains(word) ?? true), "\(option)")
                }
            }
        }
    }

    @Test func aDropWithoutADaemonIsTold() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "alice")
        let ended = try await place.hashdrop("submit", "--name", "list.txt", "-", input: Self.eicar)
        #expect(ended.exitCode == 0)
        #expect(ended.output.contains("Dropped as list.txt"), "\(ended.output)")
        let folder = place.drop.path(percentEncoded: false)
        let sentence = "hashdrop: No daemon serves the spool at the moment; 'list.txt' waits in '\(folder)'"
        #expect(ended.errors.contains(sentence), "\(ended.errors)")
        let waited = try await place.hashdrop(
            "submit", "--wait", "--timeout", "1", "--name", "third.txt", "-", input: Self.eicar)
        #expect(waited.exitCode == 75 && waited.errors.contains("'third.txt' waits in"), "\(waited.errors)")
        let receipt = try await place.hashdrop(
            "submit", "--json", "--name", "other.txt", "-", input: Self.eicar)
        #expect(receipt.exitCode == 69 && receipt.output.isEmpty, "\(receipt.output)")
    }

    @Test func theReceiptIsOneObjectWithItsFolder() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            let ended = try await place.hashdrop(
                "submit", "--wait", "--json", "--name", "list.txt", "-", input: Self.eicar)
            #expect(ended.exitCode == 1, "\(ended.errors)")
            var receipt = try object(ended.output)
            let folder = try #require(receipt.removeValue(forKey: "folder") as? String)
            let stored = try Data(contentsOf: URL(filePath: folder).appending(path: "status.json"))
            let status = try #require(try JSONSerialization.jsonObject(with: stored) as? [String: Any])
            #expect(try canonical(receipt) == canonical(status))
            #expect(receipt["state"] as? String == "done")

            let refused = try await place.hashdrop(
                "submit", "--wait", "--json", "--name", "prose.txt", "-", input: "nothing to see here\n")
            #expect(refused.exitCode == 65)
            #expect(try object(refused.output)["state"] as? String == "refused")
            let soon = try await place.hashdrop(
                "submit", "--timeout", "180", "--name", "prose.txt", "-", input: "nothing to see here\n")
            #expect(soon.exitCode == 65 && soon.output.isEmpty, "\(soon.output)")
            let accepted = try await place.hashdrop(
                "submit", "--json", "--name", "again.txt", "-", input: Self.eicar)
            #expect(accepted.exitCode == 0)
            #expect(try object(accepted.output)["name"] as? String == "again.txt")
        }
    }

    @Test func onlyWhatFailOnNamesFails() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            let lists = ["bad.txt": Self.eicar, "clean.txt": Self.empty, "unknown.txt": Self.unseen]
            for (name, text) in lists {
                try Data("\(text)\n".utf8).write(to: place.folder.url.appending(path: name))
            }
            let rows: [(list: String, options: [String], code: Int32)] = [
                ("bad.txt", ["new-malicious"], 4), ("bad.txt", ["malicious"], 4),
                ("bad.txt", ["suspicious"], 4), ("bad.txt", ["unknown"], 0),
                // It was malicious in the list's last report.
                ("bad.txt", ["new-malicious"], 0),
                ("unknown.txt", ["malicious,suspicious"], 0), ("unknown.txt", ["malicious,unknown"], 4),
                ("unknown.txt", ["malicious", "unknown"], 4), ("clean.txt", ["suspicious,unknown"], 0),
            ]
            for (list, options, code) in rows {
                let arguments = ["submit", "--wait", list] + options.flatMap { ["--fail-on", $0] }
                let ended = try await Program.run(
                    place.program, arguments, environment: place.environment, in: place.folder)
                #expect(ended.exitCode == code, "\(list) \(options): \(ended.errors)")
                #expect(
                    ended.errors.contains("; see /") == (code == 4), "\(list) \(options): \(ended.errors)")
            }
            for options in [["--fail-on", "malicious"], ["--wait", "--fail-on", "malicious,evil"]] {
                let ended = try await Program.run(
                    place.program, ["submit", "bad.txt"] + options, environment: place.environment,
                    in: place.folder)
                #expect(ended.exitCode == 64, "\(options)")
            }
        }
    }

    @Test func whatFailsAndWhatWasNotTakenIsNamedOnStandardError() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            func submit(_ list: String, _ condition: String) async throws -> Program.Ended {
                try await place.hashdrop(
                    "submit", "--wait", "--fail-on", condition, "--name", "list.txt", "-", input: list)
            }
            let first = try await submit("# hashdrop: colour=blue\n\(Self.empty)\n", "new-malicious")
            #expect(first.exitCode == 0 && first.errors.contains("hashdrop: Line 1: "), "\(first.errors)")
            let second = try await submit("\(Self.empty)\n\(Self.eicar)\n", "new-malicious")
            #expect(second.exitCode == 4)
            let job = try #require(value("Job", in: first.output))
            let folder = try #require(value("Folder", in: second.output))
            #expect(
                second.errors.contains(
                    "hashdrop: 1 hash is newly malicious since \(job): \(Self.eicar); "
                        + "see \(folder)report.changes.csv."),
                "\(second.errors)")
            let third = try await submit("\(Self.eicar)\n\(Self.unseen)\n", "unknown,malicious")
            #expect(third.exitCode == 4)
            #expect(third.errors.contains("hashdrop: 1 hash is malicious; see "), "\(third.errors)")
            #expect(third.errors.contains("/lists/malicious.txt."), "\(third.errors)")
            #expect(third.errors.contains("hashdrop: 1 hash has no verdict; see "), "\(third.errors)")
            #expect(third.errors.contains("/lists/unknown.txt."), "\(third.errors)")
        }
    }

    @Test func whatIsPassedOverIsToldAndIsNoAllClearByItself() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            let others = "imphash: \(Self.unseen)\n\(String(repeating: "0", count: 32))\n"
            let both = try await place.hashdrop(
                "submit", "--wait", "--fail-on", "unknown", "--name", "both.txt", "-",
                input: "\(Self.empty)\n\(others)")
            #expect(both.exitCode == 0, "\(both.errors)")
            let ending = "2 other digests not looked up (1 of other things than a file, 1 placeholder)."
            #expect(both.output.contains("1 hash: 1 clean; \(ending)"), "\(both.output)")
            let sum = "othing could be looked up: 2 digests (1 of other things than a file, 1 placeholder)"
            let codes: [(options: [String], code: Int32)] = [
                ([], 2), (["--fail-on", "unknown"], 4), (["--fail-on", "malicious"], 0),
            ]
            for (options, code) in codes {
                let none = try await Program.run(
                    place.program, ["submit", "--wait", "--name", "none.txt", "-"] + options,
                    environment: place.environment, input: others, in: place.folder)
                #expect(none.exitCode == code, "\(options): \(none.errors)")
                #expect(none.errors.contains("nothing could be looked up; see ") == (code == 4))
                #expect(none.output.contains("N\(sum). 0 requests sent"), "\(none.output)")
            }
            let receipt = try object(
                try await place.hashdrop(
                    "submit", "--wait", "--json", "--name", "both.txt", "-",
                    input: "\(Self.empty)\n\(others)"
                ).output)
            #expect((receipt["counts"] as? [String: Any])?["passed_over"] as? Int == 2)
            #expect(receipt["passed_over"] as? [String: Int] == ["other-thing": 1, "placeholder": 1])
            let status = try await place.hashdrop("status").output
            #expect(
                status.contains("n\(sum)") && status.contains("1 clean; \(ending.dropLast())"), "\(status)")
        }
    }

    /// README.md's own text.
    @Test(arguments: [
        ("44d88612fea8a8f36de82e1278abb02f", Int32(4)), ("d41d8cd98f00b204e9800998ecf8427e", 0),
        ("no hash", 65),
    ])
    func theReadMesPipelineFailsOnMaliciousFilesAndReadsTheTable(hash: String, code: Int32) async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            let script = try RecipeTests.commands("In a pipeline", of: "../README.md")
            #expect(script.split(separator: "\n", omittingEmptySubsequences: false).count <= 10)
            try Data(script.utf8).write(to: place.folder.url.appending(path: "pipeline.sh"))
            try Data("\(hash) dropper.exe\n".utf8).write(to: place.folder.url.appending(path: "iocs.txt"))
            var environment = place.environment
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            environment["PATH"] = Program.folder.path(percentEncoded: false) + ":" + path
            let ended = try await Program.run(
                "/bin/sh", ["pipeline.sh"], environment: environment, in: place.folder)
            #expect(ended.exitCode == code, "\(ended.errors)")
            #expect(ended.output.contains("\(hash) ") == (code == 4), "\(ended.output)")
            #expect(ended.output.contains("dropper.exe") == (code == 4))
        }
    }
}
