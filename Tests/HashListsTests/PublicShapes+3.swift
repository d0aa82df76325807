import Model

extension PublicShapes {
    static let logs: [PublicShape] = [
        PublicShape(
            name: "Sysmon event as XML on one line",
            source: "microsoft/SysmonForLinux#131",
            text: #"""
                <Event><System><EventID>7</EventID></System><EventData>\#
                <Data Name="Image">C:\Temp\one.exe</Data>\#
                <Data Name="Hashes">SHA1=\#(one.sha1.uppercased()),MD5=\#(one.md5.uppercased()),\#
                SHA256=\#(one.sha256.uppercased()),IMPHASH=\#(imphash.uppercased())</Data></EventData></Event>
                """#,
            files: [[one.sha1, one.md5, one.sha256]],
            passedOver: [imphash: .otherThing],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "EvtxECmd CSV, all hashes in a quoted cell",
            source: "EricZimmerman/evtx#224",
            text: #"""
                RecordNumber,TimeCreated,EventId,Computer,PayloadData3,ExecutableInfo
                17,2026-03-04 05:06:07,1,pc-17,"MD5=\#(one.md5),SHA256=\#(one.sha256),IMPHASH=\#(imphash)",\#
                C:\Temp\one.exe
                """#,
            files: [[one.md5, one.sha256]],
            passedOver: [imphash: .otherThing],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "Splunk CSV, a cell with a value a line",
            source: "splunk/TA-microsoft-sysmon#21",
            text: """
                "process_name","values(SHA256)",count
                "one.exe
                two.exe","\(one.sha256)
                \(two.sha256)",2
                "three.exe","\(three.sha256)",1
                """,
            files: [[one.sha256], [two.sha256], [three.sha256]],
            comments: [three.sha256: "three.exe"]),
        PublicShape(
            name: "Zeek files.log, headings behind #fields",
            source: "philhagen/sof-elk#304, zeek/zeek#4917",
            text: #"""
                #separator \x09
                #unset_field	-
                #path	files
                #fields	ts	fuid	mime_type	filename	md5	sha1	extracted
                #types	time	string	string	string	string	string	string
                1772600767.1	FkP5aJ2	application/x-dosexec	one.exe	\#(one.md5)	\#(one.sha1)	-
                1772600768.2	FsM3rT9	application/pdf	two.pdf	\#(two.md5)	-	-
                #close	2026-03-04-06-00-00
                """#,
            files: [[one.md5, one.sha1], [two.md5]],
            comments: [one.sha1: "one.exe", two.md5: "two.pdf"]),
        PublicShape(
            name: "Zeek ssl.log as JSON, fingerprints only",
            source: "Security-Onion-Solutions/securityonion#11806, zeek/zeek#3182",
            text: """
                {"ts":1772600767.1,"uid":"CHhAvVGS","server_name":"example.org","ja3":"\(ja3)",\
                "ja3s":"\(ja3s)","cert_chain_fps":["\(certificate.sha256)","\(authentihash.sha256)"]}
                """,
            files: [],
            passedOver: [
                ja3: .otherThing, ja3s: .otherThing, certificate.sha256: .otherThing,
                authentihash.sha256: .otherThing,
            ]),
        PublicShape(
            name: "CEF, file and sensor",
            source: "ossec/ossec-hids#1713",
            text: """
                CEF:0|Example|Guard|1.2|4711|Malware blocked|9|fname=one.exe fsize=45056 \
                fileHash=\(one.sha256) deviceExternalId=\(machine) act=blocked
                """,
            files: [[one.sha256]],
            passedOver: [machine: .identifier],
            comments: [one.sha256: "one.exe"]),
        PublicShape(
            name: "CEF, a custom string named by its label",
            source: "Micro Focus, Common Event Format implementation standard: cs1Label",
            text: """
                CEF:0|Example|Guard|1.2|4711|Malware blocked|9|fname=one.exe fileHash=\(one.md5) \
                cs1Label=Imphash cs1=\(imphash)
                """,
            files: [[one.md5]],
            passedOver: [imphash: .otherThing]),
        PublicShape(
            name: "LEEF with a caret between its fields",
            source: "axoflow/axosyslog-core-docs#143",
            text: """
                LEEF:2.0|Example|Guard|1.2|4711|^|fileName=one.exe^sha256=\(one.sha256)^md5=\(one.md5)^sev=9
                """,
            files: [[one.sha256, one.md5]],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "logfmt with a trace and a commit",
            source: "W3C Trace Context: trace-id",
            text: """
                time=2026-03-04T05:06:07Z level=warn msg="upload refused" file=/srv/in/one.exe \
                sha256=\(one.sha256) trace_id=\(machine) commit=\(commit)
                """,
            files: [[one.sha256]],
            passedOver: [machine: .identifier, commit: .identifier],
            comments: [one.sha256: "one.exe"]),
    ]
}
