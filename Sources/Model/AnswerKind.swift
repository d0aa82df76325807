/// Kind of an answer, by how likely the next one is to be another: a kind may have an age of its own up to
/// which its answers are fresh.
///
/// An answer keeps its kind: what counts is what was known when VirusTotal was asked, not how long ago that
/// is now. Otherwise an answer that was too old could be fresh again a month later. The first kind that fits
/// is the answer's; many answers are of none.
package enum AnswerKind: String, Hashable, Sendable, CaseIterable {
    /// VirusTotal does not know the file, or no engine has an opinion on it.
    case unknown
    /// VirusTotal had got the file only shortly before.
    case new
    /// Some engines detect the file, too few to call it malicious.
    case suspicious
    /// The file is malicious, and VirusTotal had had it for more than 30 days.
    case settledMalicious
    /// No engine detected the file when it was scanned more than a year after VirusTotal had got it.
    case settledClean

    /// As a reader sees it, for example `settled clean files`.
    package var label: String {
        switch self {
        case .unknown: "unknown files"
        case .new: "new files"
        case .suspicious: "suspicious files"
        case .settledMalicious: "settled malicious files"
        case .settledClean: "settled clean files"
        }
    }
}
