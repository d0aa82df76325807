import Foundation
import Model

/// Reader of one file's facts: each is read out of the stored text when it is asked for, by an index that is
/// made once a row.
struct FactReader {
    private let facts: FileFacts
    private let index: FileFacts.Index

    init(_ facts: FileFacts) {
        self.facts = facts
        index = FileFacts.Index(facts)
    }

    /// Whether VirusTotal told none.
    var isEmpty: Bool { facts.isEmpty }
    /// Who made the file and who knows it.
    var origin: FileOrigin { FileOrigin(facts, index: index) }
    /// The text in which the facts are stored.
    var stored: [UInt8] { facts.stored }

    /// Where a fact's value stands in `stored`, or nil.
    func place(of field: FactField) -> Range<Int>? { index[field] }

    /// A text, or the first of a list; nil without one.
    func text(_ field: FactField) -> String? { facts.text(field, in: index) }

    func number(_ field: FactField) -> Int? { text(field).flatMap { Int($0) } }

    func date(_ field: FactField) -> Date? {
        number(field).map { Date(timeIntervalSince1970: Double($0)) }
    }

    /// The texts of a list; of elements with parts the first ones.
    func texts(_ field: FactField) -> [String] {
        var texts: [String] = []
        facts.forEachText(field, in: index) { place in
            if !place.isEmpty { texts.append(String(decoding: facts.stored[place], as: UTF8.self)) }
        }
        return texts
    }

    /// The same in one text, as a cell has room for; nil without any.
    func joined(_ field: FactField, by separator: String = "; ") -> String? {
        guard index[field] != nil else { return nil }
        let texts = texts(field)
        return texts.isEmpty ? nil : texts.joined(separator: separator)
    }

    /// The elements of a list with their parts; one that there is not is empty.
    func elements(_ field: FactField) -> [[String]] {
        guard let place = index[field] else { return [] }
        return facts.stored[place].split(separator: FileFacts.unit, omittingEmptySubsequences: false).map {
            $0.split(separator: FileFacts.group, omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    /// The numbers of counts by level, from the highest level on; empty without any. What is not a number is
    /// 0, and what is beyond all counting is 2,147,483,647.
    func counts(_ field: FactField) -> [Int] {
        (elements(field).first ?? []).map { Int(Int32(clamping: Int($0) ?? 0)) }
    }

    // MARK: What is told of several values

    /// The value that most engines name, of values with their counts; the first of equals.
    func mostFrequent(_ field: FactField) -> String? {
        let elements = elements(field)
        let counts = elements.map { $0.count > 1 ? Int($0[1]) ?? 0 : 0 }
        guard let most = counts.max(), let place = counts.firstIndex(of: most) else { return nil }
        return elements[place].first.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Who distributes the file, and by whom VirusTotal trusts it.
    var knownDistributors: [String] {
        let distributors = texts(.distributors)
        guard let trusted = text(.trustedBy), !distributors.contains(trusted) else { return distributors }
        return distributors + [trusted]
    }

    /// How many sandboxes call the file malicious; nil if none has an opinion.
    var sandboxesMalicious: Int? {
        let sandboxes = elements(.sandboxes)
        return sandboxes.isEmpty ? nil : sandboxes.count { $0.count > 1 && $0[1] == "malicious" }
    }

    /// How many Sigma rules of the levels critical and high match; nil if none was tried.
    var sigmaHigh: Int? {
        let counts = counts(.sigmaCounts)
        return counts.isEmpty ? nil : counts.prefix(2).reduce(0, +)
    }
}
