import Foundation
import Model
import Reporting
import Testing

struct ReportWriterTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    @Test func aWriterThatIsGivenUpLeavesNothingBehind() throws {
        struct Stop: Error {}
        let samples = samples
        #expect(throws: Stop.self) {
            try Samples.writer().writeTables(Samples.input(.done, rows: []), in: samples.directory()) {
                visit in
                try visit(Samples.row(.unknown))
                throw Stop()
            }
        }
        #expect(try samples.names.isEmpty)
    }
}
