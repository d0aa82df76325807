/// A service's loop as a watch sees it: it takes its events, works, and takes events again.
package protocol ServiceLoop: Sendable {
    /// How many times the loop has taken events.
    var rounds: Int { get }
    /// Ends the loop's wait for events, without one.
    func wake()
}
