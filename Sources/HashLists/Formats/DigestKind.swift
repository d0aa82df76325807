/// What a label, a key or MISP's type says that a digest is of.
enum DigestKind {
    /// The whole file, as an algorithm's name says: `SHA-256`, `md5`, `filename|sha1`.
    case wholeFile
    /// A part or a trait of the file, or no file at all. VirusTotal would be asked in vain, and a digest of 32 digits
    /// beside the file's MD5 would hide that both are one file's.
    case otherThing
    /// The name says nothing of that kind.
    case unnamed

    /// Case and punctuation of `name` do not count.
    init(name: some Sequence<UInt8>) {
        var letters: [UInt8] = []
        for byte in name {
            // A MISP type names what stands before the bar as well: `filename|md5`.
            if byte == UInt8(ascii: "|") { letters.removeAll() }
            guard CharacterClass.ofASCII(byte & 0x7F) != 0, byte != UInt8(ascii: "_") else { continue }
            guard letters.count < Self.lettersMax else {
                self = .unnamed
                return
            }
            letters.append(byte | 0x20)
        }
        self = Self.kinds[letters] ?? .unnamed
    }

    private static let lettersMax = 24

    // Sources: names of attributes in VirusTotal API v3 (`pe_info`, `signature_info`), types in MISP's core format, and
    // of fingerprints of connections (JA3, HASSH), which people collect in the same lists.
    private static let kinds: [[UInt8]: DigestKind] = {
        let files = ["md5", "sha1", "sha256", "sha2256", "hash", "filehash"]
        let others = [
            "imphash", "authentihash", "vhash", "pehash", "impfuzzy", "richpe", "richpeheaderhash", "rawmd5",
            "telfhash", "cdhash", "permhash", "thumbprint", "thumbprintmd5", "thumbprintsha256",
            "ja3", "ja3s", "ja3hash", "ja3shash", "ja3fingerprintmd5", "hassh", "hasshmd5", "hasshserver",
            "hasshservermd5", "x509fingerprintmd5", "x509fingerprintsha1", "x509fingerprintsha256",
            "gitcommitid",
        ]
        let named = files.map { (Array($0.utf8), wholeFile) } + others.map { (Array($0.utf8), otherThing) }
        return Dictionary(uniqueKeysWithValues: named)
    }()
}
