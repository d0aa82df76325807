package import Foundation
import Support

/// A job's name: when it was claimed (UTC) and five random characters, for example `20261123-195045-k3f9x`.
///
/// Made before the job is stored, so that a claimed file has its final name at once; names sort by time and
/// say nothing about other users' jobs. Two of 2^25 names a second collide rarely; the caller checks.
package struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    /// Every name's length.
    package static let characterCount = 21

    // Crockford's base 32: no letter that is read as a digit, and none that makes words.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A new name for a job claimed at `date`.
    package init(claimedAt date: Date, using generator: inout some RandomNumberGenerator) {
        let tail = (0..<5).map { _ in Self.alphabet.randomElement(using: &generator)! }
        description = "\(UTCTime(date).compact)-\(String(decoding: tail, as: UTF8.self))"
    }

    /// The name written as `text`, or nil unless it has the form `YYYYMMDD-HHMMSS-xxxxx`.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.characterCount,
            bytes.enumerated().allSatisfy({ place, byte in
                switch place {
                case 8, 15: byte == UInt8(ascii: "-")
                case ..<15: (0x30...0x39).contains(byte)
                default: Self.alphabet.contains(byte)
                }
            })
        else { return nil }
        description = String(text)
    }

    package static func < (a: JobID, b: JobID) -> Bool { a.description < b.description }
}
