import Model

extension PublicShapes {
    static let feeds = exports + rules + reports

    private static let exports: [PublicShape] = [
        PublicShape(
            name: "MalwareBazaar CSV, headings behind a comment sign",
            source: "aboutcode-org/vulnerablecode#761",
            text: """
                ################################################################
                # MalwareBazaar recent malware samples (CSV)                   #
                ################################################################
                #
                # "first_seen_utc","sha256_hash","md5_hash","sha1_hash","reporter","file_name",\
                "signature","imphash","tlsh"
                "2026-03-04 05:06:07", "\(one.sha256)", "\(one.md5)", "\(one.sha1)", "x", "one.exe", \
                "n/a", "\(imphash)", "n/a"
                """,
            files: [[one.sha256, one.md5, one.sha1]],
            passedOver: [imphash: .otherThing],
            comments: [one.sha256: "one.exe"]),
        PublicShape(
            name: "URLhaus payloads CSV",
            source: "demisto/content#3821",
            text: """
                # firstseen,url,filetype,md5,sha256,signature
                "2026-03-04 05:06:07","http://192.0.2.7/one.exe","exe","\(one.md5)","\(one.sha256)","None"
                """,
            files: [[one.md5, one.sha256]],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "ThreatFox CSV, a column says the kind",
            source: "Kaleb-K/tools#22",
            text: """
                # "first_seen_utc","ioc_id","ioc_value","ioc_type","malware_printable"
                "2026-03-04 05:06:07", "4711", "\(one.sha256)", "sha256_hash", "Demo"
                "2026-03-04 05:06:08", "4712", "\(two.md5)", "md5_hash", "Demo"
                "2026-03-04 05:06:09", "4713", "192.0.2.7:443", "ip:port", "Demo"
                """,
            files: [[one.sha256], [two.md5]],
            comments: [two.md5: "Demo"]),
        PublicShape(
            name: "ThreatFox JSON, ids as keys",
            source: "Kaleb-K/tools#23",
            text: """
                {
                  "4711": [
                    {"ioc_value": "\(one.sha256)", "ioc_type": "sha256_hash", "malware_printable": "Demo"}
                  ],
                  "4712": [
                    {"ioc_value": "\(two.sha1)", "ioc_type": "sha1_hash", "malware_printable": "Demo"}
                  ]
                }
                """,
            files: [[one.sha256], [two.sha1]]),
        PublicShape(
            name: "OTX pulse, types FileHash and others",
            source: "OpenCTI-Platform/connectors#211, certtools/intelmq#914",
            text: """
                {"id": "5fd0c1d9a2b3c4d5e6f70812", "name": "Demo", "indicators": [
                  {"id": 1, "indicator": "\(one.sha256)", "type": "FileHash-SHA256", "title": ""},
                  {"id": 2, "indicator": "\(two.md5)", "type": "FileHash-MD5", "title": ""},
                  {"id": 3, "indicator": "\(imphash)", "type": "FileHash-IMPHASH", "title": ""},
                  {"id": 4, "indicator": "\(authentihash.sha1)", "type": "FileHash-PEHASH", "title": ""}
                ]}
                """,
            files: [[one.sha256], [two.md5]],
            passedOver: [imphash: .otherThing, authentihash.sha1: .otherThing]),
        PublicShape(
            name: "STIX 2.1, a certificate has hashes too",
            source: "oasis-tcs/cti-stix2#206",
            text: """
                {"type": "bundle", "id": "bundle--1190f2c9-166f-45f1-9706-eea3971d8082", "objects": [
                  {"type": "file", "name": "one.exe",
                   "hashes": {"MD5": "\(one.md5)", "SHA-256": "\(one.sha256)"}},
                  {"type": "x509-certificate", "issuer": "CN=Example",
                   "hashes": {"SHA-1": "\(certificate.sha1)", "SHA-256": "\(certificate.sha256)"}}
                ]}
                """,
            files: [[one.md5, one.sha256]],
            passedOver: [certificate.sha1: .otherThing, certificate.sha256: .otherThing],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "STIX 1, the algorithm in an element before",
            source: "CybOXProject/python-cybox#165, anl-cyberscience/FlexTransform#33",
            text: """
                <FileObj:Hashes>
                  <cyboxCommon:Hash>
                    <cyboxCommon:Type xsi:type="cyboxVocabs:HashNameVocab-1.0">MD5</cyboxCommon:Type>
                    <cyboxCommon:Simple_Hash_Value condition="Equals">\(one.md5)\
                </cyboxCommon:Simple_Hash_Value>
                  </cyboxCommon:Hash>
                  <cyboxCommon:Hash>
                    <cyboxCommon:Type>RIPEMD160</cyboxCommon:Type>
                    <cyboxCommon:Simple_Hash_Value>\(two.sha1)</cyboxCommon:Simple_Hash_Value>
                  </cyboxCommon:Hash>
                </FileObj:Hashes>
                """,
            files: [[one.md5]],
            passedOver: [two.sha1: .otherAlgorithm]),
        PublicShape(
            name: "STIX 1, values joined by ##comma##",
            source: "MISP/MISP#1771",
            text: """
                <cyboxCommon:Simple_Hash_Value apply_condition="ANY">\(one.md5)##comma##\(two.md5)\
                </cyboxCommon:Simple_Hash_Value>
                """,
            files: [[one.md5], [two.md5]]),
        PublicShape(
            name: "OpenIOC, the search term in a sibling",
            source: "CybOXProject/Tools#14, MISP/MISP#191",
            text: """
                <IndicatorItem id="1741d5ae-0f07-497b-8192-43a8a77735e0" condition="is">
                  <Context document="FileItem" search="FileItem/Md5sum" type="mir" />
                  <Content type="md5">\(one.md5.uppercased())</Content>
                </IndicatorItem>
                <IndicatorItem id="1741d5ae-0f07-497b-8192-43a8a77735e1" condition="is">
                  <Context document="ServiceItem" search="ServiceItem/serviceDLLmd5sum" type="mir" />
                  <Content type="md5">\(two.md5.uppercased())</Content>
                </IndicatorItem>
                """,
            files: [[one.md5], [two.md5]]),
        PublicShape(
            name: "MISP event, an object of a section",
            source: "MISP objects, template pe-section",
            text: """
                {"Event": {"Object": [
                  {"name": "file", "Attribute": [
                    {"object_relation": "filename", "type": "filename", "value": "one.exe"},
                    {"object_relation": "md5", "type": "md5", "value": "\(one.md5)"},
                    {"object_relation": "sha1", "type": "sha1", "value": "\(one.sha1)"}]},
                  {"name": "pe-section", "Attribute": [
                    {"object_relation": "name", "type": "text", "value": ".text"},
                    {"object_relation": "md5", "type": "md5", "value": "\(section.md5)"},
                    {"object_relation": "sha256", "type": "sha256", "value": "\(section.sha256)"}]}
                ]}}
                """,
            files: [[one.md5, one.sha1]],
            passedOver: [section.md5: .otherThing, section.sha256: .otherThing],
            comments: [one.md5: "one.exe"]),
    ]

