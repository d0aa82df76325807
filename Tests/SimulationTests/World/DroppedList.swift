import Cryptography
import Foundation
import HashLists
import Model
import Spool
import Support
import TestSupport

/// A file that a user dropped, as its user knows it.
struct DroppedList {
    let number: Int
    let user: UserName
    /// Its name in the folder now, or when it was taken.
    var name: String
    private(set) var content: Data
    private(set) var digest: Data
    /// When it last changed or was renamed, in true time.
    var changedAt: Duration
    /// Its user has removed it before it was taken.
    var isRemoved = false
    /// The job that was made of it.
    var job: JobID?
    /// That job is removed, by retention or by a command.
    var isJobRemoved = false

    init(number: Int, user: UserName, name: String, content: Data, at now: Duration) {
        self.number = number
        self.user = user
        self.name = name
        self.content = content
        digest = Self.digest(content)
        changedAt = now
    }

    mutating func append(_ more: Data, at now: Duration) {
        content += more
        digest = Self.digest(content)
        changedAt = now
    }

    /// Whether it will be taken as it is.
    var isNamedComplete: Bool { NameRule(DroppedName(name)) == .ordinary }

    /// What the parser finds in a list: its hashes in their order, repeated ones among them, and the unusable
    /// lines.
    struct Items {
        var hashes: [FileHash] = []
        var unusable = 0

        init(of content: Data) throws {
            for item in try HashListParser.items(of: content) {
                switch item {
                case .entry(let entry): hashes += entry.hashes
                case .unusable: unusable += 1
                }
            }
        }
    }

    static func digest(_ content: Data) -> Data { Data(MessageDigest.of(content)) }
}

/// Makes up what a list holds.
struct ListWriter {
    /// Files of the catalogue.
    let filesMax: Int

    /// Lines with hashes of files that VirusTotal knows or not, and some without.
    ///
    /// - Parameter files: how many files are named; each may be by several names.
    func lines(files: Int, using generator: inout SeededGenerator) -> Data {
        var text = ""
        for _ in 0..<files { text += line(using: &generator) + "\n" }
        return Data(text.utf8)
    }

    private func line(using generator: inout SeededGenerator) -> String {
        let file = generator.below(filesMax)
        func name(_ kind: FileHash.Kind) -> String { Samples.hash(file, kind).hexadecimal }
        switch generator.below(12) {
        case 0: return "\(name(.sha256)) \(name(.sha1)) \(name(.md5))"
        case 1: return "\(name(.md5)),\(name(.sha256)),=cmd|' /C calc'!A0"
        case 2: return name(.sha256).uppercased() + "  dropper.exe"
        case 3: return String(name(.sha256).dropLast()) + "  cut short"
        case 4: return "seen \(name(.sha1)) today"
        case 5, 6: return name(.md5)
        default: return name(.sha256)
        }
    }
}
