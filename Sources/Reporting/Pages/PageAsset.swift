import Cryptography
import Foundation

/// A style sheet or script as the pages have it, and the digest by which a content security policy allows it.
package struct PageAsset: Sendable {
    package let bytes: [UInt8]
    /// `'sha256-…'`, as a content security policy names it.
    /// Source: Content Security Policy Level 3, section 2.3.1, "hash-source".
    let policySource: String

    /// A style sheet made of these files, in this order.
    package init(styles files: [UInt8]...) {
        self.init(bytes: Self.joined(files))
    }

    /// A script made of these files, in this order: one strict function, so that their names are theirs
    /// alone.
    package init(scripts files: [UInt8]...) {
        self.init(
            bytes: Array("(function () {\n'use strict';\n".utf8) + Self.joined(files) + Array("})();\n".utf8))
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
        policySource = "'sha256-\(Data(MessageDigest.of(bytes)).base64EncodedString())'"
    }

    // Indentation and whole lines of comment are for who reads the files; each report would carry them.
    private static func joined(_ files: [[UInt8]]) -> [UInt8] {
        var kept: [UInt8] = []
        var isInComment = false
        for line in files.joined().split(separator: UInt8(ascii: "\n")) {
            let text = line.drop { $0 == UInt8(ascii: " ") }
            if text.starts(with: "/*".utf8) { isInComment = true }
            if !isInComment && !text.starts(with: "//".utf8) { kept += text + [UInt8(ascii: "\n")] }
            if text.suffix(2).elementsEqual("*/".utf8) { isInComment = false }
        }
        return kept
    }
}
