import Foundation
import HashLists
import Model
import TestSupport
import Testing

/// The rules by which what stands around a line labels its digests: tables, statements, brackets, blocks, and
/// the lines of known programs. The digests are invented.
struct SurroundingsRuleTests {
    private static let one = Invented("one").sha256
    private static let two = Invented.md5("two")
    private static let three = Invented.sha1("three")
    private static let four = Invented.md5("four")

    /// What the list says of a digest: nil if it is looked up, else the kind of its listing.
    private func kind(of digest: String, in text: String) throws -> UnusableLine.Kind? {
        var found: UnusableLine.Kind??
        for item in try Sample.items(Array(text.utf8), chunk: 1 << 20) {
            if item.entry?.hashes.contains(where: { $0.hexadecimal == digest.lowercased() }) == true {
                found = .some(nil)
            }
            guard let line = item.unusable else { continue }
            let shown = line.kind == .secret ? String(digest.prefix(4)) + "…" : digest
            if line.text.contains(shown) { found = .some(line.kind) }
        }
        return try #require(found, "\(text) is not accounted for")
    }

    private static let page = """
        <html><body><h1>Report</h1><table><tr><th>Name</th><th>SHA256</th><th>Passwort</th></tr>\
        <tr><td>x.exe</td><td>\(one)</td><td>\(two)</td></tr></table>\
        <h2>Sections</h2><table><tr><th>Name</th><th>SHA1</th></tr><tr><td>.rsrc</td><td>\(three)</td></tr>\
        </table></body></html>
        """

    @Test(arguments: [
        page, page.replacing("<tr>", with: "\n<tr>"), page.replacing("<t", with: "\n  <t"),
        page.replacing("<body>", with: "<body>" + String(repeating: "<p>text</p>", count: 3_000)),
        page.replacing(
            "<tr><td>x",
            with: String(repeating: "<tr><td>y</td><td>-</td><td>-</td></tr>", count: 900) + "<tr><td>x"),
    ])
    func aPagesTableLabelsItsCells(text: String) throws {
        #expect(try kind(of: Self.one, in: text) == nil)
        #expect(try kind(of: Self.two, in: text) == .secret)
        #expect(try kind(of: Self.three, in: text) == .otherThing)
    }

    private static let rows = "(1,'it''s, \\'x\\'.exe','\(one)',NULL,'\(two)')"
    private static let columns = "`id`, `file_name`, `sha256`, `size`, `api_token`"
    private static let create = """
        CREATE TABLE `db`.`samples` (
          `id` int NOT NULL,
          `file_name` varchar(64),
          `sha256` char(64),
          `size` int,
          `api_token` char(32),
          PRIMARY KEY (`id`)
        ) ENGINE=InnoDB;

        """

    @Test(arguments: [
        "INSERT INTO `samples` (\(columns)) VALUES \(rows),\(rows);",
        "INSERT INTO samples (\(columns))\nVALUES\n\(rows),\n\(rows);\n",
        "insert into samples (\(columns)) values\n  \(rows)\n, \(rows);\n",
        create + "INSERT INTO `samples` VALUES \(rows);\n",
        create + "INSERT INTO `samples` VALUES\n\(rows),\n\(rows);\n",
        create + "INSERT INTO `samples` VALUES "
            + String(repeating: "(7,'other.exe',NULL,NULL,NULL),", count: 2_000) + rows + ","
            + String(repeating: "(8,'(a, b)',NULL,NULL,NULL),", count: 900) + rows + ";",
        "COPY public.samples (id, file_name, sha256, size, api_token) FROM stdin;\n"
            + "1\tx.exe\t\(one)\t\\N\t\(two)\n\\.\n",
    ])
    func statementsNameTheColumnsOfTheirRows(text: String) throws {
        #expect(try kind(of: Self.one, in: text) == nil)
        #expect(try kind(of: Self.two, in: text) == .secret)
    }

