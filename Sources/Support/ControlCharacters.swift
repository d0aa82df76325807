extension StringProtocol {
    /// The text with control characters, line breaks and text-direction marks written as `\u{…}`, so that a
    /// hostile name can neither move a terminal's cursor nor turn a line around.
    package var showingControls: String {
        var out = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
                out += scalar.escaped
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension Unicode.Scalar {
    /// For example `\u{20}`.
    package var escaped: String { "\\u{" + String(value, radix: 16, uppercase: true) + "}" }
}
