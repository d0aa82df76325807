/// The last refusal among a mail server's replies (RFC 5321, 4.2): a status of 400 or more, and the text.
struct MailRefusal {
    private(set) var status: Int?
    /// The reply's last line, the status among it.
    private(set) var text: [UInt8] = []

    /// Takes one line of a reply with its line end.
    mutating func read(_ line: some Collection<UInt8>) {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let status = Int(String(decoding: digits, as: UTF8.self)), (400...599).contains(status)
        else { return }
        self.status = status
        text = Array(line.prefix { $0 != 0x0D && $0 != 0x0A }.prefix(Self.bytesMax))
    }

    private static let bytesMax = 500
}
