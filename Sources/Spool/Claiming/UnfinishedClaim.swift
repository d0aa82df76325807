package import FileSystem
package import Model

/// A claim that an error cut short after its file had left its user's folder: the file is safe in the work
/// folder, and `ClaimStore.resume` finishes the claim once the cause is gone.
package struct UnfinishedClaim: Error, Hashable, CustomStringConvertible {
    package let id: JobID
    package let cause: FileSystemError

    package var description: String { cause.description }
}
