import Foundation
import Glibc

/// The account that asks, and the one that the spool belongs to, which is the daemon's.
struct Account: Hashable, Sendable {
    var userID: UInt32
    var name: String
    /// The account that hashdrop runs as, by the owner of its spool; nil where there is none to be seen.
    var ownerID: UInt32?
    var ownerName: String
    /// The first group of the daemon's account; nil if it is not known.
    var daemonGroupName: String?
    /// All groups of the daemon's account that are known.
    var daemonGroups: Set<String> = []
    /// Whether these are all: those of its process, to which the daemon's unit may give further ones.
    var areGroupsCertain = true
    /// How hashdrop is called.
    var command = HashdropCall()

    /// Whether what this account may not do hashdrop's may do all the same.
    var isStranger: Bool { ownerID.map { $0 != userID } ?? false }

    /// The account that the daemon runs as, as far as it is known.
    var daemonID: UInt32 { ownerID ?? userID }
    var daemonName: String { ownerID == nil ? name : ownerName }

    /// What to do about what this account may not see.
    var advice: String {
        guard ownerID != nil, !ownerName.isEmpty else {
            return "Ask as root, or as the account that runs hashdrop: sudo \(command("doctor"))"
        }
        return "Ask as the spool's account: sudo -u \(ShellWord.quoted(ownerName)) \(command("doctor"))"
    }

    var finding: Finding {
        guard isStranger else {
            let role = ownerID == nil ? "" : ", which owns the spool"
            return .ok(.account, name, "asks as the account '\(name)'\(role)")
        }
        let message =
            userID == 0
            ? "root may do everything, so what is tried here does not show what '\(ownerName)' may do, "
                + "which owns the spool"
            : "the spool belongs to '\(ownerName)', so '\(name)' cannot see or try everything"
        return .warning(.account, name, message, advice: advice)
    }

    /// A refusal by the kernel: the account's, or one that hashdrop meets as well.
    func refused(
        _ check: Check, _ subject: String, _ errorNumber: Int32, _ what: String, advice other: String
    ) -> Finding {
        let words = String(cString: strerror(errorNumber))
        if let advice = Self.advice(about: errorNumber) {
            return .failed(check, subject, "\(what): \(words)", advice: advice)
        }
        guard isStranger, [EACCES, EPERM].contains(errorNumber) else {
            return .failed(check, subject, "\(what): \(words)", advice: other)
        }
        return .warning(check, subject, "\(what) as '\(name)': \(words)", advice: advice)
    }

    /// What to do where no right of an account would help; nil where one would.
    private static func advice(about errorNumber: Int32) -> String? {
        switch errorNumber {
        case EROFS: "Make its file system writable; see file-system"
        case ENOSPC, EDQUOT: "Free some disk space or inodes; see free-space and inodes"
        case EIO: "Look at the system's log, for the disk may be faulty"
        default: nil
        }
    }
}

/// Names of accounts and groups, by the system's own tables.
package enum AccountNames {
    package static func user(_ id: UInt32) -> String {
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? String(id)
    }

    /// The first group of an account; nil if the tables do not have the account.
    static func firstGroup(ofUser id: UInt32) -> String? { getpwuid(id).map { group($0.pointee.pw_gid) } }

    /// The groups of an account by the tables, and those that a process of it has beside them.
    static func groups(ofUser id: UInt32, process: Int32?) -> Set<String> {
        var ids: [gid_t] = []
        if let entry = getpwuid(id) {
            var count: Int32 = 256
            ids = [gid_t](repeating: 0, count: Int(count))
            let known = getgrouplist(entry.pointee.pw_name, entry.pointee.pw_gid, &ids, &count)
            ids = known < 0 ? [entry.pointee.pw_gid] : Array(ids.prefix(Int(count)))
        }
        let status = process.flatMap { try? String(contentsOfFile: "/proc/\($0)/status", encoding: .utf8) }
        for line in (status ?? "").split(separator: "\n")
        where line.hasPrefix("Gid:") || line.hasPrefix("Groups:") {
            ids += line.split(whereSeparator: \.isWhitespace).compactMap { gid_t($0) }
        }
        return Set(ids.map(group))
    }

    static func group(_ id: UInt32) -> String {
        getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? String(id)
    }
}
