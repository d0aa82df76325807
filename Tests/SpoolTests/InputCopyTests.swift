import Cryptography
import FileSystem
import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import Spool

@Suite(.limited(.processor)) struct InputCopyTests {
    private let spool: TemporarySpool
    private let failure: (Int32) -> FileSystemError = { FileSystemError("copy", $0, path: "a") }

    init() throws { spool = try TemporarySpool() }

    @Test func aCopyIsWholeAndHasItsDigest() throws {
        // More than one chunk, and no multiple of it.
        let text = String(repeating: "0123456789abcdef\n", count: 40_000)
        try spool.drop(text, as: "a")
        let source = FileDescriptor(open(spool.file("a"), O_RDONLY))
        let target = FileDescriptor(open(spool.path + "/copy", O_RDWR | O_CREAT, 0o600))
        // What an earlier attempt left is longer.
        #expect(ftruncate(target.number, 2_000_000) == 0)
        let copying = InputCopying(from: source, to: target, failure: failure)
        // A step at a time, each a chunk.
        var steps = 1
        while try !copying.advance(bytesMax: 1) { steps += 1 }
        #expect(steps == 3)
        let copy = try copying.end()
        #expect(copy.isStable)
        #expect(copy.bytes == 680_000)
        #expect(copy.sha256.bytes == MessageDigest.of(text.utf8))
        #expect(try String(contentsOfFile: spool.path + "/copy", encoding: .utf8) == text)
    }

    @Test func aFileThatGrowsWhileItIsReadIsNotStable() throws {
        // A pipe-fed writer cannot be timed; a file that changes by being copied can: it is its own target.
        try spool.drop("grows", as: "a")
        let source = FileDescriptor(open(spool.file("a"), O_RDONLY))
        let target = FileDescriptor(open(spool.file("a"), O_WRONLY | O_APPEND))
        let copying = InputCopying(from: source, to: target, failure: failure)
        while try !copying.advance(bytesMax: .max) {}
        #expect(try !copying.end().isStable)
    }
}
