import Support

/// Writes JSON straight into bytes, on one line, with `", "` and `": "` as VirusTotal separates it.
///
/// A file object has some 700 values; writing them is several times cheaper than encoding a tree of them.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(reservingBytes capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    /// Writes `{`, the members that `body` writes, and `}`.
    mutating func object(_ body: (inout JSONWriter) -> Void) {
        open("{")
        body(&self)
        close("}")
    }

    /// Writes `[`, the values that `body` writes, and `]`.
    mutating func array(_ body: (inout JSONWriter) -> Void) {
        open("[")
        body(&self)
        close("]")
    }

    mutating func key(_ name: String) {
        string(name)
        raw(": ")
        needsComma = false
    }

    mutating func string(_ text: String) {
        separate()
        JSONText.append(text, to: &bytes)
    }

    mutating func number(_ value: Int) {
        separate()
        bytes += Array(String(value).utf8)
    }

    mutating func decimal(_ value: Double) {
        separate()
        bytes += Array(String(value).utf8)
    }

    mutating func boolean(_ value: Bool) {
        separate()
        raw(value ? "true" : "false")
    }

    mutating func null() {
        separate()
        raw("null")
    }

    /// Writes a value, or `"key": value`, that is JSON already.
    mutating func verbatim(_ json: [UInt8]) {
        separate()
        bytes += json
    }

    /// Appends bytes to the value or member that `verbatim` began.
    mutating func append(_ json: [UInt8]) { bytes += json }
    mutating func append(_ json: StaticString) { raw(json) }

    mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int) {
        key(name)
        number(value)
    }

    mutating func member(_ name: String, _ values: [String]) {
        key(name)
        array { list in
            for value in values { list.string(value) }
        }
    }

    private mutating func raw(_ text: StaticString) {
        bytes += UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private mutating func separate() {
        if needsComma { raw(", ") }
        needsComma = true
    }

    private mutating func open(_ bracket: StaticString) {
        separate()
        raw(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: StaticString) {
        raw(bracket)
        needsComma = true
    }
}
