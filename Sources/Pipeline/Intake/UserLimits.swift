import Reporting
package import Store

/// How much one user may have at a time; zero is no limit. Further files wait in the drop folder.
package struct UserLimits: Hashable, Sendable {
    /// Hashes of running lists that have no answer yet; default 5,000,000.
    package var openHashesMax: Int
    /// Lists that are kept, finished ones among them; default 100,000.
    package var listsMax: Int
    /// Bytes of finished reports; default 20 GiB.
    package var reportBytesMax: Int64

    package init(
        openHashesMax: Int = 5_000_000, listsMax: Int = 100_000, reportBytesMax: Int64 = 20 << 30
    ) {
        self.openHashesMax = openHashesMax
        self.listsMax = listsMax
        self.reportBytesMax = reportBytesMax
    }

    /// Why no further list of a user is taken now; nil if one is.
    package func reason(against use: UserUse) -> String? {
        if openHashesMax > 0, use.openHashes >= openHashesMax {
            return
                "\(use.openHashes) hashes of this user's lists are still to be asked, and one user may have "
                + "\(openHashesMax) (jobs.openHashesPerUser)"
        }
        if listsMax > 0, use.lists >= listsMax {
            return
                "\(use.lists) lists of this user are kept, and one user may have \(listsMax) (jobs.perUser); "
                + "'hashdrop job remove' and jobs.keep make room"
        }
        if reportBytesMax > 0, use.reportBytes >= reportBytesMax {
            return
                "this user's reports take \(Wording.size(use.reportBytes)), and one user's may take "
                + "\(Wording.size(reportBytesMax)) (jobs.reportBytesPerUser); 'hashdrop job remove' and "
                + "jobs.keep make room"
        }
        return nil
    }
}
