import Foundation
import Model
import Support

/// Builder of one STIX object: `{"type":…,"spec_version":"2.1","id":…` and the properties that are set.
struct STIXObject {
    private var bytes: [UInt8]

    init(_ type: String, id: String) {
        bytes = [UInt8(ascii: "{")]
        JSONText.append(key: "type", to: &bytes)
        JSONText.append(type, to: &bytes)
        set("spec_version", "2.1")
        set("id", id)
    }

    mutating func set(_ key: String, _ text: String?) {
        guard let text else { return }
        add(key)
        JSONText.append(text, to: &bytes)
    }

    mutating func set(_ key: String, _ date: Date?) {
        guard let date else { return }
        add(key)
        // With milliseconds, which the standard requires of `created` and `modified`.
        bytes.append(UInt8(ascii: "\""))
        UTCTime(date).appendSeconds(separator: UInt8(ascii: "T"), to: &bytes)
        bytes += Array(".000Z\"".utf8)
    }

    mutating func set(_ key: String, number: Int64) {
        add(key)
        bytes += Array(String(number).utf8)
    }

    mutating func set(_ key: String, list: [String]) {
        guard !list.isEmpty else { return }
        add(key)
        for (index, text) in list.enumerated() {
            bytes.append(UInt8(ascii: index == 0 ? "[" : ","))
            JSONText.append(text, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Sets a dictionary of texts, inside a list if `isListed`.
    mutating func set(_ key: String, _ pairs: [(String, String)], isListed: Bool = false) {
        add(key)
        if isListed { bytes.append(UInt8(ascii: "[")) }
        for (index, (name, text)) in pairs.enumerated() {
            bytes.append(UInt8(ascii: index == 0 ? "{" : ","))
            JSONText.append(key: name, to: &bytes)
            JSONText.append(text, to: &bytes)
        }
        bytes += Array((isListed ? "}]" : "}").utf8)
    }

    var json: [UInt8] { bytes + [UInt8(ascii: "}")] }

    private mutating func add(_ key: String) {
        bytes.append(UInt8(ascii: ","))
        JSONText.append(key: key, to: &bytes)
    }
}