    @Test
    func eachRowOfALineIsAFileOfItsOwn() throws {
        let text =
            "INSERT INTO t (name, sha256, sha1) VALUES ('a','\(Self.one)','\(Self.three)'),"
            + "('b','\(Invented("b").sha256)',NULL),('c',NULL,'\(Invented.sha1("c"))');\n"
        let entries = try Sample.items(Array(text.utf8), chunk: 1 << 20).compactMap(\.entry)
        #expect(entries.map(\.hashes.count) == [2, 1, 1])
        #expect(entries.map(\.comment) == ["a", "b, sha1=NULL", "c, sha256=NULL"])
    }

    @Test
    func aStatementEndsWithItsSemicolon() throws {
        let text = "INSERT INTO t (name, token) VALUES\n('a', '\(Self.two)');\n(see \(Self.one), b)\n"
        #expect(try kind(of: Self.two, in: text) == .secret)
        #expect(try kind(of: Self.one, in: text) == nil)
    }

    @Test(arguments: [
        "tokens = [\n  \"\(two)\",\n]\n\(one)", "SECRETS = (\n'\(two)',\n)\nx = '\(one)'",
        "passwords: {\n  a: '\(two)'\n}\n\(one)", "validpgpkeys=('\(two)' # a\n   '\(two)')\n\(one)",
        "auth:\n  nested:\n    value: \(two)\nfile: \(one)",
    ])
    func aNameBeforeABracketLabelsWhatIsInIt(text: String) throws {
        #expect(try kind(of: Self.two, in: text) != nil)
        #expect(try kind(of: Self.one, in: text) == nil)
    }

    @Test(arguments: [
        (
            "Algorithm : RIPEMD160\nHash      : \(three)\nPath      : C:\\x\n",
            UnusableLine.Kind.otherAlgorithm
        ),
        ("- type: imphash\n  value: \(three)\n", .otherThing), ("type: password\nvalue: \(three)\n", .secret),
        ("kind: mutex\nvalue: \(three)\n", .identifier),
    ])
    func aBlocksKindLabelsItsValue(text: String, expected: UnusableLine.Kind) throws {
        #expect(try kind(of: Self.three, in: text) == expected)
        #expect(try kind(of: Self.one, in: text + "\nvalue: \(Self.one)") == nil)
        #expect(try kind(of: Self.one, in: text + "- value: \(Self.one)") == nil)
        #expect(try kind(of: Self.one, in: text + "SHA256: \(Self.one)") == nil)
    }

    @Test(arguments: [
        "_443._tcp.example. IN TLSA 3 1 1 \(one)", "example.\t3600\tIN\tDS\t12345 8 2 \(one)",
        "alert tls any any -> any any (msg:\"x\"; ja3.hash; content:\"\(two)\"; sid:1;)",
        "INFO [svc,\(two),5d44c589e6441170] done", "00-\(two)-b62e9080a07e46ca-01",
        "\(three)\trefs/heads/main", "\(three)\tHEAD", "* \(three) (HEAD -> main) Mend it",
        ":100644 100644 \(three) 69656d35aa M\tx", "index \(three)..0000000 100644", "--\(two)\n",
        "--\(two)--",
        "CONTAINER ID   IMAGE\n\(one)   web", "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Installer\\Products\\\(two)]",
        "HKLM\\SOFTWARE\\Classes\\Products\\\(two)", "https://raw.githubusercontent.com/o/r/\(three)/a.c",
        "https://codeload.github.com/o/r/tar.gz/\(three)", "Signing Chain:\n  1. SHA-256  : \(one)",
        "Key Id Hash(rfc-sha1): \(three)", "SHA2-512/256(x.bin)= \(one)",
        "hash.sha256(pe.sections[0].raw_data_offset, 1) != \"\(one)\"",
    ])
    func whatProgramsWriteIsNoFilesDigest(text: String) throws {
        let digest = try #require([Self.one, Self.two, Self.three].first(where: text.contains))
        #expect(try kind(of: digest, in: text) != nil)
    }

