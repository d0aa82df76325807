import Foundation
import Glibc
import Support

/// A list that was dropped, and what its report must hold.
struct DroppedList: Sendable {
    let user: String
    let name: String
    /// In the list's order, each once.
    let hashes: [String]
    /// How often the list names all of them.
    let repetitions: Int
    /// Whether it is known to be in its folder; false if the power was cut while it was dropped.
    var isCertain = true

    // However often a list names a hash, it must be reported once.
    var text: String {
        String(repeating: hashes.map { $0 + "\n" }.joined(), count: repetitions)
    }
}

/// One user who drops lists, short ones and some long ones, in all the ways that programs do, until it is
/// told to stop.
struct Dropper: Sendable {
    enum Way: CaseIterable {
        /// Written under a name that waits, then renamed in the folder.
        case renamed
        /// Renamed into the folder from beside it.
        case movedIn
        /// Written in place, with a pause in the middle that is shorter than the quiet period.
        case writtenSlowly
        /// As OpenSSH's sftp-server renames: linked to the new name, then the old name removed.
        case linked
    }

    let user: String
    let number: Int
    let spool: URL
    /// On the spool's file system, and not watched.
    let outside: URL
    let seed: UInt64
    /// Whether the power may be cut: then a list is dropped when it is on the disk, and one that cannot be
    /// written is only uncertain.
    let isSynced: Bool

    func dropUntilCancelled() async throws -> [DroppedList] {
        var generator = SeededGenerator(seed: seed)
        var lists: [DroppedList] = []
        try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
        while !Task.isCancelled {
            let way = Way.allCases[Int(generator.next() % UInt64(Way.allCases.count))]
            var list = makeList(lists.count, &generator)
            do {
                try await drop(list, way, &generator)
            } catch  where isSynced {
                list.isCertain = false
            }
            lists.append(list)
            try? await Task.sleep(for: .milliseconds(Int.random(in: 50..<600, using: &generator)))
        }
        return lists
    }

    /// One to eight hashes, some of which other lists hold too.
    private func makeList(_ index: Int, _ generator: inout SeededGenerator) -> DroppedList {
        let hashes = (0..<Int.random(in: 1...8, using: &generator)).map { position in
            let isShared = generator.next() % 3 == 0
            var digest = SeededGenerator(
                seed: isShared ? generator.next() % 100 : UInt64(number << 40 + index << 8 + position + 1000))
            return (0..<2).map { _ in
                let text = String(digest.next(), radix: 16)
                return String(repeating: "0", count: 16 - text.count) + text
            }.joined()
        }
        var seen: Set<String> = []
        let different = hashes.filter { seen.insert($0).inserted }
        return DroppedList(
            user: user, name: "\(user)-\(index).txt", hashes: different,
            repetitions: generator.next() % Self.longListEvery == 0
                ? Self.longListMentions / different.count : 2)
    }

    /// One list in so many is read in more parts than one, between which a kill may come.
    private static let longListEvery: UInt64 = 50
    private static let longListMentions = 25_000

    private func drop(_ list: DroppedList, _ way: Way, _ generator: inout SeededGenerator) async throws {
        let folder = spool.appending(path: user)
        // Held open to the end: a disk is not mounted again within a drop, so what it syncs is all of it.
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try Self.check(descriptor, "open", folder)
        defer { close(descriptor) }
        let final = folder.appending(path: list.name)
        let text = list.text
        let hidden = folder.appending(path: ".\(list.name).part")
        switch way {
        case .renamed:
            try write(text, to: hidden)
            try Self.check(rename(hidden.path, final.path), "rename", final)
        case .movedIn:
            let beside = outside.appending(path: list.name)
            try write(text, to: beside)
            try Self.check(rename(beside.path, final.path), "rename", final)
        case .writtenSlowly: try await writeSlowly(text, to: final, &generator)
        case .linked:
            try write(text, to: hidden)
            try Self.check(link(hidden.path, final.path), "link", final)
            try Self.check(unlink(hidden.path), "unlink", hidden)
        }
        if isSynced { try Self.check(fsync(descriptor), "sync", folder) }
    }

    private func write(_ text: String, to url: URL) throws {
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try Self.check(descriptor, "create", url)
        defer { close(descriptor) }
        try Self.write(Array(text.utf8)[...], to: descriptor, url)
        if isSynced { try Self.check(fsync(descriptor), "sync", url) }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ url: URL) throws {
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        try check(written == bytes.count ? 0 : -1, "write", url)
    }

    private func writeSlowly(_ text: String, to url: URL, _ generator: inout SeededGenerator) async throws {
        let bytes = Array(text.utf8)
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        try Self.check(descriptor, "create", url)
        defer { close(descriptor) }
        for half in [bytes[..<(bytes.count / 2)], bytes[(bytes.count / 2)...]] {
            try Self.write(half, to: descriptor, url)
            // Finished even when the trial ends meanwhile, for half a list is another list.
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0..<250, using: &generator)))
        }
        if isSynced { try Self.check(fsync(descriptor), "sync", url) }
    }

    private static func check(_ result: Int32, _ action: String, _ url: URL) throws {
        guard result >= 0 else {
            throw TrialError("Cannot \(action) \(url.path): \(String(cString: strerror(errno))).")
        }
    }
}
