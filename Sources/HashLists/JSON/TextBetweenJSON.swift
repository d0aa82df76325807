/// Reads the lines of text in a log whose other lines are JSON.
struct TextBetweenJSON {
    private var lines: ListReader
    private var isAtLineStart = true
    private var isInText = false
    /// The indentation of a line of which no more is there.
    private var margin: [UInt8] = []

    private static let marginMax = 256

    /// Digests that were seen, whatever became of them.
    var digestsSeen: Int { lines.digestsSeen }

    typealias Emit = (HashListItem) throws -> Void

    init(limits: HashListLimits) { lines = ListReader(limits: limits) }

    /// Reads the piece if it is of a line of text; false if it is JSON's.
    ///
    /// - Parameter isBetweenValues: whether no value of JSON is open.
    mutating func read(
        _ piece: UnsafeRawBufferPointer, endsLine: Bool, number: Int, isBetweenValues: Bool, emit: Emit
    ) throws -> Bool {
        if !isInText {
            guard isAtLineStart, isBetweenValues else {
                isAtLineStart = endsLine
                return false
            }
            guard let first = piece.first(where: { $0 > 0x20 }) else {
                // The chunk was cut in the line's indentation.
                margin = endsLine ? [] : margin + piece.prefix(Self.marginMax - margin.count)
                return false
            }
            let kept = margin
            margin = []
            isAtLineStart = endsLine
            if JSONReader.isStructural(first) { return false }
            isInText = true
            try kept.withUnsafeBytes {
                try lines.read($0, endsLine: false, number: number, emit: emit)
            }
        }
        try lines.read(piece, endsLine: endsLine, number: number, emit: emit)
        if endsLine { (isInText, isAtLineStart) = (false, true) }
        return true
    }

    mutating func finish(emit: Emit) throws { try lines.finish(emit: emit) }
}
