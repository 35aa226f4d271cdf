import ArgumentParser
import Checks
import CloudModel
import LabRunner

/// `netlab probe`.
struct ProbeOnce: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Try one connection between any two places, with the evidence of both ends.",
        discussion: """
            TCP unless another protocol is named, port 80 unless one is given (UDP: 7, TLS: 443). Exit status 0 when an
            answer came, 1 when none did; with --tls also 1 when the certificate is not trusted inside the lab, or does
            not name the host.

            EXAMPLES
              netlab probe private-nat app echo.example
              netlab probe private-nat bastion app:8080 --http
              netlab probe private-nat scanner 203.0.113.20:443
              netlab probe private-nat app 198.51.100.40:7 --udp --json
              netlab probe private-nat vault echo --icmp
              netlab probe docker-pull host registry.example --tls
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "The node that sends.", completion: .node) var from: String
    @Argument(help: "A node, an address or a name, and a port.", completion: .node) var to: String
    @Flag(help: "One UDP datagram.") var udp = false
    @Flag(help: "One ICMP echo request.") var icmp = false
    @Flag(help: "One HTTP GET of /.") var http = false
    @Flag(help: "One TLS handshake: whose certificate, issued by whom, and whether it holds.") var tls = false
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if [udp, icmp, http, tls].filter({ $0 }).count > 1 {
            throw ValidationError("name one of --udp, --icmp, --http, --tls")
        }
    }

    func run() throws {
        // What a handshake is made with is a program of its own, to be ended with us; all else the kernel takes away.
        if tls { Interruption.hold() } else { Interruption.endAtOnce() }
        let lab = try RunningLab.attach(try LabName.valid(name))
        OutageReport.note(lab.lab, name: name)
        try WatchOptions.require(from, in: lab)
        let target = try Target(to)
        let end = Endpoint(host: target.host, port: target.port)
        let probe: Probe =
            udp
            ? .udp(to: end)
            : icmp ? .ping(to: end) : http ? .http(to: end, path: "/") : tls ? .tls(to: end) : .tcp(to: end)
        try Requirements.check(probe)
        let story = try AdHocProbe(lab, from: from, probe).run()
        if json { try Output.json(story) } else { Output.say(text(story)) }
        if !story.succeeded { throw ExitCode(1) }
    }

    private func text(_ story: AdHocProbe.Story) -> String {
        let verdict = story.certificate == nil ? "answered" : "answered, and the certificate holds"
        let failure = story.certificate == nil ? "no answer" : "answered, and the certificate does NOT hold"
        var lines = ["\(story.from), \(story.probe): \(story.succeeded ? verdict : failure)"]
        lines.append("  sender    \(story.saw) (\(story.sent) packets left)")
        if let receiver = story.receiver { lines.append("  receiver  \(receiver) saw \(story.arrived) packets") }
        if !story.seenFrom.isEmpty { lines.append("  seen from \(story.seenFrom.joined(separator: ", "))") }
        lines += story.translations.map { "  nat       \($0)" }
        lines += story.drops.map { "  dropped   \($0.packets) packets by \($0.owner) in \($0.node)" }
        return lines.joined(separator: "\n")
    }
}
