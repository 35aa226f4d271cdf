public import ArgumentParser
import Checks
import IPAddressing
import LabPlan
import LabRunner
public import Tracing

/// `netlab trace`.
struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Watch packets on their way through a lab: every component, rule, route and translation.",
        discussion: """
            One line a packet, as the kernel itself reports it. Nothing in the lab is changed; Ctrl-C ends it.

            EXAMPLES
              netlab trace private-nat
              netlab trace private-nat --from app --to echo.example:80 --count 10
              netlab trace private-nat tcp and host app --hops
              netlab trace private-nat --proto icmp --json
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "Only these packets: tcp, udp, icmp, host WHO, port N, joined by and.") var filter: [String] = []
    @Option(help: "One end: a node.", completion: .node) var from: String?
    @Option(help: "The other end: a node, an address or a name, and a port if you like.", completion: .node)
    var to: String?
    @Option(help: "tcp, udp or icmp.") var proto: LiveFlow.Kind?
    @Option(help: "End after this many packets.") var count: Int?
    @Option(help: "End after this many seconds.") var duration: Double?
    @Flag(help: "One line for each hop.") var hops = false
    @Flag(help: "One JSON object a packet.") var json = false

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is 1 or more") }
        if let duration, duration <= 0 { throw ValidationError("--duration is more than 0") }
    }

    func run() throws {
        Interruption.hold()
        let lab = try RunningLab.attach(try LabName.valid(name))
        let trace = try LabTrace(lab, try WatchOptions(filter, from: from, to: to, proto: proto).filter(lab))
        defer { trace.close() }
        if Output.isWatched { Output.note("tracing \(name); Ctrl-C ends it") }
        var left = count ?? Int.max
        func show(_ paths: [LivePath]) throws {
            for path in paths.prefix(left) { try print(path) }
            left -= min(left, paths.count)
        }
        try Watch(seconds: duration).run(trace.descriptors) {
            try show(try trace.read())
            if trace.takeLoss() { Output.complain("packets came faster than they could be followed; some are missing") }
            return left > 0
        }
        try show(try trace.read(isLast: true))
    }

    private func print(_ path: LivePath) throws {
        if json { return try Output.jsonLine(PathRecord(path)) }
        Output.say(hops ? path.lines.joined(separator: "\n") : path.description)
    }
}

extension LiveFlow.Kind: ExpressibleByArgument {}

/// What `trace` and others watch for, as the user wrote it.
struct WatchOptions {
    let words: FilterWords
    let from: String?
    let to: Target?
    let proto: LiveFlow.Kind?

    init(_ words: [String], from: String?, to: String?, proto: LiveFlow.Kind?) throws {
        do {
            self.words = try FilterWords(words)
        } catch {
            throw LabRunnerError(.input, error.description, hint: "for example: tcp and host app and port 80")
        }
        self.from = from
        self.to = try to.map { try Target($0) }
        self.proto = proto
    }

    func filter(_ lab: RunningLab) throws -> WatchFilter {
        if let from { try Self.require(from, in: lab) }
        var filter = WatchFilter(
            from: from.map { LabEnds.guises(of: $0, in: lab.lab) }, to: try to.map { try addresses($0.host, lab) },
            protocolNumber: proto?.protocolNumber ?? words.protocolNumber, port: to?.port ?? words.port)
        // What comes to a published port goes on to another.
        if let port = to?.port, filter.to?.contains(where: { LabEnds.isHandedOn(port, at: $0, in: lab.lab) }) == true {
            filter.port = nil
        }
        filter.owned = try words.hosts.map { try addresses($0, lab) }
        filter.hosts = filter.owned.map { LabEnds.guises(at: $0, in: lab.lab) }
        return filter
    }

    private func addresses(_ host: String, _ lab: RunningLab) throws -> Set<IPv4Address> {
        if lab.node(host) != nil, IPv4Address(host) == nil {
            let own = LabEnds.addresses(of: host, in: lab.lab)
            return own.reduce(into: own) { $0.formUnion(LabEnds.all($1, in: lab.lab)) }
        }
        // A name is asked for by who sends to it, or by anybody who has a DNS server.
        let asker = from ?? lab.nodes.first { !$0.plan.resolvers.isEmpty }?.plan.name ?? lab.nodes[0].plan.name
        return LabEnds.all(try LabNames(lab).address(of: host, from: asker), in: lab.lab)
    }

    static func require(_ node: String, in lab: RunningLab) throws {
        guard lab.node(node) == nil else { return }
        throw LabRunnerError(
            .input, "lab \(lab.name) has no node \(node)",
            hint: "its nodes are: \(lab.nodes.map(\.plan.name).joined(separator: ", "))")
    }
}

/// `HOST` or `HOST:PORT`.
struct Target: Hashable {
    let host: String
    let port: UInt16?

    init(_ text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let host = parts.first, !host.isEmpty else {
            throw LabRunnerError(.input, "\"\(text)\" is no target", hint: "write HOST or HOST:PORT")
        }
        self.host = String(host)
        guard parts.count == 2 else {
            port = nil
            return
        }
        guard let port = UInt16(parts[1]) else {
            throw LabRunnerError(.input, "\"\(parts[1])\" is no port", hint: "0 to 65535")
        }
        self.port = port
    }
}
