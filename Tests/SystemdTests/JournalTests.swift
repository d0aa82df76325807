import Systemd
import Testing

struct JournalTests {
    @Test(arguments: [
        ("user", "USER"), ("did-you-mean", "DID_YOU_MEAN"), ("Job2", "JOB2"), ("_user", "USER"),
        ("9lives", "LIVES"), ("größe", "GR____E"),
    ])
    func fieldsHaveNamesThatTheJournalTakes(key: String, name: String) {
        #expect(Journal.name(of: key) == name)
    }

    @Test(arguments: ["", "__", "123", "é"])
    func aKeyOfWhichNothingIsLeftIsNoField(key: String) {
        #expect(Journal.name(of: key) == nil)
    }

    @Test func aNameIsNoLongerThanTheJournalAllows() {
        #expect(Journal.name(of: String(repeating: "a", count: 100))?.utf8.count == 64)
    }
}
