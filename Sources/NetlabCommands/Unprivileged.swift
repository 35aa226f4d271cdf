import ArgumentParser
import LabRunner
import Namespaces
import Rootless

/// A command that looks at labs or changes them: for an ordinary user it runs in the namespaces of the user's keeper.
protocol UsesLabs: ParsableCommand {
    /// Whether it brings a lab up, so that a keeper must be started where none runs.
    var startsKeeper: Bool { get }

    /// What it does for a user who has no keeper, and therefore no lab.
    func runWithoutLabs() throws
}

/// Runs commands for an ordinary user.
enum Unprivileged {
    /// Where labs leave traces; the keeper ends when nothing is there.
    static let labs = [StateFolder.root, NamedNamespace.folder]

    /// Takes this process to where the user is root, if the command needs that.
    ///
    /// - Returns: `false` if there is nothing left to do.
    static func prepare(_ command: any ParsableCommand) throws -> Bool {
        guard let command = command as? any UsesLabs else { return true }
        do {
            if try Keeper.join(starting: command.startsKeeper ? Share.program : nil) { return true }
        } catch let refusal as RootlessRefusal {
            throw LabRunnerError(refusal, program: Share.program)
        }
        try command.runWithoutLabs()
        return false
    }

    /// To be called last: nothing is left behind when the last lab has gone.
    static func leave() { Keeper.leave(ifEmpty: labs) }
}

extension UsesLabs {
    var startsKeeper: Bool { false }
}

extension Up: UsesLabs {
    /// Only looking makes nothing.
    var startsKeeper: Bool { !dryRun }
    func runWithoutLabs() throws { if dryRun { try run() } }
}

extension Test: UsesLabs {
    var startsKeeper: Bool { true }
    func runWithoutLabs() throws {}
}

extension Check: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension Fail: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension Heal: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension Exec: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension Shell: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension Down: UsesLabs {
    func runWithoutLabs() throws {
        if dryRun { try run() } else { try report(gone: [], absent: names.map(LabName.valid)) }
    }
}

extension ListLabs: UsesLabs {
    func runWithoutLabs() throws { try report([]) }
}

extension Status: UsesLabs {
    func runWithoutLabs() throws {
        if let name { throw RunningLab.notUp(try LabName.valid(name)) }
        try reportNone()
    }
}

extension Plan: UsesLabs {
    /// A plan follows from the file alone.
    func runWithoutLabs() throws { try run(mayBeUp: false) }
}

extension Explain: UsesLabs {
    /// A lab file can be explained without any lab.
    func runWithoutLabs() throws { try run() }
}

extension Matrix: UsesLabs {
    func runWithoutLabs() throws { try run() }
}

extension Trace: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension Flows: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension Capture: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension ProbeOnce: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension Bandwidth: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension ScanTargets: UsesLabs {
    func runWithoutLabs() throws { throw RunningLab.notUp(try LabName.valid(name)) }
}

extension PruneLabs: UsesLabs {
    /// Where no keeper runs, nothing of a lab can be left.
    func runWithoutLabs() throws {
        if json { try Output.json([String: String]()) } else { Output.note("there is nothing to prune") }
    }
}

extension CostCommand: UsesLabs {
    /// A lab file costs what it costs.
    func runWithoutLabs() throws { try run() }
}

extension ScanOnce: UsesLabs {
    func runWithoutLabs() throws { throw LabRunnerError(.input, "there is no namespace \(namespace)") }
}

extension ProbeTimes: UsesLabs {
    func runWithoutLabs() throws { throw LabRunnerError(.input, "there is no namespace \(namespace)") }
}
