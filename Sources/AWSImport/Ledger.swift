import CloudModel

/// What was found wrong in a folder, and what of it cannot be reproduced.
final class Ledger {
    private(set) var problems: [Problem] = []
    private(set) var hasError = false
    /// Large accounts have thousands of them, and every one is to be read; a hostile folder must not fill the memory.
    private static let most = 20_000
    private var untold = 0
    private var untoldErrors = 0

    func add(_ severity: Problem.Severity, _ origin: Origin, _ message: String, hint: String = "") {
        if severity == .error { hasError = true }
        guard problems.count < Self.most else {
            if severity == .error { untoldErrors += 1 } else { untold += 1 }
            return
        }
        problems.append(Problem(severity, origin, message, hint: hint))
    }

    /// By file, then by line.
    var sorted: [Problem] {
        var list = Array(Set(problems)).sorted {
            $0.origin.file == $1.origin.file ? $0 < $1 : $0.origin.file < $1.origin.file
        }
        if untold > 0 {
            list.append(
                Problem(
                    .warning, .none, "\(untold) more things that the lab does not reproduce are not shown",
                    hint: "import a part of the folder to see them"))
        }
        if untoldErrors > 0 {
            list.append(
                Problem(.error, .none, "\(untoldErrors) more problems are not shown", hint: "repair these first"))
        }
        return list
    }
}
