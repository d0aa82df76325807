import Foundation
import Model
import Support
import TestSupport

/// The files that users meet and the lists that they make of them.
///
/// Each day has its files: some that are new, most of them from the days before, and a few from long ago.
struct YearFeed {
    private let plan: YearPlan
    private var generator: SeededGenerator
    /// Files with a lower number have occurred.
    private var filesKnown = 1
    private var today: [Int] = []

    init(_ plan: YearPlan, seed: UInt64) {
        self.plan = plan
        generator = SeededGenerator(seed: seed)
    }

    /// A list, as its user drops it.
    struct List {
        var content: Data
        /// Different hashes in it; nil for one that is refused.
        var hashes: Int?
    }

    mutating func beginDay(isRestDay: Bool) {
        let (files, new) =
            isRestDay
            ? (plan.workdayFiles / 3, plan.workdayNewFiles / 3) : (plan.workdayFiles, plan.workdayNewFiles)
        let old = files / 10
        today.shuffle(using: &generator)
        today = Array(today.prefix(files - new - old))
        for _ in 0..<old { today.append(generator.below(filesKnown)) }
        today += filesKnown..<filesKnown + new
        filesKnown += new
    }

    /// One in twenty-five is refused: empty, or without a hash.
    mutating func list(_ number: Int) -> List {
        switch generator.below(50) {
        case 0: return List(content: Data())
        case 1: return List(content: Data("list \(number): nothing that is a hash\n".utf8))
        default:
            let (least, most) = (Double(plan.listHashes.lowerBound), Double(plan.listHashes.upperBound))
            return list(number, hashes: Int(least * pow(most / least, generator.fraction())))
        }
    }

    /// The long one has more files than a day: it reaches far back.
    mutating func longList(_ number: Int, hashes: Int) -> List {
        list(number, hashes: hashes, oldOneIn: 2)
    }

    private mutating func list(_ number: Int, hashes count: Int, oldOneIn: Int = 40) -> List {
        var text = "# list \(number)\n"
        var hashes: Set<FileHash> = []
        for _ in 0..<count {
            let file = generator.below(oldOneIn) == 0 ? generator.below(filesKnown) : generator.pick(today)
            let hash = name(of: file)
            hashes.insert(hash)
            switch generator.below(12) {
            case 0: text += "\(hash)  sample-\(file).exe\n"
            case 1: text += "\(hash),seen in case \(number)\n"
            default: text += "\(hash)\n"
            }
        }
        if generator.below(10) == 0 { text += "\(Samples.hash(0).hexadecimal.dropLast())  cut short\n" }
        return List(content: Data(text.utf8), hashes: hashes.count)
    }

    /// Most files are always named alike.
    private mutating func name(of file: Int) -> FileHash {
        if generator.below(25) == 0 { return Samples.hash(file, generator.pick(FileHash.Kind.allCases)) }
        let kinds: [FileHash.Kind] = [.md5, .sha1, .sha256, .sha256, .sha256]
        return Samples.hash(file, kinds[file % kinds.count])
    }
}
