import Configuration

extension SettingsLoader {
    /// The options that lists may set.
    func listOptions() throws -> [String] {
        let known = ["vendors", "fresh", "priority", "budget", "by", "compare", "outputs", "title"]
        let options = reader.stringArray(forKey: "list.options", default: known.filter { $0 != "fresh" })
        if options == ["none"] { return [] }
        guard !options.isEmpty, options.allSatisfy(known.contains) else {
            let right = "some of \(known.joined(separator: ", ")), or none"
            throw bad("list.options", options.joined(separator: ", "), right)
        }
        return options
    }
}
