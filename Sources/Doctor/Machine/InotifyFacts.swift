import Foundation
import Glibc

/// The kernel's limits of inotify for one account, and what is used of them.
///
/// Source: inotify(7), "/proc interfaces".
struct InotifyFacts: Hashable, Sendable {
    /// Nil if the kernel does not show it.
    var watchesMax: Int?
    var instancesMax: Int?
    /// Of the account's processes, as far as they can be seen; the daemon's helper among them.
    var watchesUsed = 0
    var instancesUsed = 0
    /// What the helper still needs: nothing if the daemon runs and has it.
    var watchesNeeded: Int
    var instancesNeeded: Int

    func findings(of account: Account) -> [Finding] {
        [
            finding(
                .inotifyWatches, "fs.inotify.max_user_watches", watchesMax, watchesUsed, watchesNeeded,
                usual: 65_536, account),
            finding(
                .inotifyInstances, "fs.inotify.max_user_instances", instancesMax, instancesUsed,
                instancesNeeded, usual: 256, account),
        ]
    }

    private func finding(
        _ check: Check, _ name: String, _ limit: Int?, _ used: Int, _ needed: Int, usual: Int,
        _ account: Account
    ) -> Finding {
        guard let limit else {
            return .warning(
                check, name, "the kernel does not show it",
                advice: "Let hashdrop read /proc/sys/fs/inotify, or look at it outside of the container")
        }
        let use = "\(used) of \(limit) used by '\(account.daemonName)', \(needed) more needed"
        guard used + needed <= limit else {
            return .warning(
                check, name, "\(use): folders beyond it are polled",
                advice: Sysctl.advice(name, Self.enough(for: used + needed, usual: usual)))
        }
        return .ok(check, name, use)
    }

    /// Twice of what is needed, as a power of two, and no less than what is usual.
    static func enough(for count: Int, usual: Int) -> Int {
        var value = usual
        while value < 2 * count { value *= 2 }
        return value
    }
}

extension InotifyFacts {
    /// - Parameters:
    ///   - userID: whose processes are counted.
    ///   - folders: of users.
    init(userID: UInt32, folders: Int, daemonHasHelper: Bool) {
        self.init(
            watchesMax: Sysctl.value("fs.inotify.max_user_watches"),
            instancesMax: Sysctl.value("fs.inotify.max_user_instances"),
            // One for the spool itself.
            watchesNeeded: daemonHasHelper ? 0 : folders + 1, instancesNeeded: daemonHasHelper ? 0 : 1)
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for process in processes where process.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            var status = stat()
            guard stat("/proc/\(process)", &status) == 0, status.st_uid == userID else { continue }
            count(process)
        }
    }

    /// Adds what a process has; one that may not be seen, or has ended, has nothing.
    private mutating func count(_ process: String) {
        let folder = "/proc/\(process)/fd"
        for number in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)")
            guard target == "anon_inode:inotify" else { continue }
            instancesUsed += 1
            let file = "/proc/\(process)/fdinfo/\(number)"
            let information = try? String(contentsOfFile: file, encoding: .ascii)
            watchesUsed += information?.split(separator: "\n").count { $0.hasPrefix("inotify wd:") } ?? 0
        }
    }
}
