import Model

extension PublicShapes {
    static let systems: [PublicShape] = [
        PublicShape(
            name: "git ls-tree",
            source: "git's manual, git-ls-tree",
            text: "100644 blob \(commit)\tREADME.md\n040000 tree \(device)\tsrc\n\(one.sha1)\n",
            files: [[one.sha1]],
            passedOver: [commit: .identifier, device: .identifier]),
        PublicShape(
            name: "Linux' IMA measurement list",
            source: "the kernel's documentation, IMA template management",
            text: """
                10 \(commit) ima-ng sha256:\(one.sha256) /usr/bin/ls
                10 \(device) ima-sig sha1:\(two.sha1) /usr/lib/two.so
                """,
            files: [[one.sha256], [two.sha1]],
            passedOver: [commit: .otherThing, device: .otherThing],
            comments: [one.sha256: "/usr/bin/ls"]),
        PublicShape(
            name: "ClamAV signatures of files and of sections",
            source: "ClamAV's documentation, Hash signatures",
            text: """
                \(one.md5):1234:Win.Trojan.One-1
                \(two.sha256):*:Win.Trojan.Two-2:73
                45056:\(icon):Win.Trojan.Three-3
                """,
            files: [[one.md5], [two.sha256]],
            passedOver: [icon: .otherThing],
            comments: [one.md5: "Win.Trojan.One-1"]),
        PublicShape(
            name: "A forum's markup",
            source: "BBCode as phpBB documents it",
            text: """
                [b]SHA256[/b]: [code]\(one.sha256)[/code]
                [b]Imphash[/b]: \(imphash)
                [color=red]Authentihash[/color] = [url]\(authentihash.sha256)[/url]
                """,
            files: [[one.sha256]],
            passedOver: [imphash: .otherThing, authentihash.sha256: .otherThing]),
        PublicShape(
            name: "OpenIOC, an element a line",
            source: "mandiant/ioc_writer",
            text: """
                <IndicatorItem condition="is">
                  <Context document="FileItem" search="FileItem/PEInfo/ImpHash" type="mir"/>
                  <Content type="md5">\(imphash)</Content>
                </IndicatorItem>
                <IndicatorItem condition="is">
                  <Context document="FileItem" search="FileItem/Md5sum" type="mir"/>
                  <Content type="md5">\(one.md5)</Content>
                </IndicatorItem>
                """,
            files: [[one.md5]],
            passedOver: [imphash: .otherThing]),
        PublicShape(
            name: "Headings in German",
            source: "exports of a German Windows; the words are ours",
            text: "Dateiname;Prüfsumme (MD5);Seriennummer;Fingerabdruck\r\n"
                + "Rechnung.exe;\(one.md5);\(machine);\(commit)\r\n",
            encoding: .windows1252,
            files: [[one.md5]],
            passedOver: [machine: .identifier, commit: .otherThing],
            comments: [one.md5: "Rechnung.exe"]),
        PublicShape(
            name: "Headings in French and Portuguese",
            source: "exports of antivirus consoles; the words are ours",
            text: "Fichier\tEmpreinte SHA-256\tEmpreinte du certificat\r\n"
                + "un.exe\t\(one.sha256)\t\(commit)\r\n\r\n"
                + "arquivo,hash_md5,senha\r\ndois.exe,\(two.md5),\(machine)\r\n",
            encoding: .utf16LittleWithMark,
            files: [[one.sha256], [two.md5]],
            passedOver: [commit: .otherThing, machine: .secret],
            comments: [two.md5: "dois.exe"]),
        PublicShape(
            name: "A digest on two lines, as copied from a narrow column",
            source: "text copied from PDF reports",
            text: "SHA-256:\n\(one.sha256.prefix(32))\n\(one.sha256.suffix(32))\nMD5:\n\(two.md5)\n",
            files: [[two.md5]],
            passedOver: [String(one.sha256.prefix(32)): .cut, String(one.sha256.suffix(32)): .cut]),
    ]
}
