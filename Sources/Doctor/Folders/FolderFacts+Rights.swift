/// Whose the folders are, and what their modes allow: for root, whom no trial refuses anything. Pure.
extension FolderFacts {
    /// The folder that belongs to the account that hashdrop runs as; nil if there is none to be seen.
    ///
    /// It is the spool. Only where root has made that, and let hashdrop's account write to it, is it the
    /// private folder.
    static func serviceFolder(_ spool: FolderFacts, _ privateFolder: FolderFacts) -> FolderFacts? {
        let isSeen = privateFolder.standing == .folder
        guard spool.standing == .folder else { return isSeen ? privateFolder : nil }
        return spool.ownerID == 0 && isSeen ? privateFolder : spool
    }

    /// That the daemon's account may not use the folder, which root cannot find out by a trial; nil if it
    /// may, or if a trial tells.
    func shutOutFinding(_ account: Account) -> Finding? {
        // With an access list the mode does not tell.
        guard account.userID == 0, account.daemonID != 0, standing == .folder, !hasAccessList,
            !allows(account)
        else { return nil }
        guard account.areGroupsCertain || groupName == "root" || mode & 0o070 != 0o070 else {
            return .warning(
                .rename, path,
                "\(ownership): '\(account.daemonName)' may make files in it only as a member of "
                    + "'\(groupName)', which it is not by the system's tables",
                advice: "Where the daemon's unit has 'SupplementaryGroups=\(groupName)', ask again while it "
                    + "runs; else: \(rightsAdvice(account))")
        }
        return .failed(
            .rename, path, "\(ownership): '\(account.daemonName)' may not make files in it",
            advice: rightsAdvice(account))
    }

    /// As the kernel decides: by the first of the three that the account is.
    private func allows(_ account: Account) -> Bool {
        if ownerID == account.daemonID { return mode & 0o700 == 0o700 }
        if account.daemonGroups.contains(groupName) { return mode & 0o070 == 0o070 }
        return mode & 0o007 == 0o007
    }
}
