import Foundation
import Glibc
import Reporting
import Support

/// The wall clock, and what should be of it.
struct ClockFacts: Hashable, Sendable {
    var reading: ClockReading
    var bootID: String
    /// The newest moment that the daemon has believed; nil if there is none or it cannot be read.
    var memory: ClockMemory?
    /// Whether something keeps the kernel's clock right; nil if it does not say.
    var isSynchronised: Bool?

    /// More than the minute between two writings of the memory needs not be explained.
    private static let tolerance: TimeInterval = 60

    var findings: [Finding] { [goesOn, synchronisation] }

    private static let setting =
        "Set the clock: sudo timedatectl set-ntp true (or chrony); see config/README.md, \"When the "
        + "clock is wrong\""

    private var goesOn: Finding {
        let subject = "wall clock"
        guard let memory else { return .ok(.clock, subject, "nothing is remembered to compare it with") }
        let ahead = reading.wall.timeIntervalSince(memory.wall)
        let remembered = "the newest moment that hashdrop remembers (\(Self.text(memory.wall)))"
        if ahead < -Self.tolerance {
            return .failed(
                .clock, subject,
                "\(Self.text(reading.wall)) is \(Wording.duration(-ahead)) before \(remembered)",
                advice: Self.setting)
        }
        // Within one start of the machine it is known how much time has passed.
        if memory.bootID == bootID, reading.monotonic >= memory.monotonic {
            let leap = ahead - (reading.monotonic - memory.monotonic).seconds
            if leap > Self.tolerance {
                return .warning(
                    .clock, subject,
                    "\(Self.text(reading.wall)): it was put forward by \(Wording.duration(leap)) since "
                        + remembered, advice: Self.setting)
            }
        }
        return .ok(.clock, subject, "goes on from \(remembered)")
    }

    private var synchronisation: Finding {
        switch isSynchronised {
        case true?: .ok(.timeSynchronisation, "kernel", "the clock is synchronised")
        case false?:
            .warning(
                .timeSynchronisation, "kernel",
                "nothing keeps the clock right; VirusTotal's days and months begin by it",
                advice: "sudo timedatectl set-ntp true (or chrony); in a container this is the host's matter")
        case nil:
            .warning(
                .timeSynchronisation, "kernel", "it does not say whether the clock is synchronised",
                advice: "Look yourself: timedatectl")
        }
    }

    private static func text(_ date: Date) -> String {
        var bytes: [UInt8] = []
        UTCTime(date).appendISO8601(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The kernel's own state of its clock.
enum KernelClock {
    private typealias Adjust = @convention(c) (UnsafeMutableRawPointer) -> Int32
    // Its header is not in Swift's Glibc module.
    private static let adjust = dlsym(nil, "adjtimex").map { unsafeBitCast($0, to: Adjust.self) }
    /// `TIME_ERROR`: not synchronised. `<sys/timex.h>`
    private static let timeError: Int32 = 5
    /// More than `struct timex` of any machine. Its first field says what is to be changed: nothing.
    private static let structureBytes = 512

    /// Nil where the kernel may not be asked, as in some containers.
    static func isSynchronised() -> Bool? {
        guard let adjust else { return nil }
        let state = withUnsafeTemporaryAllocation(byteCount: structureBytes, alignment: 16) { structure in
            structure.initializeMemory(as: UInt8.self, repeating: 0)
            return structure.baseAddress.map(adjust) ?? -1
        }
        return state < 0 ? nil : state != timeError
    }
}
