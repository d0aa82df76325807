/// A time in which no site asks, after VirusTotal has refused the key or a request of one of them.
package struct SharedPause: Hashable, Sendable {
    package var left: Duration
    /// The outcome's word, such as `429`.
    package var reason: String

    package init(left: Duration, reason: String) {
        self.left = left
        self.reason = reason
    }
}
