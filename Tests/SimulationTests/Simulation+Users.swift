import Foundation
import Model
import Pipeline
import Spool
import Store
import Support
import TestSupport

// What users do in their folders.
extension Simulation {
    func path(_ list: DroppedList) -> String { folder.path("spool/\(list.user)/\(list.name)") }

    /// Whether the list lies in its user's folder.
    func isInSpool(_ list: DroppedList) -> Bool { FileManager.default.fileExists(atPath: path(list)) }

    func add(_ user: UserName, weight: Int) throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("spool/\(user)"), withIntermediateDirectories: true)
        try inspector.database.users.add(User(name: user, weight: weight, createdAt: clock.now.wall))
    }

    func addUser() throws {
        let user = UserName("dave")!
        guard !users.contains(user) else { return }
        users.append(user)
        note("a user is added: \(user)")
        try add(user, weight: 1)
        tell([WatchHint(.folderAdded, folder: DroppedName(user.description))])
        tell([WatchHint(.watching, folder: DroppedName(user.description))])
        daemon?.pipeline.reload()
    }

    func drop() throws {
        let number = lists.count
        let user = generator.pick(users)
        let writer = ListWriter(filesMax: Catalogue.filesMax)
        // No two lists have the same bytes, so that each is found again.
        var content = Data("# list \(number)\n".utf8)
        switch generator.below(12) {
        case 0: content = Data()
        case 1: content += Data("nothing that is a hash\n".utf8)
        case 2, 3:
            content += writer.lines(files: 10 + generator.below(Scenario.longListMax), using: &generator)
        default: content += writer.lines(files: 1 + generator.below(4), using: &generator)
        }
        let ending = generator.once(in: 8) ? ".part" : generator.once(in: 10) ? " !urgent.csv" : ".txt"
        try put(content, as: "list-\(number)\(ending)", of: user, byRename: generator.once(in: 2))
    }

    /// A list of one hash that VirusTotal knows.
    func dropGoodList(_ number: Int) throws {
        let hash = virusTotal.catalogue.goodHash(number)
        try put(
            Data("# list \(lists.count)\n\(hash)\n".utf8), as: "list-\(lists.count).txt", of: users[0],
            byRename: true)
    }

    private func put(_ content: Data, as name: String, of user: UserName, byRename: Bool) throws {
        let list = DroppedList(number: lists.count, user: user, name: name, content: content, at: now)
        lists.append(list)
        if byRename {
            note("\(user) moves \(name) in, \(content.count) bytes")
            let outside = folder.path("\(name).new")
            try content.write(to: URL(filePath: outside))
            try FileManager.default.moveItem(atPath: outside, toPath: path(list))
            tell([hint(.movedIn, list)])
        } else {
            note("\(user) writes \(name), \(content.count) bytes")
            try content.write(to: URL(filePath: path(list)))
            tell([hint(.appeared, list), hint(.changed, list), hint(.closed, list)])
        }
    }

    /// Gives a file in the spool another name: the final one, if it has none yet.
    func rename() throws {
        guard let index = pickInSpool() else { return }
        let before = lists[index]
        let path = path(before)
        lists[index].name =
            before.name.hasSuffix(".part") ? String(before.name.dropLast(5)) : "again-\(before.name)"
        note("\(before.user) renames \(before.name) to \(lists[index].name)")
        try FileManager.default.moveItem(atPath: path, toPath: self.path(lists[index]))
        lists[index].changedAt = now
        tell([hint(.removed, before), hint(.movedIn, lists[index])])
    }

    func append() throws {
        guard let index = pickInSpool() else { return }
        let more = ListWriter(filesMax: Catalogue.filesMax).lines(files: 1, using: &generator)
        note("\(lists[index].user) appends \(more.count) bytes to \(lists[index].name)")
        let file = try FileHandle(forWritingTo: URL(filePath: path(lists[index])))
        try file.seekToEnd()
        try file.write(contentsOf: more)
        try file.close()
        lists[index].append(more, at: now)
        tell([hint(.changed, lists[index]), hint(.closed, lists[index])])
    }

    func remove() throws {
        guard let index = pickInSpool() else { return }
        note("\(lists[index].user) removes \(lists[index].name)")
        try FileManager.default.removeItem(atPath: path(lists[index]))
        lists[index].isRemoved = true
        tell([hint(.removed, lists[index])])
    }

    /// The index of a list that still lies in its folder.
    private func pickInSpool() -> Int? {
        let there = lists.indices.filter { isInSpool(lists[$0]) }
        return there.isEmpty ? nil : generator.pick(there)
    }

    private func hint(_ kind: WatchHint.Kind, _ list: DroppedList) -> WatchHint {
        WatchHint(kind, folder: DroppedName(list.user.description), name: DroppedName(list.name))
    }

    /// Some hints are lost, and some are of the kind that says only that many were.
    private func tell(_ hints: [WatchHint]) {
        switch generator.below(12) {
        case 0: statistics.count("hintsLost")
        case 1:
            statistics.count("hintsOverflow")
            daemon?.watcher.tell([WatchHint(.overflow)])
        default: daemon?.watcher.tell(hints)
        }
    }

    func note(_ text: String) {
        trace.note(text)
    }
}
