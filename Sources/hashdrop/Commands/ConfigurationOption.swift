import ArgumentParser
import Foundation
import Settings

/// `--config`, as every command that needs settings has it.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration file. Without it config/hashdrop.yaml here, else /etc/hashdrop/hashdrop.yaml, "
                + "else the defaults.", valueName: "file"))
    var path: String?

    static let places = ["config/hashdrop.yaml", "/etc/hashdrop/hashdrop.yaml"]

    func settings() async throws -> HashdropSettings {
        let found = path ?? Self.places.first { FileManager.default.fileExists(atPath: $0) }
        return try await SettingsLoader.load(path: found, environment: ProcessInfo.processInfo.environment)
    }
}
