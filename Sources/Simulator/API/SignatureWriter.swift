import Support

/// Writer of `signature_info`: sigcheck's words for a program's signature and version resource.
struct SignatureWriter {
    let signature: FileSignature
    let facts: FactSheet
    let profile: ThreatProfile
    let seed: UInt64

    private static let authorities = ["Example Code Signing CA R36", "Example Root Certification Authority"]
    private static let secondsOfYear = 365 * 86_400

    /// Writes the member; the keys have spaces, as they have at VirusTotal.
    func write(to json: inout JSONWriter) {
        var generator = SeededGenerator(seed: seed ^ 0x7369_676E_6564_0000)
        json.key("signature_info")
        json.object { info in
            let resource = facts.resource
            info.member("product", resource.product)
            info.member("description", resource.description)
            info.member("original name", resource.originalName)
            info.member("internal name", resource.internalName)
            info.member("file version", resource.fileVersion)
            info.member("copyright", "© \(facts.signer)")
            if let verified = signature.verified { info.member("verified", verified) }
            if signature.hasCertificates { writeCertificates(to: &info, &generator) }
        }
    }

    private func writeCertificates(to info: inout JSONWriter, _ generator: inout SeededGenerator) {
        let names = [facts.signer] + Self.authorities
        let signed = profile.firstSubmissionSecond - generator.below(86_400 * 40)
        info.member("signers", names.joined(separator: "; "))
        info.member("signing date", "07:54 AM \(Self.date(signed))")
        var random = generator
        info.key("signers details")
        info.array { list in
            for (place, name) in names.enumerated() {
                list.object {
                    $0.member("status", place == 0 ? signature.certificateStatus : "Valid")
                    Self.writeCertificate(
                        name, issuer: names[min(place + 1, 2)], from: signed - Self.secondsOfYear, to: &$0,
                        &random)
                }
            }
        }
        // The list of all certificates in the file is missing in some answers.
        guard random.below(3) > 0 else { return }
        info.key("x509")
        info.array { list in
            for (place, name) in names.enumerated() {
                list.object {
                    Self.writeCertificate(
                        name, issuer: names[min(place + 1, 2)], from: signed - Self.secondsOfYear, to: &$0,
                        &random)
                }
            }
        }
    }

    private static func writeCertificate(
        _ name: String, issuer: String, from second: Int, to json: inout JSONWriter,
        _ generator: inout SeededGenerator
    ) {
        json.member("name", name)
        json.member("cert issuer", issuer)
        json.member("algorithm", "sha256RSA")
        json.member("valid usage", "Code Signing")
        json.member("valid from", "12:00 AM \(date(second))")
        json.member("valid to", "11:59 PM \(date(second + 3 * secondsOfYear))")
        let serial = PortableExecutableWriter.digest(32, &generator)
        json.member("serial number", serial.uppercased())
        json.member("thumbprint", PortableExecutableWriter.digest(40, &generator).uppercased())
    }

    /// `MM/DD/YYYY`, as sigcheck writes it.
    private static func date(_ second: Int) -> String {
        let digits = String(decoding: EngineTable.digits(ofDay: second / 86_400), as: UTF8.self)
        return "\(digits.dropFirst(4).prefix(2))/\(digits.suffix(2))/\(digits.prefix(4))"
    }
}
