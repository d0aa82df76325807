/// The status line and header lines of an answer, collected line by line; only the last block counts.
///
/// An answer may be preceded by others: `100 Continue`, `103 Early Hints`, a proxy's answer to CONNECT. Each
/// block begins with a line `HTTP/…`. Lines after a block's empty line are trailers and are left out.
struct ResponseHead {
    private(set) var headers = CurlHeaders()
    /// Bytes of all lines of all blocks so far.
    private(set) var bytesCount = 0
    private var isOpen = false

    /// Takes one line with its line end; false once all lines together exceed `bytesMax`.
    mutating func append(line bytes: some BidirectionalCollection<UInt8>, bytesMax: Int) -> Bool {
        bytesCount += bytes.count
        guard bytesCount <= bytesMax else { return false }
        let line = bytes.trimming { $0 == 0x0D || $0 == 0x0A }
        if line.starts(with: "HTTP/".utf8) {
            headers = CurlHeaders()
            isOpen = true
        } else if line.isEmpty {
            isOpen = false
        } else if isOpen, let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let value = line[line.index(after: colon)...].trimming { $0 == 0x20 || $0 == 0x09 }
            headers.lines.append(
                .init(
                    name: String(decoding: line[..<colon], as: UTF8.self),
                    value: String(decoding: value, as: UTF8.self)))
        }
        return true
    }
}

extension BidirectionalCollection {
    /// The part without leading and trailing elements that are `unwanted`.
    fileprivate func trimming(_ unwanted: (Element) -> Bool) -> SubSequence {
        let part = drop(while: unwanted)
        guard let last = part.lastIndex(where: { !unwanted($0) }) else { return part[part.endIndex...] }
        return part[...last]
    }
}
