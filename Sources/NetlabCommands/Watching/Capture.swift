import ArgumentParser
import CloudModel
import Glibc
import IPAddressing
import LabRunner
import LinuxSystem
import Nftables
import Probes
import Tracing

/// `netlab capture`.
struct Capture: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Capture packets at several nodes at once, into one pcapng file or as text.",
        discussion: """
            Words that are names of nodes are places; from the first other word on it is a filter in tcpdump's language,
            in which nodes may stand for addresses. Put -- before it if it begins with a node's name. Ctrl-C ends it; the
            file is complete then.

            EXAMPLES
              netlab capture private-nat app nat-a igw
              netlab capture private-nat app igw -w /tmp/nat.pcapng tcp and port 80
              netlab capture private-nat nat-a -w - icmp | wireshark -k -i -
              netlab capture private-nat vpc --count 20 host app
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "Nodes, then a filter.", completion: .node) var words: [String]
    @Option(name: .customShort("w"), help: "Write pcapng to this file; - is standard output.", completion: .file())
    var file: String?
    @Flag(help: "Print a line for each packet, as is the default without -w; beside -w - to standard error.")
    var live = false
    @Option(help: "End after this many packets.") var count: Int?
    @Option(help: "End after this many seconds.") var duration: Double?

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is 1 or more") }
        if let duration, duration <= 0 { throw ValidationError("--duration is more than 0") }
    }

    func run() throws {
        Interruption.hold()
        let lab = try RunningLab.attach(try LabName.valid(name))
        let places = words.prefix { lab.node($0) != nil }
        guard !places.isEmpty else { return try WatchOptions.require(words.first ?? "", in: lab) }
        // A place named twice, perhaps by a container that is its host's namespace, is one place.
        var seen: Set<String> = []
        let nodes = places.filter { seen.insert(lab.lab.namespaceNode(of: $0)).inserted }
        let filter = try FilterCompiler.compile(
            words.dropFirst(places.count).filter { $0 != "--" }, addresses: { Self.addresses(of: $0, in: lab) },
            tcpdump: Files.program("tcpdump"))
        let capture = try LabCapture(lab, nodes: nodes, filter: filter)
        defer { capture.close() }
        let output = try file.map { try CaptureFile($0, lab: lab.name, capture) }
        if Output.isWatched { Output.note("capturing at \(nodes.joined(separator: ", ")); Ctrl-C ends it") }
        var left = count ?? Int.max
        func take(_ sightings: [LabCapture.Sighting]) throws -> Bool {
            for sighting in sightings.prefix(left) {
                if try output?.write(sighting) == false { return false }
                if live && file == "-" {
                    Output.note(line(sighting, capture))
                } else if live || output == nil {
                    Output.say(line(sighting, capture))
                }
            }
            left -= min(left, sightings.count)
            return left > 0
        }
        try Watch(seconds: duration).run(capture.descriptors) { try take(try capture.read()) }
        _ = try take(try capture.read(isLast: true))
        let tally = try capture.tally()
        try output?.end(tally)
        let lost = tally.reduce(0) { $0 + $1.lost }
        if lost > 0 { Output.complain("\(lost) packets were lost: they came faster than they could be written") }
    }

    private static func addresses(of node: String, in lab: RunningLab) -> [IPv4Address]? {
        lab.node(node) == nil ? nil : LabEnds.addresses(of: node, in: lab.lab).sorted()
    }

    /// `12:34:56.123456 app:eth0 > tcp 10.0.1.10:40000 > 198.51.100.40:80 SYN`, `>` for what leaves the node.
    private func line(_ sighting: LabCapture.Sighting, _ capture: LabCapture) -> String {
        let day = sighting.frame.time / 1000 % 86_400_000_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let seconds = day / 1_000_000
        let fraction = String("\(1_000_000 + day % 1_000_000)".dropFirst())
        let time = "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(fraction)"
        let what =
            sighting.packet.map { "\($0) ttl \($0.timeToLive)" } ?? "no IPv4, \(sighting.frame.originalLength) bytes"
        let place = capture.interfaces[sighting.interface].name
        return "\(time) \(place) \(sighting.frame.isOutgoing ? "out" : "in ") \(what)"
    }
}

/// A pcapng file that is whole at every moment but the last block.
struct CaptureFile {
    private let descriptor: SharedDescriptor
    private let capture: LabCapture

    init(_ path: String, lab: String, _ capture: LabCapture) throws {
        self.capture = capture
        if path == "-" {
            descriptor = SharedDescriptor(OwnedDescriptor(owning: dup(STDOUT_FILENO)))
        } else {
            do {
                descriptor = SharedDescriptor(
                    try OwnedDescriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644))
            } catch {
                throw LabRunnerError(.input, "\(path) cannot be written: \(error)")
            }
        }
        try descriptor.descriptor.write(
            PcapngWriter.head(
                comment: "lab \(lab)", application: Version.text, interfaces: capture.interfaces))
    }

    /// `false` when the reader went away.
    func write(_ sighting: LabCapture.Sighting) throws -> Bool {
        let place = capture.interfaces[sighting.interface]
        do {
            try descriptor.descriptor.write(
                PcapngWriter.packet(
                    PcapngWriter.Frame(
                        interface: sighting.interface, time: sighting.frame.time,
                        isOutgoing: sighting.frame.isOutgoing, bytes: sighting.frame.bytes,
                        originalLength: sighting.frame.originalLength,
                        comment: "\(sighting.frame.isOutgoing ? "leaves" : "reaches") \(place.description)")))
            return true
        } catch {
            if error.errno == EPIPE { return false }
            throw error
        }
    }

    func end(_ tally: [(seen: UInt64, lost: UInt64)]) throws {
        for (index, count) in tally.enumerated() {
            let bytes = PcapngWriter.statistics(
                interface: index, time: KernelClock.wall, received: count.seen, dropped: count.lost)
            do {
                try descriptor.descriptor.write(bytes)
            } catch {
                if error.errno == EPIPE { return }
                throw error
            }
        }
    }
}
