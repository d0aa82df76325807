import Model

/// Turns the helper's output, in whatever pieces it comes, into hints.
package struct WatchHintDecoder: Sendable {
    /// The longest record is a kind and two names of at most 255 bytes.
    package static let recordBytesMax = 1_024

    private var rest: [UInt8] = []
    private var isSkipping = false

    package init() {}

    /// Takes the next piece and returns the hints that it completes.
    ///
    /// A record that breaks the grammar comes out as `overflow`: a newer helper may know something that this
    /// decoder does not, and scanning everything is always right.
    package mutating func decode(_ piece: some Sequence<UInt8>) -> [WatchHint] {
        var hints: [WatchHint] = []
        for byte in piece {
            if byte == 0 {
                hints.append(isSkipping ? WatchHint(.overflow) : Self.hint(rest) ?? WatchHint(.overflow))
                rest.removeAll(keepingCapacity: true)
                isSkipping = false
            } else if rest.count < Self.recordBytesMax {
                rest.append(byte)
            } else {
                isSkipping = true
            }
        }
        return hints
    }

    private static func hint(_ record: [UInt8]) -> WatchHint? {
        let parts = record.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 3, let kind = WatchHint.Kind(rawValue: String(decoding: parts[0], as: UTF8.self))
        else { return nil }
        var hint = WatchHint(kind, folder: DroppedName(bytes: parts[1]))
        switch kind {
        case .appeared, .closed, .movedIn, .changed, .removed:
            guard !parts[1].isEmpty, !parts[2].isEmpty else { return nil }
            hint.name = DroppedName(bytes: parts[2])
        case .cannotWatch:
            guard let number = Int32(String(decoding: parts[2], as: UTF8.self)) else { return nil }
            hint.errorNumber = number
        case .folderAdded, .folderGone, .watching, .overflow:
            guard parts[2].isEmpty else { return nil }
        }
        return hint
    }
}
