import Foundation
import Model

/// How one output writes the values of a row: each straight into the output's bytes.
///
/// A missing value is nil; the format says what stands in its place.
protocol CellFormat {
    /// What the values are appended to.
    associatedtype Output

    func hash(_ hash: FileHash?, to output: inout Output)
    /// A word of hashdrop's own, of plain ASCII.
    func word(_ word: String?, to output: inout Output)
    /// Text from outside: VirusTotal's or the list's.
    func text(_ text: String?, to output: inout Output)
    func number(_ number: Int?, to output: inout Output)
    func time(_ date: Date?, to output: inout Output)
    func flag(_ flag: Bool, to output: inout Output)
    func engines(_ engines: EngineFindings?, to output: inout Output)
    func facts(_ facts: FactReader?, to output: inout Output)
    /// The address of a file's page at VirusTotal.
    func link(to hash: FileHash, to output: inout Output)
}

extension CellFormat {
    /// Only JSON has room for them.
    func engines(_ engines: EngineFindings?, to output: inout Output) {}
    /// As one object: the CSV has columns for some of them, a page has sentences.
    func facts(_ facts: FactReader?, to output: inout Output) {}
    /// A page links the hash instead.
    func link(to hash: FileHash, to output: inout Output) {}
}