    private static let rules: [PublicShape] = [
        PublicShape(
            name: "YARA rule, meta and conditions",
            source: "carbonblack/cb-yara-connector#13, Neo23x0/signature-base#250",
            text: """
                import "pe"
                rule Demo_Loader {
                   meta:
                      description = "Finds a demo"
                      hash1 = "\(one.sha256)"
                      hash2 = "\(two.sha256)"
                   condition:
                      uint16(0) == 0x5a4d and ( pe.imphash() == "\(imphash)" or
                      hash.md5(pe.rich_signature.clear_data) == "\(richHeader)" or
                      hash.md5(0, filesize) == "\(three.md5)" )
                }
                """,
            files: [[one.sha256], [two.sha256], [three.md5]],
            passedOver: [imphash: .otherThing, richHeader: .otherThing]),
        PublicShape(
            name: "Sigma rule, list of Sysmon's Hashes",
            source: "SigmaHQ/sigma#4348, SigmaHQ/sigma#6311",
            text: """
                id: 2704ab9e-afe2-4854-a3b1-0c0706d03578
                detection:
                    selection:
                        Hashes|contains:
                            - 'SHA256=\(one.sha256)'
                            - 'MD5=\(two.md5)'
                            - 'IMPHASH=\(imphash)'
                    condition: selection
                """,
            files: [[one.sha256], [two.md5]],
            passedOver: [imphash: .otherThing]),
        PublicShape(
            name: "ClamAV hash:size:name",
            source: "sec51/clamav-yara#2, magicsword-io/LOLDrivers#75",
            text: """
                \(one.md5):23744:Demo.Loader-1
                \(two.sha256):*:Demo.Dropper-2:73
                """,
            files: [[one.md5], [two.sha256]],
            comments: [one.md5: "Demo.Loader-1", two.sha256: "Demo.Dropper-2"]),
        PublicShape(
            name: "ClamAV database with md5sum's backslash",
            source: "rfxn/linux-malware-detect#468",
            text: #"\\#(one.md5):9385:{MD5}bin.downloader.demo"#,
            files: [[one.md5]],
            comments: [one.md5: "bin.downloader.demo"]),
        PublicShape(
            name: "LOLDrivers YAML, digests under other names",
            source: "magicsword-io/LOLDrivers#139",
            text: """
                KnownVulnerableSamples:
                - Filename: one.sys
                  MD5: \(one.md5)
                  SHA256: \(one.sha256)
                  Authentihash:
                    MD5: \(authentihash.md5)
                    SHA1: \(authentihash.sha1)
                  Imphash: \(imphash)
                  RichPEHeaderHash:
                    MD5: \(richHeader)
                  Signatures:
                  - Certificates:
                    - Subject: CN=Example
                      TBS:
                        SHA256: \(certificate.sha256)
                """,
            files: [[one.md5], [one.sha256]],
            passedOver: [
                authentihash.md5: .otherThing, authentihash.sha1: .otherThing, imphash: .otherThing,
                richHeader: .otherThing, certificate.sha256: .otherThing,
            ]),
    ]

