import Foundation
import Model
import Store
import TestSupport
import Testing

@Suite(.limited(.processor))
struct FileFactsTests {
    // MARK: - Letters and names

    @Test func noTwoFieldsShareALetterOrAKey() {
        let fields = FactField.allCases
        #expect(Set(fields.map(\.rawValue)).count == fields.count)
        #expect(Set(fields.map(\.name)).count == fields.count)
        #expect(fields.map(\.place) == Array(0..<fields.count))
    }

    // MARK: - Writing and reading

    private static let facts: FileFacts = {
        var facts = FileFacts()
        facts.add(.typeTag, "peexe")
        facts.add(.trid, elements: [["A type", "86.6"], ["Another", nil]])
        facts.add(.tags, ["a", "Übung", "c"])
        facts.add(.created, Date(timeIntervalSince1970: 1_270_596_357.9))
        facts.add(.timesSubmitted, 65)
        facts.add(.sigmaCounts, elements: [["0", nil, "2", nil]])
        return facts
    }()

    @Test func whatIsAddedIsRead() {
        let facts = FileFacts(stored: Self.facts.stored)
        #expect(facts == Self.facts)
        #expect(facts.text(.typeTag) == "peexe")
        #expect(facts.elements(.trid) == [["A type", "86.6"], ["Another", nil]])
        #expect(facts.texts(.trid) == ["A type", "Another"] && facts.text(.trid) == "A type")
        #expect(facts.texts(.tags) == ["a", "Übung", "c"])
        #expect(facts.date(.created) == Date(timeIntervalSince1970: 1_270_596_357))
        #expect(facts.number(.timesSubmitted) == 65)
        #expect(facts.elements(.sigmaCounts) == [["0", nil, "2", nil]])
        #expect(facts.text(.signature) == nil && facts.elements(.names).isEmpty)
        #expect(facts.number(.typeTag) == nil && facts.date(.typeTag) == nil)
    }

    @Test func whatSaysNothingIsNoFact() {
        var facts = FileFacts()
        facts.add(.typeTag, nil as String?)
        facts.add(.typeTag, "")
        facts.add(.typeTag, "\u{1D}\u{1E}\u{1F}")
        facts.add(.tags, [] as [String])
        facts.add(.tags, ["", "\u{1F}"])
        facts.add(.trid, elements: [[nil, nil], []])
        facts.add(.timesSubmitted, nil as Int?)
        facts.add(.created, nil as Date?)
        #expect(facts.isEmpty && facts == FileFacts())
    }

    @Test func anElementThatSaysNothingIsLeftOut() {
        var facts = FileFacts()
        facts.add(.tags, ["", "a", "\u{1E}", "b", ""])
        facts.add(.trid, elements: [[nil, nil], ["A", nil], ["\u{1D}", ""]])
        #expect(facts.texts(.tags) == ["a", "b"])
        #expect(facts.elements(.trid) == [["A", nil]])
    }

    @Test func separatorsAndNULsCannotBreakIn() {
        var facts = FileFacts()
        facts.add(.typeTag, "a\u{1E}Qvalid\u{1E}")
        facts.add(.trid, elements: [["b\u{1D}99", "c\u{1F}d"]])
        facts.add(.magic, "nul\0inside")
        #expect(facts.text(.typeTag) == "aQvalid")
        #expect(facts.text(.signature) == nil)
        #expect(facts.elements(.trid) == [["b99", "cd"]])
        #expect(facts.text(.magic) == "nul\u{FFFD}inside")
    }

    @Test(arguments: [
        // A later version's fact: between others, at the end, without a value; and an end that is missing.
        "Apeexe\u{1E}\u{7F}new\u{1D}x\u{1F}y\u{1E}Ha\u{1F}b\u{1E}",
        "Apeexe\u{1E}Ha\u{1F}b\u{1E}\u{7E}z\u{1E}", "\u{1E}Apeexe\u{1E}\u{7F}\u{1E}Ha\u{1F}b\u{1E}",
        "Apeexe\u{1E}Ha\u{1F}b",
    ])
    func factsOfALaterVersionArePassedOver(_ stored: String) {
        let facts = FileFacts(stored: Array(stored.utf8))
        #expect(facts.text(.typeTag) == "peexe")
        #expect(facts.texts(.tags) == ["a", "b"])
        #expect(facts.text(.signature) == nil)
    }

    @Test func anIndexLeadsToEveryText() {
        let facts = Self.facts
        let index = FileFacts.Index(facts)
        func texts(_ field: FactField) -> [String] {
            var texts: [String] = []
            facts.forEachText(field, in: index) {
                texts.append(String(decoding: facts.stored[$0], as: UTF8.self))
            }
            return texts
        }
        for field in FactField.allCases { #expect(texts(field) == facts.texts(field), "\(field)") }
        #expect(texts(.trid) == ["A type", "Another"])
    }

    // MARK: - In the database

    /// The files as answers that were stored, each when the one before was too old, and read again.
    private func stored(_ files: [FileObject], in database: HashdropDatabase) throws -> [FileObject] {
        var stored: [FileObject] = []
        for (number, file) in files.enumerated() {
            let received = Samples.now + Double(number) * 172_800
            let job = try database.jobs.accept(Samples.job(receivedAt: received), ages: CacheAges()) {
                $0.add(HashListEntry(line: 1, hashes: [file.sha1]))
            }
            let running = try #require(try database.lookups.runningJobs().first)
            let reservation = Reservation(hash: file.sha1, jobRowID: running.rowID)
            let request = try #require(try database.lookups.reserve([reservation], at: received)[0])
            _ = try database.lookups.record([
                LookupOutcome(
                    request: request, reservation: reservation, result: .answered(.known(file)),
                    outcome: "200", endedAt: Samples.reading(received))
            ])
            var read: FileObject?
            try database.reportRows.forEachRow(of: job.id, order: .list) { read = $0.answer?.fileObject }
            stored.append(try #require(read))
        }
        return stored
    }

    @Test func factsComeBackUnchangedAndChangeWithTheAnswer() throws {
        let folder = TemporaryFolder()
        let database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        // None: an answer from before facts were kept. Empty: VirusTotal tells nothing.
        let all: [FileFacts?] = [nil, FileFacts(), Self.facts, FileFacts(), nil]
        let files = all.map { facts in
            var file = Samples.file(1, detections: 3)
            file.facts = facts
            return file
        }
        #expect(try stored(files, in: database) == files)
    }
}
