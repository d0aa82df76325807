import Foundation
import Model
import Reporting
import TestSupport
import Testing

/// The tables as other people's programs read them: LibreOffice and pandas, which `make test-full` installs.
@Suite(.enabled(if: Full.isOn, "make test-full installs them"), .limited(.processor))
struct SpreadsheetTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func path(_ name: String) -> String {
        samples.folder.appending(path: name).path(percentEncoded: false)
    }

    private func check(_ kind: String, _ file: String) async throws -> String {
        let output = try await PythonScript("tables_check.py").run([kind, path(file), path("report.json")])
        #expect(output.status == 0, "\(output.text)")
        return output.text
    }

    /// The CSV as LibreOffice takes it. Without a window it does not look at the mark, so UTF-8 (76) must be
    /// told.
    private func convert(filter: String? = nil) async throws {
        let output = try await PythonScript.run(
            "/usr/bin/soffice",
            ["-env:UserInstallation=file://\(path("office"))", "--headless"]
                + (filter.map { ["--infilter=CSV:\($0)"] } ?? [])
                + ["--convert-to", "fods", "--outdir", path(""), path("report.csv")])
        try #require(output.status == 0 && output.text.contains("report.fods"), "\(output.text)")
    }

    @Test func pandasReadsTheCSVAndTheJSONAsTheSame() async throws {
        try samples.writeTables(HostileRows.all)
        #expect(
            try await check("pandas", "report.csv").contains(
                "\(HostileRows.all.count) rows, 47 columns, equal"))
    }

    /// With one row, pandas decides by it alone what a column is.
    @Test(arguments: HostileRows.numbers)
    func aSingleHashThatReadsAsANumberIsATextToPandas(digits: String) async throws {
        try samples.writeTables([Samples.row(.unknown, hash: FileHash(digits)!, comment: "1e5")])
        #expect(try await check("pandas", "report.csv").contains("1 rows, 47 columns, equal"))
    }

    @Test func libreOfficeTakesEveryCellForWhatItIs() async throws {
        try samples.writeTables(HostileRows.all)
        try await convert(filter: "44,34,76,1")
        #expect(try await check("spreadsheet", "report.fods").contains("every cell as it should be"))
    }

    /// Nothing said; then as separators the comma (44), the semicolon (59), both, and the tab. 34 is the
    /// quote.
    @Test(arguments: [nil, "44,34,76,1", "59,34,76,1", "44/59,34,76,1", "9,34,76,1"])
    func noFormulaComesToLifeWhateverEndsACell(filter: String?) async throws {
        try samples.writeTables(HostileRows.all)
        try await convert(filter: filter)
        #expect(try await check("formulas", "report.fods").contains("no formula"))
    }
}
