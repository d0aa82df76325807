package import Foundation
package import Model
package import Support

/// Values for tests that do not care which.
package enum Samples {
    package static let now = Date(timeIntervalSince1970: 1_790_000_000)

    /// Both clocks at a moment, for a machine that started half an hour before `now`.
    package static func reading(_ wall: Date) -> ClockReading {
        ClockReading(wall: wall, monotonic: .seconds(1_800 + wall.timeIntervalSince(now)))
    }

    /// The `number`-th invented file's name of this kind; the same number is the same file.
    package static func hash(_ number: Int, _ kind: FileHash.Kind = .sha256) -> FileHash {
        // Spread like a digest: a multiplication by a large odd number reaches every byte.
        let word = UInt64(truncatingIfNeeded: number &+ 1) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(kind.rawValue)
        let bytes = (0..<kind.byteCount).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * ($0 % 8))) }
        return FileHash(bytes: bytes)!
    }

    /// The `number`-th invented file, found by so many engines of ten.
    package static func file(_ number: Int, detections: Int = 0) -> FileObject {
        var object = FileObject(
            md5: hash(number, .md5), sha1: hash(number, .sha1), sha256: hash(number, .sha256))
        for engine in 0..<10 {
            object.engines["Engine\(engine)"] =
                engine < detections
                ? EngineFinding(category: .malicious, result: "W32/Sample.\(number)!tr")
                : EngineFinding(category: .undetected)
        }
        object.lastAnalysisDate = now - 86_400
        return object
    }

    package static func user(_ name: String = "alice") -> UserName { UserName(name)! }

    package static func job(
        _ number: Int = 1, user: String = "alice", name: String = "list.txt", state: JobState = .running,
        receivedAt: Date = now
    ) -> Job {
        Job(
            id: id(at: receivedAt), user: Self.user(user), droppedName: DroppedName(name), state: state,
            receivedAt: receivedAt, finishedAt: state == .running ? nil : receivedAt,
            evidence: "renamed into the folder")
    }

    // All five characters are drawn, as earlier versions did: tests make many jobs of one millisecond.
    private static func id(at date: Date) -> JobID {
        let tail = (0..<5).map { _ in "0123456789abcdefghjkmnpqrstvwxyz".randomElement()! }
        return JobID("\(UTCTime(date).compact)-\(String(tail))")!
    }
}
