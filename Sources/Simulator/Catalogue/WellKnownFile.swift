import Foundation
import Model

/// Well-known files (EICAR, WannaCry …) under their true hashes, for trying the simulator by hand.
enum WellKnownFile {
    /// All of them; `FileCatalogue` has them from the start.
    static let all: [SimulatedFile] = [eicar, eicarWithLineEnd, emptyFile, helloWorld, wannaCry]

    /// The EICAR test file, which every engine detects and which does nothing.
    static let eicar = known(
        "44d88612fea8a8f36de82e1278abb02f", "3395856ce81f2b7382dee72602f798b642f14140",
        "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
        .detected(engines: 62), fortinet: "EICAR_TEST_FILE", names: ["eicar.com", "eicar.txt", "test.txt"],
        Appearance(type: .text, threat: eicarThreat, sizeBytes: 68, fame: .eicar))

    /// The same with a line feed at its end, as an editor saves it.
    static let eicarWithLineEnd = known(
        "69630e4574ec6798239b091cda43dca0", "cf8bd9dfddff007f75adf4c2be48005cea317c62",
        "131f95c51cc819465fa1797f6ccacf9d494aaaff46fa3eac73ae63ffbdfd8267",
        .detected(engines: 60), fortinet: "EICAR_TEST_FILE", names: ["eicar.txt", "eicar.com.txt"],
        Appearance(type: .text, threat: eicarThreat, sizeBytes: 69))

    /// The file of no bytes.
    static let emptyFile = known(
        "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        .detected(engines: 0), fortinet: nil, names: ["empty", "__init__.py", ".gitkeep"],
        Appearance(type: .empty, threat: noThreat, sizeBytes: 0, fame: .emptyFile))

    /// `hello world` and a line feed.
    static let helloWorld = known(
        "6f5902ac237024bdd0c176cb93063dc4", "22596363b3de40b06f981fb85d82312e8c0ed511",
        "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447",
        .detected(engines: 0), fortinet: nil, names: ["hello.txt", "test"],
        Appearance(type: .text, threat: noThreat, sizeBytes: 12))

    /// The WannaCry worm's payload of May 2017.
    static let wannaCry = known(
        "84c82835a5d21bbcf75a61706d8ab549", "5ff465afaabcbf0150d1a3ab2c2e74f3a4426467",
        "ed01ebfbc9eb5bbea545af4d01bf5f1071661840480439c6e5babe8e080e41aa",
        .detected(engines: 65), fortinet: "W32/WannaCryptor.6F87!tr.ransom",
        names: ["tasksche.exe", "diskpart.exe", "ed01ebfbc9eb5bbea545af4d01bf5f10.exe"],
        Appearance(
            type: .windowsProgram, threat: ThreatFamily("wannacry", "ransomware", "!tr.ransom", []),
            sizeBytes: 3_514_368))

    private static let eicarThreat = ThreatFamily("eicar", "virus", "", [])
    // No engine detects these files, so the name is never shown.
    private static let noThreat = ThreatFamily("none", "none", "", [])

    private static func known(
        _ md5: String, _ sha1: String, _ sha256: String, _ condition: SimulatedFile.Condition,
        fortinet: String?, names: [String], _ appearance: Appearance
    ) -> SimulatedFile {
        var file = SimulatedFile(
            FileFamily(md5: FileHash(md5)!, sha1: FileHash(sha1)!, sha256: FileHash(sha256)!))
        file.condition = condition
        file.fortinet = fortinet.map { .detected($0) } ?? .undetected
        file.names = names
        file.appearance = appearance
        return file
    }
}
