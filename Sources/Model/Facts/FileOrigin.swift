/// What a file's facts say of who made it and who knows it, as far as a reader weighs a verdict by it.
package struct FileOrigin: Hashable, Sendable {
    package var signature: SignatureState?
    /// The first signer: text from outside.
    package var signer: String?
    /// A distributor or organization by which VirusTotal knows the file: text from outside.
    package var distributor: String?
    /// How many sources have sent the file to VirusTotal.
    package var sourceCount: Int?
    /// How many sandboxes call it malicious.
    package var accusingSandboxes: Int

    package init(
        signature: SignatureState? = nil, signer: String? = nil, distributor: String? = nil,
        sourceCount: Int? = nil, accusingSandboxes: Int = 0
    ) {
        self.signature = signature
        self.signer = signer
        self.distributor = distributor
        self.sourceCount = sourceCount
        self.accusingSandboxes = accusingSandboxes
    }

    /// - Parameter index: where each fact stands, of the same facts.
    package init(_ facts: FileFacts, index: FileFacts.Index) {
        func text(_ field: FactField) -> String? { facts.text(field, in: index) }
        self.init(
            signature: text(.signature).flatMap(SignatureState.init(rawValue:)), signer: text(.signers),
            distributor: text(.distributors) ?? text(.trustedBy),
            sourceCount: text(.uniqueSources).flatMap { Int($0) })
        let malicious = EngineCategory.malicious.rawValue
        accusingSandboxes = facts.elements(.sandboxes, in: index).count { $0.dropFirst().first == malicious }
    }
}
