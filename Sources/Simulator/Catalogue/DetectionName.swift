/// Template of one engine's detection names: text with `{…}` where the threat's own words go.
///
/// | placeholder | stands for | example |
/// | --- | --- | --- |
/// | `{P}` | platform | `Win32` |
/// | `{F}`, `{f}` | family, with a capital or without | `Emotet` |
/// | `{C}` | category, with a capital | `Trojan` |
/// | `{V}`, `{v}` | variant, upper or lower case | `GHKA` |
/// | `{N}` | number of eight digits | `41237764` |
/// | `{H}` | hexadecimal number of eight digits | `9A01F6EE` |
struct DetectionName: Sendable {
    private enum Part: Sendable {
        case text([UInt8])
        case placeholder(Character)
    }

    private let parts: [Part]

    init(_ template: String) {
        var parts: [Part] = []
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{") {
            parts.append(.text(Array(rest[..<open].utf8)))
            let name = rest.index(after: open)
            parts.append(.placeholder(rest[name]))
            rest = rest[rest.index(name, offsetBy: 2)...]
        }
        parts.append(.text(Array(rest.utf8)))
        self.parts = parts
    }

    /// The name of this threat. It holds no character that JSON would have to escape.
    func text(for words: DetectionWords) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let text): bytes += text
            case .placeholder(let name): bytes += words[name]
            }
        }
        return bytes
    }
}

/// The words of one threat that engines build their names from, ready as bytes.
struct DetectionWords: Sendable {
    private let platform, title, family, category, variant, lowerVariant, number, hexadecimal: [UInt8]

    init(_ profile: ThreatProfile) {
        let threat = profile.threat
        platform = Array(profile.type.platform.utf8)
        title = Array(threat.title.utf8)
        family = Array(threat.name.utf8)
        category = Array((threat.category.prefix(1).uppercased() + threat.category.dropFirst()).utf8)
        variant = Array(profile.variant.utf8)
        lowerVariant = Array(profile.variant.lowercased().utf8)
        number = Array(profile.number.utf8)
        hexadecimal = Array(profile.hexadecimal.utf8)
    }

    subscript(placeholder: Character) -> [UInt8] {
        switch placeholder {
        case "P": platform
        case "F": title
        case "f": family
        case "C": category
        case "V": variant
        case "v": lowerVariant
        case "N": number
        default: hexadecimal
        }
    }
}
