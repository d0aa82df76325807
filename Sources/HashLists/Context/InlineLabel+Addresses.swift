// What an address, a path or a token says of the digest in it.
extension InlineLabel {
    /// `…/commit/<digest>`, `…/gui/url/<digest>`, `…\\Certificates\\<digest>`: what an address says of the
    /// digest in it.
    static func pathElement(
        before slash: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        let separator = line[slash]
        let start = line[lowerBound..<slash].lastIndex(of: separator).map { $0 + 1 } ?? slash
        let element = String(decoding: line[start..<slash].prefix(16), as: UTF8.self).lowercased()
        if let known = pathElements[element] {
            return DigestLabel(Array(known.utf8)).map { .init(label: $0) }
        }
        if isOfRegistry(before: slash, in: line, from: lowerBound) { return registryKey }
        return isOfRepository(before: slash, in: line, from: lowerBound) ? commit : nil
    }

    static let pathElements: [String: String] = [
        "commit": "commit", "commits": "commit", "tree": "commit", "blob": "commit", "blame": "commit",
        "raw": "commit", "url": "url hash", "domain": "domain hash", "user": "user id",
        "certificate": "certificate",
        "certificates": "certificate", "avatar": "gravatar", "my": "certificate", "root": "certificate",
    ]

    /// `HKEY_LOCAL_MACHINE\\…\\Products\\<digest>`: the registry names its keys by identifiers.
    static func isOfRegistry(
        before slash: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> Bool {
        guard line[slash] == UInt8(ascii: "\\") else { return false }
        var start = slash
        while start > lowerBound, !isEndOfWord(line[start - 1]), line[start - 1] != UInt8(ascii: "[") {
            start -= 1
        }
        let root = String(decoding: line[start..<slash].prefix(6), as: UTF8.self).uppercased()
        return ["HKEY_", "HKLM\\", "HKCU\\", "HKCR\\", "HKU\\", "HKLM:", "HKCU:"].contains {
            root.hasPrefix($0)
        }
    }

    static let registryKey = DigestLabel(Array("registry id".utf8)).map {
        DigestJudgement.Context(label: $0)
    }

    /// `https://raw.githubusercontent.com/owner/name/<digest>/…`: hosts that put a revision where another
    /// has a branch.
    ///
    /// Source: the addresses that GitHub's API gives as `download_url`, `tarball_url` and `archive_url`.
    static func isOfRepository(
        before slash: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> Bool {
        var start = slash
        while start > lowerBound, !isEndOfWord(line[start - 1]) { start -= 1 }
        let address = String(decoding: line[start..<slash].prefix(64), as: UTF8.self).lowercased()
        return ["//raw.githubusercontent.com/", "//codeload.github.com/", "//rawgit.com/"].contains {
            address.contains($0)
        }
    }

    /// `package@<digest>`: a revision.
    static let commit = DigestLabel(Array("commit".utf8)).map { DigestJudgement.Context(label: $0) }

    /// `name@sha256:<digest>`: an image of a container.
    static let image = DigestLabel(Array("image digest".utf8)).map {
        DigestJudgement.Context(label: $0)
    }

    /// `https://user:<digest>@host`.
    static let credential = DigestLabel(Array("password in an address".utf8)).map {
        DigestJudgement.Context(label: $0)
    }

    /// `git+https://…#<digest>`, `….git#<digest>`: a revision; of another file it may be the checksum.
    static func isFragmentOfRepository(_ mark: Int, in line: UnsafeRawBufferPointer) -> Bool {
        var start = mark
        while start > 0, !isEndOfWord(line[start - 1]) { start -= 1 }
        let word = line[start..<mark]
        return word.starts(with: "git+".utf8) || word.starts(with: "git:".utf8)
            || word.suffix(4).elementsEqual(".git".utf8)
    }

    /// `xoxb-…-<digest>`: a word that begins as the tokens of a service do.
    ///
    /// Sources: the services' documentation of their tokens' formats: Slack, GitHub, GitLab, Stripe, Vault.
    static func tokenPrefix(_ digest: Range<Int>, in line: UnsafeRawBufferPointer) -> DigestLabel? {
        guard digest.lowerBound > 2,
            line[digest.lowerBound - 1] == UInt8(ascii: "-")
                || line[digest.lowerBound - 1] == UInt8(ascii: ".")
        else { return nil }
        var start = digest.lowerBound
        while start > 0, !isEndOfWord(line[start - 1]), line[start - 1] != UInt8(ascii: "="),
            digest.lowerBound - start < 48
        {
            start -= 1
        }
        let word = String(decoding: line[start..<digest.lowerBound].prefix(8), as: UTF8.self)
        return tokenPrefixes.contains { word.hasPrefix($0) } ? serviceToken : nil
    }

    static let tokenPrefixes = ["xox", "ghp_", "gho_", "glpat-", "sk-", "sk_live", "hvs.", "pypi-"]
    static let serviceToken = DigestLabel(Array("token".utf8))
}
