/// What a service takes from outside itself: the time, random numbers, and the thread that it may block.
///
/// The daemon takes the machine's, which are the defaults. A simulation gives its own: a clock that it moves,
/// a seeded generator, and one executor for all actors, so that it knows when nothing more happens before the
/// clock moves.
package struct ServiceRuntime: Sendable {
    package var clock: any ServiceClock
    /// For job ids and for waits that must not coincide, never for secrets. Each service draws from its own
    /// copy.
    package var generator: any RandomNumberGenerator & Sendable
    /// Makes the executor of an actor that blocks. The label names its queue in a debugger:
    /// `hashdrop.intake`.
    package var makeExecutor: @Sendable (_ label: String) -> any SerialExecutor

    package init(
        clock: any ServiceClock = SystemClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        makeExecutor: @escaping @Sendable (_ label: String) -> any SerialExecutor = {
            BlockingExecutor(label: $0)
        }
    ) {
        self.clock = clock
        self.generator = generator
        self.makeExecutor = makeExecutor
    }
}
