import Model
import Support
import TestSupport

/// What the simulated VirusTotal knows: numbered files of every kind of answer.
struct Catalogue: Sendable {
    /// What is asked about a file for ever the same.
    enum Kind: Hashable, Sendable {
        case known(detections: Int)
        /// Known, and no engine has an opinion yet.
        case noResults
        case unknown
        /// Its answers are never readable.
        case unreadable
    }

    /// Files that the lists of the steps name.
    static let filesMax = 60
    /// Files beyond those, which are known, for lists that must get an answer.
    private static let goodFilesMax = 200

    private let kinds: [Kind]
    private let numbers: [FileHash: Int]

    init(using generator: inout SeededGenerator) {
        let drawn: [Kind] = (0..<Self.filesMax).map { _ in
            switch generator.below(20) {
            case 0..<4: .unknown
            case 4: .noResults
            case 5: .unreadable
            default: .known(detections: generator.below(6))
            }
        }
        kinds = drawn + Array(repeating: .known(detections: 1), count: Self.goodFilesMax)
        numbers = Dictionary(
            uniqueKeysWithValues: kinds.indices.flatMap { number in
                FileHash.Kind.allCases.map { (Samples.hash(number, $0), number) }
            })
    }

    /// The name of a file that VirusTotal knows, another one each time.
    func goodHash(_ number: Int) -> FileHash { Samples.hash(Self.filesMax + number % Self.goodFilesMax) }

    /// The answer that is right; nil for what never gets one.
    func answer(to hash: FileHash) -> LookupAnswer.Answer? {
        guard let number = numbers[hash] else { return .unknown }
        switch kinds[number] {
        case .known(let detections): return .known(Samples.file(number, detections: detections))
        case .noResults:
            var file = Samples.file(number)
            file.engines = [:]
            file.lastAnalysisDate = nil
            return .known(file)
        case .unknown: return .unknown
        case .unreadable: return nil
        }
    }
}
