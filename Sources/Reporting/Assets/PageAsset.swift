import Cryptography
import Foundation

/// A style sheet or script that stands inside the page, with the digest by which the page's policy allows it.
struct PageAsset: Sendable {
    let source: String
    /// `'sha256-…'`, as a content security policy names it.
    /// Source: Content Security Policy Level 3, section 2.3.1, "hash-source".
    let policySource: String

    init(_ source: String) {
        self.source = source
        let digest = MessageDigest.of(source.utf8)
        policySource = "'sha256-\(Data(digest).base64EncodedString())'"
    }
}
