import ArgumentParser
import Checks
import CloudModel
import LabRunner

/// `netlab bandwidth`.
struct Bandwidth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bandwidth",
        abstract: "Measure several ways to one host side by side: throughput, latency and hops, as ratios.",
        discussion: """
            Measured by iperf3 and by echoes, all ways in turns, so that what disturbs one disturbs the others too. The
            ratios are to the first node named; the absolute figures are this machine's and no cloud's. Exit status 1
            where a way is closed.

            EXAMPLES
              netlab bandwidth bandwidth meter public private
              netlab bandwidth bandwidth meter public private --rounds 10 --svg bandwidth.svg
              netlab bandwidth bandwidth meter public private --json
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "A host that serves iperf3, and its port if it is not 5201.", completion: .node) var to: String
    @Argument(help: "The nodes that send; the ratios are to the first.", completion: .node) var from: [String]
    @Option(help: "How often each way is measured.") var rounds: Int = 5
    @Option(help: "Write a picture to a file.", completion: .file(extensions: ["svg"])) var svg: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if from.count < 2 { throw ValidationError("name two nodes at least: there is nothing to compare one with") }
        if Set(from).count < from.count { throw ValidationError("a node is named twice") }
        if !(1...1000 ~= rounds) { throw ValidationError("--rounds goes from 1 to 1000") }
    }

    func run() throws {
        Interruption.hold()
        let lab = try RunningLab.attach(try LabName.valid(name))
        for node in from { try WatchOptions.require(node, in: lab) }
        let target = try Target(to)
        let end = Endpoint(host: target.host, port: target.port)
        try Requirements.check(lab.lab, measuringAt: target.host)
        do {
            let comparison = try PathComparison.measure(lab, from: from, to: end, rounds: rounds)
            let picture = PathPicture(comparison)
            if let svg { try Output.write(picture.svg, toFile: svg) }
            if json { try Output.json(comparison) } else { Output.say(picture.text) }
        } catch let failure as PathComparison.Failure {
            Output.complain(failure.description)
            throw ExitCode(1)
        }
    }
}
