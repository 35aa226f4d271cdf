public import IPAddressing

/// Where a rule sends a packet.
public enum NftVerdict: Hashable, Sendable {
    case accept, drop, `return`
    case jump(String)
    case goto(String)

    public var text: String {
        switch self {
        case .accept: "accept"
        case .drop: "drop"
        case .return: "return"
        case .jump(let chain): "jump \(chain)"
        case .goto(let chain): "goto \(chain)"
        }
    }
}

/// One statement of a rule: a match or an action. Each knows its `nft` words; `Nftables` knows its bytes.
public enum NftStatement: Hashable, Sendable {
    /// A field a rule can read.
    public enum Field: Hashable, Sendable {
        case inputInterface, outputInterface, mark, source, destination
        /// Reading it also means: the packet is ICMP.
        case icmpType
        /// Reading it also means: the packet is tracked.
        case connectionDirection, connectionMark
        /// Those bits of the flow's mark that are in the mask.
        case connectionMarkBits(UInt32)
        /// Of TCP or UDP, which a match before it must have made sure of.
        case destinationPort

        public var text: String {
            switch self {
            case .inputInterface: "iifname"
            case .outputInterface: "oifname"
            case .mark: "meta mark"
            case .source: "ip saddr"
            case .destination: "ip daddr"
            case .icmpType: "icmp type"
            case .connectionDirection: "ct direction"
            case .connectionMark: "ct mark"
            case .connectionMarkBits(let mask): "ct mark & 0x\(hex(mask, 8))"
            case .destinationPort: "th dport"
            }
        }

        public var kind: NftSet.Kind {
            switch self {
            case .inputInterface, .outputInterface: .interface
            case .mark, .connectionMark, .connectionMarkBits: .mark
            case .destinationPort: .port
            case .source, .destination: .address
            case .icmpType: .icmpType
            case .connectionDirection: .connectionDirection
            }
        }
    }

    /// Which address of the packet is meant.
    public enum AddressField: Hashable, Sendable {
        case source, destination

        public var field: Field { self == .source ? .source : .destination }
    }

    /// Protocols with ports.
    public enum PortProtocol: String, Hashable, Sendable {
        case tcp, udp
    }

    case interface(Field, String)
    case address(AddressField, CIDRBlock, not: Bool = false)
    /// The field (or several, concatenated) is in a named set.
    case inSet([Field], String, not: Bool = false)
    case mark(UInt32, not: Bool = false)
    case ipProtocol(UInt8)
    case destinationPort(PortProtocol, ClosedRange<UInt16>)
    case sourcePort(PortProtocol, ClosedRange<UInt16>)
    case icmp(type: UInt8?, code: UInt8?)
    case established
    /// An ICMP error about a known flow.
    case related
    /// No answer was seen yet.
    case new
    case invalid
    /// The packet goes as the first one of its flow did, or back.
    case connectionDirection(isReply: Bool)
    /// That bit of the flow's mark is set.
    case connectionMark(bit: UInt32)
    /// Any fragment of a larger packet, the first included.
    case fragment
    /// The reserved bit of the IPv4 header (RFC 791) says that somebody else than its sender has handed the packet on.
    case handedOn(Bool)
    case counter
    case verdict(NftVerdict)
    /// The verdict is looked up; no element means: go on with the next rule.
    case verdictMap([Field], String)
    case setMark(UInt32)
    /// Sets or clears that bit.
    case setHandedOn(Bool)
    /// Puts a bit into the mark of the packet's flow.
    case setConnectionMark(bit: UInt32)
    /// The segment size a TCP handshake names is put down to what the route carries.
    case clampSegmentSize
    /// The flow's hash chooses a slot of the map, and the slot the destination. Only in a `nat` chain.
    case balance(map: String)
    /// The flow's destination was translated by this namespace.
    case translated
    case notrack
    /// Stateless translation: the address becomes what the map says; no element means the rule does not match.
    case translate(AddressField, map: String)
    /// The same for the packet quoted inside an ICMP error; only after a match on the error types.
    case translateEmbedded(AddressField, map: String)
    /// The time to live becomes what the map says.
    case translateTTL(map: String)
    case sourceNAT(IPv4Address, ports: ClosedRange<UInt16>?)
    /// After a match on TCP or UDP.
    case destinationNAT(IPv4Address, port: UInt16)
    /// Answers with a TCP reset.
    case reset
    /// From here on the kernel reports every rule the packet meets in this namespace.
    case trace

