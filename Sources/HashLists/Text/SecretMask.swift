/// Text of a list with its secrets made unreadable.
enum SecretMask {
    /// Runs of this many hexadecimal digits are taken for secrets.
    private static let digitsMin = 16
    private static let digitsShown = 4

    /// The text with all but the first four digits of each long run of hexadecimal digits left out.
    static func masked(_ text: some Collection<UInt8>) -> [UInt8] {
        var masked: [UInt8] = []
        var run: [UInt8] = []
        func end() {
            if run.count < digitsMin {
                masked += run
            } else {
                masked += run.prefix(digitsShown)
                masked += Array("…".utf8)
            }
            run.removeAll(keepingCapacity: true)
        }
        for byte in text {
            if CharacterClass.isHexadecimalDigit(byte) {
                run.append(byte)
            } else {
                end()
                masked.append(byte)
            }
        }
        end()
        return masked
    }

    /// The label of a secret on a line that holds something like a digest; nil if none says so.
    static func label(in line: UnsafeRawBufferPointer) -> String? {
        var index = 0
        while let (_, range) = Tokenizer.nextWord(in: line, from: index) {
            index = range.upperBound
            guard range.count >= Token.byteCountMin else { continue }
            let contexts = InlineLabel.before(range, in: line, from: 0)
            if let context = contexts.first(where: { $0.label.namesSecret || $0.label.namesSecretOfLabel }) {
                return context.label.text
            }
        }
        return nil
    }
}
