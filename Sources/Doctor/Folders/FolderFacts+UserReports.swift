/// What the facts of a user's report folder mean, as compared with what hashdrop makes: a folder of its own
/// account and group, mode 0750. Pure.
extension FolderFacts {
    /// The group whose members drop lists into the folder; nil if its owner alone may.
    var droppingGroup: String? { standing == .folder && mode & 0o020 != 0 ? groupName : nil }

    /// - Parameter group: that of the accounts which drop the user's lists, and so should read the reports;
    ///   nil if it is not known.
    func userReportsFinding(for group: String?, _ account: Account) -> Finding {
        // What hashdrop makes is in its own group by itself.
        let foreign = group.flatMap { $0 == account.daemonGroupName ? nil : $0 }
        switch standing {
        case .folder: return readingFinding(group, foreign)
        case .missing: return missingUserReports(foreign, account)
        case .link:
            return .failed(
                .spool, path, "it is a link that neither root nor hashdrop has made, so it is not followed",
                advice: "Make it as root, or put a folder in its place: sudo rm \(ShellWord.quoted(path))")
        case .otherKind:
            return .failed(
                .spool, path, "it is no folder, so the user gets no reports",
                advice: "Move it away; hashdrop makes a folder with the next report")
        case .hidden(let number):
            return account.refused(
                .spool, path, number, "it cannot be looked at",
                advice: "Give the account '\(account.daemonName)' the right to enter the folders above it")
        }
    }

    private func missingUserReports(_ foreign: String?, _ account: Account) -> Finding {
        guard let foreign else { return .ok(.spool, path, "made with the user's next report") }
        return .warning(
            .spool, path,
            "missing: hashdrop makes it with the next report, but not for the group '\(foreign)', whose "
                + "members drop the lists",
            advice: "sudo install -d -o \(ShellWord.quoted(account.daemonName)) -g "
                + "\(ShellWord.quoted(foreign)) -m 2750 \(ShellWord.quoted(path))")
    }

    private func readingFinding(_ group: String?, _ foreign: String?) -> Finding {
        let word = ShellWord.quoted(path)
        if mode & 0o002 != 0 {
            return .warning(
                .ownership, path, "\(ownership): every account may change the user's reports",
                advice: "sudo chmod o= \(word)")
        }
        if mode & 0o005 != 0 {
            return .warning(
                .ownership, path, "\(ownership): every account may read the user's reports",
                advice: "sudo chmod o= \(word)")
        }
        // With an access list the mode does not tell what the group may.
        guard let group, !hasAccessList else { return .ok(.ownership, path, ownership) }
        let quoted = ShellWord.quoted(group)
        guard groupName == group, mode & 0o050 == 0o050 else {
            return .warning(
                .ownership, path,
                "\(ownership): the group '\(group)', whose members drop the lists, cannot read the reports",
                advice: "sudo chgrp -R \(quoted) \(word) && sudo chmod \(foreign == nil ? "750" : "2750") "
                    + word)
        }
        guard foreign == nil || mode & 0o2000 != 0 else {
            return .warning(
                .ownership, path,
                "\(ownership): new reports get hashdrop's own group, so '\(group)' cannot read them",
                advice: "sudo chgrp -R \(quoted) \(word) && sudo chmod g+s \(word)")
        }
        return .ok(.ownership, path, ownership)
    }
}
