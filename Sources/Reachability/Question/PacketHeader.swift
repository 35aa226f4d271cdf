public import IPAddressing

/// What routers and rules look at in a packet. Ports are ranges where the sender or a translator is free to choose.
public struct PacketHeader: Hashable, Sendable {
    public var source: IPv4Address
    public var destination: IPv4Address
    public var protocolNumber: UInt8
    /// 0...0 for protocols without ports.
    public var sourcePorts: ClosedRange<UInt16>
    /// 0...0 for protocols without ports.
    public var destinationPorts: ClosedRange<UInt16>
    /// 0 for protocols other than ICMP.
    public var icmpType: UInt8
    public var icmpCode: UInt8

    public init(
        from source: IPv4Address, to destination: IPv4Address, _ transport: Transport,
        sourcePorts: ClosedRange<UInt16>
    ) {
        self.source = source
        self.destination = destination
        protocolNumber = transport.protocolNumber
        self.sourcePorts = transport.port == nil ? 0...0 : sourcePorts
        destinationPorts = transport.port.map { $0...$0 } ?? 0...0
        if case .icmp(let type, let code) = transport {
            (icmpType, icmpCode) = (type, code)
        } else {
            (icmpType, icmpCode) = (0, 0)
        }
    }

    public var hasPorts: Bool { protocolNumber == IPProtocol.tcp || protocolNumber == IPProtocol.udp }
    public var isEchoRequest: Bool { protocolNumber == IPProtocol.icmp && icmpType == 8 }

    /// The header of the answer: ends exchanged, an echo request turned into an echo reply.
    public var reversed: PacketHeader {
        var answer = self
        (answer.source, answer.destination) = (destination, source)
        (answer.sourcePorts, answer.destinationPorts) = (destinationPorts, sourcePorts)
        if protocolNumber == IPProtocol.icmp {
            if icmpType == 8 { answer.icmpType = 0 } else if icmpType == 0 { answer.icmpType = 8 }
        }
        return answer
    }
}

extension PacketHeader: CustomStringConvertible {
    /// `10.0.1.10:32768-60999 > 198.51.100.40:80 tcp`.
    public var description: String {
        let kind =
            protocolNumber == IPProtocol.icmp
            ? (icmpType == 8 ? "echo request" : icmpType == 0 ? "echo reply" : "icmp \(icmpType)/\(icmpCode)")
            : hasPorts ? IPProtocol.name(protocolNumber) : "protocol \(protocolNumber)"
        return "\(source)\(text(sourcePorts)) > \(destination)\(text(destinationPorts)) \(kind)"
    }

    private func text(_ ports: ClosedRange<UInt16>) -> String {
        guard hasPorts else { return "" }
        return ports.count == 1 ? ":\(ports.lowerBound)" : ":\(ports.lowerBound)-\(ports.upperBound)"
    }
}
