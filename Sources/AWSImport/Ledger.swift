import CloudModel

/// What was found wrong in a folder, and what of it cannot be reproduced.
final class Ledger {
    private(set) var problems: [Problem] = []
    /// Nobody reads more, and a hostile folder must not fill the memory.
    private static let most = 2_000
    private var untold = 0

    func add(_ severity: Problem.Severity, _ origin: Origin, _ message: String, hint: String = "") {
        guard problems.count < Self.most else {
            untold += 1
            return
        }
        problems.append(Problem(severity, origin, message, hint: hint))
    }

    var hasError: Bool { problems.contains { $0.severity == .error } }

    /// By file, then by line.
    var sorted: [Problem] {
        var list = Array(Set(problems)).sorted {
            $0.origin.file == $1.origin.file ? $0 < $1 : $0.origin.file < $1.origin.file
        }
        if untold > 0 {
            list.append(Problem(.error, .none, "\(untold) more problems are not shown", hint: "repair these first"))
        }
        return list
    }
}
