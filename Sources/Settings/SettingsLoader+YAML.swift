import Foundation
import Yams

// What the YAML of the file is, apart from its keys.
extension SettingsLoader {
    /// Whether nothing is set there: a document, or a section, that holds comments alone.
    static func isNothing(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return NSNull.construct(from: scalar) != nil
    }

    /// An error of the reader's, as a part of a sentence.
    static func words(of error: any Error) -> String {
        let text = "\(error)"
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// Where a mistake in the YAML is, and what it is as a rule.
    static func place(of error: any Error) -> String {
        let mark: Mark
        switch error {
        case YamlError.scanner(_, _, let found, _), YamlError.parser(_, _, let found, _),
            YamlError.composer(_, _, let found, _):
            mark = found
        case YamlError.duplicatedKeysInMapping(let keys, _):
            return " that can be read in one way: \(keys.sorted().joined(separator: ", ")) stands there twice"
        default: return ": it must be UTF-8 text of 'key: value' lines, without control characters"
        }
        return
            " from line \(mark.line), column \(mark.column) on: look at the indentation there, which must be "
            + "spaces, and put a value that holds ':', '#' or a quotation mark into quotes"
    }
}