    @Test(arguments: [
        "VT key \(two)", "pw \(two)", "key \(two)", "my key is \(two)", "Das Passwort ist \(two)",
        "hash(NTLM) \(two)", "[NT] \(two)", "username,hash\nalice,\(two)",
        "id;email;password_md5\n1;a;\(two)",
        "login\tmd5\tsalt\nbob\t\(two)\txy", "token: \(two)\n\n\(two)",
        #"{"auth": {"nested": {"value": "\#(two)"}}}"#, "{\"a\": 1}\ntoken: \(two)\n{\"b\": 2}",
        "{\"sha256\": \"\(one)\"}\n12:00 INFO user=x secret=\(two)\n",
    ])
    func secretsOfNotesAreSecrets(text: String) throws {
        #expect(try kind(of: Self.two, in: text) == .secret)
    }

    @Test(arguments: [
        "Хэш пароля: \(two)", "Токен: \(two)", "密码哈希：\(two)", "令牌: \(two)", "パスワードハッシュ: \(two)",
        "비밀번호 해시: \(two)",
        "Sitzungstoken: \(two)", "Nr;Datei;SHA256;Kennworthash\n1;x.exe;\(one);\(two)",
        "Mot de passe (md5) de l'admin : \(two)", "Kennwort von m.m (aus der SAM): \(two)",
        "Password hashes found in memory\n\(two)\n", "API keys found in it\n\(two)",
        "[credentials]\nuser = kim\nvalue = \(two)", "token: >\n  \(two)",
        "SECRET_KEY = os.environ.get(\"SK\", \"\(two)\")", "client = VirusTotal(\"\(one)\")",
        "define( 'NONCE_SALT', '\(two)' );", "$cfg['blowfish_secret'] = '\(two)';",
        "$ nxc smb 10.0.0.1 -u admin -H \(two)", "xfreerdp /u:admin /pth:\(two) /v:a", "vt file x -k \(one)",
        "$ hashcat -m 1000 nt.txt --show\n\(two):Summer2024\n", "$ openssl rand -hex 16\n\(two)",
        "snmp-server user mon grp v3 auth md5 \(two) priv", "jdoe:Private Area:\(two)",
        #"{"users": {"kim": {"hash": "\#(two)"}}}"#, #"{"name": "bob", "hash": "\#(two)", "salt": "x"}"#,
        #"seen { "name" : "bob", "hash" : "\#(two)", "salt" : "x" }"#,
        "email,name,hash,salt,shop\na,b,\(two),x,y",
        "CREATE TABLE `t` (\n `id` int,\n `pwd` char(32)\n);\nINSERT INTO `t` VALUES (1,'\(two)');",
        "https://\(two)@o1.ingest.example/2", "https://x.example/f?sig=\(two)", "xoxb-123-456-\(two)",
        "<Table><Row><Cell><Data>Name</Data></Cell><Cell><Data>Password</Data></Cell></Row>"
            + "<Row><Cell><Data>x</Data></Cell><Cell><Data>\(two)</Data></Cell></Row></Table>",
        "Content-Transfer-Encoding: quoted-printable\n\nreset?token=3D\(two)\n",
        "db: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  \(one)aabbccddeeff0011\n  \(two)\n",
    ])
    func secretsOfManyShapesAreSecrets(text: String) throws {
        let secret = text.contains(Self.two) ? Self.two : Self.one
        #expect(try kind(of: secret, in: text) == .secret)
    }

    @Test(arguments: [
        "password: \(two) | \(four)", "imphash \(two) or \(four)", "passwords: \(two), \(four)",
        "RIPEMD128: \(two) | \(four)",
    ])
    func aLabelHoldsForWhatFollowsIt(text: String) throws {
        #expect(try kind(of: Self.two, in: text) != nil)
        #expect(try kind(of: Self.four, in: text) != nil)
        // A secret's neighbour is one whatever its kind; another thing's may be the file's.
        let other = text.replacing(Self.four, with: Self.three)
        #expect(try (kind(of: Self.three, in: other) == nil) == !text.hasPrefix("pass"))
    }

    @Test
    func passwordsAreNoComments() throws {
        let text = "name,password,md5\na.zip,Summer2024,\(Self.two)\n"
        let comments = try Sample.items(Array(text.utf8), chunk: 1 << 20).compactMap(\.entry).map(\.comment)
        #expect(comments == ["a.zip"])
    }

