import Model
import Testing

@testable import Reporting

struct ChangeKindTests {
    /// How much a verdict knows of a file, and how alarming it is; what follows from both is the rule.
    private static func rank(_ verdict: Verdict) -> Int {
        switch verdict {
        case .failed, .notAsked, .waiting: 0
        case .unknown: 1
        case .noResults: 2
        case .malicious, .suspicious, .allowed, .clean: 3
        }
    }

    private static func expected(_ was: Verdict, _ verdict: Verdict) -> ChangeKind? {
        let (before, now) = (rank(was), rank(verdict))
        if was == verdict || (before, now) == (0, 0) { return nil }
        if before == 0 { return .answered }
        if now == 0 { return .unanswered }
        if before == now { return verdict.severity < was.severity ? .worse : .better }
        return before < now ? .newlyKnown : .noLongerKnown
    }

    @Test(arguments: Verdict.allCases, Verdict.allCases)
    func eachPairOfVerdictsHasOneKind(was: Verdict, verdict: Verdict) {
        #expect(ChangeKind(from: was, to: verdict) == Self.expected(was, verdict))
        #expect(ChangeKind(from: was, to: verdict)?.isOfList ?? false == false)
    }

    @Test(arguments: Verdict.allCases)
    func whatOneListDoesNotNameIsNewOrGone(verdict: Verdict) {
        #expect(ChangeKind(from: nil, to: verdict) == .new)
        #expect(ChangeKind(from: verdict, to: nil) == .gone)
        #expect(ChangeKind.new.isOfList && ChangeKind.gone.isOfList)
    }

    /// Whatever is allowed was called one of the two words that are allowed.
    @Test(arguments: Verdict.allCases, Verdict.allCases)
    func thePolicyIsTheCauseWhereTheOldOneSaysTheSameStill(was: Verdict, former: Verdict) {
        let isSame = was == former || was == .allowed && [.malicious, .suspicious].contains(former)
        for kind in ChangeKind.allCases {
            let expected: ChangeCause =
                switch kind {
                case .new, .gone: .list
                case .answered, .unanswered: .lookup
                case .label: .virusTotal
                default: isSame ? .policy : .virusTotal
                }
            #expect(ChangeCause(of: kind, was: was, former: former) == expected)
        }
    }

    @Test func anotherLabelIsAChangeOnlyWhereNothingElseIs() {
        #expect(ChangeKind(from: .malicious, to: .malicious, hasOtherLabel: true) == .label)
        #expect(ChangeKind(from: .suspicious, to: .malicious, hasOtherLabel: true) == .worse)
        #expect(ChangeKind(from: .failed, to: .notAsked, hasOtherLabel: true) == nil)
        #expect(ChangeKind(from: nil, to: nil, hasOtherLabel: true) == nil)
    }
}
