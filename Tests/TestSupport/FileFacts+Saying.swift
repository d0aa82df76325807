package import Model

extension FileFacts {
    /// Every fact that there is: each text is `text`, lists have it and `second`, numbers are `number`, and
    /// dates so many seconds after 1970.
    package static func saying(_ text: String, second: String? = nil, number: Int = 1_700_000_000)
        -> FileFacts
    {
        var facts = FileFacts()
        for field in FactField.allCases {
            switch field.kind {
            case .text: facts.add(field, text)
            case .number, .date: facts.add(field, number)
            case .texts: facts.add(field, [text] + [second].compactMap(\.self))
            case .elements(let parts):
                let element = parts.map { $0.isNumber ? "\(number)" : text }
                facts.add(field, elements: [element])
            case .counts(let levels): facts.add(field, elements: [levels.map { _ -> String? in "\(number)" }])
            }
        }
        return facts
    }
}
