/// The fields of a form as a browser sends it (`application/x-www-form-urlencoded`).
struct FormBody: Sendable {
    private let fields: [String: String]

    /// The fields in `bytes`, or nil if one is named twice or is no UTF-8 text.
    init?(_ bytes: some Collection<UInt8>) {
        var fields: [String: String] = [:]
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]),
                let value = parts.count > 1 ? Self.decoded(parts[1]) : "",
                fields.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        self.fields = fields
    }

    subscript(name: String) -> String { fields[name, default: ""] }

    private static func decoded(_ bytes: some Collection<UInt8>) -> String? {
        var out: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): out.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
                else { return nil }
                out.append(high << 4 | low)
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        UInt8(String(decoding: [byte], as: UTF8.self), radix: 16)
    }
}
