import Model

/// PowerShell's `Get-FileHash | Format-List`: `Hash : …` on a line, `Path : …` on the next.
///
/// The entry waits for its path; a long path goes on in the next lines, behind 12 spaces or more, where the
/// console's width cut it.
struct FormatListBlock {
    private var entry: HashListEntry?
    private var path: [UInt8] = []

    /// Whether the line names a hash and nothing else.
    static func isHashLine(_ line: UnsafeRawBufferPointer) -> Bool { value(named: "Hash", in: line) != nil }

    /// Keeps the entry until its path is known.
    mutating func hold(_ entry: HashListEntry) { self.entry = entry }

    /// Takes the next line; returns the held entry as soon as the line does not belong to it.
    mutating func take(_ line: UnsafeRawBufferPointer, charactersMax: Int) -> HashListItem? {
        guard entry != nil else { return nil }
        if path.isEmpty, let value = Self.value(named: "Path", in: line) {
            path = Array(value)
            return nil
        }
        let isContinued =
            !path.isEmpty && path.count < HashListLimits.lineBytesMax && line.prefix(12).count == 12
            && line.prefix(12).allSatisfy { $0 == 0x20 }
        guard isContinued else { return end(charactersMax: charactersMax) }
        path.append(contentsOf: line.drop { $0 == 0x20 })
        return nil
    }

    /// The held entry, if there is one, with the path that was found for it.
    mutating func end(charactersMax: Int) -> HashListItem? {
        guard var entry else { return nil }
        entry.comment = VisibleText.string(path, charactersMax: charactersMax)
        self.entry = nil
        path = []
        return .entry(entry)
    }

    private static func value(
        named name: StaticString, in line: UnsafeRawBufferPointer
    ) -> Slice<UnsafeRawBufferPointer>? {
        let nameBytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        guard line.starts(with: nameBytes) else { return nil }
        let rest = line[nameBytes.count...].drop { $0 == 0x20 }
        return rest.first == UInt8(ascii: ":") ? rest.dropFirst() : nil
    }
}
