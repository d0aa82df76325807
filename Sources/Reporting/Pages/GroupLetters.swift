import Model

/// Letters by which a page's script chooses the rows of a group.
///
/// They stand in a row beside those of its marks (`FactMark`), which are lower case, these upper case: a row
/// that is in a group costs one byte more, and no text is written twice.
struct GroupLetters {
    /// The letter of each value that a group of a kind has in common, by the kind's number.
    private let byKind: [[String: String]]
    private let isEmpty: Bool

    init(_ groups: [RowGroup.Kind: RowGroups]) {
        byKind = RowGroup.Kind.allCases.map { kind in
            let top = (groups[kind]?.top ?? []).prefix(RowGroups.topMax)
            let pairs = top.enumerated().map { ($1.value, Self.letter(of: kind, place: $0)) }
            return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        }
        isEmpty = byKind.allSatisfy(\.isEmpty)
    }

    /// The letter of the group at this place among those of its kind that the page tells of.
    static func letter(of kind: RowGroup.Kind, place: Int) -> String {
        let number = kind.rawValue * RowGroups.topMax + place
        return String(UnicodeScalar(UInt8(ascii: "A") + UInt8(number)))
    }

    /// The letters of the groups that a row is in.
    func letters(of row: ReportRow) -> String {
        var all = ""
        guard !isEmpty else { return all }
        row.forEachGroupValue { kind, value in
            if let letter = byKind[kind.rawValue][value] { all += letter }
        }
        return all
    }
}
