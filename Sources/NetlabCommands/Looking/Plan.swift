import ArgumentParser
import CloudModel
import LabPlan
import LabRunner

/// `netlab plan`.
struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what `up` would build, or change of a lab that is up.",
        discussion: """
            EXAMPLES
              netlab plan private-nat
              netlab plan private-nat --shell > build.sh     # the same network by hand, with ip and nft
              netlab plan private-nat --diff                 # in what the running lab differs
            """)

    @Argument(help: "A lab's name or a lab file.", completion: .lab) var lab: String
    @Flag(help: "Print the plan as JSON.") var json = false
    @Flag(help: "Print an ip/nft script that builds the same network by hand.") var shell = false

    @Flag(help: "Print only in what the running lab differs from the plan.") var diff = false
    @Option(help: "The running lab to compare with; the file's name for it by default.", completion: .runningLab)
    var name: String?

    func validate() throws {
        if json && shell { throw ValidationError("--json and --shell exclude each other") }
        if diff && shell { throw ValidationError("--diff and --shell exclude each other") }
    }

    func run() throws { try run(mayBeUp: true) }

    /// - Parameter mayBeUp: Whether there can be a running lab to compare with.
    func run(mayBeUp: Bool) throws {
        let source = try LabSource.read(lab)
        let name = try LabName.valid(name ?? source.lab.name)
        if diff && !mayBeUp { throw RunningLab.notUp(name) }
        if diff { return try UpPreview(source.lab, name: name).show(json: json) }
        let plan = LabPlan(source.lab)
        if shell { return Output.say(ShellScript(plan).text) }
        let outline = PlanOutline(plan)
        if json { return try Output.json(outline) }
        Output.say(outline.text)
        guard mayBeUp else { return }
        let preview = try UpPreview(source.lab, name: name)
        if preview.isChange { Output.say("\n" + preview.text) }
    }
}
