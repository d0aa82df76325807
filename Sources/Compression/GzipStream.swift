import CZlib

/// Gzip compressor (RFC 1952) for a stream of pieces, by the system's zlib.
///
/// Not swift-nio-extras' NIOHTTPCompression: that is a handler of a channel's raw HTTP/1 parts, which the
/// server hides, and it links a copy of zlib of its own that the system's updates do not reach.
package final class GzipStream {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private static let outputBytes = 64 << 10
    /// The largest window (15, 32 KiB), and 16 more for the gzip format.
    private static let windowBits: Int32 = 15 + 16
    /// zlib's own default.
    private static let memoryLevel: Int32 = 8

    /// How much time is spent for how few bytes.
    package enum Level: Int32, Sendable {
        /// For what is compressed for one reader: some 100 MB of HTML a second.
        case fastest = 1
        /// For what is compressed once and sent often.
        case smallest = 9
    }

    package init(_ level: Level) {
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, level.rawValue, Z_DEFLATED, Self.windowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY,
            ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        // Nothing else can be wrong with constants.
        precondition(status == Z_OK, "there is no memory for zlib")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// What of the compressed stream is settled after these bytes; often nothing yet.
    package func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { run(bytes, Z_NO_FLUSH) }

    /// The rest of the compressed stream; nothing can be compressed after it.
    package func finish() -> [UInt8] {
        run(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH)
    }

    /// All of `bytes` as one compressed stream.
    package static func compress(_ bytes: [UInt8], _ level: Level) -> [UInt8] {
        let stream = GzipStream(level)
        return bytes.withUnsafeBytes(stream.compress) + stream.finish()
    }

    private func run(_ bytes: UnsafeRawBufferPointer, _ flush: Int32) -> [UInt8] {
        var output: [UInt8] = []
        // zlib reads it only; without ZLIB_CONST its header does not say so.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = uInt(bytes.count)
        repeat {
            output += [UInt8](unsafeUninitializedCapacity: Self.outputBytes) { buffer, count in
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = uInt(Self.outputBytes)
                deflate(stream, flush)
                count = Self.outputBytes - Int(stream.pointee.avail_out)
            }
            // A full buffer may be one of several.
        } while stream.pointee.avail_out == 0
        return output
    }
}
