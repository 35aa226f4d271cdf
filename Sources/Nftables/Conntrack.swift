import CLibMNL
import Glibc
public import IPAddressing
public import Netlink

/// One direction of a tracked flow.
public struct FlowTuple: Hashable, Sendable, CustomStringConvertible {
    public var protocolNumber: UInt8
    public var source: IPv4Address
    public var destination: IPv4Address
    /// Zero for ICMP, whose identifier stands in `identifier`.
    public var sourcePort: UInt16
    public var destinationPort: UInt16
    /// ICMP echo identifier.
    public var identifier: UInt16

    public init(
        protocolNumber: UInt8, source: IPv4Address, destination: IPv4Address, sourcePort: UInt16 = 0,
        destinationPort: UInt16 = 0, identifier: UInt16 = 0
    ) {
        self.protocolNumber = protocolNumber
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.identifier = identifier
    }

    public var description: String {
        protocolNumber == UInt8(IPPROTO_ICMP)
            ? "\(source) → \(destination) id \(identifier)"
            : "\(source):\(sourcePort) → \(destination):\(destinationPort)"
    }
}

/// A flow as connection tracking knows it: how it began, and how its replies look.
public struct TrackedFlow: Hashable, Sendable {
    public let original: FlowTuple
    public let reply: FlowTuple
    /// Seconds until the kernel forgets it.
    public let timeout: UInt32

    /// What the flow looks like after source translation: where replies go to is where it now comes from.
    public var translatedSource: (address: IPv4Address, port: UInt16) { (reply.destination, reply.destinationPort) }
}

/// Connection tracking of a namespace.
public enum Conntrack {
    /// Every flow. Equivalent to `conntrack -L`.
    public static func flows(_ socket: NetlinkSocket) throws -> [TrackedFlow] {
        try socket.dump(list(IPCTNL_MSG_CT_GET, "conntrack -L")) { _, body in parse(body) }
    }

    /// How many packets were dropped because their flow would look, to the other end, like one that is there already:
    /// source translation had no free port for them. Equivalent to adding up `insert_failed` of `conntrack -S`.
    public static func collisions(_ socket: NetlinkSocket) throws -> UInt64 {
        // One answer for each processor.
        try socket.dump(list(IPCTNL_MSG_CT_GET_STATS_CPU, "conntrack -S")) { _, body in collisions(body) }
            .reduce(0, +)
    }

    static func collisions(_ body: UnsafeRawBufferPointer) -> UInt64? {
        guard body.count >= MemoryLayout<nfgenmsg>.size else { return nil }
        let attributes = NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[MemoryLayout<nfgenmsg>.size...]))
        return attributes[Int(CTA_STATS_INSERT_FAILED.rawValue)]?.bigEndian32.map(UInt64.init)
    }

    private static func list(_ type: cntl_msg_types, _ operation: String) -> NetlinkBatch {
        var request = NetlinkBatch()
        var writer = MessageWriter()
        writer.begin(
            type: UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(type.rawValue), flags: UInt16(NLM_F_DUMP),
            family: UInt8(AF_INET), resource: 0)
        writer.end(into: &request, operation: operation, subject: "")
        return request
    }

    static func parse(_ body: UnsafeRawBufferPointer) -> TrackedFlow? {
        guard body.count >= MemoryLayout<nfgenmsg>.size else { return nil }
        let attributes = NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[MemoryLayout<nfgenmsg>.size...]))
        guard let original = attributes[Int(CTA_TUPLE_ORIG.rawValue)].flatMap(tuple),
            let reply = attributes[Int(CTA_TUPLE_REPLY.rawValue)].flatMap(tuple)
        else { return nil }
        let timeout = attributes[Int(CTA_TIMEOUT.rawValue)]?.bigEndian32 ?? 0
        return TrackedFlow(original: original, reply: reply, timeout: timeout)
    }

    private static func tuple(_ bytes: UnsafeRawBufferPointer) -> FlowTuple? {
        let parts = NetlinkAttributes(bytes)
        guard let ip = parts[Int(CTA_TUPLE_IP.rawValue)].map(NetlinkAttributes.init),
            let layer = parts[Int(CTA_TUPLE_PROTO.rawValue)].map(NetlinkAttributes.init),
            let source = ip[Int(CTA_IP_V4_SRC.rawValue)]?.bigEndian32,
            let destination = ip[Int(CTA_IP_V4_DST.rawValue)]?.bigEndian32,
            let number = layer[Int(CTA_PROTO_NUM.rawValue)]?.first
        else { return nil }
        return FlowTuple(
            protocolNumber: number, source: IPv4Address(number: source), destination: IPv4Address(number: destination),
            sourcePort: layer[Int(CTA_PROTO_SRC_PORT.rawValue)]?.bigEndian16 ?? 0,
            destinationPort: layer[Int(CTA_PROTO_DST_PORT.rawValue)]?.bigEndian16 ?? 0,
            identifier: layer[Int(CTA_PROTO_ICMP_ID.rawValue)]?.bigEndian16 ?? 0)
    }
}