    /// The words `nft` reads, or would read: see `isBeyondNft`.
    public var text: String {
        switch self {
        case .interface(let field, let name): "\(field.text) \"\(name)\""
        case .address(let field, let block, let not):
            "\(field.field.text) \(not ? "!= " : "")\(NftSet.Value.block(block).text)"
        case .inSet(let fields, let name, let not): "\(Self.joined(fields)) \(not ? "!= " : "")@\(name)"
        case .mark(let mark, let not): "meta mark \(not ? "!= " : "")0x\(hex(mark, 8))"
        case .ipProtocol(let number): "meta l4proto \(Self.protocolName(number))"
        case .destinationPort(let layer, let ports):
            "\(layer.rawValue) dport \(Self.span(ports))"
        case .sourcePort(let layer, let ports): "\(layer.rawValue) sport \(Self.span(ports))"
        case .icmp(let type, let code):
            switch (type, code) {
            case (nil, _): "meta l4proto icmp"
            case (let type?, nil): "icmp type \(Self.icmpTypeName(type))"
            case (let type?, let code?): "icmp type \(Self.icmpTypeName(type)) icmp code \(code)"
            }
        case .established: "ct state established,related"
        case .related: "ct state related"
        case .new: "ct state new"
        case .invalid: "ct state invalid"
        case .connectionDirection(let isReply): "ct direction \(isReply ? "reply" : "original")"
        case .connectionMark(let bit): "ct mark & 0x\(hex(bit, 8)) != 0x00000000"
        case .fragment: "ip frag-off & 0x3fff != 0"
        case .handedOn(let isSet): "ip frag-off & 0x8000 \(isSet ? "!=" : "==") 0"
        case .counter: "counter"
        case .verdict(let verdict): verdict.text
        case .verdictMap(let fields, let name): "\(Self.joined(fields)) vmap @\(name)"
        case .setMark(let mark): "meta mark set 0x\(hex(mark, 8))"
        case .setHandedOn(let isSet): "ip frag-off set ip frag-off \(isSet ? "| 0x8000" : "& 0x7fff")"
        case .setConnectionMark(let bit): "ct mark set ct mark | 0x\(hex(bit, 8))"
        case .clampSegmentSize: "tcp flags syn tcp option maxseg size set rt mtu"
        case .balance(let map):
            "dnat ip to jhash ip saddr . ip daddr . th sport . th dport mod \(NftSet.flowSlotCount) "
                + "seed 0x6e65746c map @\(map)"
        case .translated: "ct status dnat"
        case .notrack: "notrack"
        case .translate(let field, let map): "\(field.field.text) set \(field.field.text) map @\(map)"
        case .translateEmbedded(let field, let map):
            "inner \(field.field.text) set inner \(field.field.text) map @\(map)"
        case .translateTTL(let map): "ip ttl set ip ttl map @\(map)"
        case .sourceNAT(let address, let ports):
            ports.map { "snat to \(address):\($0.lowerBound)-\($0.upperBound) fully-random" } ?? "snat to \(address)"
        case .destinationNAT(let address, let port): "dnat to \(address):\(port)"
        case .reset: "reject with tcp reset"
        case .trace: "meta nftrace set 1"
        }
    }

    /// The kernel can do it over netlink, but the `nft` program of Debian 12 (1.0.6) has no words for it.
    public var isBeyondNft: Bool {
        switch self {
        case .translateEmbedded, .translateTTL, .balance, .setHandedOn: true
        default: false
        }
    }

    private static func span(_ ports: ClosedRange<UInt16>) -> String {
        ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
    }

    private static func joined(_ fields: [Field]) -> String { fields.map(\.text).joined(separator: " . ") }

    private static func protocolName(_ number: UInt8) -> String {
        switch number {
        case 1: "icmp"
        case 6: "tcp"
        case 17: "udp"
        default: "\(number)"
        }
    }

    static func icmpTypeName(_ type: UInt8) -> String {
        switch type {
        case 0: "echo-reply"
        case 3: "destination-unreachable"
        case 8: "echo-request"
        case 11: "time-exceeded"
        case 12: "parameter-problem"
        default: "\(type)"
        }
    }
}
