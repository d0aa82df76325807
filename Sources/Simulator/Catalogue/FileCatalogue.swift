import Foundation
import Model

/// Lookup table from hash to file: a registered file, a well-known one, or one that is made up from the hash.
///
/// Made-up files need no memory where their names carry the family (see `FileFamily`). For a SHA-1 or SHA-256
/// from outside the two invented names are remembered, some 200 bytes a file and without a limit, because
/// forgetting one would answer the same file in two ways.
struct FileCatalogue {
    private var registered: [FileHash: SimulatedFile] = [:]
    private var origins: [FileHash: FileHash] = [:]

    init() {
        for file in WellKnownFile.all { register(file) }
    }

    /// From now on each of the file's three names finds this file; it replaces an earlier one of that name.
    mutating func register(_ file: SimulatedFile) {
        for hash in file.family.hashes { registered[hash] = file }
    }

    /// From a moment on the file that the change names is what the change says.
    mutating func apply(_ change: WorldChange, at moment: Date) {
        register(file(named: change.hash).changed(by: change, at: moment))
    }

    /// The file that `hash` names; every hash names one, if only one that is unknown to VirusTotal.
    mutating func file(named hash: FileHash) -> SimulatedFile {
        if let file = registered[hash] { return file }
        let family = FileFamily.containing(origins[hash] ?? hash)
        if origins[hash] == nil, FileFamily.containing(family.md5) != family {
            for alias in family.hashes where alias != hash { origins[alias] = hash }
        }
        return SimulatedFile(family)
    }
}
