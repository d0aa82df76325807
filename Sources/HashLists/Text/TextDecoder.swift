import Glibc

/// Turns a file's bytes, in chunks cut anywhere, into UTF-8 in pieces that never cut a character.
///
/// What is not UTF-8 is read as Windows-1252. UTF-8 is passed on without copying.
struct TextDecoder {
    private var head: [UInt8] = []
    private var encoding: TextEncoding?
    private var units = UTF16Decoder()
    /// The bytes of a UTF-8 character that the last chunk cut: at most three.
    private var heldBytes: [UInt8] = []
    /// Whether bytes were read as Windows-1252.
    private(set) var hasWindows1252 = false
    /// Where the next byte stands in the file, for errors.
    private var offset = 0

    /// Whether the encoding has changed within the file.
    var hasChangedEncoding: Bool { units.hasChanged }

    typealias Emit = (UnsafeRawBufferPointer) throws -> Void

    /// Throws `HashListError.notText` or `.binary`; what stands before the fault has been emitted then.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, emit: Emit) throws {
        guard encoding == nil else { return try decodeBody(bytes, emit: emit) }
        let headRest = min(bytes.count, HashListLimits.headBytes - head.count)
        head.append(contentsOf: bytes[..<headRest])
        guard head.count == HashListLimits.headBytes else { return }
        try decodeHead(emit: emit)
        try decodeBody(UnsafeRawBufferPointer(rebasing: bytes[headRest...]), emit: emit)
    }

    /// Emits what was held back; a character cut by the end of the file becomes an invalid one.
    mutating func finish(emit: Emit) throws {
        if encoding == nil { try decodeHead(emit: emit) }
        try emitHeldBytes(emit)
        try units.finish(emit: emit)
    }

    private mutating func decodeHead(emit: Emit) throws {
        if let format = BinaryFormat(head: head) { throw HashListError.binary(format) }
        let (encoding, markBytes) = TextEncoding.detect(head: head)
        self.encoding = encoding
        units.isBigEndian = encoding == .utf16BigEndian
        offset = markBytes
        let head = head
        self.head = []
        try head.withUnsafeBytes {
            try decodeBody(UnsafeRawBufferPointer(rebasing: $0[markBytes...]), emit: emit)
        }
    }

    private mutating func decodeBody(_ bytes: UnsafeRawBufferPointer, emit: Emit) throws {
        guard encoding == .utf8 else {
            if let fault = try units.decode(bytes, emit: emit) {
                throw HashListError.notText(offset: offset + fault)
            }
            offset += bytes.count
            return
        }
        guard let fault = Self.firstNUL(in: bytes) else {
            try passOn(bytes, emit: emit)
            offset += bytes.count
            return
        }
        try passOn(UnsafeRawBufferPointer(rebasing: bytes[..<fault]), emit: emit)
        throw HashListError.notText(offset: offset + fault)
    }

    private static func firstNUL(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress, let found = memchr(start, 0, bytes.count) else { return nil }
        return UnsafeRawPointer(found) - start
    }

    private mutating func passOn(_ bytes: UnsafeRawBufferPointer, emit: Emit) throws {
        var start = 0
        while let lead = heldBytes.first, start < bytes.count {
            let isContinued = UTF8Sequence.isContinuation(bytes[start])
            if isContinued {
                heldBytes.append(bytes[start])
                start += 1
            }
            if !isContinued || heldBytes.count == UTF8Sequence.length(lead: lead) {
                try emitHeldBytes(emit)
            }
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        let cut = rest.count - UTF8Sequence.cutSuffixLength(of: rest)
        if cut > 0 { try emitText(UnsafeRawBufferPointer(rebasing: rest[..<cut]), emit) }
        heldBytes.append(contentsOf: rest[cut...])
    }

    private mutating func emitHeldBytes(_ emit: Emit) throws {
        guard !heldBytes.isEmpty else { return }
        let held = heldBytes
        try held.withUnsafeBytes { try emitText($0, emit) }
        heldBytes.removeAll(keepingCapacity: true)
    }

    private mutating func emitText(_ text: UnsafeRawBufferPointer, _ emit: Emit) throws {
        guard let converted = Windows1252.utf8(text) else { return try emit(text) }
        hasWindows1252 = true
        try converted.withUnsafeBytes(emit)
    }
}
