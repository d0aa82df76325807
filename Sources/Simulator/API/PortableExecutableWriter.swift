import Support

/// Writer of the attributes that Windows programs have besides the common ones: sections, imports, resources.
struct PortableExecutableWriter {
    let profile: ThreatProfile
    let seed: UInt64

    /// Writes the members; about `paddingBytes` of resources more: the largest real answers have 1 MB.
    func write(to json: inout JSONWriter, paddingBytes: Int) {
        var generator = SeededGenerator(seed: seed ^ 0x7065_696E_666F_0000)
        json.member("creation_date", profile.firstSubmissionSecond - generator.below(86_400 * 30))
        json.member("authentihash", Self.digest(64, &generator))
        json.key("detectiteasy")
        json.object { easy in
            easy.member("filetype", profile.type.platform == "Win64" ? "PE64" : "PE32")
            easy.key("values")
            easy.array { values in
                values.object {
                    $0.member("version", "19.36.33135")
                    $0.member("type", "Compiler")
                    $0.member("name", "Microsoft Visual C/C++")
                }
            }
        }
        json.key("pe_info")
        json.object { writeInfo(to: &$0, &generator, paddingBytes: paddingBytes) }
    }

    private func writeInfo(
        to json: inout JSONWriter, _ generator: inout SeededGenerator, paddingBytes: Int
    ) {
        json.member("timestamp", profile.firstSubmissionSecond)
        let drawn = Self.digest(32, &generator)
        json.member("imphash", sharedImphash ?? drawn)
        json.member("machine_type", profile.type.platform == "Win64" ? 34_404 : 332)
        json.member("entry_point", 4096 + generator.below(65_536))
        json.key("sections")
        var random = generator
        json.array { list in
            for name in [".text", ".rdata", ".data", ".rsrc", ".reloc"] {
                list.object { Self.writeSection(name, to: &$0, &random) }
            }
        }
        json.key("import_list")
        json.array { Self.writeImports(to: &$0) }
        json.key("resource_details")
        json.array { list in
            // One row is about 190 bytes long.
            for _ in 0..<(2 + random.below(6) + paddingBytes / 190) {
                list.object { Self.writeResource(to: &$0, &random) }
            }
        }
    }

    /// The imphash that one in three programs shares with others of its family, and all of .NET with each
    /// other: these import one function of one library.
    private var sharedImphash: String? {
        if profile.type == .dotNetProgram { return "f34d5f2d4577ed6d9ceec516c1f5a744" }
        guard seed % 3 == 0 else { return nil }
        let word = profile.threat.name.utf8.reduce(UInt64(0)) { ($0 &* 31 &+ UInt64($1)).mixed }
        var generator = SeededGenerator(seed: word)
        return Self.digest(32, &generator)
    }

    private static func writeSection(
        _ name: String, to json: inout JSONWriter, _ generator: inout SeededGenerator
    ) {
        json.member("name", name)
        json.key("chi2")
        json.decimal(Double(generator.below(100_000_000)) / 100)
        json.member("virtual_address", 4096 * (1 + generator.below(64)))
        json.key("entropy")
        json.decimal(Double(generator.below(800)) / 100)
        json.member("raw_size", 512 * generator.below(1024))
        json.member("flags", name == ".text" ? "rx" : "rw")
        json.member("virtual_size", 512 * generator.below(1024) + 100)
        json.member("md5", digest(32, &generator))
    }

    private static func writeImports(to json: inout JSONWriter) {
        let imports = [
            ("KERNEL32.dll", ["CreateFileW", "GetProcAddress", "LoadLibraryA", "VirtualAlloc", "WriteFile"]),
            ("USER32.dll", ["GetDC", "MessageBoxW", "RegisterClassExW"]),
            ("ADVAPI32.dll", ["RegOpenKeyExW", "RegQueryValueExW"]),
        ]
        for (library, functions) in imports {
            json.object {
                $0.member("library_name", library)
                $0.member("imported_functions", functions)
            }
        }
    }

    private static func writeResource(to json: inout JSONWriter, _ generator: inout SeededGenerator) {
        json.member("lang", "ENGLISH US")
        json.key("chi2")
        json.decimal(Double(generator.below(10_000_000)) / 100)
        json.member("filetype", "unknown")
        json.key("entropy")
        json.decimal(Double(generator.below(800)) / 100)
        json.member("sha256", digest(64, &generator))
        json.member("type", "RT_ICON")
    }

    static func digest(_ digits: Int, _ generator: inout SeededGenerator) -> String {
        var text = ""
        while text.count < digits {
            let word = String(generator.next(), radix: 16)
            text += String(repeating: "0", count: 16 - word.count) + word
        }
        return String(text.prefix(digits))
    }
}
