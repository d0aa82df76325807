import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// Other accounts of the machine read nothing of what one user dropped.
@Suite(.limited(.daemon))
struct ModeTests {
    @Test func nothingIsReadableForOthers() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            try Data(Samples.hash(1).hexadecimal.utf8).write(to: place.drop.appending(path: "list.txt"))
            let report = try await place.finished("list.txt")
            for file in ["report.html", "report.csv", "status.json", "input"] {
                #expect(try mode(report.folder.appending(path: file)) == 0o640, "\(file)")
            }
            try await eventually("the index") {
                (try? mode(place.reports.appending(path: "index.html"))) == 0o640
            }
            for folder in [place.drop, place.reports, report.folder] {
                #expect(try mode(folder) == 0o750, "\(folder.lastPathComponent)")
            }
            let own = place.folder.url.appending(path: "spool/.hashdrop")
            #expect(try mode(own) == 0o700)
            _ = try await place.hashdrop("backup", "copy.sqlite")
            #expect(try mode(place.folder.url.appending(path: "copy.sqlite")) == 0o600)
        }
    }

    private func mode(_ url: URL) throws -> Int {
        let facts = try FileManager.default.attributesOfItem(atPath: url.path(percentEncoded: false))
        return facts[.posixPermissions] as? Int ?? 0
    }
}
