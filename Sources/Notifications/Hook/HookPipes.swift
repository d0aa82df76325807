import Glibc
import Synchronization

/// The daemon's ends of a hook's standard files, and a pipe that ends the work with them.
final class HookPipes: Sendable {
    private let input: Int32
    private let output: Int32
    private let stopReader: Int32
    private let stopWriter: Int32
    private let isInputOpen = Atomic<Bool>(true)

    /// So much of what the hook prints is kept; the rest is read and forgotten.
    private static let outputBytesMax = 500
    /// What the hook had printed when it ended is read to its end, but not what others go on printing.
    private static let lastReadsMax = 64

    private init(input: Int32, output: Int32, stop: [Int32]) {
        self.input = input
        self.output = output
        (stopReader, stopWriter) = (stop[0], stop[1])
    }

    deinit {
        closeInput()
        for number in [output, stopReader, stopWriter] { close(number) }
    }

    private func closeInput() {
        if isInputOpen.exchange(false, ordering: .relaxed) { close(input) }
    }

    /// - Returns: also the hook's ends, for the caller to close. Throws a `NotificationError`.
    static func make() throws -> (pipes: HookPipes, input: Int32, output: Int32) {
        var numbers: [Int32] = []
        for _ in 0..<3 {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else {
                let reason = String(cString: strerror(errno))
                for number in numbers { close(number) }
                throw NotificationError("a pipe to the hook cannot be made (\(reason))")
            }
            numbers += ends
        }
        // pipe2 is hidden in this module. What another thread starts at this moment closes what it inherits:
        // hashdrop-watch and hooks do.
        for number in numbers { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        for number in [numbers[1], numbers[2]] { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
        let pipes = HookPipes(input: numbers[1], output: numbers[2], stop: Array(numbers[4...]))
        return (pipes, numbers[0], numbers[3])
    }

    /// Ends `pump` when it has read what is there.
    func stop() {
        var byte: UInt8 = 0
        _ = write(stopWriter, &byte, 1)
    }

    /// Writes `bytes` to the hook and reads what it prints, until it is stopped; once. Blocks.
    ///
    /// - Returns: the beginning of what it printed.
    func pump(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        var (printed, isOpen, isReadable) = ([UInt8](), true, true)
        while true {
            if isOpen, rest.isEmpty {
                closeInput()
                isOpen = false
            }
            var entries = [
                pollfd(fd: stopReader, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isReadable ? output : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen ? input : -1, events: Int16(POLLOUT), revents: 0),
            ]
            guard poll(&entries, 3, -1) >= 0 || errno == EINTR else { break }
            if entries[2].revents != 0 { rest = feed(rest) }
            if entries[1].revents != 0 { isReadable = read(into: &printed) != .end }
            guard entries[0].revents == 0 else {
                var reads = 0
                while isReadable, reads < Self.lastReadsMax, read(into: &printed) == .some { reads += 1 }
                break
            }
        }
        closeInput()
        return printed
    }

    /// What is left to be written; nothing if the hook has closed its input.
    private func feed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
        if count >= 0 { return bytes.dropFirst(count) }
        return errno == EAGAIN || errno == EINTR ? bytes : []
    }

    private enum Read { case some, nothing, end }

    private func read(into printed: inout [UInt8]) -> Read {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = Glibc.read(output, &buffer, buffer.count)
        guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end }
        printed += buffer[..<min(count, Self.outputBytesMax - printed.count)]
        return .some
    }
}
