import Model
import Store

extension CacheAges {
    /// A value of the type hashdrop.ages.
    var sharedText: String {
        let numbers =
            [known, byKind[.unknown] ?? unknown].map(\.milliseconds)
            + [AnswerKind.new, .suspicious, .settledMalicious, .settledClean].map { byKind[$0]?.milliseconds }
            + [newFor.milliseconds, maliciousFrom]
            + [Self.settledMaliciousAfter, Self.settledCleanAfter].map(\.milliseconds)
        return "(\(numbers.map { $0.map(String.init) ?? "" }.joined(separator: ",")))"
    }
}
