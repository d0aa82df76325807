/// File type as VirusTotal describes it, with the platform's name in detections.
struct FileType: Hashable, Sendable {
    var description: String
    var tag: String
    var fileExtension: String
    var typeTags: [String]
    var magic: String
    var magika: String
    /// File types that TrID would offer, likeliest first.
    var trid: [String]
    /// The platform in most engines' names, for example `Win32`.
    var platform: String
    /// The platform in Fortinet's names, for example `W32`.
    var fortinetPlatform: String
    var isPortableExecutable = false
    /// Names that such files come under; `%` stands for a word.
    var fileNames: [String]

    static let windowsProgram = FileType(
        description: "Win32 EXE", tag: "peexe", fileExtension: "exe",
        typeTags: ["executable", "windows", "win32", "pe", "peexe"],
        magic: "PE32 executable (GUI) Intel 80386, for MS Windows", magika: "PEBIN",
        trid: [
            "Win32 Executable MS Visual C++ (generic)", "Win32 Dynamic Link Library (generic)",
            "Win32 Executable (generic)", "Generic Win/DOS Executable",
        ],
        platform: "Win32", fortinetPlatform: "W32", isPortableExecutable: true,
        fileNames: [
            "%.exe", "setup_%.exe", "%-installer.exe", "C:\\Users\\admin\\Downloads\\%.exe",
            "%_update.exe", "%.scr",
        ])

    static let windowsLibrary = FileType(
        description: "Win32 DLL", tag: "pedll", fileExtension: "dll",
        typeTags: ["executable", "windows", "win32", "pe", "pedll"],
        magic: "PE32 executable (DLL) (GUI) Intel 80386, for MS Windows", magika: "PEBIN",
        trid: [
            "Win32 Dynamic Link Library (generic)", "Win32 Executable (generic)",
            "Generic Win/DOS Executable",
        ],
        platform: "Win32", fortinetPlatform: "W32", isPortableExecutable: true,
        fileNames: ["%.dll", "%32.dll", "lib%.dll", "C:\\ProgramData\\%\\%.dll"])

    static let windows64Program = FileType(
        description: "Win32 EXE", tag: "peexe", fileExtension: "exe",
        typeTags: ["executable", "windows", "win32", "pe", "peexe"],
        magic: "PE32+ executable (console) x86-64, for MS Windows", magika: "PEBIN",
        trid: ["Win64 Executable (generic)", "Win16 NE executable (generic)", "OS/2 Executable (generic)"],
        platform: "Win64", fortinetPlatform: "W64", isPortableExecutable: true,
        fileNames: ["%64.exe", "%-x64.exe", "%_amd64.exe", "svc%.exe"])

    static let dotNetProgram = FileType(
        description: "Win32 EXE", tag: "peexe", fileExtension: "exe",
        typeTags: ["executable", "windows", "win32", "pe", "peexe"],
        magic: "PE32 executable (GUI) Intel 80386 Mono/.Net assembly, for MS Windows", magika: "PEBIN",
        trid: [
            "Generic CIL Executable (.NET, Mono, etc.)", "Win64 Executable (generic)",
            "Win32 Dynamic Link Library (generic)",
        ],
        platform: "MSIL", fortinetPlatform: "MSIL", isPortableExecutable: true,
        fileNames: ["%.exe", "Order_%.exe", "%.pdf.exe", "Proforma Invoice %.exe"])

    static let wordDocument = FileType(
        description: "MS Word Document", tag: "doc", fileExtension: "doc",
        typeTags: ["document", "msoffice", "word", "doc"],
        magic: "Composite Document File V2 Document, Little Endian, Os: Windows, Version 6.1", magika: "DOC",
        trid: [
            "Microsoft Word document", "Microsoft Word document (old ver.)",
            "Generic OLE2 / Multistream Compound",
        ],
        platform: "VBA", fortinetPlatform: "VBA",
        fileNames: ["%.doc", "Rechnung_%.doc", "INV-%.doc", "form %.doc"])

    static let spreadsheet = FileType(
        description: "Office Open XML Spreadsheet", tag: "xlsx", fileExtension: "xlsx",
        typeTags: ["document", "msoffice", "spreadsheet", "excel", "xlsx"],
        magic: "Microsoft Excel 2007+", magika: "XLSX",
        trid: [
            "Excel Microsoft Office Open XML Format document", "Open Packaging Conventions container",
            "ZIP compressed archive",
        ],
        platform: "MSExcel", fortinetPlatform: "MSExcel",
        fileNames: ["%.xlsx", "Payment %.xlsx", "Statement of account %.xlsx"])

    static let pdf = FileType(
        description: "PDF", tag: "pdf", fileExtension: "pdf", typeTags: ["document", "pdf"],
        magic: "PDF document, version 1.7", magika: "PDF", trid: ["Adobe Portable Document Format"],
        platform: "PDF", fortinetPlatform: "PDF", fileNames: ["%.pdf", "scan_%.pdf", "invoice %.pdf"])

    static let linuxProgram = FileType(
        description: "ELF", tag: "elf", fileExtension: "so", typeTags: ["executable", "linux", "elf"],
        magic: "ELF 32-bit LSB executable, ARM, EABI4 version 1 (GNU/Linux), statically linked, stripped",
        magika: "ELF", trid: ["ELF Executable and Linkable format (generic)"],
        platform: "Linux", fortinetPlatform: "ELF", fileNames: ["%.arm7", "%.x86", "%.mips", "/tmp/.%"])

    static let script = FileType(
        description: "JavaScript", tag: "javascript", fileExtension: "js",
        typeTags: ["source", "javascript", "js"],
        magic: "ASCII text, with very long lines (4012), with CRLF line terminators", magika: "JAVASCRIPT",
        trid: ["file seems to be plain text/ASCII"],
        platform: "JS", fortinetPlatform: "JS", fileNames: ["%.js", "document_%.js", "%.jse"])

    static let powerShell = FileType(
        description: "Powershell", tag: "powershell", fileExtension: "ps1",
        typeTags: ["source", "powershell", "ps", "ps1"],
        magic: "ASCII text, with very long lines (65536), with no line terminators", magika: "POWERSHELL",
        trid: ["file seems to be plain text/ASCII"],
        platform: "PowerShell", fortinetPlatform: "PowerShell", fileNames: ["%.ps1", "update-%.ps1"])

    static let androidPackage = FileType(
        description: "Android", tag: "android", fileExtension: "apk",
        typeTags: ["executable", "mobile", "android", "apk"],
        magic: "Zip archive data, at least v0.0 to extract, compression method=deflate", magika: "APK",
        trid: ["Android Package", "Java Archive", "ZIP compressed archive"],
        platform: "AndroidOS", fortinetPlatform: "Android", fileNames: ["%.apk", "com.%.apk", "%-mod.apk"])

    static let text = FileType(
        description: "Text", tag: "text", fileExtension: "txt", typeTags: ["text"],
        magic: "ASCII text, with no line terminators", magika: "TXT",
        trid: ["file seems to be plain text/ASCII"],
        platform: "Win32", fortinetPlatform: "W32", fileNames: ["%.txt"])

    static let empty = FileType(
        description: "unknown", tag: "unknown", fileExtension: "", typeTags: [], magic: "empty",
        magika: "EMPTY", trid: [], platform: "Win32", fortinetPlatform: "W32", fileNames: ["%"])
}
