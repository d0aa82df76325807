import Model

extension PublicShapes {
    static let packages: [PublicShape] = [
        PublicShape(
            name: "Debian buildinfo, sums under a heading",
            source: "RubyMetric/chsrc#207, jellyfin/jellyfin-packaging#92",
            text: """
                Format: 1.0
                Source: one
                Checksums-Md5:
                 \(one.md5) 115306 one_1.0-1_amd64.deb
                Checksums-Sha256:
                 \(one.sha256) 115306 one_1.0-1_amd64.deb
                 \(two.sha256) 59220 one-dbgsym_1.0-1_amd64.ddeb
                """,
            files: [[one.md5], [one.sha256], [two.sha256]],
            comments: [one.sha256: "one_1.0-1_amd64.deb", two.sha256: "one-dbgsym"]),
        PublicShape(
            name: "pip requirements with hashes on lines of their own",
            source: "visma-prodsec/confused#3",
            text: #"""
                one==1.4.4 \
                    --hash=sha256:\#(one.sha256) \
                    --hash=sha256:\#(two.sha256)
                    # via demo
                """#,
            files: [[one.sha256], [two.sha256]]),
        PublicShape(
            name: "yarn.lock, an archive and a commit",
            source: "Yarn 1, documentation of yarn.lock",
            text: """
                one@^1.0.0:
                  version "1.0.0"
                  resolved "https://registry.yarnpkg.com/one/-/one-1.0.0.tgz#\(one.sha1)"
                two@example/two:
                  version "2.0.0"
                  resolved "git+https://github.com/example/two.git#\(commit)"
                """,
            files: [[one.sha1]],
            passedOver: [commit: .identifier],
            comments: [one.sha1: "one-1.0.0.tgz"]),
        PublicShape(
            name: "Cargo.lock, a checksum and a commit",
            source: "Cargo, documentation of Cargo.lock",
            text: """
                [[package]]
                name = "one"
                version = "1.0.0"
                source = "registry+https://github.com/rust-lang/crates.io-index"
                checksum = "\(one.sha256)"

                [[package]]
                name = "two"
                version = "2.0.0"
                source = "git+https://github.com/example/two?branch=main#\(commit)"
                """,
            files: [[one.sha256]],
            passedOver: [commit: .identifier]),
        PublicShape(
            name: "conda, explicit list",
            source: "conda, documentation of list --explicit --md5",
            text: """
                # platform: linux-64
                @EXPLICIT
                https://conda.anaconda.org/conda-forge/noarch/one-1.0-0.conda#\(one.md5)
                """,
            files: [[one.md5]],
            comments: [one.md5: "one-1.0-0.conda"]),
        PublicShape(
            name: "SPDX tag-value, a package's verification code",
            source: "QMSTR/qmstr#334",
            text: """
                PackageName: one
                PackageChecksum: MD5: \(one.md5)
                PackageChecksum: SHA256: \(one.sha256)
                PackageVerificationCode: \(section.sha1)

                FileName: ./usr/share/two.gz
                FileChecksum: SHA1: \(two.sha1)
                """,
            files: [[one.md5], [one.sha256], [two.sha1]],
            passedOver: [section.sha1: .otherThing]),
        PublicShape(
            name: "CycloneDX XML, the algorithm in an attribute",
            source: "CycloneDX, XML reference",
            text: """
                <component type="library"><name>one</name>
                  <hashes>
                    <hash alg="MD5">\(one.md5)</hash>
                    <hash alg="SHA-256">\(one.sha256)</hash>
                    <hash alg="SHA3-256">\(two.sha256)</hash>
                    <hash alg="BLAKE2b-256">\(three.sha256)</hash>
                  </hashes>
                </component>
                """,
            files: [[one.md5], [one.sha256]],
            passedOver: [two.sha256: .otherAlgorithm, three.sha256: .otherAlgorithm]),
        PublicShape(
            name: "docker images --digests",
            source: "docker/cli#728",
            text: """
                REPOSITORY   TAG      DIGEST                                    \
                                                IMAGE ID       CREATED       SIZE
                mono         latest   sha256:\(section.sha256)   61351f52f2f9   3 weeks ago   531MB
                busybox      1.36     <none>                                    \
                                                d27c8abadd3d   5 weeks ago   1.13MB
                """,
            files: [],
            passedOver: [section.sha256: .otherThing]),
        PublicShape(
            name: "git log, a message names a file's hash",
            source: "git, documentation of git-log",
            text: """
                commit \(commit)
                Author: Example <someone@example.org>
                Date:   Wed Mar 4 05:06:07 2026 +0100

                    Add one.exe, SHA-256 \(one.sha256)

                    This reverts commit \(device).
                """,
            files: [[one.sha256]],
            passedOver: [commit: .identifier, device: .identifier]),
        PublicShape(
            name: "git ls-tree",
            source: "git, documentation of git-ls-tree",
            text: """
                100644 blob \(commit)\tone.exe
                040000 tree \(device)\tlib
                """,
            files: [],
            // A blob's name is a digest with git's own prefix: an id, or a digest of another thing.
            passedOver: [commit: .identifier, device: .identifier],
            isDebatable: true),
        PublicShape(
            name: "Nix, a revision and a download",
            source: "Nixpkgs, manual: fetchers",
            text: """
                src = fetchFromGitHub {
                  owner = "example";
                  repo = "one";
                  rev = "\(commit)";
                  hash = "sha256-q2VybmVsIG9mIGEgZGVtbyBvZiBhIGRlbW8gYWFhYWE=";
                };
                patches = [ (fetchurl { url = "https://example.org/one.patch"; sha256 = "\(one.sha256)"; }) ];
                """,
            files: [[one.sha256]],
            passedOver: [commit: .identifier],
            comments: [one.sha256: "one.patch"]),
        PublicShape(
            name: "Homebrew formula",
            source: "Homebrew/legacy-homebrew#44490",
            text: """
                class One < Formula
                  url "https://example.org/one-1.0.tgz"
                  sha256 "\(one.sha256)"
                  head "https://github.com/example/one.git", revision: "\(commit)"
                  bottle do
                    sha256 cellar: :any, arm64_sonoma: "\(two.sha256)"
                  end
                end
                """,
            files: [[one.sha256], [two.sha256]],
            passedOver: [commit: .identifier]),
        PublicShape(
            name: "rpm --dump, a folder has zeros",
            source: "RPM, manual of rpm -q --dump",
            text: """
                /usr/bin/one 45056 1772600767 \(one.sha256) 0100755 root root 0 0 0 X
                /usr/share/one 4096 1772600767 \(String(repeating: "0", count: 64)) 040755 root root 0 0 0 X
                """,
            files: [[one.sha256]],
            passedOver: [String(repeating: "0", count: 64): .placeholder],
            comments: [one.sha256: "/usr/bin/one"]),
        PublicShape(
            name: "Gradle verification metadata, value in an attribute",
            source: "Gradle, documentation of dependency verification",
            text: """
                <trusted-key id="\(device)" group="org.example"/>
                <component group="org.example" name="one" version="1.0">
                  <artifact name="one-1.0.jar">
                    <sha256 value="\(one.sha256)" origin="Generated by Gradle"/>
                  </artifact>
                </component>
                """,
            files: [[one.sha256]],
            passedOver: [device: .identifier],
            // The fingerprint of a signer's key: an id, or a digest of another thing.
            isDebatable: true),
    ]
}
