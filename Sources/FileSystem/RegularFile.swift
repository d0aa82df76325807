import Glibc

/// Size of an open regular file.
///
/// Stands here and not beside the page that asks: in a module that also imports SwiftNIO the optimising
/// compiler takes the system's `stat` for one that NIO's own C module defines, and refuses it.
package enum RegularFile {
    /// The size in bytes of an open regular file; nil for anything else, and if it cannot be told.
    package static func byteCount(of descriptor: Int32) -> Int? {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(facts.st_size)
    }
}
