import Foundation
import Support

/// Where a command tells what is not its result.
enum StandardError {
    /// Tells a sentence on a line of its own, which may hold text from outside.
    static func note(_ sentence: String) {
        FileHandle.standardError.write(Data("hashdrop: \(sentence.showingControls)\n".utf8))
    }
}
