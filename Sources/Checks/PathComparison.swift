public import CloudModel
import FoundationEssentials
import IPAddressing
public import LabRunner
import Probes

/// Throughput and latency of several ways to one host, side by side: as ratios, because a laptop's absolute figures
/// are no cloud's.
public struct PathComparison: Hashable, Sendable, Encodable {
    /// One sender's way.
    public struct Way: Hashable, Sendable, Encodable {
        public let from: String
        /// The median of the rounds.
        public let bitsPerSecond: Double
        /// The median of all echoes.
        public let roundTripMicroseconds: Double
        /// Of the first sender's.
        public let throughputRatio: Double
        public let latencyRatio: Double
        /// Every router that shows itself on the way, by node name.
        public let hops: [String]
    }

    /// Why a way could not be measured.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    public let to: String
    public let rounds: Int
    public let ways: [Way]

    /// Measured everything, and nothing is out of all proportion: one hop more is no factor of a hundred.
    public var isSane: Bool {
        ways.count > 1
            && ways.allSatisfy { way in
                way.bitsPerSecond > 0 && way.roundTripMicroseconds > 0
                    && 0.01...100 ~= way.throughputRatio && 0.01...100 ~= way.latencyRatio
            }
    }

    /// `private-host has 0.81 of public-host's throughput and 1.30 of its latency`.
    public var sentence: String {
        guard let first = ways.first else { return "" }
        return ways.dropFirst().map { way in
            "\(way.from) has \(Self.rounded(way.throughputRatio)) of \(first.from)'s throughput and "
                + "\(Self.rounded(way.latencyRatio)) of its latency"
        }.joined(separator: "; ")
    }

    /// With two decimals.
    public static func rounded(_ ratio: Double) -> String {
        let hundredths = Int((ratio * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    /// Bytes of one run.
    private static let volume = 32 << 20
    /// Echoes of one round.
    private static let echoes = 20

    /// Measures each sender in turn, `rounds` times over. Equivalent to `iperf3 -c HOST -n 32M` and `ping -c 20 HOST`.
    ///
    /// - Throws: `Failure` where a way is closed.
    public static func measure(
        _ lab: RunningLab, from senders: [String], to: Endpoint, rounds: Int = 3
    ) throws -> PathComparison {
        let places = Places(lab: lab)
        var bits = senders.map { _ in [Double]() }
        var trips = senders.map { _ in [Double]() }
        var hops: [[String]] = []
        for round in 0..<rounds {
            for (place, sender) in senders.enumerated() {
                try Interruption.check()
                let node = try places.sender(sender)
                let address = try places.resolve(to.host, from: node)
                bits[place].append(
                    try throughput(lab, sender, SocketAddress(address: address, port: to.port ?? 5201)))
                trips[place] += try latency(node, sender, address)
                if round == 0 { hops.append(try path(node, address, places)) }
            }
        }
        let (speeds, times) = (bits.map(median), trips.map(median))
        let ways = senders.indices.map { place in
            Way(
                from: senders[place], bitsPerSecond: speeds[place], roundTripMicroseconds: times[place],
                throughputRatio: speeds[place] / speeds[0], latencyRatio: times[place] / times[0],
                hops: hops[place])
        }
        return PathComparison(to: "\(to)", rounds: rounds, ways: ways)
    }

    /// Microseconds of each round trip.
    private static func latency(_ node: MadeNode, _ sender: String, _ address: IPv4Address) throws -> [Double] {
        let outcome = try PingProbe(from: node.namespace, to: address, count: echoes, timeout: .milliseconds(500)).run()
        guard let trips = outcome.reply?.roundTrips, !trips.isEmpty else {
            throw Failure(description: "\(sender) gets no echo from \(address): nothing can be measured")
        }
        return trips.map { $0.seconds * 1e6 }
    }

    private struct Result: Decodable {
        struct End: Decodable { let sum_received: Sum }
        struct Sum: Decodable { let bits_per_second: Double }

        let end: End?
        let error: String?
    }

    private static func throughput(_ lab: RunningLab, _ sender: String, _ server: SocketAddress) throws -> Double {
        let end = try NodeCommand.run(
            [
                "iperf3", "--client", "\(server.address)", "--port", "\(server.port)", "--bytes", "\(volume)",
                "--json", "--connect-timeout", "3000",
            ], in: lab, node: sender, within: .seconds(60), environment: NodeCommand.plainEnvironment)
        let result = try? JSONDecoder().decode(Result.self, from: Data(end.output.utf8))
        guard end.status == 0, let bits = result?.end?.sum_received.bits_per_second else {
            throw Failure(
                description: "iperf3 of \(sender) failed: \(result?.error ?? String(end.output.prefix(200)))")
        }
        return bits
    }

    private static func path(_ node: MadeNode, _ address: IPv4Address, _ places: Places) throws -> [String] {
        let outcome = try TracerouteProbe(from: node.namespace, to: address).run()
        return (outcome.reply?.hops ?? []).map { $0.flatMap(places.node) ?? $0?.description ?? "*" }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