    @Test
    func labelsThatAreWrittenTogetherAreRead() throws {
        let text = "SHA-256:\(Self.one)SHA-1:\(Self.three)MD5: \(Self.two)"
        for digest in [Self.one, Self.two, Self.three] { #expect(try kind(of: digest, in: text) == nil) }
        #expect(try kind(of: Self.one, in: "see \(Self.one)...") == nil)
    }

    @Test
    func whatStandsBehindAHeaderIsNotTheHeaders() throws {
        let text = "wget --header=\"Authorization: Token \(Self.two)\" https://x.example/dl/\(Self.one)"
        #expect(try kind(of: Self.two, in: text) == .secret)
        #expect(try kind(of: Self.one, in: text) == nil)
    }

    @Test
    func aHashOnTwoLinesOfAMailIsOne() throws {
        let text =
            "Content-Transfer-Encoding: quoted-printable\n\nSHA256=3D\(Self.one.prefix(52))=\n"
            + "\(Self.one.dropFirst(52)) (r=C3=A9sum=C3=A9)\n"
        #expect(try kind(of: Self.one, in: text) == nil)
    }

    @Test(arguments: [
        "Please block:\n\(two) - loader", "please block:\n\n\(two)",
        "In this section of the report:\n\(two) x.exe",
        "505 echo -n secret | md5sum\n506 echo \"\(two)  tool.tgz\" | md5sum -c",
        "\"FileId\"=\"0000\(three)\"", "https://x.example/s?q=md5%3A\(two)",
        "All zips: password infected\n\(two)",
        "Samples, zipped with password infected\n\(two)", "PASS: x.exe \(two)", "users report: \(two)",
    ])
    func wordsAroundAFileAreNoLabels(text: String) throws {
        let digest = try #require([Self.two, Self.three].first(where: text.contains))
        #expect(try kind(of: digest, in: text) == nil)
    }

    @Test
    func aDigestThatATextsColumnCutsIsListed() throws {
        let text =
            "SHA-256                           File\n\(Self.two)  x.exe\n\(String(Self.two.reversed()))\n"
        #expect(try kind(of: Self.two, in: text) == .cut)
    }

    @Test(arguments: [
        "user,host,file,hash\nalice,pc,x.exe,\(two)", "the hash is \(two)", "(MD5) \(two)", "[sha256] \(one)",
        "sample.zip (password infected) \(two)", "PASS \(one) x.exe", "name,md5\nx.exe,\(two)",
        #"{"buckets": [{"key": "\#(two)", "doc_count": 3}]}"#, #"{"api": {"data": {"value": "\#(two)"}}}"#,
        "https://example.org/files/\(two)/x.exe", "hashes = [\n \"\(two)\",\n]",
        "reference:md5,\(two)", "1,\(two),1234567890123456,x", "see (\n\(two)\n)",
    ])
    func filesStayFiles(text: String) throws {
        let digest = try #require([Self.one, Self.two].first(where: text.contains))
        #expect(try kind(of: digest, in: text) == nil)
    }

    @Test
    func aBrokenDigestBesideAGoodOneIsListed() throws {
        let text = "x.exe,\(Self.two.dropLast()),\(Self.one)\n"
        let items = try Sample.items(Array(text.utf8), chunk: 1 << 20)
        #expect(items.compactMap(\.entry).flatMap(\.hashes).map(\.hexadecimal) == [Self.one])
        #expect(items.compactMap(\.unusable).map(\.text) == [String(Self.two.dropLast())])
        let secret = try Sample.items(
            Array("x.exe: \(Self.one) token=\(Self.two.dropLast())".utf8), chunk: 1 << 20)
        #expect(secret.compactMap(\.unusable).map(\.kind) == [.secret])
        #expect(!secret.compactMap(\.unusable).contains { $0.text.contains(Self.two.dropLast()) })
    }

    @Test(arguments: ["а", "е", "С", "Ａ", "０"])
    func lettersThatOnlyLookLikeDigitsAreNamed(letter: String) throws {
        let text = "MD5: " + Self.two.prefix(15) + letter + Self.two.dropFirst(16)
        let reasons = try Sample.items(Array(text.utf8), chunk: 1 << 20).compactMap(\.unusable?.reason)
        #expect(reasons.count == 1)
        #expect(reasons.first?.contains("U+") == true)
    }
}
