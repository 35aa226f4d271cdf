import CloudModel
import IPAddressing
import LabPlan
import LabRunner
import Probes

/// The witnesses of one trial: captures at the sender, at the receiver, and where no packet may ever come.
///
/// Opened before the probe leaves, read when its phase is over, closed all together at the end.
struct Vantage: Sendable {
    /// Packets that leave the sender towards the target.
    let atSender: Witness?
    /// Packets that reach the node behind the target address.
    let atReceiver: (node: String, witness: Witness)?
    /// Nodes that must see nothing of the sender.
    let offLimits: [(node: String, witness: Witness)]
    /// The addresses under which the sender's packets may come there.
    let guises: Places.Guises

    var all: [Witness] { [atSender, atReceiver?.witness].compactMap { $0 } + offLimits.map(\.witness) }

    /// Places the witnesses; resolving the target's name is the sender's business and may fail as the probe would.
    ///
    /// - Parameter stream: The connection that was opened before, whose target is known.
    init(_ trial: Trial, _ places: Places, stream: OpenStream? = nil) throws {
        let sender = try places.sender(trial.sender)
        let target =
            try stream?.target.address ?? trial.probe.endpoint.map { try places.resolve($0.host, from: sender) }
        if let target, let number = trial.probe.protocolNumber {
            // By port, or a scan of the same host at the same time would flood the capture.
            let isBulky = trial.probe.isBulky
            let filter = PacketFilter(
                protocolNumber: number, host: target, port: trial.probe.port, onlyOpening: isBulky)
            atSender = try Witness(in: sender.namespace, interface: "eth0", filter: filter)
            if let node = places.node(at: target, from: trial.sender).flatMap(places.lab.node),
                node.plan.address != nil,
                node.plan.name != trial.sender
            {
                atReceiver = (
                    node.plan.name,
                    try Witness(
                        in: node.namespace, interface: "eth0",
                        filter: PacketFilter(
                            protocolNumber: number, port: trial.probe.port, onlyOpening: isBulky))
                )
            } else {
                atReceiver = nil
            }
        } else {
            atSender = nil
            atReceiver = nil
        }
        let guises = places.guises(of: trial.sender)
        self.guises = guises
        offLimits = try trial.expect.neverReaches.flatMap { name in
            let node = try places.sender(name)
            return try guises.all.map { address in
                (name, try Witness(in: node.namespace, interface: "eth0", filter: PacketFilter(host: address)))
            }
        }
    }
}

extension Probe {
    /// The one other end, where there is one.
    var endpoint: Endpoint? {
        switch self {
        case .http(let to, _), .stream(let to), .tcp(let to), .udp(let to), .ping(let to), .traceroute(let to),
            .tls(let to), .logPush(let to, _), .bandwidth(let to, _):
            to
        case .aptFetch(let from, _, _), .imagePull(let from, _): from
        case .dns(_, let server): server
        case .run(_, let towards): towards
        case .scan, .addresses, .metadata, .matrix: nil
        }
    }

    /// The port at the other end, for protocols that have ports.
    var port: UInt16? {
        switch self {
        case .http(let to, _), .stream(let to), .tcp(let to): to.port ?? 80
        case .udp(let to): to.port ?? 7
        case .aptFetch(let from, _, _): from.port ?? 80
        case .dns(_, let server): server?.port ?? 53
        case .run(_, let towards): towards?.port
        case .tls(let to), .logPush(let to, _), .imagePull(let to, _): to.port ?? 443
        case .bandwidth(let to, _): to.port ?? 5201
        case .ping, .traceroute, .scan, .addresses, .metadata, .matrix: nil
        }
    }

    /// What the packets to it are.
    var protocolNumber: UInt8? {
        switch self {
        case .http, .stream, .tcp, .aptFetch, .run, .tls, .imagePull, .logPush, .bandwidth: ProtocolNumber.tcp
        case .udp, .dns: ProtocolNumber.udp
        case .ping, .traceroute: ProtocolNumber.icmp
        case .scan, .addresses, .metadata, .matrix: nil
        }
    }

    /// Much moves, by itself or beside it: only the packets that open connections are looked at.
    fileprivate var isBulky: Bool {
        switch self {
        case .run, .tls, .imagePull, .bandwidth: true
        default: false
        }
    }
}
