import Model
import TestSupport
import Testing

@Suite struct EngineFindingsTests {
    private static let findings: [String: EngineFinding] = [
        "Fortinet": EngineFinding(category: .malicious, result: "W32/Agent.A!tr"),
        // Names and results that hold other names, in every place.
        "Fortinet Cloud": EngineFinding(category: .undetected),
        "F": EngineFinding(category: .suspicious, result: "Fortinet"),
        "MyFortinet": EngineFinding(category: .typeUnsupported),
        "Späher": EngineFinding(category: EngineCategory(rawValue: "Fortinet"), result: "<b>"),
        "uF": EngineFinding(category: .harmless), "Empty": EngineFinding(category: .malicious, result: ""),
        "T": EngineFinding(category: .confirmedTimeout), "": EngineFinding(category: .failure),
        "New": EngineFinding(category: EngineCategory(rawValue: "brand-new")),
    ]

    @Test func whatIsStoredIsReadAgain() {
        let engines = EngineFindings(Self.findings)
        #expect(engines.byName == Self.findings)
        let again = EngineFindings(
            stored: engines.stored, detectionCount: engines.detectionCount, opinionCount: engines.opinionCount
        )
        #expect(again == engines)
        #expect(engines.detectionCount == 3)
        #expect(engines.opinionCount == 5)
        #expect(EngineFindings().isEmpty && EngineFindings().entries.isEmpty)
    }

    @Test(
        arguments: Array(findings.keys) + [
            "Fort", "ortinet", "W32/Agent.A!tr", "brand-new", "Fortinet C", "m",
        ])
    func oneEngineIsFoundByItsWholeName(name: String) {
        let engines = EngineFindings(Self.findings)
        #expect(engines[name] == Self.findings[name])
    }

    @Test func separatorsAndNULsCannotBreakIn() {
        let engines: EngineFindings = [
            "A\u{1E}mFortinet\u{1F}x": EngineFinding(category: .undetected),
            "B": EngineFinding(category: EngineCategory(rawValue: "\u{1F}odd\u{1E}"), result: "r\u{1F}s\0"),
        ]
        #expect(engines["Fortinet"] == nil)
        #expect(engines["AmFortinetx"]?.category == .undetected)
        #expect(
            engines["B"] == EngineFinding(category: EngineCategory(rawValue: "odd"), result: "rs\u{FFFD}"))
    }

    @Test func settingOneLeavesTheOthers() {
        var engines = EngineFindings(Self.findings)
        engines["F"] = nil
        engines["Fortinet"] = EngineFinding(category: .undetected)
        #expect(engines["F"] == nil && engines["uF"] == Self.findings["uF"])
        #expect(engines.detectionCount == 1)
    }
}
