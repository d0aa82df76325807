/// Why the spool folder as a whole cannot be served, with what to do about it.
package enum SpoolError: Error, Hashable, CustomStringConvertible {
    /// Nothing, or a folder that is no spool, is under its path.
    case gone(path: String)
    /// Another spool folder is under its path.
    case replaced(path: String)

    package var description: String {
        switch self {
        case .gone(let path):
            "The spool folder '\(path)' is gone: it was moved, replaced or unmounted. hashdrop goes on when "
                + "it is back."
        case .replaced(let path):
            "The spool folder '\(path)' cannot be served any longer: another spool is in the place of the "
                + "one that was "
                + "served. Start hashdrop again, for that one."
        }
    }
}
