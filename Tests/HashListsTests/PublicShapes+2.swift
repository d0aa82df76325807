import Model

extension PublicShapes {
    static let edr: [PublicShape] = [
        PublicShape(
            name: "Defender advanced hunting, CSV",
            source: "MicrosoftDocs/microsoft-365-docs#5814",
            text: #"""
                Timestamp,DeviceId,DeviceName,ActionType,FileName,FolderPath,SHA1,SHA256,MD5,\#
                InitiatingProcessSHA1,InitiatingProcessFileName,ReportId
                2026-03-04T05:06:07Z,\#(device),pc-17.example.org,FileCreated,one.exe,C:\Temp,\#(one.sha1),\#
                \#(one.sha256),\#(one.md5),\#(two.sha1),two.exe,4711
                """#,
            files: [[one.sha1, one.sha256, one.md5], [two.sha1]],
            passedOver: [device: .identifier],
            comments: [one.sha256: "one.exe"]),
        PublicShape(
            name: "Defender advanced hunting, JSON in a JSON string",
            source: "MicrosoftDocs/WDAC-Toolkit#376",
            text: #"""
                {"Results": [{
                  "DeviceId": "\#(device)",
                  "ActionType": "AppControlCodeIntegrityPolicyAudited",
                  "FileName": "one.dll",
                  "SHA1": "\#(one.sha1)",
                  "SHA256": "\#(one.sha256)",
                  "AdditionalFields": "{\"AuthenticodeHash\":\"\#(authentihash.sha256)\",\#
                \"IssuerTBSHash\":\"\#(certificate.sha256)\"}"
                }]}
                """#,
            files: [[one.sha1, one.sha256]],
            passedOver: [
                device: .identifier, authentihash.sha256: .otherThing, certificate.sha256: .otherThing,
            ],
            comments: [one.sha1: "one.dll"]),
        PublicShape(
            name: "Elastic Common Schema, a process and its parent",
            source: "elastic/ecs#747, SigmaHQ/sigma#1667",
            text: """
                {"@timestamp":"2026-03-04T05:06:07Z","host":{"id":"\(machine)","name":"pc-17"},\
                "process":{"name":"one.exe","hash":{"md5":"\(one.md5)","sha256":"\(one.sha256)"},\
                "pe":{"imphash":"\(imphash)"},"parent":{"name":"two.exe","hash":{"sha256":"\(two.sha256)"}}}}
                """,
            files: [[one.md5, one.sha256], [two.sha256]],
            passedOver: [machine: .identifier, imphash: .otherThing],
            comments: [one.sha256: "one.exe", two.sha256: "two.exe"]),
        PublicShape(
            name: "Elastic Common Schema, related.hash repeats the file's",
            source: "wazuh/wazuh#35810",
            text: """
                {
                  "file": {
                    "path": "/tmp/one.bin",
                    "hash": {"sha1": "\(one.sha1)", "sha256": "\(one.sha256)", "md5": "\(one.md5)"}
                  },
                  "related": {
                    "user": ["root"],
                    "hash": ["\(one.md5)", "\(one.sha1)", "\(one.sha256)"]
                  }
                }
                """,
            files: [[one.sha1, one.sha256, one.md5]],
            comments: [one.md5: "one.bin"]),
        PublicShape(
            name: "Wazuh file integrity alert, before and after",
            source: "wazuh/wazuh#36642",
            text: """
                {"syscheck": {"path": "/etc/one.conf", "event": "modified",
                  "md5_before": "\(one.md5)", "sha1_before": "\(one.sha1)", "sha256_before": "\(one.sha256)",
                  "md5_after": "\(two.md5)", "sha1_after": "\(two.sha1)", "sha256_after": "\(two.sha256)"},
                 "agent": {"id": "003", "name": "pc-17"}}
                """,
            files: [[one.md5, one.sha1, one.sha256], [two.md5, two.sha1, two.sha256]],
            comments: [two.sha256: "one.conf"],
            // Two contents of one path: six names alone are not wrong, but cost more.
            isDebatable: true),
        PublicShape(
            name: "Wazuh alerts.log, old and new sums",
            source: "wazuh/wazuh#1100",
            text: """
                ** Alert 1534237734.28670: - ossec,syscheck,
                2026 Mar 04 05:06:07 (pc-17) 192.0.2.7->syscheck
                Rule: 550 (level 7) -> 'Integrity checksum changed.'
                Old md5sum was: '\(one.md5)'
                New md5sum is : '\(two.md5)'
                Old sha1sum was: '\(one.sha1)'
                New sha1sum is : '\(two.sha1)'

                Attributes:
                 - Size: 3825
                 - MD5: \(two.md5)
                 - SHA256: \(two.sha256)
                """,
            files: [[one.md5], [two.md5], [one.sha1], [two.sha1], [two.sha256]]),
        PublicShape(
            name: "osquery, differential result",
            source: "kolide/fleet#841",
            text: """
                {"name":"pack/fim/hashes","hostIdentifier":"\(machine)","unixTime":"1772600767","columns":\
                {"path":"/usr/local/bin/one","md5":"\(one.md5)","sha1":"\(one.sha1)",\
                "sha256":"\(one.sha256)"},"action":"added"}
                """,
            files: [[one.md5, one.sha1, one.sha256]],
            passedOver: [machine: .identifier],
            comments: [one.md5: "/usr/local/bin/one"]),
        PublicShape(
            name: "osqueryi, table drawn with lines",
            source: "osquery/osquery#3756",
            text: """
                +----------------------------------+------------------------------------------+---------+
                | md5                              | sha1                                     | path    |
                +----------------------------------+------------------------------------------+---------+
                | \(one.md5) | \(one.sha1) | /bin/ls |
                | \(two.md5) | \(two.sha1) | /bin/cp |
                +----------------------------------+------------------------------------------+---------+
                """,
            files: [[one.md5, one.sha1], [two.md5, two.sha1]],
            comments: [one.md5: "/bin/ls", two.sha1: "/bin/cp"]),
        PublicShape(
            name: "Velociraptor CSV, a cell of JSON",
            source: "Velocidex/velociraptor#488",
            text: #"""
                OSPath,Size,Hash
                C:\Temp\one.exe,45056,"{""MD5"":""\#(one.md5)"",""SHA1"":""\#(one.sha1)"",\#
                ""SHA256"":""\#(one.sha256)""}"
                """#,
            files: [[one.md5, one.sha1, one.sha256]],
            comments: [one.sha256: "one.exe"]),
        PublicShape(
            name: "VirusTotal file object, digests of its parts",
            source: "doomedraven/VirusTotalApi#38",
            text: """
                {"data": {"type": "file", "id": "\(one.sha256)", "attributes": {
                  "md5": "\(one.md5)", "sha1": "\(one.sha1)", "sha256": "\(one.sha256)",
                  "authentihash": "\(authentihash.sha256)",
                  "main_icon": {"raw_md5": "\(icon)", "dhash": "71e8c8cccce8b296"},
                  "pe_info": {
                    "imphash": "\(imphash)", "rich_pe_header_hash": "\(richHeader)",
                    "sections": [{"name": ".text", "md5": "\(section.md5)"}]
                  },
                  "meaningful_name": "one.exe"}}}
                """,
            files: [[one.sha256, one.md5, one.sha1]],
            passedOver: [
                authentihash.sha256: .otherThing, icon: .otherThing, imphash: .otherThing,
                richHeader: .otherThing, section.md5: .otherThing,
            ],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "CAPE sandbox report, signers and icon",
            source: "kevoreilly/CAPEv2, documentation of report.json",
            text: """
                {"target": {"category": "file", "file": {
                   "name": "one.exe", "md5": "\(one.md5)", "sha1": "\(one.sha1)", "sha256": "\(one.sha256)"}},
                 "static": {"pe": {"imphash": "\(imphash)", "icon_hash": "\(icon)",
                   "digital_signers": [{"cn": "Example",
                     "md5_fingerprint": "\(certificate.md5)", "sha1_fingerprint": "\(certificate.sha1)",
                     "sha256_fingerprint": "\(certificate.sha256)"}]}}}
                """,
            files: [[one.md5, one.sha1, one.sha256]],
            passedOver: [
                imphash: .otherThing, icon: .otherThing, certificate.md5: .otherThing,
                certificate.sha1: .otherThing, certificate.sha256: .otherThing,
            ],
            comments: [one.sha256: "one.exe"]),
        PublicShape(
            name: "FireEye HX alert, list of md5values",
            source: "rapid7/insightconnect-plugins#1073",
            text: #"""
                {"source": "MAL", "md5values": ["\#(one.md5)"], "url": "/hx/api/v3/alerts/7",
                 "event_values": {"file-object": {
                   "file-path": "C:\\Temp\\one.exe", "md5sum": "\#(one.md5)", "sha1sum": "\#(one.sha1)"}}}
                """#,
            files: [[one.md5, one.sha1]],
            comments: [one.sha1: "one.exe"]),
    ]
}
