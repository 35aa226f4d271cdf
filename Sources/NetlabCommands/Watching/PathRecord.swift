import Nftables
import Tracing

/// A path as JSON.
struct PathRecord: Encodable {
    struct Packet: Encodable {
        let `protocol`: String
        let source: String
        let destination: String
        let kind: String
        let ttl: Int
        let length: Int

        init(_ packet: PacketHeader) {
            `protocol` = packet.protocolName
            source = packet.sourceText
            destination = packet.destinationText
            kind = packet.kind
            ttl = Int(packet.timeToLive)
            length = packet.length
        }
    }

    struct Rule: Encodable {
        let owner: String
        let chain: String
        let verdict: String
        let nft: String
    }

    struct Hop: Encodable {
        let node: String
        let role: String
        let inputInterface: String?
        let inputFrom: String?
        let outputInterface: String?
        let outputTo: String?
        let before: Packet
        let after: Packet
        let rules: [Rule]
        let knownFlow: Bool
        let routeTable: String?
        let route: String?
        let outcome: String
    }

    /// Nanoseconds since 1970, the same for packets of one burst; the order of the lines is that of the packets.
    let time: Int64
    let delivered: Bool
    let outcome: String
    let hops: [Hop]

    init(_ path: LivePath) {
        time = path.time
        delivered = path.isDelivered
        outcome = "\(path.end.outcome)"
        hops = path.hops.map { hop in
            Hop(
                node: hop.node, role: hop.role, inputInterface: hop.input?.name, inputFrom: hop.input?.peer,
                outputInterface: hop.output?.name, outputTo: hop.output?.peer, before: Packet(hop.before),
                after: Packet(hop.after),
                rules: hop.rules.map { Rule(owner: $0.owner, chain: $0.chain, verdict: $0.verdict, nft: $0.text) },
                knownFlow: hop.isKnownFlow, routeTable: hop.route?.table,
                route: hop.route.map { "\($0.destination)" }, outcome: "\(hop.outcome)")
        }
    }
}
