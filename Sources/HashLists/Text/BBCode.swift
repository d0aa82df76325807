/// Markup of forums: `[b]MD5[/b]: [code]…[/code]`.
enum BBCode {
    /// Where a tag that ends at `end` begins; nil if none ends there. Other words in brackets are text.
    static func tag(endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int) -> Int? {
        guard end - 1 > lowerBound, line[end - 1] == UInt8(ascii: "]") else { return nil }
        let front = line[max(lowerBound, end - bytesMax)..<(end - 1)]
        guard let open = front.lastIndex(of: UInt8(ascii: "[")) else { return nil }
        let name = front[(open + 1)...].drop { $0 == UInt8(ascii: "/") }.prefix { $0 != UInt8(ascii: "=") }
        return names.contains(String(decoding: name, as: UTF8.self).lowercased()) ? open : nil
    }

    private static let bytesMax = 64

    private static let names: Set = [
        "b", "i", "u", "s", "code", "quote", "color", "colour", "size", "font", "mono", "pre", "tt", "url",
        "list", "table", "tr", "td", "th", "center", "spoiler", "highlight",
    ]
}
