import ArgumentParser
import LabPlan
import LabRunner

/// `netlab plan`.
struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what `up` would build, without building it.",
        discussion: """
            EXAMPLES
              netlab plan private-nat
              netlab plan private-nat --shell > build.sh     # the same network by hand, with ip and nft
            """)

    @Argument(help: "A lab's name or a lab file.") var lab: String
    @Flag(help: "Print the plan as JSON.") var json = false
    @Flag(help: "Print an ip/nft script that builds the same network by hand.") var shell = false

    func validate() throws {
        if json && shell { throw ValidationError("--json and --shell exclude each other") }
    }

    func run() throws {
        let plan = LabPlan(try LabSource.read(lab).lab)
        if shell { return Output.say(ShellScript(plan).text) }
        let outline = PlanOutline(plan)
        if json { try Output.json(outline) } else { Output.say(outline.text) }
    }
}
