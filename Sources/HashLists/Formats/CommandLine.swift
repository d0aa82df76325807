/// Command lines whose arguments are secrets, and whose output is.
///
/// Sources: the programs' own manuals: hashcat, John the Ripper, NetExec, evil-winrm, impacket, FreeRDP,
/// redis-cli, Vault, sshpass, OpenSSL; Cisco's "Password and Privilege Commands".
enum CommandLine {
    /// Whether the digest at `digest` is an argument that is a password, its hash or a key.
    static func holdsSecret(_ digest: Range<Int>, in line: UnsafeRawBufferPointer) -> Bool {
        let front = UnsafeRawBufferPointer(rebasing: line[..<digest.lowerBound])
        if isDevice(front) || isCall(front) { return true }
        guard let program = program(in: front) else { return false }
        // `mimikatz <digest>` is a list of files; an option makes a command of it.
        return front[program...].split(whereSeparator: { $0 <= 0x20 }).dropFirst().contains {
            $0.first == UInt8(ascii: "-") || $0.first == UInt8(ascii: "/") || $0.elementsEqual("login".utf8)
        }
    }

    /// Whether the lines below are what such a program found or made: `hashcat … --show`.
    static func printsSecrets(_ line: UnsafeRawBufferPointer) -> Bool {
        // The head of a text that Ansible has encrypted.
        if line.drop(while: { $0 == 0x20 }).starts(with: "$ANSIBLE_VAULT".utf8) { return true }
        if let program = program(in: line) {
            return line[program...].split(whereSeparator: { $0 <= 0x20 }).dropFirst().contains {
                $0.first == UInt8(ascii: "-")
            }
        }
        return UnsafeRawBufferPointer(rebasing: line.suffix(96)).contains("openssl rand")
    }

    /// Where the first program that takes passwords or their hashes is named as a command.
    private static func program(in line: UnsafeRawBufferPointer) -> Int? {
        guard line.count <= 1_024 else { return nil }
        func isGap(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: "(") }
        var end = 0
        while let start = line[end...].firstIndex(where: { !isGap($0) }) {
            end = line[start...].firstIndex(where: isGap) ?? line.count
            if namesProgram(line[start..<end]) { return start }
        }
        return nil
    }

    /// Every word of every line with a digest comes here.
    private static func namesProgram(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard (3...32).contains(word.count) else { return false }
        let slash = UInt8(ascii: "/")
        let name = word.contains(slash) ? word.split(separator: slash).last ?? word : word
        guard let first = name.first, lengths[Int(first | 0x20)] >> UInt64(name.count) & 1 == 1 else {
            return false
        }
        let text = String(decoding: name, as: UTF8.self).lowercased()
        return programs.contains(text) || text.hasPrefix("impacket-")
    }

    private static let programs: Set = [
        "hashcat", "hashcat64", "john", "nxc", "netexec", "crackmapexec", "cme", "evil-winrm", "xfreerdp",
        "pth-winexe", "psexec.py", "wmiexec.py", "smbexec.py", "atexec.py", "secretsdump.py", "gettgt.py",
        "getst.py", "ticketer.py", "redis-cli", "sshpass", "vault", "rubeus.exe", "rubeus",
    ]

    /// By its first letter, which lengths a program's name may have: a bit for each.
    private static let lengths = {
        var lengths = [UInt64](repeating: 0, count: 256)
        for program in programs { lengths[Int(program.utf8.first!)] |= 1 << UInt64(program.utf8.count) }
        lengths[Int(UInt8(ascii: "i"))] |= ~0 << UInt64("impacket-".utf8.count)
        return lengths
    }()

    /// A line of a network device's configuration that sets a password or a key.
    private static func isDevice(_ front: UnsafeRawBufferPointer) -> Bool {
        let line = front.drop { $0 == 0x20 }
        return deviceLines.contains { line.starts(with: $0) }
    }

    private static let deviceLines = [
        "snmp-server user ", "crypto isakmp key ", "enable secret ", "enable password ", "username ",
        "tacacs-server ", "radius-server ", "ntp authentication-key", "key-string ",
    ].map { Array($0.utf8) }

    /// `VirusTotal("…")`, `vt.Client("…")`: what a client is made with is its key.
    private static func isCall(_ front: UnsafeRawBufferPointer) -> Bool {
        guard front.count > 8, let quote = front.last,
            quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
            front[front.count - 2] == UInt8(ascii: "(")
        else { return false }
        let name = String(decoding: front.dropLast(2).suffix(24), as: UTF8.self).lowercased()
        return ["virustotal", "client", "authenticate", "set_key", "setkey", "login"].contains {
            name.hasSuffix($0)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the text stands in it.
    fileprivate func contains(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { text in
            indices.contains { self[$0] == text[0] && self[$0...].starts(with: text) }
        }
    }
}
