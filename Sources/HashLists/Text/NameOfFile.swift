/// Names of files as they stand in the text of a list.
enum NameOfFile {
    /// Whether the text ends with a file's name, `secret.exe`: its words label nothing. Only well-known
    /// endings count, for keys have dots too (`process.hash.md5`).
    static func ends(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        let text = text.suffix(bytesMax)
        guard let dot = text.lastIndex(of: UInt8(ascii: ".")), dot != text.startIndex,
            text[text.index(before: dot)] > 0x20
        else { return false }
        let ending = text[text.index(after: dot)...].prefix { $0 > 0x20 }
        guard text[text.index(after: dot)...].dropFirst(ending.count).allSatisfy({ $0 <= 0x20 }) else {
            return false
        }
        return endings.contains(String(decoding: ending, as: UTF8.self).lowercased())
    }

    private static let bytesMax = 64

    private static let endings: Set = [
        "exe", "dll", "sys", "scr", "com", "cpl", "ocx", "drv", "msi", "bin", "dat", "tmp", "bat", "cmd",
        "ps1", "vbs", "vbe", "js", "jse", "hta", "wsf", "lnk", "jar", "apk", "ipa", "dex", "so", "elf", "ko",
        "dylib", "dmg", "pkg", "deb", "rpm", "sh", "py", "pl", "php", "asp", "aspx", "jsp", "doc", "docx",
        "docm", "xls", "xlsx", "xlsm", "xlsb", "ppt", "pptx", "pptm", "rtf", "pdf", "one", "zip", "rar",
        "7z", "gz", "tgz", "bz2", "xz", "tar", "cab", "iso", "img", "vhd", "txt", "log", "csv", "json",
        "xml", "html", "htm", "eml", "msg", "png", "jpg", "jpeg", "gif", "svg", "pem", "crt", "cer", "pfx",
        "p12", "kdbx", "sqlite", "db",
    ]
}
