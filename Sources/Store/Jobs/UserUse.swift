/// What a user has at the moment, for the limits of one user.
package struct UserUse: Hashable, Sendable {
    /// Hashes of running lists that have no answer yet.
    package var openHashes: Int
    /// Lists that are kept, those that are being read among them.
    package var lists: Int
    /// Bytes of the finished reports, the dropped files beside them included.
    package var reportBytes: Int64

    package init(openHashes: Int, lists: Int, reportBytes: Int64 = 0) {
        self.openHashes = openHashes
        self.lists = lists
        self.reportBytes = reportBytes
    }
}
