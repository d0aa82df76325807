import Model

extension PublicShapes {
    static let forensics = checksumTools + windowsTools + examinations

    private static let checksumTools: [PublicShape] = [
        PublicShape(
            name: "hashdeep, a name with a comma",
            source: "jessek/hashdeep#422, jessek/hashdeep#384",
            text: """
                %%%% HASHDEEP-1.0
                %%%% size,md5,sha256,filename
                ## Invoked from: /srv
                ## $ hashdeep -c md5,sha256 -r in
                ##
                1401787,\(one.md5),\(one.sha256),/srv/in/a, b/one.exe
                """,
            files: [[one.md5, one.sha256]],
            comments: [one.md5: "/srv/in/a, b/one.exe"]),
        PublicShape(
            name: "md5deep -z, the size before the hash",
            source: "jessek/hashdeep#203",
            text: "      2228  \(one.md5)  /srv/one.exe\n      2072  \(two.md5)  /srv/two.exe",
            files: [[one.md5], [two.md5]],
            comments: [one.md5: "/srv/one.exe"]),
        PublicShape(
            name: "rhash, the name before two sums",
            source: "rhash/RHash#14",
            text: "one.exe  \(one.md5) \(one.sha1)",
            files: [[one.md5, one.sha1]],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "fsum, algorithm joined to the name",
            source: "rhash/RHash#237",
            text: """
                ; SlavaSoft Optimizing Checksum Utility - fsum 2.52.00337
                ;
                ; Generated on 03/04/26 at 05:06:07
                ;
                \(one.sha256) ?SHA256*one.exe
                \(two.md5) ?MD5*two.exe
                """,
            files: [[one.sha256], [two.md5]],
            comments: [one.sha256: "one.exe", two.md5: "two.exe"]),
        PublicShape(
            name: "fciv -both",
            source: "electrumsv/electrumsv#314, Multibit-Legacy/multibit-website-legacy#83",
            text: #"""
                //
                // File Checksum Integrity Verifier version 2.05.
                //
                		MD5				SHA-1
                -------------------------------------------------------------------------
                \#(one.md5) \#(one.sha1) c:\temp\one.exe
                """#,
            files: [[one.md5, one.sha1]],
            comments: [one.sha1: #"c:\temp\one.exe"#]),
        PublicShape(
            name: "7-Zip, hashes and a sum of them all",
            source: "7-Zip, help of the command h",
            text: """
                SHA256                                                                    Size  Name
                ---------------------------------------------------------------- -------------  ------------
                \(one.sha256)         45056  one.exe
                \(two.sha256)          2048  two.dll
                ---------------------------------------------------------------- -------------  ------------
                Size: 47104

                SHA256 for data:              \(section.sha256)-00000001
                """,
            files: [[one.sha256], [two.sha256]],
            passedOver: [section.sha256: .otherThing],
            comments: [two.sha256: "two.dll"],
            // The sum of the files' digests: of another thing, or malformed for what is joined to it.
            isDebatable: true),
        PublicShape(
            name: "HashMyFiles, text blocks",
            source: "OV2/RapidCRC-Unicode#185",
            text: #"""
                ==================================================
                Filename          : one.exe
                MD5               : \#(one.md5)
                SHA1              : \#(one.sha1)
                CRC32             : 0a1b2c3d
                SHA-256           : \#(one.sha256)
                Full Path         : C:\Temp\one.exe
                ==================================================
                """#,
            files: [[one.md5], [one.sha1], [one.sha256]]),
    ]

    private static let windowsTools: [PublicShape] = [
        PublicShape(
            name: "sigcheck -h, text",
            source: "jgstew/bigfix-content#9",
            text: #"""
                c:\temp\one.exe:
                	Verified:	Signed
                	Publisher:	Example
                	MD5:	\#(one.md5.uppercased())
                	SHA1:	\#(one.sha1.uppercased())
                	PESHA1:	\#(authentihash.sha1.uppercased())
                	PE256:	\#(authentihash.sha256.uppercased())
                	SHA256:	\#(one.sha256.uppercased())
                	IMP:	\#(imphash.uppercased())
                """#,
            files: [[one.md5], [one.sha1], [one.sha256]],
            passedOver: [
                authentihash.sha1: .otherThing, authentihash.sha256: .otherThing, imphash: .otherThing,
            ]),
        PublicShape(
            name: "sigcheck -ct in UTF-16",
            source: "Velocidex/velociraptor-docs#1007",
            text: #"""
                Path	Verified	MD5	SHA1	PESHA1	IMP
                "c:\temp\one.exe"	"Signed"	\#(one.md5)	\#(one.sha1)	\#(authentihash.sha1)	\#(imphash)
                """#,
            encoding: .utf16LittleWithMark,
            files: [[one.md5, one.sha1]],
            passedOver: [authentihash.sha1: .otherThing, imphash: .otherThing],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "Autoruns in the event log, long values wrapped",
            source: "palantir/windows-event-forwarding#15",
            text: #"""
                Entry          : Demo
                Image Path     : c:\program files\one\
                                 one.dll
                MD5            : \#(one.md5)
                PESHA-256      : \#(authentihash.sha256.prefix(62))
                                 \#(authentihash.sha256.suffix(2))
                SHA-256        : \#(one.sha256.prefix(62))
                                 \#(one.sha256.suffix(2))
                IMP            : \#(imphash)
                """#,
            files: [[one.md5], [one.sha256]],
            passedOver: [authentihash.sha256: .otherThing, imphash: .otherThing],
            // Joined, or listed as cut.
            isDebatable: true),
        PublicShape(
            name: "Get-FileHash in a narrow window, the hash cut at 40",
            source: "StartAutomating/Posh#270, raandree/NTFSSecurity#59",
            text: #"""
                Algorithm Hash                                        Path
                --------- ----                                        ----
                SHA256    \#(one.sha256.uppercased().prefix(40))... C:\Temp\one.exe
                """#,
            files: [],
            passedOver: [String(one.sha256.prefix(40)): .malformed],
            // Never a SHA-1; whether malformed or cut is a matter of words.
            isDebatable: true),
        PublicShape(
            name: "Get-AuthenticodeSignature",
            source: "PowerShell, documentation of Get-AuthenticodeSignature",
            text: #"""
                    Directory: C:\Temp

                SignerCertificate                         Status    Path
                -----------------                         ------    ----
                \#(certificate.sha1.uppercased())  Valid     one.exe
                """#,
            files: [],
            passedOver: [certificate.sha1: .otherThing]),
        PublicShape(
            name: "Registry export, names of certificates",
            source: "Windows, system store SystemCertificates",
            text: #"""
                Windows Registry Editor Version 5.00

                [HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\SystemCertificates\ROOT\Certificates\#
                \\#(certificate.sha1.uppercased())]
                "MachineId"="\#(machine)"
                """#,
            encoding: .utf16LittleWithMark,
            files: [],
            passedOver: [certificate.sha1: .otherThing, machine: .identifier]),
        PublicShape(
            name: "AmcacheParser CSV",
            source: "EricZimmerman/AmcacheParser#14, log2timeline/plaso#4942",
            text: #"""
                ApplicationName,ProgramId,FileKeyLastWriteTimestamp,SHA1,FullPath,Name
                Unassociated,0006\#(Invented.sha1("program")),2026-03-04 05:06:07,\#(one.sha1),\#
                c:\temp\one.exe,one.exe
                """#,
            files: [[one.sha1]],
            comments: [one.sha1: "one.exe"]),
        PublicShape(
            name: "Amcache, four zeros before the SHA-1",
            source: "EricZimmerman/AmcacheParser#14, abrignoni/DLEAPP#145",
            text: "Name,FileId\none.exe,0000\(one.sha1)",
            files: [],
            passedOver: ["0000\(one.sha1)": .malformed],
            // A reader who knows the Amcache takes the zeros away and looks the rest up.
            isDebatable: true),
    ]

    private static let examinations: [PublicShape] = [
        PublicShape(
            name: "NSRL reference data set, CSV",
            source: "rjhansen/nsrllookup#11",
            text: """
                "SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"
                "\(one.sha1.uppercased())","\(one.md5.uppercased())","0A1B2C3D","one.dll",45056,4711,"362",""
                """,
            files: [[one.sha1, one.md5]],
            comments: [one.md5: "one.dll"]),
        PublicShape(
            name: "IPED list of files, headings in Portuguese",
            source: "sepinf-inc/IPED#778",
            text: """
                "Nome";"Tamanho";"Categoria";"SHA1";"MD5";"Deletado";"Caminho";"GlobalId"
                "one.exe";"45056";"Programas";"\(one.sha1)";"\(one.md5)";"false";"/vol2/one.exe";"\(machine)"
                """,
            files: [[one.sha1, one.md5]],
            passedOver: [machine: .identifier],
            comments: [one.sha1: "one.exe"]),
        PublicShape(
            name: "Autopsy file listing, CSV",
            source: "sleuthkit/autopsy#175, sleuthkit/autopsy#3455",
            text: """
                "Name","Modified Time","Size","MD5 Hash","SHA-256 Hash","Location"
                "one.exe","2026-03-04 05:06:07 CET","45056","\(one.md5)",\
                "\(one.sha256)","/img_pc-17.E01/one.exe"
                """,
            files: [[one.md5, one.sha256]],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "Sleuth Kit body file",
            source: "sleuthkit/autopsy#4029",
            text: """
                \(one.md5)|vol2/one.exe|44-128-1|r/rrwxrwxrwx|0|0|524288|1772600767|1772600767|1772600767|0
                0|vol2/$MFT|0-128-1|r/rr-xr-xr-x|0|0|262144|1772600767|1772600767|1772600767|0
                """,
            files: [[one.md5]],
            comments: [one.md5: "vol2/one.exe"]),
        PublicShape(
            name: "Plaso l2tcsv, hashes in the column extra",
            source: "log2timeline/plaso#3188",
            text: """
                date,time,timezone,MACB,source,sourcetype,type,host,desc,filename,extra
                03/04/2026,05:06:07,UTC,M...,FILE,NTFS,mtime,pc-17,one.exe,OS:/in/one.exe,\
                md5_hash: \(one.md5); sha256_hash: \(one.sha256)
                """,
            files: [[one.md5, one.sha256]],
            comments: [one.sha256: "one.exe"]),
    ]
}
