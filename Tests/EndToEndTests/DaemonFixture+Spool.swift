import Foundation
import TestSupport

extension DaemonFixture {
    /// A user's report folders whose files were dropped as `name`, the oldest first.
    func folders(_ name: String, of user: String = "alice") -> [URL] {
        let own = folder.url.appending(path: "reports/\(user)", directoryHint: .isDirectory)
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: own.path(percentEncoded: false))) ?? []
        return names.filter { $0.hasSuffix("_" + name) }.sorted()
            .map { own.appending(path: $0, directoryHint: .isDirectory) }
    }

    /// Alice's report folders.
    var jobCount: Int {
        let names = try? FileManager.default.contentsOfDirectory(atPath: reports.path(percentEncoded: false))
        return (names ?? []).count { $0.contains("_") }
    }

    /// Alice's index; nil before there is one.
    var index: String? { try? Report(folder: reports).text("index.html") }

    /// The waiting files' entries in alice's index, as markup.
    var waiting: [String] {
        (index ?? "").components(separatedBy: "<li class=w>").dropFirst()
            .map { $0.components(separatedBy: "</ul>")[0] }
    }

    /// The processes of `hashdrop-watch` whose parent is the daemon.
    func helpers() throws -> [pid_t] {
        guard let daemon = processID else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { text in
            guard let number = pid_t(text),
                let line = try? String(contentsOfFile: "/proc/\(text)/stat", encoding: .utf8),
                line.contains("(hashdrop-watch)"), let parent = line.split(separator: " ").dropFirst(3).first,
                pid_t(parent) == daemon
            else { return nil }
            return number
        }
    }

    /// Seconds of processor time that the daemon has used.
    func processorSeconds() throws -> Double {
        let line = try String(contentsOfFile: "/proc/\(processID ?? 0)/stat", encoding: .utf8)
        let fields = line.split(separator: ")").last.map { $0.split(separator: " ") } ?? []
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
