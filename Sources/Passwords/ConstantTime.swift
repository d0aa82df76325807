/// Comparing secrets.
package enum ConstantTime {
    /// Whether both are the same bytes. Every byte is looked at wherever the first difference is, so that the time
    /// does not tell how much of a guess was right.
    package static func areEqual(_ own: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
        var difference: UInt8 = 0
        var ownCount = 0
        var otherCount = 0
        var others = other.makeIterator()
        for byte in own {
            ownCount += 1
            guard let otherByte = others.next() else { continue }
            otherCount += 1
            difference |= byte ^ otherByte
        }
        // A length is no secret: all of ours have the same.
        return ownCount == otherCount && difference == 0 && others.next() == nil
    }
}
