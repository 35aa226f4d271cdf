import AWSImport
import ArgumentParser
import CloudModel
import LabFile
import LabRunner
import LinuxSystem

/// `netlab import`.
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a lab file of what AWS describes.",
        discussion: """
            EXAMPLES
              for what in vpcs subnets route-tables network-interfaces instances security-groups network-acls; do
                aws ec2 describe-$what > account/$what.json; done
              netlab import aws account -o account.yaml
              netlab up account                        # or without the detour
            """,
        subcommands: [ImportAWS.self])
}

/// `netlab import aws`.
struct ImportAWS: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aws",
        abstract: "Read a folder of `aws ec2/elbv2 describe-*` JSON; say what cannot be reproduced.")

    @Argument(help: "A folder of JSON files; sub-folders may be accounts and regions.", completion: .directory)
    var folder: String
    @Option(name: .shortAndLong, help: "Write the lab file here instead of to standard output.", completion: .file())
    var output: String?
    @Flag(help: "Print what was read, and what cannot be reproduced, as JSON.") var json = false

    private struct Summary: Encodable {
        let lab: String?
        let file: String?
        let counts: [String: Int]
        let problems: [ProblemRow]
    }

    func run() throws {
        let imported = try AWSFolder.read(folder)
        if !json { for problem in imported.problems { Output.complain(problem.rendered, raw: true) } }
        if let lab = imported.lab {
            let text = LabFile.write(lab)
            if let output {
                try Output.write(text, toFile: output)
            } else if !json {
                Output.say(text)
            }
        }
        if json {
            try Output.json(
                Summary(
                    lab: imported.lab?.name, file: output, counts: imported.lab.map(Self.counts) ?? [:],
                    problems: imported.problems.map(ProblemRow.init)))
        }
        if imported.lab == nil { throw ExitCode(2) }
    }

    private static func counts(_ lab: Lab) -> [String: Int] {
        [
            "vpcs": lab.vpcs.count, "subnets": lab.vpcs.map(\.subnets.count).reduce(0, +),
            "instances": lab.vpcs.map(\.instances.count).reduce(0, +),
            "nat-gateways": lab.vpcs.map(\.natGateways.count).reduce(0, +),
            "load-balancers": lab.vpcs.map(\.loadBalancers.count).reduce(0, +),
            "endpoints": lab.vpcs.map(\.endpoints.count).reduce(0, +), "peerings": lab.peerings.count,
            "transit-gateways": lab.transitGateways.count,
        ]
    }
}

/// A problem as JSON.
struct ProblemRow: Encodable {
    let file: String
    let line: Int
    let column: Int
    let severity: String
    let message: String
    let hint: String

    init(_ problem: Problem) {
        file = problem.origin.file
        line = problem.origin.line
        column = problem.origin.column
        severity = problem.severity.rawValue
        message = problem.message
        hint = problem.hint
    }
}
