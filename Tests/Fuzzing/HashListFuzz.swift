/// What libFuzzer calls with bytes that it makes up; `.ci/fuzz` builds it together with the parser's sources.
///
/// A crash, a hang and too much memory are libFuzzer's to find. Two facts are checked beside: what comes out
/// does not depend on where the chunks are cut, and nothing comes out of a text that it could not hold.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHashList(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let whole = outcome(bytes, chunk: max(1, bytes.count))
    // The size of the pieces is made up as well, by the input itself.
    let size = 1 + Int(bytes.first ?? 0) % 61
    precondition(outcome(bytes, chunk: size) == whole, "pieces of \(size) bytes make another list")
    let hashes = whole.items.reduce(0) { count, item in
        if case .entry(let entry) = item { count + entry.hashes.count } else { count }
    }
    precondition(hashes * 32 <= bytes.count, "\(hashes) hashes in \(bytes.count) bytes")
    return 0
}

private struct Outcome: Equatable {
    var items: [HashListItem] = []
    var error: HashListError?
}

private func outcome(_ bytes: [UInt8], chunk size: Int) -> Outcome {
    var outcome = Outcome()
    var parser = HashListParser(limits: HashListLimits(hashesMax: 1000))
    do {
        try bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: size) {
                let piece = bytes[start..<min(bytes.count, start + size)]
                try parser.consume(UnsafeRawBufferPointer(rebasing: piece)) { outcome.items.append($0) }
            }
        }
        try parser.finish { outcome.items.append($0) }
    } catch let error as HashListError {
        outcome.error = error
    } catch {
        preconditionFailure("\(error)")
    }
    return outcome
}
