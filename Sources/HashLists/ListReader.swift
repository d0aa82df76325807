import Model

/// Puts the lines of a list together from pieces and reads them; a line that is too long is read in pieces.
struct ListReader {
    private var lines: LineReader
    private var longLine: LongLine
    private var splitter = LineSplitter()
    /// The beginning of a line that a chunk cut.
    private var pending: [UInt8] = []
    private var number = 1

    /// Digests that were seen, whatever became of them.
    var digestsSeen: Int { lines.digestsSeen + longLine.digestsSeen }

    var hasBase64Part: Bool { lines.hasBase64Part }

    /// The lines that set options, so far, and the first one that stands too low to count.
    var optionLines: [ListOptionLine] { lines.optionLines }

    typealias Emit = (HashListItem) throws -> Void

    /// - Parameter takesOptions: whether its first lines may set options.
    init(limits: HashListLimits, takesOptions: Bool = false) {
        lines = LineReader(limits: limits, takesOptions: takesOptions)
        longLine = LongLine(limits: limits)
    }

    mutating func consume(_ text: UnsafeRawBufferPointer, emit: Emit) throws {
        var splitter = splitter
        try splitter.split(text) { piece, endsLine in try take(piece, endsLine: endsLine, emit: emit) }
        self.splitter = splitter
    }

    /// Reads a piece of a line whose number is known.
    mutating func read(_ piece: UnsafeRawBufferPointer, endsLine: Bool, number: Int, emit: Emit) throws {
        self.number = number
        try take(piece, endsLine: endsLine, emit: emit)
    }

    mutating func finish(emit: Emit) throws {
        if longLine.isOpen || !pending.isEmpty {
            try take(UnsafeRawBufferPointer(start: nil, count: 0), endsLine: true, emit: emit)
        }
        try lines.finish(emit: emit)
    }

    private mutating func take(_ piece: UnsafeRawBufferPointer, endsLine: Bool, emit: Emit) throws {
        if !longLine.isOpen {
            if pending.count + piece.count <= HashListLimits.lineBytesMax {
                return try takeShort(piece, endsLine: endsLine, emit: emit)
            }
            try lines.finish(emit: emit)
            longLine.open(number: number, context: lines.context)
            try pending.withUnsafeBytes { try longLine.read($0, emit: emit) }
            pending.removeAll(keepingCapacity: true)
        }
        try longLine.read(piece, emit: emit)
        guard endsLine else { return }
        try longLine.close(emit: emit)
        lines.pass(longLine)
        number += 1
    }

    private mutating func takeShort(_ piece: UnsafeRawBufferPointer, endsLine: Bool, emit: Emit) throws {
        guard endsLine else { return pending.append(contentsOf: piece) }
        if pending.isEmpty {
            try lines.read(piece, number: number, emit: emit)
        } else {
            pending.append(contentsOf: piece)
            try pending.withUnsafeBytes { try lines.read($0, number: number, emit: emit) }
            pending.removeAll(keepingCapacity: true)
        }
        number += 1
    }
}
