import Foundation

/// A setting of the kernel below `/proc/sys`.
enum Sysctl {
    /// The commands that set it now and at each start of the machine.
    static func advice(_ name: String, _ value: Int) -> String {
        "sudo sysctl -w \(name)=\(value); to keep it: echo '\(name) = \(value)' | sudo tee -a "
            + "/etc/sysctl.d/60-hashdrop.conf"
    }

    /// Its value; nil if the kernel has none of that name, or does not show it.
    static func value(_ name: String) -> Int? {
        let path = "/proc/sys/" + name.replacing(".", with: "/")
        guard let text = try? String(contentsOfFile: path, encoding: .ascii) else { return nil }
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
