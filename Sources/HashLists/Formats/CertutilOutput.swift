import Model

/// The output of Windows' `certutil -hashfile`: a line that names algorithm and file, then the hash alone.
///
/// `SHA256 hash of file.exe:` is Windows 10's; older ones write `SHA256 hash of file file.exe:` and the hash
/// as pairs of digits with spaces between. Elsewhere the sentence is in the language of Windows; the hash is
/// found then as well, but not the file's name.
struct CertutilOutput {
    struct Header {
        /// Nil if the sentence is not in English.
        var fileName: [UInt8]?
    }

    private var header: Header?

    /// Takes the next line; returns the header if the line before was one.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Header? {
        let previous = header
        // Few lines end with a colon: only those are looked at closely.
        header = line.last == UInt8(ascii: ":") ? Self.header(line) : nil
        return previous
    }

    /// The line's digits if it is nothing but pairs of hexadecimal digits, parted by spaces, at least twelve.
    static func pairedDigits(in line: UnsafeRawBufferPointer) -> [UInt8]? {
        let pairs = line.split(separator: 0x20)
        guard pairs.count >= 12,
            pairs.allSatisfy({ $0.count == 2 && $0.allSatisfy(CharacterClass.isHexadecimalDigit) })
        else { return nil }
        return pairs.flatMap(Array.init)
    }

    /// Whether the line is a digest in pairs of digits, parted by colons, dashes or spaces, maybe behind a
    /// label.
    static func isDigestInPairs(_ line: UnsafeRawBufferPointer) -> Bool {
        let digits = pairsAtEnd(of: line)
        return FileHash.Kind.allCases.contains { $0.byteCount == digits }
    }

    /// How many pairs the line ends with, with the same separator between all of them.
    private static func pairsAtEnd(of line: UnsafeRawBufferPointer) -> Int {
        var end = line.count
        while end > 0, line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
        var pairs = 0
        var separator: UInt8?
        while end >= 2, line[(end - 2)..<end].allSatisfy(CharacterClass.isHexadecimalDigit) {
            pairs += 1
            end -= 2
            guard end > 0 else { break }
            let byte = line[end - 1]
            guard byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-") || byte == 0x20,
                byte == separator ?? byte
            else { break }
            separator = byte
            end -= 1
        }
        return pairs
    }

    private static func header(_ line: UnsafeRawBufferPointer) -> Header? {
        guard ["MD5", "SHA1", "SHA256", "SHA512"].contains(where: { end(of: $0, in: line) != nil }) else {
            return nil
        }
        let nameStart = end(of: " hash of file ", in: line) ?? end(of: " hash of ", in: line)
        return Header(fileName: nameStart.map { Array(line[$0...].dropLast()) })
    }

    /// Where the first occurrence of `phrase` in the line ends.
    private static func end(of phrase: StaticString, in line: UnsafeRawBufferPointer) -> Int? {
        let phrase = UnsafeRawBufferPointer(start: phrase.utf8Start, count: phrase.utf8CodeUnitCount)
        var start = 0
        while start + phrase.count <= line.count {
            var length = 0
            while length < phrase.count, line[start + length] == phrase[length] { length += 1 }
            if length == phrase.count { return start + length }
            start += 1
        }
        return nil
    }
}
