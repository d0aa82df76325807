/// What a user has at the moment, for the limits of one user.
package struct UserUse: Hashable, Sendable {
    /// Hashes of running lists that have no answer yet.
    package var openHashes: Int
    /// Lists that are kept, those that are being read among them.
    package var lists: Int

    package init(openHashes: Int, lists: Int) {
        self.openHashes = openHashes
        self.lists = lists
    }
}
