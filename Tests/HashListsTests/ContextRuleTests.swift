import Foundation
import HashLists
import Model
import TestSupport
import Testing

/// The rules by which words beside a digest do, or do not, label it; the digests are invented.
struct ContextRuleTests {
    private static let one = Invented("one").sha256
    private static let two = Invented.md5("two")

    /// What the lines of a text become: `true` for a digest that is looked up, else the reason's kind.
    private func outcomes(_ text: String) throws -> [String: UnusableLine.Kind?] {
        var outcomes: [String: UnusableLine.Kind?] = [:]
        for item in try Sample.items(Array(text.utf8), chunk: 1 << 20) {
            for hash in item.entry?.hashes ?? [] { outcomes[hash.hexadecimal] = .some(nil) }
            guard let line = item.unusable else { continue }
            for digest in [Self.one, Self.two] {
                let shown = line.kind == .secret ? String(digest.prefix(4)) + "…" : digest
                if line.text.contains(shown) { outcomes[digest] = .some(line.kind) }
            }
        }
        return outcomes
    }

    private func kind(of digest: String, in text: String) throws -> UnusableLine.Kind? {
        try #require(try outcomes(text)[digest], "\(text) is not accounted for")
    }

    @Test(arguments: [
        "Mot de passe", "Clé API", "Clef", "Contrasena", "Contraseña", "Parola", "Parolă", "Wachtwoord",
        "Lösenord", "Salasana", "Adgangskode", "Passord", "Heslo", "Jelszó", "Şifre", "Κωδικός", "Пароль",
        "ПАРОЛЬ", "Ключ", "密码", "密碼", "口令", "パスワード", "비밀번호", "AES128", "MsCacheV2", "DCC2", "VT_API",
    ])
    func secretsAreKnownInManyLanguages(word: String) throws {
        #expect(try kind(of: Self.two, in: "Name,SHA256,\(word)\nx.exe,\(Self.one),\(Self.two)\n") == .secret)
        #expect(try kind(of: Self.two, in: "\(word): \(Self.two)\n") == .secret)
        #expect(try kind(of: Self.one, in: "Name,SHA256,\(word)\nx.exe,\(Self.one),\(Self.two)\n") == nil)
    }

    @Test(arguments: [
        "alice@example.org:\(two)", "alice:\(two):s4lt", "WPA*01*\(two)*aabb*",
        "[credentials]\nalice = \(two)",
        "API keys\n--------\n\(two)", #"<add key="ApiKey" value="\#(two)"/>"#,
        #"<input type="hidden" name="csrf" value="\#(two)">"#,
        #"{"password": {"hash": "\#(two)", "salt": "x"}}"#,
    ])
    func dumpsAndSettingsAreSecrets(text: String) throws {
        #expect(try kind(of: Self.two, in: text) == .secret)
    }

    @Test(arguments: [
        "ETag: \"\(two)\"", "Mutex: Global\\\(two)", "Mutexes:\n\(two)", "X-B3-TraceId=\(two)",
        "GIT_SHA=\(two)",
        "PGP: \(two)", "txid: \(two)", "proctitle=\(two)",
    ])
    func identifiersAreNotAsked(text: String) throws {
        #expect(try kind(of: Self.two, in: text) == .identifier)
    }

    @Test(arguments: [
        "secret.exe \(one)", "key.exe: \(one)", "./keys/token.bin: \(one)", "cert.exe \(one)",
        "section.dll: \(one)", "RedLine password stealer: \(one)", "Cookie stealer\t\(one)",
        "password:\n\(two)\n\(one) ok.exe", "Passwort:\n\n\(one) ok.exe", "report.pdf:\(one):12",
        "12:\(one):a comment", "process.hash.sha256: \(one)",
    ])
    func whatAFileIsCalledIsNoLabel(text: String) throws {
        #expect(try kind(of: Self.one, in: text) == nil)
    }

    @Test(arguments: [
        "SHA256: \(two)", "SHA-256 = \(two)", "SHA256:\n\(two)", "\(two)... (shortened)", "…\(two)",
        "\(two)…",
    ])
    func aPartOfADigestIsNotAskedAsAnother(text: String) throws {
        #expect(try kind(of: Self.two, in: text) == .cut)
    }

    @Test(arguments: [
        "MD5: \(two)", "Hash: \(two)", "MD5 or SHA256: \(two)", "sha256,md5\n\(one),\(two)",
        "SHA256\n\(one)\n\nother\n\(two)", "see \(two). Then",
    ])
    func aWholeDigestIsAsked(text: String) throws {
        #expect(try kind(of: Self.two, in: text) == nil)
    }

    @Test(arguments: [
        "SHA1: da39a3ee 5e6b4b0d 3255bfef 95601890 afd80709",
        "MD5 = d41d8cd9-8f00b204-e9800998-ecf8427e",
        "Hash: d41d 8cd9 8f00 b204 e980 0998 ecf8 427e",
    ])
    func digestsInGroupsAreListed(text: String) throws {
        let items = try Sample.items(Array(text.utf8), chunk: 1 << 20)
        #expect(items.compactMap(\.unusable).map(\.kind) == [.malformed])
        // Without a label it may as well be a dump of memory.
        let dump = text.drop { $0 != "d" }
        #expect(try HashListParser.items(of: Array(dump.utf8)).isEmpty)
    }
}
