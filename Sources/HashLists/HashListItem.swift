package import Model

/// What the parser finds, in the order in which the file's lines end.
package enum HashListItem: Hashable, Sendable {
    /// A line, or a JSON object, with at least one hash.
    case entry(HashListEntry)
    /// A line on which a hash seems meant and none can be looked up.
    case unusable(UnusableLine)
}
