/// Lines as checksum programs write them: one hash and the name of its file.
enum ChecksumLine {
    /// The file's name as it is, or nil if the line has none of the forms
    /// - `hash  name` and `hash *name` (coreutils; `\hash  name` with `\n`, `\r`, `\\` in the name escaped);
    /// - `SHA256 (name) = hash` (BSD, coreutils' `--tag`; also escaped) and `SHA256(name)= hash` (OpenSSL).
    ///
    /// Source: coreutils' manual, "md5sum invocation".
    static func fileName(in line: UnsafeRawBufferPointer, hash: Range<Int>) -> [UInt8]? {
        let isEscaped = line.first == UInt8(ascii: "\\")
        let start = isEscaped ? 1 : 0
        let name =
            hash.lowerBound == start
            ? nameBehindHash(line[hash.upperBound...]) : nameInBrackets(line[start..<hash.lowerBound])
        guard let name else { return nil }
        return isEscaped ? unescaped(name) : Array(name)
    }

    /// Which of a line's hashes is the checksum, if the others stand in the file's name, as samples are named
    /// by their hash; nil if the line may as well name several hashes: `md5  sha1`.
    static func ownHash(in line: UnsafeRawBufferPointer, hashes: [Range<Int>]) -> Int? {
        guard let first = hashes.first, let last = hashes.last else { return nil }
        if fileName(in: line, hash: last) != nil { return hashes.count - 1 }
        guard let name = fileName(in: line, hash: first) else { return nil }
        // One word that is more than a hash.
        let isOneWord = !name.contains { $0 <= 0x20 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") }
        let isJustAHash = hashes.count == 2 && name.count == last.count
        return isOneWord && !isJustAHash ? 0 : nil
    }

    private static func nameBehindHash(_ rest: Slice<UnsafeRawBufferPointer>) -> Slice<
        UnsafeRawBufferPointer
    >? {
        guard rest.starts(with: "  ".utf8) || rest.starts(with: " *".utf8) else { return nil }
        return rest.dropFirst(2)
    }

    private static func nameInBrackets(
        _ front: Slice<UnsafeRawBufferPointer>
    ) -> Slice<UnsafeRawBufferPointer>? {
        let isAlgorithm: (UInt8) -> Bool = {
            CharacterClass.ofASCII($0 & 0x7F) != 0 || $0 == UInt8(ascii: "-")
        }
        let name = front.drop(while: isAlgorithm).drop { $0 == 0x20 }
        let isNamed = front.first.map(isAlgorithm) ?? false
        guard isNamed, name.first == UInt8(ascii: "("),
            let end = name.lastIndex(of: UInt8(ascii: ")")),
            name[(end + 1)...].filter({ $0 != 0x20 }) == [UInt8(ascii: "=")]
        else { return nil }
        return name[(name.startIndex + 1)..<end]
    }

    private static func unescaped(_ name: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        var out: [UInt8] = []
        var isEscape = false
        for byte in name {
            if isEscape {
                isEscape = false
                out.append(byte == UInt8(ascii: "n") ? 0x0A : byte == UInt8(ascii: "r") ? 0x0D : byte)
            } else if byte == UInt8(ascii: "\\") {
                isEscape = true
            } else {
                out.append(byte)
            }
        }
        return out
    }
}
