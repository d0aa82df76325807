import Cryptography
import Foundation
import Store
import Support

/// A mail as it is sent: header lines, an empty line and the text in base 64, with the line ends CR LF.
///
/// Nothing from outside can end a header line: addresses are ASCII without spaces, a subject that is not
/// plain ASCII becomes encoded words.
struct MailMessage {
    var sender: MailAddress
    var recipient: MailAddress
    /// Plain text of any kind.
    var subject: String
    /// The text, its lines ended by LF.
    var text: String
    var date: Date
    /// By which a receiver knows a mail that comes again: the same id makes the same Message-ID.
    var id: String

    var bytes: [UInt8] {
        let digest = Hex.string(MessageDigest.of(id.utf8).prefix(20))
        let header = [
            "From: hashdrop <\(sender)>",
            "To: <\(recipient)>",
            "Subject: \(Self.encoded(subject))",
            "Date: \(UTCTime(date).httpDate.replacingOccurrences(of: "GMT", with: "+0000"))",
            "Message-ID: <hashdrop.\(digest)@\(sender.host)>",
            // No out-of-office reply, please (RFC 3834).
            "Auto-Submitted: auto-generated",
            "X-Hashdrop-Id: \(String(id.unicodeScalars.filter(\.isVisibleASCII).map(Character.init)))",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
        ]
        let body = Data(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
            .base64EncodedString(options: [
                .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
            ])
        return Array((header + ["", body, ""]).joined(separator: "\r\n").utf8)
    }

    /// Bytes of a subject that go into one encoded word: 52 characters of base 64, so that its line has no
    /// more than the 76 that are allowed.
    private static let wordBytesMax = 39

    /// A text as a header has it: as it is if it is short, plain ASCII and no encoded word itself; otherwise
    /// as encoded words, each on a line of its own. Source: RFC 2047, section 2.
    static func encoded(_ text: String) -> String {
        let isPlain =
            text.utf8.count <= 66 && !text.contains("=?")
            && text.unicodeScalars.allSatisfy {
                $0 == " " || $0.isVisibleASCII
            } && !text.hasPrefix(" ") && !text.hasSuffix(" ")
        if isPlain { return text }
        var words: [[UInt8]] = [[]]
        // A character's bytes stay together.
        for scalar in text.unicodeScalars {
            let bytes = Array(UTF8.encode(scalar)!)
            if words[words.count - 1].count + bytes.count > wordBytesMax { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}

extension Unicode.Scalar {
    fileprivate var isVisibleASCII: Bool { (0x21...0x7E).contains(value) }
}
