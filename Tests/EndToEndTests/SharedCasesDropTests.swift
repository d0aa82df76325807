import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// The shared cases dropped into the folders of a real daemon, and what VirusTotal saw of them.
@Suite(.limited(.daemon), .enabled(if: SharedCase.areThere))
struct SharedCasesDropTests {
    private static let lists = SharedCase.all.filter { $0.file != nil }
    private static let trees = SharedCase.all.filter { $0.file == nil }

    /// Each case is a user, so that none waits for another and each folder is its own.
    @Test func everyCaseComesOutRightAndCostsTheRequestsThatItNeeds() async throws {
        try await DaemonFixture.with(settings: [
            "HASHDROP_SPOOL_QUIET_PERIOD": "200ms", "HASHDROP_SPOOL_FOLDER_LOOK": "1s",
        ]) { place, simulator in
            for hash in SharedCase.all.flatMap(\.expectedHashes).compactMap({ FileHash($0) }) {
                var file = SimulatedFile(FileFamily.containing(hash))
                file.condition = .unknown
                simulator.register(file)
            }
            for list in SharedCase.all {
                let added = try await place.hashdrop("user", "add", list.name)
                #expect(added.exitCode == 0, "\(added.errors)")
            }
            try place.startDaemon()
            for list in SharedCase.all { try drop(list, place) }
            for list in Self.lists { try await check(list, place, simulator) }
            for tree in Self.trees { try await check(tree: tree, place) }
            // Of the journal too, for the daemon's own count could be wrong.
            let asked = Set(simulator.journal.lookups.compactMap(\.hash?.hexadecimal))
            #expect(asked.isDisjoint(with: SharedCase.all.flatMap(\.expectedNotLookedUp)))
        }
    }

    private func drop(_ list: SharedCase, _ place: DaemonFixture) throws {
        let folder = place.folder.url.appending(path: "spool/\(list.name)")
        let files = list.file.map { [($0, $0)] } ?? list.files.map { ($0.file, $0.dropAs) }
        for (file, name) in files {
            let path = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try SharedCase.bytes(of: file).write(to: path)
        }
    }

    private func check(
        _ list: SharedCase, _ place: DaemonFixture, _ simulator: SimulatedVirusTotal
    ) async throws {
        let report = try await place.finished(try #require(list.file), of: list.name)
        let status = try #require(report.status)
        #expect(status.state == list.expectedState, "\(list.name)")
        for words in list.expectedReasonContains ?? [] {
            #expect(status.reason?.contains(words) == true, "\(list.name): \(status.reason ?? "")")
        }
        guard status.state == "done" else { return }
        let hashes = Set(try report.hashes())
        let also = Set(list.mayAlsoBeLookedUp ?? [])
        #expect(hashes.subtracting(also) == Set(list.expectedHashes), "\(list.name)")
        guard let needed = list.requestsIfAllUnknown, also.isEmpty else { return }
        let sent = simulator.journal.lookups.filter { hashes.contains($0.hash?.hexadecimal ?? "") }
        #expect(sent.count == needed, "\(list.name)")
        #expect(status.requests.sent == needed, "\(list.name)")
    }

    private func check(tree: SharedCase, _ place: DaemonFixture) async throws {
        let folder = place.folder.url.appending(path: "spool/\(tree.name)")
        func isThere(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: folder.appending(path: name).path(percentEncoded: false))
        }
        guard tree.expectedHashes.isEmpty else {
            let report = try await place.finished("list.txt", of: tree.name)
            #expect(try report.hashes() == tree.expectedHashes)
            let top = try #require(tree.files.first?.dropAs.split(separator: "/").first)
            try await eventually("\(tree.name): the folder is removed") { !isThere(String(top)) }
            return
        }
        // A list that comes later and has its turn: what is still there then is left alone.
        try Data("\(Samples.hash(7).hexadecimal)\n".utf8).write(to: folder.appending(path: "later.txt"))
        _ = try await place.finished("later.txt", of: tree.name)
        #expect(tree.files.allSatisfy { isThere($0.dropAs) }, "\(tree.name)")
        let reports = place.folder.url.appending(path: "reports/\(tree.name)").path(percentEncoded: false)
        let jobs = try FileManager.default.contentsOfDirectory(atPath: reports).filter { $0.contains("_") }
        #expect(jobs.count == 1, "\(tree.name): \(jobs)")
    }
}
