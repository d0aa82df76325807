import Model
import Support
import TestSupport
import Testing

/// Files of a list that have something in common.
@Suite struct RowGroupTests {
    /// A row about the file of this number, named by a digest of this kind.
    private func row(
        _ number: Int, detections: Int = 0, kind: FileHash.Kind = .sha256, label: String? = nil,
        signers: [String] = [], imphash: String? = nil, position: Int? = nil
    ) -> ReportRow {
        // To build engines for each of 20,000 files takes its time.
        var object =
            detections > 0
            ? Samples.file(number, detections: detections)
            : FileObject(
                md5: Samples.hash(number, .md5), sha1: Samples.hash(number, .sha1),
                sha256: Samples.hash(number))
        object.threatLabel = label
        var facts = FileFacts()
        facts.add(.imphash, imphash)
        facts.add(.signers, signers)
        object.facts = facts
        return ReportRow(
            hash: Samples.hash(number, kind),
            state: .answered(LookupAnswer(answer: .known(object), askedAt: Samples.now)),
            position: position ?? number + 1, line: 1)
    }

    private func groups(_ rows: [ReportRow]) -> [RowGroup.Kind: RowGroups] {
        var tally = JobTally(policy: .init(), now: Samples.now, severestMax: 10)
        for row in rows { tally.add(row) }
        return tally.statistics.groups
    }

    @Test func filesAreGroupedByEachOfTheThree() throws {
        let groups = groups([
            row(0, detections: 5, label: "trojan.emotet/a", signers: ["Example Ltd", "Root"]),
            row(1, detections: 1, label: "trojan.emotet/b", imphash: "aa"),
            row(2, label: "virus.other", signers: ["Example Ltd"], imphash: "aa"),
            row(3, signers: ["Root"], imphash: "bb"),
        ])
        let family = try #require(groups[.family])
        #expect(
            family.top == [
                RowGroup(
                    value: "emotet", tally: VerdictTally(malicious: 1, suspicious: 1),
                    examples: [Samples.hash(0), Samples.hash(1)])
            ])
        #expect(family.total == 1 && family.uncompared == 0)
        #expect(groups[.signer]?.top.map(\.value) == ["Example Ltd"])
        #expect(groups[.imphash]?.top.map(\.value) == ["aa"])
        #expect(groups[.imphash]?.top.first?.tally == VerdictTally(suspicious: 1, others: 1))
    }

    @Test func oneFileByItsThreeNamesIsNoGroup() {
        let names = FileHash.Kind.allCases.enumerated().map { index, kind in
            row(7, kind: kind, label: "a.b", signers: ["c"], imphash: "d", position: index + 1)
        }
        #expect(groups(names) == [:])
        // With another file it is one, and is named once: as the list names it first.
        let group = groups(names + [row(9, label: "a.b")])[.family]?.top.first
        #expect(group?.tally.total == 4)
        #expect(group?.examples == [Samples.hash(7, FileHash.Kind.allCases[0]), Samples.hash(9)])
    }

    @Test func aCategoryIsNoFamily() {
        #expect(groups([row(0, label: "trojan."), row(1, label: "trojan."), row(2, label: ".")]) == [:])
    }

    @Test func whatIsEmptyOrAloneMakesNoGroup() {
        #expect(groups([]) == [:])
        #expect(groups([row(0), row(1)]) == [:])
        #expect(groups([row(0, imphash: "aa"), row(1, imphash: "bb")]) == [:])
        // Answers of a time before facts were kept.
        var old = Samples.file(3)
        old.threatLabel = "x.y"
        let state = ReportRow.State.answered(LookupAnswer(answer: .known(old), askedAt: Samples.now))
        #expect(
            groups([
                ReportRow(hash: Samples.hash(3), state: state, line: 1), row(4, label: "x.y"),
            ]).keys.sorted { $0.rawValue < $1.rawValue } == [.family])
    }

    @Test func theMostSevereGroupsComeFirstThenTheLargest() throws {
        // Group n has n + 2 files; of the groups 0 and 1 one file is malicious, of group 2 one suspicious.
        var rows: [ReportRow] = []
        for group in 0..<12 {
            for file in 0..<group + 2 {
                let detections = file == 0 && group < 3 ? [5, 5, 1][group] : 0
                rows.append(row(rows.count, detections: detections, imphash: "imphash \(group)"))
            }
        }
        let groups = try #require(groups(rows)[.imphash])
        #expect(
            groups.top.map(\.value) == [1, 0, 2, 11, 10, 9, 8, 7].map { "imphash \($0)" })
        #expect(groups.total == 12)
        #expect(groups.top.allSatisfy { (2...3).contains($0.examples.count) })
    }

    /// Whatever the order in which the rows come.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func theOrderOfTheRowsDoesNotMatter(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let rows = (0..<60).map { position in
            row(
                Int.random(in: 0..<20, using: &generator),
                detections: Int.random(in: 0...4, using: &generator),
                label: "a.family\(Int.random(in: 0..<4, using: &generator))",
                imphash: "\(Int.random(in: 0..<3, using: &generator))", position: position + 1)
        }
        let wanted = groups(rows)
        #expect(groups(rows.shuffled(using: &generator)) == wanted)
        for group in wanted.values.flatMap(\.top) {
            #expect(group.examples.count <= RowGroups.examplesMax && Set(group.examples).count > 1)
        }
    }

    @Test func rowsBeyondTheLimitAreCounted() throws {
        let rows =
            (0..<20_010).map { row($0, imphash: "\($0)") }
            + [row(30_000, imphash: "0"), row(30_001, imphash: "20009")]
        let groups = try #require(groups(rows)[.imphash])
        #expect(groups.top.map(\.value) == ["0"])
        #expect(groups.uncompared == 11)
    }
}
