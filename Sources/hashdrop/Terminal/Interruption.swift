import Glibc
import Synchronization

/// A signal that is to end the program (Ctrl-C, SIGTERM), held back while a command has something to put in
/// order first.
struct Interruption: Error {
    let number: Int32

    private static let held = [SIGINT, SIGTERM]
    /// The last one that came; 0 for none.
    private static let received = Atomic<Int32>(0)

    /// Holds the signals back from now on: `check` tells of them.
    static func holdBack() {
        // Made before a handler uses it, which may not make anything.
        received.store(0, ordering: .relaxed)
        for number in held {
            signal(number) { Interruption.received.store($0, ordering: .relaxed) }
        }
    }

    /// Lets the signals end the program again.
    static func letThrough() {
        for number in held { signal(number, SIG_DFL) }
    }

    /// Throws an `Interruption` if a signal was held back.
    static func check() throws {
        let number = received.load(ordering: .relaxed)
        if number != 0 { throw Interruption(number: number) }
    }

    /// Ends the program by the signal, so that a shell ends its script too.
    func end() -> Never {
        fflush(nil)
        signal(number, SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        exit(128 + number)
    }
}
