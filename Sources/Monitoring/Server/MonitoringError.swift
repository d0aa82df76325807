/// Error that keeps metrics and health from being served.
package enum MonitoringError: Error, Hashable, CustomStringConvertible {
    /// It cannot listen at the address; `problem` is the system's.
    case cannotListen(address: String, problem: String)
    /// A setting contradicts another.
    case options(String)

    /// What happened and what to do about it.
    package var description: String {
        switch self {
        case .cannotListen(let address, let problem):
            "The metrics cannot be served at \(address): \(problem). Set metrics.listen to another address, "
                + "or to off to do without them."
        case .options(let sentence): sentence
        }
    }
}
