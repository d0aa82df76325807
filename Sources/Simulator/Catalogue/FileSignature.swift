import Support

/// Signature of a simulated Windows program, in the words of sigcheck, which VirusTotal repeats.
///
/// Source: VirusTotal API v3, "signature_info"; the messages of Windows' `CERT_E_…` and `TRUST_E_…`.
enum FileSignature: Hashable, Sendable {
    /// No signature: the answer tells of the program's version resource alone.
    case versionResource
    /// No signature, and the answer says so.
    case unsigned
    case valid
    case revoked
    case expired
    /// The program was changed after it was signed.
    case altered
    /// Signed by a certificate of the signer's own making.
    case untrusted

    /// The sentence in `verified`; nil without one.
    var verified: String? {
        switch self {
        case .versionResource: nil
        case .unsigned: "Unsigned"
        case .valid: "Signed"
        case .revoked: "A certificate was explicitly revoked by its issuer."
        case .expired: Self.notTimeValid
        case .altered: "The digital signature of the object did not verify."
        case .untrusted:
            "A certificate chain processed, but terminated in a root certificate which is not trusted by the "
                + "trust provider."
        }
    }

    /// The `status` of the signer's certificate.
    var certificateStatus: String {
        switch self {
        case .revoked:
            "Trust for this certificate or one of the certificates in the certificate chain has been revoked."
        case .expired: Self.notTimeValid
        default: "Valid"
        }
    }

    private static let notTimeValid =
        "This certificate or one of the certificates in the certificate chain is not time valid."

    var hasCertificates: Bool { self != .versionResource && self != .unsigned }

    /// What it adds to the file's `tags`.
    var tags: [String] {
        switch self {
        case .versionResource, .unsigned: []
        case .valid: ["signed"]
        case .revoked: ["signed", "revoked-cert"]
        case .expired, .altered, .untrusted: ["signed", "invalid-signature"]
        }
    }

    /// A program's signature, or nil if the answer has no `signature_info`. Malware is signed too, some of it
    /// validly, by a stolen certificate.
    static func drawn(isDetected: Bool, _ generator: inout SeededGenerator) -> FileSignature? {
        let roll = generator.below(100)
        if isDetected {
            switch roll {
            case ..<40: return nil
            case ..<62: return .versionResource
            case ..<71: return .valid
            case ..<79: return .revoked
            case ..<86: return .expired
            case ..<92: return .altered
            case ..<97: return .untrusted
            default: return .unsigned
            }
        }
        switch roll {
        case ..<15: return nil
        case ..<30: return .versionResource
        case ..<85: return .valid
        case ..<92: return .expired
        case ..<96: return .untrusted
        default: return .unsigned
        }
    }

    /// Who signs: few of them, so that files of one list share a signer. All are made up.
    static let signers = [
        "Kestrel Ridge Software Ltd.", "Nordlicht Werkzeuge GmbH & Co. KG", "Blue Harbour Systems, Inc.",
        "Sandpiper Tools Co.,Ltd.", "Überland Softwarehaus e.K.", "ООО «Пример»", "架空ソフトウェア株式会社",
        "O'Example \"Quick\" Apps",
    ]
}