    private static let reports: [PublicShape] = [
        PublicShape(
            name: "Blog's blocks, each under its heading",
            source: "stamparm/maltrail#208, weekly reports of several vendors",
            text: """
                INDICATORS OF COMPROMISE

                SHA256:
                \(one.sha256)
                \(two.sha256)

                JA3 fingerprints:
                \(ja3)
                \(ja3s)

                Domains:
                files[.]example[.]com
                """,
            files: [[one.sha256], [two.sha256]],
            passedOver: [ja3: .otherThing, ja3s: .otherThing]),
        PublicShape(
            name: "A SHA-256 that is called MD5",
            source: "executemalware/Malware-IOCs#8",
            text: "C2: gogo.example\nMD5: \(one.sha256.uppercased())",
            files: [[one.sha256]]),
        PublicShape(
            name: "Markdown link to a scan",
            source: "executemalware/Malware-IOCs#1",
            text: """
                i.e. \(one.md5) -> [\(one.sha256)](https://www.virustotal.com/gui/file/\(one.sha256))
                """,
            files: [[one.md5], [one.sha256]]),
        PublicShape(
            name: "Markdown table with headings",
            source: "magicsword-io/LOLDrivers, pages of drivers",
            text: """
                | Filename | MD5 | SHA-1 | Imphash |
                | --- | --- | --- | --- |
                | one.sys | `\(one.md5)` | `\(one.sha1)` | `\(imphash)` |
                """,
            files: [[one.md5, one.sha1]],
            passedOver: [imphash: .otherThing],
            comments: [one.sha1: "one.sys"]),
    ]
}
