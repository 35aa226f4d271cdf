import CloudModel

/// How much of a header's free choice (its range of ports) a rule speaks of.
enum Coverage {
    case none, part, whole
}

extension Traffic {
    /// Compares protocol, destination ports and ICMP type and code.
    func coverage(of header: PacketHeader) -> Coverage {
        switch self {
        case .all: .whole
        case .tcp(let ports): header.protocolNumber == IPProtocol.tcp ? ports.coverage(of: header) : .none
        case .udp(let ports): header.protocolNumber == IPProtocol.udp ? ports.coverage(of: header) : .none
        case .icmp(let type, let code):
            header.protocolNumber == IPProtocol.icmp && (type ?? header.icmpType) == header.icmpType
                && (code ?? header.icmpCode) == header.icmpCode ? .whole : .none
        case .protocolNumber(let number): header.protocolNumber == number ? .whole : .none
        }
    }
}

extension ClosedRange<UInt16> {
    fileprivate func coverage(of header: PacketHeader) -> Coverage {
        let asked = header.destinationPorts
        if lowerBound <= asked.lowerBound && asked.upperBound <= upperBound { return .whole }
        return overlaps(asked) ? .part : .none
    }
}
