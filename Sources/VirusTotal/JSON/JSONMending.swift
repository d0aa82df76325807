/// Mending of JSON that breaks a rule without doubt about what it says.
enum JSONMending {
    /// `bytes` in UTF-8, each half of a surrogate pair (`\ud800` alone) written as U+FFFD, and each number
    /// that no 64 bits hold as null. What is no JSON stays none.
    static func mended(_ bytes: [UInt8]) -> [UInt8] {
        var mending = Mending(text: Array(String(decoding: bytes, as: UTF8.self).utf8))
        return mending.result()
    }

    private struct Mending {
        let text: [UInt8]
        var place = 0
        var out: [UInt8] = []

        init(text: [UInt8]) {
            self.text = text
            out.reserveCapacity(text.count)
        }

        mutating func result() -> [UInt8] {
            while place < text.count {
                switch text[place] {
                case UInt8(ascii: "\""): string()
                case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): number()
                default: copy(1)
                }
            }
            return out
        }

        private mutating func copy(_ count: Int) {
            let end = min(place + count, text.count)
            out += text[place..<end]
            place = end
        }

        private mutating func string() {
            copy(1)
            while place < text.count {
                switch text[place] {
                case UInt8(ascii: "\""): return copy(1)
                case UInt8(ascii: "\\"): escape()
                default: copy(1)
                }
            }
        }

        private mutating func escape() {
            guard let unit = unit(at: place) else { return copy(2) }
            switch unit {
            case 0xD800...0xDBFF:
                if let low = self.unit(at: place + 6), (0xDC00...0xDFFF).contains(low) { return copy(12) }
                replaceUnit()
            case 0xDC00...0xDFFF: replaceUnit()
            default: copy(6)
            }
        }

        private mutating func replaceUnit() {
            out += "\\ufffd".utf8
            place += 6
        }

        /// The number in `\uXXXX`.
        private func unit(at place: Int) -> Int? {
            guard place + 6 <= text.count, text[place] == UInt8(ascii: "\\"),
                text[place + 1] == UInt8(ascii: "u")
            else { return nil }
            return Int(String(decoding: text[place + 2..<place + 6], as: UTF8.self), radix: 16)
        }

        private mutating func number() {
            let end =
                text[place...].firstIndex { !"+-.0123456789eE".utf8.contains($0) } ?? text.count
            let number = String(decoding: text[place..<end], as: UTF8.self)
            if Int64(number) == nil, let value = Double(number), !value.isFinite || Self.isLong(number) {
                out += "null".utf8
                place = end
            } else {
                copy(end - place)
            }
        }

        /// Whether it is an integer with more digits than 64 bits hold.
        private static func isLong(_ number: String) -> Bool {
            UInt64(number) == nil && number.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 | 0x20 != 0x65 }
        }
    }
}
