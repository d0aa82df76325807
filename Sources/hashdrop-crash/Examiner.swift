import Foundation
import Reporting

/// Compares what was dropped with what came out.
struct Examiner {
    let folder: URL
    let lists: [DroppedList]

    private var reports: URL { folder.appending(path: "reports") }
    private var spool: URL { folder.appending(path: "spool") }

    /// Lists without a final report that have one to come.
    func unfinishedCount() -> Int {
        let folders = jobFolders()
        return lists.count { list in
            guard let jobs = folders[Self.key(list)] else { return list.isCertain }
            return !jobs.allSatisfy { Self.status($0).map { $0.state != "running" } ?? false }
        }
    }

    func examine(_ kills: KillCounts) throws -> Findings {
        var findings = Findings(kills: kills)
        let folders = jobFolders()
        findings.jobs = folders.values.reduce(0) { $0 + $1.count }
        for list in lists {
            let jobs = folders[Self.key(list)] ?? []
            guard list.isCertain || !jobs.isEmpty else { continue }
            findings.lists += 1
            if jobs.isEmpty { findings.note(.lost, list.name) }
            if jobs.count > 1 { findings.note(.doubled, list.name) }
            // Of one whose writing was cut short a part may have been taken.
            if list.isCertain { for job in jobs { examine(job, of: list, &findings) } }
        }
        for path in leftovers() { findings.note(.leftover, path) }
        return findings
    }

    private func examine(_ job: URL, of list: DroppedList, _ findings: inout Findings) {
        let status = Self.status(job)
        guard status?.state == "done" else {
            return findings.note(.unfinished, "\(list.name): \(status?.state ?? "no status.json")")
        }
        let rows = Self.firstColumn(job)
        if rows != list.hashes { findings.note(.wrongRows, "\(list.name): \(rows.count) rows") }
        findings.hashes += rows.count
        if status?.counts.waiting != 0 || status?.counts.failed != 0 {
            findings.note(.withoutVerdict, list.name)
        }
    }

    /// The job folders by the user and name of what was dropped.
    private func jobFolders() -> [String: [URL]] {
        var folders: [String: [URL]] = [:]
        for user in Set(lists.map(\.user)) {
            let own = reports.appending(path: user)
            for name in (try? FileManager.default.contentsOfDirectory(atPath: own.path)) ?? [] {
                guard let separator = name.firstIndex(of: "_") else { continue }
                folders["\(user)/\(name[name.index(after: separator)...])", default: []]
                    .append(own.appending(path: name, directoryHint: .isDirectory))
            }
        }
        return folders
    }

    private static func key(_ list: DroppedList) -> String { "\(list.user)/\(list.name)" }

    private static func status(_ job: URL) -> StatusDocument? {
        (try? Data(contentsOf: job.appending(path: ReportWriter.FileName.status)))
            .flatMap { try? StatusDocument(json: $0) }
    }

    private static func firstColumn(_ job: URL) -> [String] {
        let data = (try? Data(contentsOf: job.appending(path: ReportWriter.FileName.csv))) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\r\n").dropFirst()
            // An apostrophe stands before a hash that would be read as a number.
            .map { String($0.prefix { $0 != "," }.drop { $0 == "'" }) }
    }

    /// What lies in the daemon's own folder when it does not run.
    private static let stateFiles: Set = [
        "work", "lock", "hashdrop.sqlite", "hashdrop.sqlite-wal", "hashdrop.sqlite-shm",
    ]

    /// Everything that a finished trial must not leave behind: files in drop folders, claims in the work
    /// folder, and whatever looks temporary anywhere.
    private func leftovers() -> [String] {
        func names(_ url: URL) -> [String] {
            ((try? FileManager.default.subpathsOfDirectory(atPath: url.path)) ?? []).map {
                "\(url.path)/\($0)"
            }
        }
        let dropped = Set(lists.map(\.user)).flatMap { names(spool.appending(path: $0)) }
        let claims = names(spool.appending(path: ".hashdrop/work"))
        let state = spool.appending(path: ".hashdrop")
        let foreign = ((try? FileManager.default.contentsOfDirectory(atPath: state.path)) ?? [])
            .filter { !Self.stateFiles.contains($0) }.map { "\(state.path)/\($0)" }
        let temporary = (names(reports) + names(spool)).filter { path in
            [".tmp", ".partial", ".part"].contains { path.hasSuffix($0) }
        }
        let uncertain = lists.filter { !$0.isCertain }.map(\.name)
        return (dropped + claims + foreign + temporary).filter { path in
            !uncertain.contains { path.contains($0) }
        }
    }
}
