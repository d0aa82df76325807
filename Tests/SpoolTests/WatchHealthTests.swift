import Testing

@testable import Spool

@Suite struct WatchHealthTests {
    private func trusting() -> WatchHealth {
        var trust = WatchHealth()
        trust.noteScan(newFiles: 3, at: .zero)
        return trust
    }

    @Test func whatWasThereBeforeTheWatchIsNotMissed() {
        var trust = trusting()
        trust.noteScan(newFiles: 0, at: .seconds(10))
        #expect(trust.missedFiles == 0)
    }

    @Test func aScanThatIsFasterThanTheEventMissesNothing() {
        var trust = trusting()
        trust.noteScan(newFiles: 1, at: .seconds(10))
        trust.noteNews()
        trust.noteScan(newFiles: 0, at: .seconds(20))
        #expect(trust.missedFiles == 0)
    }

    @Test func threeScansThatFindWhatNoEventToldLoseTheTrust() {
        var trust = trusting()
        for round in 1...3 {
            #expect(!trust.isLost)
            trust.noteScan(newFiles: 2, at: .seconds(round * 60))
            trust.noteScan(newFiles: 0, at: .seconds(round * 60 + 5))
        }
        #expect(trust.isLost)
        #expect(trust.missedFiles == 6)
    }

    @Test func missesLongAgoDoNotCount() {
        var trust = trusting()
        for round in 1...5 {
            trust.noteScan(newFiles: 1, at: .seconds(round * 3000))
            trust.noteScan(newFiles: 0, at: .seconds(round * 3000 + 5))
        }
        #expect(!trust.isLost)
        #expect(trust.missedFiles == 5)
    }

    @Test func eventsThatTellAgainAreTrustedAgain() {
        var trust = lost()
        for round in 0..<WatchHealth.goodScansMax {
            #expect(trust.isLost)
            trust.noteNews()
            trust.noteScan(newFiles: 1, at: .seconds(1000 + round))
        }
        #expect(!trust.isLost)
    }

    @Test func aNewWatchIsANewBeginning() {
        var trust = lost()
        trust.noteNewWatch()
        #expect(!trust.isLost)
    }

    private func lost() -> WatchHealth {
        var trust = trusting()
        for round in 1...3 {
            trust.noteScan(newFiles: 1, at: .seconds(round * 60))
            trust.noteScan(newFiles: 0, at: .seconds(round * 60 + 5))
        }
        return trust
    }
}
