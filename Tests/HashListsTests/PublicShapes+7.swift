import Model

extension PublicShapes {
    static let sheets: [PublicShape] = [
        PublicShape(
            name: "German Excel CSV in Windows-1252",
            source: "AlexanderWillner/things.sh#27, jverein/jverein#59",
            text: """
                Gerät;Geräte-ID;Dateiname;Prüfsumme MD5;Prüfsumme SHA-1;Größe
                Büro-07;\(machine);Übersicht.exe;\(one.md5);\(one.sha1);45056
                """,
            encoding: .windows1252,
            files: [[one.md5, one.sha1]],
            passedOver: [machine: .identifier],
            comments: [one.md5: "Übersicht.exe", one.sha1: "Büro-07"]),
        PublicShape(
            name: "Excel's sep line and text cells",
            source: "grafana/grafana#31916",
            text: #"""
                sep=;
                Name;MD5;Imphash
                "one.exe";"=""\#(one.md5)""";"=""\#(imphash)"""
                """#,
            files: [[one.md5]],
            passedOver: [imphash: .otherThing],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "Hashes that became numbers",
            source: "react-csv/react-csv#136, dilshod/xlsx2csv#85",
            text: """
                Name;MD5
                one.exe;\(one.md5)
                two.exe;1,23457E+31
                three.exe;5.1E+30
                """,
            files: [[one.md5]],
            passedOver: ["1,23457E+31": .spreadsheetNumber, "5.1E+30": .spreadsheetNumber],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "Cells copied from a sheet, a thumbprint among them",
            source: "Windows Defender Application Control, tables of rules",
            text: """
                File name\tSHA256\tSigner thumbprint
                one.exe\t\(one.sha256)\t\(certificate.sha1)
                """,
            files: [[one.sha256]],
            passedOver: [certificate.sha1: .otherThing],
            comments: [one.sha256: "one.exe"]),
    ]

    static let mails: [PublicShape] = [
        PublicShape(
            name: "Quoted-printable, an equals sign before the hash",
            source: "RFC 2045, section 6.7",
            text: """
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                MD5=3D\(one.md5)
                SHA1=3D\(two.sha1)
                """,
            files: [[one.md5], [two.sha1]]),
        PublicShape(
            name: "Quoted-printable, a SHA-256 cut after 50 digits",
            source: "RFC 2045, section 6.7",
            text: """
                Content-Transfer-Encoding: quoted-printable

                The dropper's SHA-256 is \(one.sha256.prefix(50))=
                \(one.sha256.suffix(14)), please block it.
                """,
            files: [[one.sha256]],
            // Joined, or listed as cut.
            isDebatable: true),
        PublicShape(
            name: "Mail with its header",
            source: "RFC 5322, section 3.6.4",
            text: """
                Message-ID: <\(machine)@mail.example.org>
                In-Reply-To: <\(Invented.md5("reply"))@mail.example.org>
                Subject: new sample

                one.exe has the MD5 \(one.md5).
                """,
            files: [[one.md5]],
            passedOver: [machine: .identifier, Invented.md5("reply"): .identifier],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "HTML mail, a table with headings",
            source: "Outlook, HTML of a pasted table",
            text: """
                <table class=MsoTableGrid border=1>
                <tr><th>File</th><th>MD5</th><th>SHA&#8209;256</th><th>Import hash</th></tr>
                <tr><td><p class=MsoNormal>one.exe</p></td><td><span>\(one.md5)</span></td>\
                <td>\(one.sha256)</td><td><b>\(imphash)</b></td></tr>
                </table>
                """,
            files: [[one.md5, one.sha256]],
            passedOver: [imphash: .otherThing],
            comments: [one.md5: "one.exe"]),
        PublicShape(
            name: "Slack export, lines inside a JSON string",
            source: "Slack, documentation of exports",
            text: #"""
                [{"client_msg_id": "9b3c1a52-5c7e-4d0a-8f5e-0a1b2c3d4e5f", "type": "message", "user": "U01",
                  "text": "seen twice:\n```\#(one.sha256)  one.exe\n\#
                \#(two.sha1)  two.exe```", "ts": "1772600767.1"}]
                """#,
            files: [[one.sha256], [two.sha1]]),
        PublicShape(
            name: "Jira table",
            source: "Jira, wiki notation: tables",
            text: """
                ||Name||MD5||Imphash||
                |one.exe|{{\(one.md5)}}|{{\(imphash)}}|
                """,
            files: [[one.md5]],
            passedOver: [imphash: .otherThing],
            comments: [one.md5: "one.exe"]),
    ]

    static let secrets: [PublicShape] = [
        PublicShape(
            name: "secretsdump, Kerberos keys and trust keys",
            source: "rapid7/metasploit-framework#18596, fortra/impacket#2278",
            text: #"""
                [*] Kerberos keys grabbed
                EXAMPLE\someone:aes256-cts-hmac-sha1-96:\#(key.sha256)
                EXAMPLE\someone:aes128-cts-hmac-sha1-96:\#(key.md5)
                EXAMPLE\someone:des-cbc-md5:7602ef545ed6b3cb
                north.example.org (Incoming):rc4_hmac:\#(password.md5)
                dpapi_machinekey:0x\#(key.sha1)
                """#,
            files: [],
            passedOver: [
                key.sha256: .secret, key.md5: .secret, password.md5: .secret, key.sha1: .secret,
            ]),
        PublicShape(
            name: "secretsdump with the accounts' state",
            source: "fortra/impacket#634",
            text: #"""
                example.org\someone:1106:aad3b435b51404eeaad3b435b51404ee:\#(password.md5)::: (status=Enabled)
                """#,
            files: [],
            passedOver: ["aad3b435b51404eeaad3b435b51404ee": .secret, password.md5: .secret]),
        PublicShape(
            name: "mimikatz, a SHA1 that is a password's",
            source: "gentilkiwi/mimikatz#252",
            text: """
                Authentication Id : 0 ; 428397 (00000000:0006896d)
                User Name         : someone
                        msv :
                         [00000003] Primary
                         * Username : someone
                         * NTLM     : \(password.md5)
                         * SHA1     : \(password.sha1)
                         * DPAPI    : \(key.md5)
                """,
            files: [],
            passedOver: [password.md5: .secret, password.sha1: .secret, key.md5: .secret]),
        PublicShape(
            name: "Pot files of password crackers",
            source: "openwall/john#1469, csababarta/ntdsxtract#1",
            text: """
                $NT$\(password.md5):sommer
                $dynamic_0$\(key.md5):winter
                """,
            files: [],
            passedOver: [password.md5: .secret, key.md5: .secret]),
        PublicShape(
            name: "LM and NT hash without a name",
            source: "bee-san/Name-That-Hash#147",
            text: """
                \(key.md5.prefix(16).uppercased())AAD3B435B51404EE:\(password.md5.uppercased())
                """,
            files: [],
            passedOver: ["\(key.md5.prefix(16))aad3b435b51404ee": .secret, password.md5: .secret],
            // Only the LM half of an empty password says what the two are.
            isDebatable: true),
        PublicShape(
            name: "curl with an API key and a hash",
            source: "dbrennand/virustotal-python#40",
            text: """
                curl -H "x-apikey: \(key.sha256)" https://www.virustotal.com/api/v3/files/\(one.sha256)
                curl "https://www.virustotal.com/vtapi/v2/file/report?apikey=\(password.sha256)\
                &resource=\(two.md5)"
                """,
            files: [[one.sha256], [two.md5]],
            passedOver: [key.sha256: .secret, password.sha256: .secret]),
        PublicShape(
            name: "Request headers and cookies",
            source: "RFC 7616, PHP sessions",
            text: """
                Authorization: Bearer \(key.sha256)
                Authorization: Digest username="someone", nonce="\(key.md5)", response="\(password.md5)"
                Cookie: PHPSESSID=\(Invented.md5("session")); csrftoken=\(Invented.sha256("csrf"))
                X-Auth-Token: \(key.sha1)
                """,
            files: [],
            passedOver: [
                key.sha256: .secret, key.md5: .secret, password.md5: .secret, key.sha1: .secret,
                Invented.md5("session"): .secret, Invented.sha256("csrf"): .secret,
            ]),
        PublicShape(
            name: "Environment file",
            source: "bkeepers/dotenv, documentation",
            text: """
                APP_ENV=production
                SECRET_KEY=\(key.sha256)
                GITHUB_TOKEN="\(key.sha1)"
                export DB_PASSWORD='\(password.md5)'
                INSTALLER_SHA256=\(one.sha256)
                """,
            files: [[one.sha256]],
            passedOver: [key.sha256: .secret, key.sha1: .secret, password.md5: .secret]),
        PublicShape(
            name: "Settings in YAML, keys below keys",
            source: "Rails, guide on credentials; JSON Web Token libraries",
            text: """
                jwt:
                  issuer: example.org
                  secret: \(key.sha256)
                client_secret: \(key.sha1)
                master_key: \(key.md5)
                """,
            files: [],
            passedOver: [key.sha256: .secret, key.sha1: .secret, key.md5: .secret]),
        PublicShape(
            name: "A token in a URL",
            source: "git, documentation of credentials",
            text: "git clone https://someone:\(key.sha1)@git.example.org/one.git",
            files: [],
            passedOver: [key.sha1: .secret]),
        PublicShape(
            name: "SQL with users' passwords",
            source: "MySQL, manual: CREATE USER",
            text: """
                CREATE USER 'app'@'%' IDENTIFIED BY PASSWORD '*\(password.sha1.uppercased())';
                INSERT INTO users (id, login, password_md5) VALUES (7, 'someone', '\(password.md5)');
                """,
            files: [],
            passedOver: [password.sha1: .secret, password.md5: .secret]),
    ]
}
