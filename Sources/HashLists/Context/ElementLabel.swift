/// What an element of XML or HTML says of the digest in it: its name, and the attributes that name its kind.
enum ElementLabel {
    /// The labels of an opening tag, without its brackets, the nearest first; none of a closing one.
    static func labels(ofTag tag: Slice<UnsafeRawBufferPointer>) -> [DigestLabel] {
        let nameEnd = tag.firstIndex { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "/") } ?? tag.endIndex
        let name = tag[..<nameEnd]
        guard let first = name.first, first != UInt8(ascii: "/"), first != UInt8(ascii: "!") else {
            return []
        }
        let kinds = attributes(of: tag[nameEnd...]).compactMap { DigestLabel($0) }
        let isOfHTML = htmlNames.contains(String(decoding: name.prefix(16), as: UTF8.self).lowercased())
        return kinds + (isOfHTML ? [] : DigestLabel(name).map { [$0] } ?? [])
    }

    /// The values of those attributes that say what an element holds: `type="imphash"`.
    private static func attributes(of rest: Slice<UnsafeRawBufferPointer>) -> [Slice<UnsafeRawBufferPointer>]
    {
        var values: [Slice<UnsafeRawBufferPointer>] = []
        var index = rest.startIndex
        while let equals = rest[index...].firstIndex(of: UInt8(ascii: "=")), equals + 1 < rest.endIndex {
            let name = rest[index..<equals].drop { $0 == 0x20 || $0 == 0x09 }
            let quote = rest[equals + 1]
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                let end = rest[(equals + 2)...].firstIndex(of: quote)
            else { break }
            if kindNames.contains(String(decoding: name.prefix(16), as: UTF8.self).lowercased()) {
                values.append(rest[(equals + 2)..<end])
            }
            index = end + 1
        }
        return values
    }

    private static let kindNames: Set = [
        "type", "alg", "algo", "algorithm", "name", "kind", "label", "key", "hashtype", "search",
    ]

    /// Elements of HTML whose names are words of the vocabulary, and say nothing of a digest.
    private static let htmlNames: Set = [
        "section", "header", "data", "source", "image", "object", "script", "content",
    ]
}
