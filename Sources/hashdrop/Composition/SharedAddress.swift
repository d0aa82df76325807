import FileSystem
import Foundation
import PostgreSQL
import Settings

/// Address of a shared database as it is given: by the settings, or to a command.
struct SharedAddress {
    var url: String
    var passwordFile: String?
    /// What errors call the two.
    var urlName = "setting shared.database"
    var passwordFileName = "shared.passwordFile"

    /// Throws a `SettingsError` for what is no address, a way to the server that is not safe, and a password
    /// that cannot be read.
    func address() throws -> PostgreSQLAddress {
        let password = try passwordFile.map { try Self.password(in: $0, named: passwordFileName) }
        let address: PostgreSQLAddress
        do throws(PostgreSQLError) {
            address = try PostgreSQLAddress(url, password: password)
        } catch {
            throw SettingsError("The \(urlName) cannot be used: \(error).")
        }
        // A machine on the way would learn what is looked for, and one in the server's place could have the
        // key's quota overdrawn.
        guard address.isProtected else {
            throw SettingsError(
                "The \(urlName) leads to another machine without verifying it; take "
                    + "sslmode out of the URL, or set it to verify-full.")
        }
        return address
    }

    /// Longer ones are another file's content.
    private static let passwordBytesMax = 4_096

    /// The one line of a file.
    ///
    /// - Parameter name: what errors call it.
    static func password(in path: String, named name: String) throws -> String {
        let bytes: [UInt8]
        do throws(NamedFile.Refusal) {
            bytes = try NamedFile.bytes(at: path, max: passwordBytesMax)
        } catch {
            throw SettingsError(
                "The file '\(path)' (\(name)) cannot be read (\(error.reason)); \(error.advice), or name "
                    + "another.")
        }
        let password = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        guard bytes.count <= passwordBytesMax, !password.isEmpty, !password.contains(where: \.isNewline)
        else {
            throw SettingsError(
                "The file '\(path)' (\(name)) must hold one line with the password; write it again.")
        }
        return password
    }
}
