package import Foundation

/// VirusTotal's answer for one file and when it was asked.
package struct LookupAnswer: Hashable, Sendable {
    package enum Answer: Hashable, Sendable {
        case known(FileObject)
        /// VirusTotal has never seen the file (its 404 is an answer).
        case unknown
    }

    package var answer: Answer
    /// When VirusTotal was asked; its age is the verdict's age. Not when engines last scanned the file.
    package var askedAt: Date

    package init(answer: Answer, askedAt: Date) {
        self.answer = answer
        self.askedAt = askedAt
    }

    package var fileObject: FileObject? {
        if case .known(let object) = answer { object } else { nil }
    }
}
