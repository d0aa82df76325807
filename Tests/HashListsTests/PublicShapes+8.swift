import Model

extension PublicShapes {
    static let configuration: [PublicShape] = [
        PublicShape(
            name: "GitHub workflow with pinned actions",
            source: "bridgecrewio/checkov#7058",
            text: """
                jobs:
                  build:
                    steps:
                      - uses: actions/checkout@\(commit) # v4.2.2
                      - run: echo "\(one.sha256)  one.tgz" | sha256sum -c
                """,
            files: [[one.sha256]],
            passedOver: [commit: .identifier],
            comments: [one.sha256: "one.tgz"]),
        PublicShape(
            name: "Compose file and Kubernetes status, images",
            source: "moby/moby#15508",
            text: """
                services:
                  web:
                    image: nginx:1.27@sha256:\(section.sha256)
                containerStatuses:
                - containerID: containerd://\(Invented.sha256("container"))
                  imageID: docker.io/library/nginx@sha256:\(Invented.sha256("image"))
                """,
            files: [],
            // A container's id is an id; a digest of an image is of another thing.
            passedOver: [
                section.sha256: .otherThing, Invented.sha256("image"): .otherThing,
                Invented.sha256("container"): .identifier,
            ]),
        PublicShape(
            name: "Ansible get_url",
            source: "ansible/ansible#76071, haxorof/ansible-role-docker-ce#154",
            text: """
                - name: Fetch the program
                  ansible.builtin.get_url:
                    url: https://example.org/one.tgz
                    dest: /opt/one.tgz
                    checksum: sha256:\(one.sha256)
                - name: Fetch the other
                  get_url: url=https://example.org/two.tgz dest=/opt checksum=sha1:\(two.sha1)
                """,
            files: [[one.sha256], [two.sha1]],
            comments: [two.sha1: "two.tgz"]),
        PublicShape(
            name: "Python list, comments behind and before",
            source: "Python, lists in scripts of blocklists",
            text: """
                HASHES = [
                    "\(one.sha256)",  # one.exe
                    '\(two.md5)',
                    # "\(three.sha1)",
                ]
                """,
            files: [[one.sha256], [two.md5]],
            passedOver: [three.sha1: .commentedOut],
            comments: [one.sha256: "one.exe"]),
        PublicShape(
            name: "JavaScript objects without quotes around keys",
            source: "JavaScript, arrays in scripts of blocklists",
            text: """
                const samples = [
                  { name: 'one.exe', md5: '\(one.md5)', sha256: '\(one.sha256)', imphash: '\(imphash)' },
                  { name: 'two.exe', sha1: '\(two.sha1)' },
                ];
                """,
            files: [[one.md5, one.sha256], [two.sha1]],
            passedOver: [imphash: .otherThing],
            comments: [one.md5: "one.exe", two.sha1: "two.exe"]),
        PublicShape(
            name: "TOML, a table of a certificate",
            source: "TOML 1.0: tables",
            text: """
                [[file]]
                name = "one.exe"
                sha256 = "\(one.sha256)"
                ja3 = "\(ja3)"

                [certificate]
                sha1 = "\(certificate.sha1)"
                """,
            files: [[one.sha256]],
            passedOver: [ja3: .otherThing, certificate.sha1: .otherThing]),
        PublicShape(
            name: "INI, the algorithm is the section",
            source: "Windows INI files of installers",
            text: """
                [SHA256]
                one.exe=\(one.sha256)
                [SHA1]
                two.dll = \(two.sha1)
                """,
            files: [[one.sha256], [two.sha1]],
            comments: [one.sha256: "one.exe", two.sha1: "two.dll"]),
        PublicShape(
            name: "SQL with samples",
            source: "MySQL, manual: INSERT",
            text: """
                INSERT INTO samples (name, md5, sha256) VALUES
                ('one.exe', '\(one.md5)', '\(one.sha256)'),
                ('two.exe', '\(two.md5)', '\(two.sha256)');
                """,
            files: [[one.md5, one.sha256], [two.md5, two.sha256]],
            comments: [one.md5: "one.exe", two.sha256: "two.exe"]),
    ]
}
