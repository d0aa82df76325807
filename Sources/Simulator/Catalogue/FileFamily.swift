package import Model
import Support

/// The three hashes (MD5, SHA-1, SHA-256) of one simulated file; each of them leads to the other two.
///
/// An MD5 cannot be turned into the SHA-256 of the same file, so the simulator makes its own files up. An MD5
/// is taken as 128 bits, and the other two hashes carry the same bits, shuffled, with a check value behind
/// them: the family can be computed from any of the three without a memory of earlier requests.
/// A SHA-1 or SHA-256 without that check value comes from outside; its other hashes are made up from it and
/// can be found again only because `FileCatalogue` remembers them.
package struct FileFamily: Hashable, Sendable {
    /// The name that the others are computed from, unless the family comes from outside.
    package let md5: FileHash
    /// The MD5's bits, shuffled, and 4 bytes of check value.
    package let sha1: FileHash
    /// The MD5's bits, shuffled otherwise, and 16 bytes of check value; VirusTotal's id of the file.
    package let sha256: FileHash

    /// The family of a file whose true names are known; each must be of its kind.
    package init(md5: FileHash, sha1: FileHash, sha256: FileHash) {
        precondition(md5.kind == .md5 && sha1.kind == .sha1 && sha256.kind == .sha256)
        self.md5 = md5
        self.sha1 = sha1
        self.sha256 = sha256
    }

    /// The family with this number; different numbers and different seeds give different families, and each
    /// can be found by any of its names in every simulator.
    package static func numbered(_ number: Int, seed: UInt64 = 0) -> FileFamily {
        let plain = Words(high: seed, low: UInt64(bitPattern: Int64(number)))
        return FileFamily(core: plain.shuffled(key: Self.numberKey))
    }

    /// The family that `hash` is a name of.
    package static func containing(_ hash: FileHash) -> FileFamily {
        let bytes = hash.bytes
        let first = Words(bytes: bytes)
        switch hash.kind {
        case .md5: return FileFamily(core: first)
        case .sha1:
            let family = FileFamily(core: first.unshuffled(key: sha1Key))
            return family.sha1 == hash ? family : FileFamily(foreign: hash)
        case .sha256:
            let family = FileFamily(core: first.unshuffled(key: sha256Key))
            return family.sha256 == hash ? family : FileFamily(foreign: hash)
        }
    }

    /// The three names, MD5 first.
    package var hashes: [FileHash] { [md5, sha1, sha256] }

    /// The name of this kind.
    package subscript(kind: FileHash.Kind) -> FileHash {
        switch kind {
        case .md5: md5
        case .sha1: sha1
        case .sha256: sha256
        }
    }

    /// A number that stands for the file: the start of every random choice about it.
    var seed: UInt64 { sha256.bytes.foldedWord }

    private static let numberKey: UInt64 = 0x6861_7368_6472_6F70
    private static let sha1Key: UInt64 = 0x7368_612D_310A_0001
    private static let sha256Key: UInt64 = 0x7368_612D_3235_3601

    private init(core: Words) {
        let sha1Words = core.shuffled(key: Self.sha1Key)
        let sha256Words = core.shuffled(key: Self.sha256Key)
        let check = (core.high ^ core.low.mixed).mixed
        md5 = FileHash(bytes: core.bytes)!
        sha1 = FileHash(bytes: sha1Words.bytes + check.bytes.prefix(4))!
        sha256 = FileHash(bytes: sha256Words.bytes + check.bytes + check.mixed.bytes)!
    }

    private init(foreign hash: FileHash) {
        var generator = SeededGenerator(seed: hash.bytes.foldedWord)
        func digest(_ kind: FileHash.Kind, _ generator: inout SeededGenerator) -> FileHash {
            let bytes = (0..<4).flatMap { _ in generator.next().bytes }
            return kind == hash.kind ? hash : FileHash(bytes: bytes.prefix(kind.byteCount))!
        }
        md5 = digest(.md5, &generator)
        sha1 = digest(.sha1, &generator)
        sha256 = digest(.sha256, &generator)
    }
}

/// 128 bits as two words, and a reversible shuffle of them: a Feistel network of four rounds.
private struct Words {
    var high: UInt64
    var low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The first 16 bytes.
    init(bytes: [UInt8]) {
        high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    var bytes: [UInt8] { high.bytes + low.bytes }

    func shuffled(key: UInt64) -> Words {
        var words = self
        for round in UInt64(0)..<4 {
            let next = words.high ^ ((words.low ^ key) &+ round).mixed
            words = Words(high: words.low, low: next)
        }
        return words
    }

    func unshuffled(key: UInt64) -> Words {
        var words = self
        for round in (UInt64(0)..<4).reversed() {
            let before = words.low ^ ((words.high ^ key) &+ round).mixed
            words = Words(high: before, low: words.high)
        }
        return words
    }
}

extension UInt64 {
    fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(56 - $0 * 8)) } }
}

extension [UInt8] {
    fileprivate var foldedWord: UInt64 {
        var word: UInt64 = UInt64(count)
        for byte in self { word = (word &* 31 &+ UInt64(byte)).mixed }
        return word
    }
}
