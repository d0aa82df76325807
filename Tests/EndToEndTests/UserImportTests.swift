import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// `hashdrop user import`: many users from a file, all of them or none.
@Suite(.limited(.daemon))
struct UserImportTests {
    private static let password = "a horse, a \"battery\""

    private func importing(
        _ text: String, _ options: String..., mode: Int = 0o600, at place: DaemonFixture
    ) async throws -> Program.Ended {
        let file = place.folder.path("users.csv")
        try Data(text.utf8).write(to: URL(filePath: file))
        chmod(file, mode_t(mode))
        return try await Program.run(
            place.program, ["user", "import", "users.csv"] + options, environment: place.environment,
            in: place.folder)
    }

    /// Runs commands by which the program finds the settings of the place.
    private func shell(_ script: String, at place: DaemonFixture) async throws -> Program.Ended {
        try await place.shell(place.environment.map { "export \($0)=\($1)\n" }.joined() + script)
    }

    private func users(_ place: DaemonFixture) async throws -> [String] {
        try await place.hashdrop("user", "list").output.split(separator: "\n").map(String.init)
    }

    private func names(_ folder: String, _ place: DaemonFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.folder.path(folder))
            .filter { !$0.hasPrefix(".") }.sorted()
    }

    struct Shape: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var bytes: [UInt8]
        var users: [String]

        init(_ name: String, _ text: String, users: [String], utf16: Bool = false) {
            testDescription = name
            bytes = utf16 ? Array(text.data(using: .utf16LittleEndian) ?? Data()) : Array(text.utf8)
            self.users = users
        }
    }

    static let shapes = [
        Shape(
            "one name a line, with a mark of byte order, CRLF, comments, spaces and repeats",
            "\u{FEFF}# staff\r\nnora\r\n\r\n  # night\r\n otto \r\n   \r\nnora\r\n#nina\r\npia.k-2_x",
            users: ["nora", "otto", "pia.k-2_x"]),
        Shape(
            "commas", "Name, Administrator ,weight\nnora,yes,7\notto,No,\npia\nquin,,,\n",
            users: ["nora:administrator, weight 7", "otto", "pia", "quin"]),
        Shape(
            "semicolons and quotation marks",
            "\"name\";\"administrator\"\r\n\"nora\";\"TRUE\"\r\n\"otto\";\"\"\r\n",
            users: ["nora:administrator", "otto"]),
        Shape(
            "tabs, and old line ends", "weight\tname\r3\tnora\r\totto\r", users: ["nora:weight 3", "otto"]),
        Shape(
            "a spreadsheet's Unicode text", "\u{FEFF}name\tadministrator\r\nnora\t1\r\n",
            users: ["nora:administrator"], utf16: true),
        Shape(
            "a spreadsheet's empty columns and lines",
            "name;administrator;;;\r\nnora;yes;;;\r\n;;;;\r\n ; ;;;\r\notto;;;;\r\n",
            users: ["nora:administrator", "otto"]),
        Shape(
            "Excel's line for the separator",
            "# staff\r\nsep=;\r\nname;weight\r\nnora;7\r\notto;\r\n", users: ["nora:weight 7", "otto"]),
        Shape(
            "the same in quotation marks, of tabs", "\"SEP=\t\"\nname\tweight\nnora\t7\n",
            users: ["nora:weight 7"]),
        Shape("a plain list with a separator after each name", "nora,\notto,,\n", users: ["nora", "otto"]),
        Shape("a user whose name is another program's heading", "name\nuser\n", users: ["user"]),
        Shape("headings and nothing to say but names", "name\nname\nnora\n", users: ["name", "nora"]),
    ]

    @Test(arguments: shapes)
    func eachShapeIsRead(_ shape: Shape) async throws {
        let place = DaemonFixture()
        try Data(shape.bytes).write(to: place.folder.url.appending(path: "staff"))
        let ended = try await place.hashdrop("user", "import", "staff")
        #expect(ended.exitCode == 0, "\(ended.errors)")
        let count = shape.users.count
        #expect(ended.output.contains("Added \(count) user\(count == 1 ? "" : "s")"), "\(ended.output)")
        let listed = try await users(place).map { line in
            let marks = line.split(separator: "\t").dropFirst().joined()
                .components(separatedBy: ", ").filter { $0 != "no password" }.joined(separator: ", ")
            return String(line.prefix { $0 != "\t" }) + (marks.isEmpty ? "" : ":" + marks)
        }
        #expect(listed == shape.users)
        let plain = shape.users.map { String($0.prefix { $0 != ":" }) }
        #expect(try names("spool", place) == plain && names("reports", place) == plain)
        for folder in plain.flatMap({ ["spool/\($0)", "reports/\($0)"] }) {
            let facts = try FileManager.default.attributesOfItem(atPath: place.folder.path(folder))
            #expect(facts[.posixPermissions] as? Int == 0o750)
        }
    }

    @Test func theSameFileOnceMoreChangesNothingAndDifferencesAreSaid() async throws {
        let place = DaemonFixture()
        let file = "name,administrator,weight,password\nnora,yes,,\notto,,3,\(quoted)\npia,,,\n"
        #expect(try await importing(file, at: place).exitCode == 0)
        let before = try await users(place)
        let again = try await importing(file + "quin,,,\n", at: place)
        #expect(again.exitCode == 0)
        #expect(again.output.contains("Added 1 user; 3 are there already.\n"), "\(again.output)")
        #expect(!again.output.contains("otherwise") && !again.output.contains("folders already"))
        let other = try await importing(
            "name,administrator,weight,password\nnora,no,,a new password\notto,,5,another one\npia,0,1,\n",
            at: place)
        #expect(other.exitCode == 0)
        for line in [
            "Line 2: nora stays as is, and the file says otherwise: administrator: no in the file, yes in "
                + "hashdrop; a password in the file, none in hashdrop.",
            "Line 3: otto stays as is, and the file says otherwise: weight: 5 in the file, 3 in hashdrop; "
                + "another password in the file.",
            "Added 0 users; 3 are there already, 2 of them differ.",
        ] {
            #expect(other.output.contains(line + "\n"), "\(other.output)")
        }
        #expect(!other.output.contains("pia"))
        #expect(try await users(place) == before + ["quin\tno password"])
        // A folder that is missing is made again.
        _ = try await place.shell("rmdir spool/nora reports/pia")
        #expect(try await importing("nora\npia\n", at: place).exitCode == 0)
        #expect(try names("spool", place) == names("reports", place))
    }

    private var quoted: String { "\"" + Self.password.replacing("\"", with: "\"\"") + "\"" }

    struct Mistake: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
        var exitCode: Int32 = 65
        var says: [String]
    }

    static let mistakes = [
        Mistake(
            testDescription: "names",
            text: "nora\nOtto\n../pia\n\u{1B}[31m\nq" + String(repeating: "u", count: 40),
            says: [
                "'users.csv' is not imported, and nothing was changed; correct 4 lines:",
                "line 2: 'Otto' cannot be a user's name", "'otto' could be", "line 3: '../pia'",
                "line 4: '\\u{1B}[31m'", "line 5: 'quu",
            ]),
        Mistake(
            testDescription: "two of a name", text: "name,weight\nnora,1\notto,\nnora,2\n",
            says: ["line 4: 'nora' stands in line 2 already, with something else"]),
        Mistake(
            testDescription: "no headings", text: "# staff\nnora,yes\n",
            says: ["line 2: a file with more than names begins with a line of headings", "'password_hash'"]),
        Mistake(
            testDescription: "an unknown heading", text: "name,admin\nnora,yes\n",
            says: ["line 1", "the heading 'admin' is none of those that are known: 'name', "]),
        Mistake(
            testDescription: "a heading twice", text: "name,name\nnora,x\n",
            says: ["line 1: the heading 'name' stands there twice"]),
        Mistake(
            testDescription: "headings without names", text: "administrator,weight\nyes,1\n",
            says: ["line 1", "this line has no 'name'"]),
        Mistake(
            testDescription: "another program's heading", text: "# staff\nUserName\nnora\n",
            says: ["line 2: 'username' looks like a heading", "write 'name' in its place"]),
        Mistake(
            testDescription: "weights that are written otherwise",
            text: "name,weight\na,+7\nb,05\nc,1e1\nd,0x7\ne,7.0\nf,0\ng,-1\nh,\u{667}\n",
            says: ["correct 8 lines", "not '+7'", "not '05'", "not '1e1'", "not '0x7'", "not '7.0'"]),
        Mistake(
            testDescription: "cells", text: "name,administrator,weight\nnora,maybe,\notto,,101\n,yes,\n",
            says: [
                "line 2: 'administrator' is yes or no, and not 'maybe'",
                "line 3: 'weight' is a number from 1 to 100 in digits alone", "not '101'",
                "line 4: the name is missing",
            ]),
        Mistake(
            testDescription: "too many fields", text: "name,weight\nnora,1,2\notto,1\n",
            says: ["line 2: it has 3 fields, and the headings are 2"]),
        Mistake(
            testDescription: "more than a name", text: "nora\notto,yes\n",
            says: ["line 2: there is more than a name"]),
        Mistake(
            testDescription: "an open quotation mark", text: "name,weight\nnora,1\n\"otto,2\npia,3\n",
            says: ["line 3: a quotation mark opens here and is not closed"]),
        Mistake(
            testDescription: "something after a quoted field", text: "name,weight\n\"nora\"x,1\n",
            says: ["line 2: after a quoted field"]),
        Mistake(
            testDescription: "a short password", text: "name,password\nnora,horse\n",
            says: ["line 2: its password cannot be used", "at least 8 characters"]),
        Mistake(
            testDescription: "a password and a hash",
            text: "name,password,password_hash\nnora,long enough,\(strong)\n",
            says: ["line 2: it has a password and a hash of one"]),
        Mistake(
            testDescription: "no hash", text: "name,password_hash\nnora,$2b$12$abcdefghijklmnopqrstuv\n",
            says: ["line 2: 'password_hash' is no hash of hashdrop's: scrypt$"]),
        Mistake(
            testDescription: "a weak hash",
            text: "name,password_hash\nnora,\(strong.replacing("$15$", with: "$10$"))\n",
            says: ["line 2: its password hash is weaker"]),
        Mistake(
            testDescription: "a hash that takes all memory",
            text: "name,password_hash\nnora,\(strong.replacing("$15$8$", with: "$24$32$"))\n",
            says: ["line 2: its password hash takes more than 256 MiB"]),
        Mistake(testDescription: "nobody", text: "# later\n\n", says: ["'users.csv' names no user"]),
        Mistake(
            testDescription: "many", text: (0..<70).map { "N\($0)\n" }.joined(),
            says: ["correct 70 lines", "line 50: ", "… and 20 more"]),
    ]

    private static let strong =
        "scrypt$15$8$1$\(Data(0..<16).base64EncodedString())$\(Data(0..<32).base64EncodedString())"

    @Test(arguments: mistakes)
    func aMistakeIsSaidWithItsLineAndNothingIsDone(_ mistake: Mistake) async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "zoe")
        let ended = try await importing(mistake.text, at: place)
        #expect(ended.exitCode == mistake.exitCode, "\(ended.errors)")
        for words in mistake.says { #expect(ended.errors.contains(words), "\(words): \(ended.errors)") }
        for secret in ["horse", "long enough"] { #expect(!ended.errors.contains(secret)) }
        #expect(try await users(place) == ["zoe\tno password"])
        #expect(try names("spool", place) == ["zoe"] && names("reports", place) == ["zoe"])
    }

    @Test func whatIsNoTextIsRefused() async throws {
        let place = DaemonFixture()
        for (bytes, words) in [
            (Data("nora\nm\u{FC}ller\n".unicodeScalars.map { UInt8($0.value) }), "line 2 is no UTF-8 text"),
            (Data("nora\no\0t\0t\0o\0\n".utf8), "line 2 has a NUL byte"),
            (Data("%PDF-1.7\n%\u{E2}\n1 0 obj".utf8), "it is a PDF document, and no text"),
            (Data([0x50, 0x4B, 3, 4, 20, 0]), "it is a spreadsheet, a text document or another ZIP archive"),
        ] {
            try bytes.write(to: place.folder.url.appending(path: "users.txt"))
            let ended = try await place.hashdrop("user", "import", "users.txt")
            #expect(ended.exitCode == 65 && ended.errors.contains(words), "\(ended.errors)")
        }
        #expect(try await place.hashdrop("user", "import", "missing.csv").exitCode == 66)
        #expect(try await place.hashdrop("user", "import", "/").exitCode == 66)
    }

    @Test func aFolderThatCannotBeMadeLeavesNothingBehind() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "zoe")
        _ = try await place.shell("touch reports/otto")
        let ended = try await importing("nora\notto\npia\n", at: place)
        #expect(
            ended.exitCode == 73 && ended.errors.contains("reports/otto' is no folder"), "\(ended.errors)")
        #expect(try names("spool", place) == ["zoe"] && names("reports", place) == ["otto", "zoe"])
        #expect(try await users(place) == ["zoe\tno password"])
    }

    @Test func aDryRunSaysItAllAndMakesNothing() async throws {
        let place = DaemonFixture()
        #expect(try await importing("N\n", at: place).exitCode == 65)
        #expect(try await place.shell("ls").output == "users.csv\n")
        let file = "name,administrator,password\nnora,yes,\(quoted)\notto,,\n"
        let dry = try await importing(file, "--dry-run", at: place)
        #expect(dry.exitCode == 0, "\(dry.errors)")
        let said = """
            Would add nora (administrator, with a password).
            Would add otto.
            Would add 2 users (1 administrator, 1 with a password). Nothing was changed.

            """
        #expect(dry.output == said)
        #expect(try await place.shell("ls").output == "users.csv\n")
        #expect(try await importing(file, at: place).exitCode == 0)
        let again = try await importing(file + "pia,,\n", "--dry-run", at: place)
        #expect(
            again.output
                == "Would add pia.\nWould add 1 user; 2 are there already. Nothing was changed.\n")
        #expect(try await importing("N\n", "--dry-run", at: place).exitCode == 65)
        #expect(try await users(place).count == 2)
    }

    @Test func passwordsAreReadOnlyFromWhatNobodyElseReadsAndNeverStoredOrShown() async throws {
        let place = DaemonFixture()
        let file = "name,password\nnora,\(quoted)\n"
        for mode in [0o644, 0o640, 0o604, 0o620] {
            let ended = try await importing(file, mode: mode, at: place)
            #expect(ended.exitCode == 65 && ended.errors.contains("chmod 600"), "\(ended.errors)")
        }
        _ = try await place.shell("chmod 644 users.csv")
        let redirected = try await place.hashdrop("user", "import", "-", input: file)
        #expect(redirected.exitCode == 65 && redirected.errors.contains("Standard input"))
        let hashed = try await importing("name,password_hash\nnora,\(Self.strong)\n", mode: 0o644, at: place)
        #expect(hashed.exitCode == 65)
        #expect(try await importing(file, mode: 0o600, at: place).exitCode == 0)
        try Data("name,password\notto,\(quoted)\n".utf8)
            .write(to: place.folder.url.appending(path: "piped"))
        let piped = try await shell("cat piped | '\(place.program)' user import -", at: place)
        #expect(piped.exitCode == 0, "\(piped.errors)")
        #expect(try await users(place) == ["nora\t", "otto\t"])
        let found = try await place.shell("grep -rl 'a horse' spool reports || :")
        #expect(found.output.isEmpty)
        #expect(!(piped.output + piped.errors + redirected.errors).contains("horse"))
    }

    @Test func whoWasImportedLogsInAndDropsWhileTheDaemonRuns() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_WEB_LISTEN": "127.0.0.1:0"]) { place, _ in
            try await place.serve()
            // By the recipe, which asks a terminal.
            let recipe = try RecipeTests.commands("Many users from a file", 1)
            let made = try await place.shell(
                try RecipeTests.replacing(in: recipe, ["getpass.getpass()": "\"a hashed horse\""]))
            #expect(made.exitCode == 0, "\(made.errors)")
            let hash = made.output.trimmingCharacters(in: .newlines)
            let ended = try await importing(
                "name,password,password_hash\nnora,\(quoted),\notto,,\(hash)\n", at: place)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            let page = try await place.pageAddress()
            let client = RawClient(port: try #require(URL(string: page)?.port))
            #expect(try await logIn(client, "nora", Self.password) == 303)
            #expect(try await logIn(client, "otto", "a hashed horse") == 303)
            #expect(try await logIn(client, "otto", "another horse") != 303)
            let list = Samples.hash(31).hexadecimal
            _ = try await place.shell("echo \(list) >new; mv new spool/otto/list.txt")
            #expect(try await place.finished("list.txt", of: "otto").hashes() == [list])
            try await formerUsersListsAreNotGivenAway(place)
        }
    }

    private func formerUsersListsAreNotGivenAway(_ place: DaemonFixture) async throws {
        _ = try await place.hashdrop("user", "remove", "otto")
        let refused = try await importing("pia\notto\n", at: place)
        #expect(refused.exitCode == 65)
        #expect(refused.errors.contains("line 2: a former user 'otto' has 1 list"), "\(refused.errors)")
        #expect(try await importing("pia\notto\n", "--keep-lists", at: place).exitCode == 0)
    }

    private func logIn(_ client: RawClient, _ user: String, _ password: String) async throws -> Int {
        let origin = ["Origin": "null", "Sec-Fetch-Site": "same-origin"]
        let form = try await client.send("GET", "/login", headers: origin)
        let typed = password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try await client.send(
            "POST", "/login", headers: origin, cookies: form.cookies,
            body: "user=\(user)&password=\(typed)&token=\(form.formToken ?? "")"
        ).status
    }

    @Test func tenThousandUsersAreOneTransactionAndTheirFolders() async throws {
        let place = DaemonFixture()
        let names = (0..<10_000).map { "user\($0)" }
        let began = ContinuousClock.now
        let ended = try await importing(names.joined(separator: "\n"), at: place)
        print("10,000 users are imported in \(ContinuousClock.now - began)")
        #expect(ended.output.hasPrefix("Added 10,000 users.\n"), "\(ended.errors)")
        #expect(try await users(place).count == 10_000)
        #expect(try self.names("spool", place) == names.sorted())
        #expect(try self.names("reports", place) == names.sorted())
        let again = try await importing(names.joined(separator: "\n"), at: place)
        #expect(again.output.hasPrefix("Added 0 users; 10,000 are there already.\n"), "\(again.output)")
    }

    @Test func aTerminalShowsHowManyPasswordsAreDone() async throws {
        let place = DaemonFixture()
        let file = "name,password\n" + (0..<6).map { "user\($0),password \($0)\n" }.joined()
        try Data(file.utf8).write(to: place.folder.url.appending(path: "users.csv"))
        let ended = try await shell(
            """
            chmod 600 users.csv
            script --quiet --return --command "'\(place.program)' user import users.csv" /dev/null </dev/null
            """, at: place)
        #expect(ended.exitCode == 0, "\(ended.output)")
        #expect(ended.output.contains("Passwords hashed: 6 of 6"), "\(ended.output)")
        #expect(ended.output.contains("Added 6 users (6 with a password)"))
    }
}
