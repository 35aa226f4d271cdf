import CloudModel
import LabRunner

/// A lab to reason about: a running one, the name of one that is known, or a file.
enum LabModel {
    /// What is running is asked before what is written: it is what packets would meet.
    ///
    /// - Throws: Exit status 2 when the lab cannot be read.
    static func read(_ argument: String) throws -> Lab {
        let state = StateFolder(argument)
        guard !argument.contains("/"), state.isComplete else { return try LabSource.read(argument).lab }
        return try state.readableLab()
    }
}
