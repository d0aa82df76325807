extension SettingsLoader {
    /// The settings of what several daemons share.
    func shared() throws -> HashdropSettings.Shared {
        let database = optional("shared.database")
        // Not the value: it may hold a password.
        guard database.map(Self.isPostgreSQL) ?? true else {
            throw SettingsError(
                "The setting 'shared.database' is no database's URL; it must look like "
                    + "postgres://site-a@db.example.org/hashdrop.")
        }
        let site = optional("shared.site")
        guard site.map(Self.isSiteName) ?? true else {
            throw bad(
                "shared.site", site ?? "",
                "1 to \(siteCharactersMax) letters, digits, dots, hyphens and underscores")
        }
        let word = text("shared.whenAway")
        guard let whenAway = HashdropSettings.Shared.WhenAway(rawValue: word) else {
            throw bad("shared.whenAway", word, "wait or slice")
        }
        return .init(
            database: database, passwordFile: path("shared.passwordFile"), site: site, whenAway: whenAway,
            sliceShare: try integer("shared.sliceShare"))
    }

    private static func isPostgreSQL(_ text: String) -> Bool {
        ["postgres://", "postgresql://"].contains(where: text.hasPrefix)
    }

    private static func isSiteName(_ text: String) -> Bool {
        text.utf8.count <= siteCharactersMax
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

/// As long as a host name may be (RFC 1035, 2.3.4).
private let siteCharactersMax = 255
