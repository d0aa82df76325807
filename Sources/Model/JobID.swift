package import Foundation
import Support

/// A job's name: when it was claimed (UTC) and five characters, for example `20261123-195045-k3f9x`.
///
/// Made before the job is stored, so that a claimed file has its final name at once; names sort by time and
/// say nothing about other users' jobs. Of the five characters the first two are the millisecond, and three
/// are drawn: two names of one millisecond collide rarely; the caller checks. In names of earlier versions
/// all five are drawn.
package struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    /// Every name's length.
    package static let characterCount = 21

    // Crockford's base 32: no letter that is read as a digit, and none that makes words. In the order of
    // their bytes, so that numbers sort as they are written.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// How many numbers are drawn from: three characters.
    private static let numbers = 32 * 32 * 32
    /// By how much at most a number is above the last one of the same millisecond. Not always by one: it
    /// would tell how many lists others had in between.
    private static let stepMax = 8
    /// The latest time that is written, the end of the year 9999.
    private static let latest = 253_402_300_799.0

    /// A new name for a job claimed at `date`.
    ///
    /// - Parameter last: the name that was made before, which sorts before the new one if it is of the same
    ///   millisecond; of several thousand in one, the last ones sort by chance.
    package init(
        claimedAt date: Date, after last: JobID? = nil, using generator: inout some RandomNumberGenerator
    ) {
        // From whole microseconds: a date of 1 ms holds a little less.
        let microseconds = (min(max(date.timeIntervalSince1970, 0), Self.latest) * 1_000_000).rounded()
        let (second, millisecond) = (Int(microseconds) / 1_000).quotientAndRemainder(dividingBy: 1_000)
        let time = UTCTime(Date(timeIntervalSince1970: Double(second))).compact
        let moment = "\(time)-\(Self.characters(millisecond, count: 2))"
        // The first one leaves room above it.
        var range = 0..<Self.numbers / 2
        if let last, last.description.hasPrefix(moment) {
            let next = Self.number(last.description.suffix(3)) + 1
            range = next < Self.numbers ? next..<min(next + Self.stepMax, Self.numbers) : 0..<Self.numbers
        }
        description = moment + Self.characters(Int.random(in: range, using: &generator), count: 3)
    }

    private static func characters(_ number: Int, count: Int) -> String {
        let places = (0..<count).reversed()
        return String(decoding: places.map { alphabet[number >> (5 * $0) & 31] }, as: UTF8.self)
    }

    private static func number(_ characters: some StringProtocol) -> Int {
        characters.utf8.reduce(0) { $0 << 5 | (alphabet.firstIndex(of: $1) ?? 0) }
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

    /// The job whose report folder has this name (`Job.folderName`): the folder's name begins with the job's.
    package init?(ofFolder name: some StringProtocol) { self.init(name.prefix { $0 != "_" }) }

    package static func < (a: JobID, b: JobID) -> Bool { a.description < b.description }
}
