import CSimdjson
import Synchronization

/// A JSON document (RFC 8259): parsed as a whole, and read while it is held.
///
/// By simdjson, at some gigabytes a second: an answer has 20 to 60 kB, of which little is used, and a decoder
/// that makes values of all of it takes longer than the request.
enum JSONDocument {
    /// Calls `body` with the document's value, or nil if the bytes are no JSON.
    ///
    /// What Python's or Go's readers take and simdjson does not (text that is not UTF-8, half of a surrogate
    /// pair, a number beyond all types) is mended and read once more: VirusTotal shows what others put into
    /// files, and an unused field must not cost the answer.
    static func read<Result>(_ bytes: [UInt8], _ body: (JSONValue?) throws -> Result) rethrows -> Result {
        let parser = Parser.take()
        defer { Parser.putBack(parser) }
        if let root = parser.parse(bytes) ?? parser.parse(JSONMending.mended(bytes)) {
            return try body(JSONValue(root))
        }
        return try body(nil)
    }
}

/// A parser and its memory, used by one document at a time.
private final class Parser: @unchecked Sendable {
    // One thread at a time has it: the one that took it from `free`.
    private let raw: OpaquePointer

    /// Memory for documents of so many bytes is kept; a longer one's is given back.
    private static let capacityKeptMax = 1 << 20
    private static let free = Mutex<[Parser]>([])

    private init() {
        guard let raw = csimdjson_parser_create() else { preconditionFailure("there is no memory") }
        self.raw = raw
    }

    deinit { csimdjson_parser_destroy(raw) }

    static func take() -> Parser { free.withLock { $0.popLast() } ?? Parser() }

    static func putBack(_ parser: Parser) {
        guard csimdjson_parser_capacity(parser.raw) <= capacityKeptMax else { return }
        free.withLock { $0.append(parser) }
    }

    func parse(_ bytes: [UInt8]) -> csimdjson_value? {
        var root = csimdjson_value()
        return csimdjson_parse(raw, bytes, bytes.count, &root) ? root : nil
    }
}
