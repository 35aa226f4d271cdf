public import IPAddressing

/// A named set or map.
public struct NftSet: Hashable, Sendable {
    /// What a key or a value is made of.
    public enum Kind: Hashable, Sendable {
        case interface, address, mark, timeToLive, icmpType, port, connectionDirection

        /// The word after `type`.
        public var text: String {
            switch self {
            case .interface: "ifname"
            case .address: "ipv4_addr"
            case .mark: "mark"
            case .timeToLive: "integer"
            case .icmpType: "icmp_type"
            case .port: "inet_service"
            case .connectionDirection: "ct_dir"
            }
        }

        /// Bytes in a register.
        public var length: Int {
            switch self {
            case .interface: 16
            case .address, .mark: 4
            case .port: 2
            case .timeToLive, .icmpType, .connectionDirection: 1
            }
        }
    }

    /// What a map gives back.
    public enum DataKind: Hashable, Sendable {
        case verdict
        case value(Kind)
        /// An address and a port.
        case flowTarget
    }

    /// One part of a key, or a value.
    public enum Value: Hashable, Sendable {
        case interface(String)
        case address(IPv4Address)
        /// Only in sets of intervals.
        case block(CIDRBlock)
        case mark(UInt32)
        case timeToLive(UInt8)
        case icmpType(UInt8)
        case port(UInt16)
        /// Of a flow: as its first packet went, or back.
        case connectionDirection(isReply: Bool)

        public var text: String {
            switch self {
            case .interface(let name): "\"\(name)\""
            case .address(let address): "\(address)"
            case .block(let block): block.prefixLength == 32 ? "\(block.base)" : "\(block)"
            case .mark(let mark): "0x" + hex(mark, 8)
            case .timeToLive(let hops): "\(hops)"
            case .icmpType(let type): NftStatement.icmpTypeName(type)
            case .port(let port): "\(port)"
            case .connectionDirection(let isReply): isReply ? "reply" : "original"
            }
        }
    }

    /// What an element of a map leads to.
    public enum Data: Hashable, Sendable {
        case verdict(NftVerdict)
        case value(Value)
        case flowTarget(FlowTarget)

        public var text: String {
            switch self {
            case .verdict(let verdict): verdict.text
            case .value(let value): value.text
            case .flowTarget(let target): "\(target.address) . \(target.port)"
            }
        }
    }

    public struct Element: Hashable, Sendable {
        public var key: [Value]
        public var data: Data?

        public init(_ key: [Value], _ data: Data? = nil) {
            self.key = key
            self.data = data
        }
    }

    public var name: String
    /// More than one makes a concatenation.
    public var key: [Kind]
    /// `nil` for a plain set.
    public var data: DataKind?
    /// Keys are blocks of addresses.
    public var isInterval: Bool
    public var elements: [Element]
    /// The elements follow the life of the lab (the health of targets); the plan's are only those it begins with.
    public var isLive: Bool

    public init(
        _ name: String, key: [Kind], data: DataKind? = nil, isInterval: Bool = false, isLive: Bool = false,
        elements: [Element]
    ) {
        self.name = name
        self.key = key
        self.data = data
        self.isInterval = isInterval
        self.elements = elements
        self.isLive = isLive
    }
}

extension NftSet {
    /// What a set of intervals covers, in order: touching and nested blocks are one, for the kernel takes no overlap.
    public var spans: [ClosedRange<IPv4Address>] {
        let blocks = elements.compactMap { element -> CIDRBlock? in
            if case .block(let block) = element.key.first { block } else { nil }
        }
        var spans: [ClosedRange<IPv4Address>] = []
        for block in blocks.sorted() {
            if let last = spans.last, Int64(block.base.number) <= Int64(last.upperBound.number) + 1 {
                spans[spans.count - 1] = last.lowerBound...max(last.upperBound, block.last)
            } else {
                spans.append(block.base...block.last)
            }
        }
        return spans
    }
}

/// Lower-case hexadecimal, padded with zeros.
func hex(_ number: some BinaryInteger, _ width: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
