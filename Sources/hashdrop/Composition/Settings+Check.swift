import Curl
import Foundation
import Monitoring
import Notifications
import Settings
import VirusTotal
import Web

extension HashdropSettings {
    /// Throws what a start by these settings would be refused for, as far as that can be told beside a
    /// running daemon: not that an address is taken, or a folder is missing.
    ///
    /// Each error's sentence names the setting, the reason and what to do.
    func checkStart(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        _ = try reportOptions(isSimulated: false, version: Hashdrop.version)
        do {
            _ = try VirusTotalEndpoint(virusTotal.endpoint)
        } catch {
            throw SettingsError("The setting virustotal.endpoint cannot be used. \(error.sentence)")
        }
        _ = try KeySource(settings: virusTotal, environment: environment)
        try checkAddresses()
        if let complaint = try monitoringOptions(version: Hashdrop.version)?.complaint {
            throw SettingsError("\(complaint)")
        }
        if let complaint = try webOptions(isSimulated: false, version: Hashdrop.version)?.complaint {
            throw SettingsError("\(complaint)")
        }
        try NotificationService.check(
            notificationOptions(), curl: Self.notificationCurl(environment: environment))
    }

    /// How the webhook and the mail server are reached.
    static func notificationCurl(environment: [String: String]) -> CurlOptions {
        var curl = CurlOptions(environment: environment)
        curl.userAgent = VirusTotalClient.userAgent(version: Hashdrop.version)
        return curl
    }
}
