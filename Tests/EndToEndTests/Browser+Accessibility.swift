import Foundation
import Testing

extension Browser {
    /// How people look at pages: scheme of colours and width in points.
    static let looks = [("light", "light", 1280), ("dark", "dark", 1280), ("360", "light", 360)]

    /// Shows the page in each look in turn, and then as it was.
    func inEachLook(_ body: (String) async throws -> Void) async throws {
        for (name, scheme, width) in Self.looks {
            _ = try await developerTool(
                "Emulation.setEmulatedMedia",
                ["features": [["name": "prefers-color-scheme", "value": scheme]]])
            _ = try await developerTool(
                "Emulation.setDeviceMetricsOverride",
                ["width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500])
            try await body(name)
        }
        _ = try await developerTool("Emulation.clearDeviceMetricsOverride", [:])
        _ = try await developerTool("Emulation.setEmulatedMedia", ["features": [Any]()])
    }

    /// Expects that axe-core finds nothing against WCAG 2.2, levels A and AA, in any look, and that no page
    /// is wider than the window.
    func expectAccessible(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let axe = try await Accessibility.script()
        try await inEachLook { look in
            // A page that loads itself again waits while something has the focus.
            _ = try await value("document.querySelector('a,button,input')?.focus()")
            let isLoaded = try await value("typeof axe === 'object'") as? Bool
            if isLoaded != true { try await run(axe) }
            let findings = try await answer(Accessibility.question) as? [String]
            #expect(findings == [], "\(what), \(look)", sourceLocation: sourceLocation)
            // Without the scroll bar, which is a part of the window.
            let overhang =
                try await value(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth") as? Int
            #expect(overhang == 0, "\(what), \(look) is too wide", sourceLocation: sourceLocation)
            _ = try await value("document.activeElement?.blur()")
        }
    }
}

/// axe-core, the accessibility rules of Deque, as a Python package carries it.
private enum Accessibility {
    /// One line a finding: the rule, what it says, and where.
    static let question = """
        axe.run(document,{resultTypes:['violations'],rules:{'target-size':{enabled:true}},
          runOnly:{type:'tag',values:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']}})
        .then(function(result){return result.violations.flatMap(function(rule){
          return rule.nodes.map(function(node){
            return rule.id+': '+node.failureSummary.replace(/\\s+/g,' ')+' '+node.target.join(' ')})})})
        """

    static func script() async throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python =
            ProcessInfo.processInfo.environment["HASHDROP_PYTHON"]
            ?? root.appending(path: ".venv/bin/python").path(percentEncoded: false)
        let folder = URL(filePath: python).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "lib")
        let versions =
            (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
        for version in versions {
            let file = folder.appending(path: "\(version)/site-packages/axe_playwright_python/axe.min.js")
            if let text = try? String(contentsOf: file, encoding: .utf8) { return text }
        }
        throw Browser.Failure(description: "there is no axe-core beside \(python): `make test` sets it up")
    }
}
