import Glibc

/// The account that asks, and the one that the spool belongs to, which is the daemon's.
struct Account: Hashable, Sendable {
    var userID: UInt32
    var name: String
    /// The owner of the daemon's private folder; nil where there is none to be seen.
    var ownerID: UInt32?
    var ownerName: String

    /// Whether what this account may not do hashdrop's may do all the same.
    var isStranger: Bool { ownerID.map { $0 != userID } ?? false }

    /// The account that the daemon runs as, as far as it is known.
    var daemonID: UInt32 { ownerID ?? userID }
    var daemonName: String { ownerID == nil ? name : ownerName }

    /// What to do about what this account may not see.
    var advice: String {
        "Ask as the spool's account: sudo -u \(ShellWord.quoted(ownerName)) hashdrop doctor"
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
        guard isStranger, [EACCES, EPERM].contains(errorNumber) else {
            return .failed(check, subject, "\(what): \(words)", advice: other)
        }
        return .warning(check, subject, "\(what) as '\(name)': \(words)", advice: advice)
    }
}

/// Names of accounts and groups, by the system's own tables.
enum AccountNames {
    static func user(_ id: UInt32) -> String {
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? String(id)
    }

    static func group(_ id: UInt32) -> String {
        getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? String(id)
    }
}
