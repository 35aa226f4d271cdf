public import CloudModel

/// The reader of what AWS prints: `describe-…` JSON to a model of the cloud.
public enum AWSImport {
    /// Reads a whole folder; never crashes, whatever the bytes.
    ///
    /// - Parameters:
    ///   - files: in an order that is always the same, so that the lab is.
    ///   - name: what the lab is to be called; made a name if it is none.
    ///   - unread: files that were found and not read, with the reason.
    public static func read(
        _ files: [DescriptionFile], name: String, unread: [(path: String, reason: String)] = []
    ) -> ImportedLab {
        let ledger = Ledger()
        for (path, reason) in unread {
            ledger.add(
                .warning, Origin(file: AWSName.printable(path), line: 0, column: 0), "not read: \(reason)",
                hint: "what it describes is missing")
        }
        var inventory = Inventory(ledger: ledger)
        var values = ImportLimits.values
        for file in files {
            do {
                inventory.take(try JSONParser.parse(file.bytes, mostValues: &values), of: file)
            } catch {
                ledger.add(
                    .error, Origin(file: file.path, line: error.line, column: error.column),
                    "this is not JSON: \(error.message)", hint: "put only what `aws … describe-…` printed there")
            }
        }
        inventory.settle()
        let lab = CloudBuilder(inventory: inventory).lab(named: AWSName.made(from: name, limit: 40) ?? "aws")
        if !ledger.hasError {
            for problem in lab.validate() {
                ledger.add(problem.severity, problem.origin, problem.message, hint: problem.hint)
            }
        }
        return ImportedLab(lab: ledger.hasError ? nil : lab, problems: ledger.sorted)
    }
}

/// What came of a folder.
public struct ImportedLab: Sendable {
    /// `nil` if there is any error.
    public let lab: Lab?
    /// Errors, and as warnings all that the lab does not reproduce; by file and line.
    public let problems: [Problem]
}

/// How much is read of a folder that anyone may have sent.
public enum ImportLimits {
    public static let files = 10_000
    /// Folders within folders.
    public static let depth = 6
    /// Of one file.
    public static let fileBytes = 64 << 20
    /// Of all files.
    public static let bytes = 256 << 20
    /// Elements of all top-level lists.
    public static let things = 100_000
    /// JSON values in all files.
    public static let values = 4_000_000
}
