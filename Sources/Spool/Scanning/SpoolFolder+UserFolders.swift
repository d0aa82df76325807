package import Model

extension SpoolFolder {
    /// The names of all folders in these that can be users': the spool's, the reports'.
    package static func userFolders(in paths: [String]) -> [UserName] {
        let names = Set(paths.flatMap { (try? SpoolFolder(path: $0).users().users) ?? [] })
        return names.sorted()
    }

    private static let namesMax = 5

    /// For example `alice, bob and 7 more`.
    package static func namesInWords(_ users: [UserName]) -> String {
        let named = users.prefix(namesMax).map(\.description).joined(separator: ", ")
        return users.count > namesMax ? "\(named) and \(users.count - namesMax) more" : named
    }
}
