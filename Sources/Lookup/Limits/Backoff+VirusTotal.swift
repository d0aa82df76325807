import Support

// | failures | service | hash | foreignQuota | key |
// | --- | --- | --- | --- | --- |
// | 1 | 2 s | 30 s | 1 min | 15 min |
// | 2 | 4 s | 1 min | 2 min | 30 min |
// | 3 | 8 s | 2 min | 4 min | 1 h |
// | 4 | 16 s | 4 min | 8 min | 1 h |
// | 8 | 4 min 16 s | 1 h | 1 h | 1 h |
// | 9 and more | 5 min | 1 h | 1 h | 1 h |
extension Backoff {
    /// For VirusTotal as a whole: it does not answer, or with errors only.
    static let service = Backoff(first: .seconds(2), limit: .seconds(300))
    /// For one hash whose answer is bad while others are good.
    static let hash = Backoff(first: .seconds(30), limit: .seconds(3600))
    /// For a quota that is used up although our own count says otherwise.
    static let foreignQuota = Backoff(first: .seconds(60), limit: .seconds(3600))
    /// For a refused key: VirusTotal may have been wrong for a moment, or the account is activated.
    static let key = Backoff(first: .seconds(900), limit: .seconds(3600))
}
