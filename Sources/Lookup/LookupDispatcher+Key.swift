// When the key is tried again: another one came, or a command or SIGHUP says so.
extension LookupDispatcher {
    /// Whether the key was exchanged, or was to be tried again, while the request was on its way: a refusal
    /// says nothing of the key as it is now.
    func isOfEarlierTrial(_ flight: Flight) -> Bool {
        checkKey()
        return flight.keyTrial != keyTrial
    }

    func checkKey() {
        let generation = source.keyGeneration()
        guard generation != keyGeneration else { return }
        keyGeneration = generation
        beginKeyTrial()
    }

    func beginKeyTrial() {
        keyTrial += 1
        circuitBreaker.keyChanged()
        // It was the other key's.
        ledgerWait = nil
    }
}
