import Foundation
import Model

extension SignatureState {
    /// How a file is signed, by VirusTotal's `signature_info`; nil if that does not say.
    ///
    /// | `verified` | state |
    /// | --- | --- |
    /// | `Signed`, codesign's `Valid` | valid |
    /// | … revoked … | revoked |
    /// | … not time valid, … not within its validity period …, … expired … | expired |
    /// | `Unsigned` | unsigned |
    /// | any other: a digest or a chain that does not verify, codesign's `MissingPlist` … | invalid |
    /// | none, with a signer or a certificate | invalid |
    /// | none, with nothing but the program's version resource | unsigned |
    ///
    /// Sources: VirusTotal API v3, "signature_info"; the messages of Windows' `CERT_E_…` and `TRUST_E_…`,
    /// which sigcheck repeats.
    init?(signatureInfo info: JSONValue) {
        let verified = info["verified"]
        if let verified, verified.utf8 == nil { return nil }
        if let sentence = verified?.text(charactersMax: Self.sentenceCharactersMax)?.lowercased() {
            self = Self.state(of: sentence)
            return
        }
        var tellsAnything = false
        info.forEachMember { _, value in
            if !value.isNull { tellsAnything = true }
        }
        guard tellsAnything else { return nil }
        let isThere = Self.signs.contains { info[$0] != nil }
        self = isThere ? .invalid : .unsigned
    }

    private static let sentenceCharactersMax = 500
    /// Keys that only a file with a signature has, on Windows and on macOS.
    private static let signs: [StaticString] = [
        "signers", "signers details", "counter signers", "signing date", "x509", "Authority", "CDHash",
    ]

    private static func state(of sentence: String) -> SignatureState {
        switch sentence {
        case "signed", "valid": return .valid
        case "unsigned": return .unsigned
        default: break
        }
        if sentence.contains("revoked") { return .revoked }
        let isOutOfTime = ["not time valid", "not within its validity period", "expired"].contains {
            sentence.contains($0)
        }
        return isOutOfTime ? .expired : .invalid
    }
}
