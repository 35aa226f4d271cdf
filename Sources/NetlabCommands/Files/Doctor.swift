import ArgumentParser
import LabRunner

/// `netlab doctor`.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what this machine lacks for labs, and the exact remedy.")

    @Flag(help: "Print JSON.") var json = false

    private struct Row: Encodable {
        let name: String
        let ok: Bool
        let optional: Bool
        let problem: String?
        let remedy: String?
    }

    func run() throws {
        let requirements = Requirements.all(Share.settings)
        if json {
            try Output.json(
                requirements.map {
                    Row(
                        name: $0.name, ok: $0.isMet, optional: $0.isOptional, problem: $0.problem,
                        remedy: $0.isMet ? nil : $0.remedy)
                })
        } else {
            for requirement in requirements {
                guard let problem = requirement.problem else {
                    Output.say("ok       \(requirement.name)")
                    continue
                }
                Output.say("\(requirement.isOptional ? "optional" : "MISSING ") \(requirement.name): \(problem)")
                Output.say("         \(requirement.remedy)")
            }
        }
        if requirements.contains(where: { !$0.isMet && !$0.isOptional }) { throw ExitCode(3) }
    }
}
