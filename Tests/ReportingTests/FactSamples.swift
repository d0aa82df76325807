import Foundation
import Model

/// Facts as VirusTotal tells them.
enum FactSamples {
    /// Of a program that is signed, well known, and detected all the same.
    static var program: FileFacts {
        var facts = FileFacts()
        facts.add(.typeTag, "peexe")
        facts.add(.trid, elements: [["Win32 Executable MS Visual C++", "42.5"]])
        facts.add(.packers, ["UPX"])
        facts.add(.tags, ["signed", "overlay"])
        facts.add(.names, ["a.exe", "b.exe"])
        facts.add(.namesCount, 40)
        facts.add(.imphash, "f34d5f2d4577ed6d9ceec516c1f5a744")
        facts.add(.created, Date(timeIntervalSince1970: 1_456_790_400))
        facts.add(.signature, SignatureState.valid.rawValue)
        facts.add(.signers, ["Example Corporation", "Example Root CA"])
        facts.add(.product, "Example Tools")
        facts.add(.originalName, "TOOL.EXE")
        facts.add(.fileVersion, "1.2")
        facts.add(.timesSubmitted, 3_557)
        facts.add(.uniqueSources, 3_100)
        facts.add(.lastSubmitted, Date(timeIntervalSince1970: 1_795_392_000))
        facts.add(.firstSeenInTheWild, Date(timeIntervalSince1970: 1_456_963_200))
        facts.add(.distributors, ["Kali", "NSRL"])
        facts.add(.trustedBy, "Example Corporation")
        facts.add(.votesHarmless, 2_304)
        facts.add(.votesMalicious, 419)
        facts.add(.threatCategories, elements: [["virus", "3"], ["trojan", "57"], ["worm", nil]])
        facts.add(.threatFamilies, elements: [["eicar", "46"]])
        facts.add(
            .sandboxes,
            elements: [
                ["Zenbox", "malicious", "98"], ["C2AE", "harmless", nil],
                ["CAPE Sandbox", "suspicious", nil],
            ])
        facts.add(.sandboxNames, ["Emotet", "Heodo"])
        facts.add(
            .yaraRules,
            elements: [["SUSP_Rule", "gen", nil, "https://example.test"], ["Other", nil, nil, nil]])
        facts.add(.sigmaCounts, elements: [["1", "2", "0", "4"]])
        facts.add(.sigmaRules, elements: [["Shadow Copies Deleted", "critical", "c947b146"]])
        facts.add(.idsCounts, elements: [["5", "0", nil, "1"]])
        facts.add(.aiNotes, elements: [["It opens <b>doors</b>.", "Code Insight", "benign"]])
        facts.add(.gtiVerdict, "VERDICT_MALICIOUS")
        facts.add(.gtiScore, 80)
        return facts
    }

    /// All that can speak for a file, and nothing against it: what EICAR's test file has.
    static var praise: FileFacts {
        var facts = FileFacts()
        facts.add(.signature, SignatureState.valid.rawValue)
        facts.add(.signers, ["Example Corporation"])
        facts.add(.timesSubmitted, 1_000_000)
        facts.add(.uniqueSources, 900_000)
        facts.add(.firstSeenInTheWild, Date(timeIntervalSince1970: 1_000_000_000))
        facts.add(.distributors, ["Offensive Security", "NSRL"])
        facts.add(.trustedBy, "Example Corporation")
        facts.add(.votesHarmless, 2_304)
        facts.add(.sandboxes, elements: [["C2AE", "harmless", nil], ["Zenbox", "undetected", nil]])
        facts.add(.aiNotes, elements: [["Perfectly harmless.", "Code Insight", "benign"]])
        return facts
    }
}
