public import IPAddressing

/// One record of a VPC flow log: what one network interface saw of one flow in one direction during one window.
public struct FlowRecord: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable { case accept = "ACCEPT", reject = "REJECT" }
    public enum Direction: String, Hashable, Sendable { case ingress, egress }
    public enum Status: String, Hashable, Sendable {
        case ok = "OK"
        /// Nothing passed the interface.
        case noData = "NODATA"
        /// Packets passed that were not counted.
        case skipData = "SKIPDATA"
    }

    /// What is only there when something was counted.
    public struct Traffic: Hashable, Sendable {
        public let flow: FlowKey
        public var packets: Int
        public var bytes: Int
        /// FIN 1, SYN 2, RST 4, SYN-ACK 18, of all packets together; ACK alone is 0.
        public var tcpFlags: UInt8
        /// `S3`, where the address in the packet is a service's.
        public var sourceService: String?
        public var destinationService: String?
    }

    public let interface: FlowInterface
    /// `nil` for NODATA and SKIPDATA.
    public let traffic: Traffic?
    /// Seconds since 1970: the first and the last packet, or the window.
    public let start: Int64
    public let end: Int64
    public let status: Status

    /// The record as AWS writes it: fields separated by spaces, `-` for what does not apply.
    public func line(_ format: FlowFormat) -> String {
        format.fields.map { value($0, version: format.version) ?? "-" }.joined(separator: " ")
    }

    /// One field, `nil` where it does not apply.
    public func value(_ field: FlowField, version: Int) -> String? {
        switch field {
        case .version: "\(version)"
        case .accountID: interface.account
        case .interfaceID: interface.id
        case .start: "\(start)"
        case .end: "\(end)"
        case .logStatus: status.rawValue
        case .vpcID: interface.vpc
        case .subnetID: interface.subnet
        case .instanceID: interface.instance
        case .region: interface.region
        case .zoneID: interface.zone
        case .sublocationType: interface.sublocation?.type
        case .sublocationID: interface.sublocation?.id
        default: traffic.flatMap { value(field, of: $0) }
        }
    }

    private func value(_ field: FlowField, of traffic: Traffic) -> String? {
        let flow = traffic.flow
        return switch field {
        // The interface's own end is always shown by its primary private address.
        case .sourceAddress: "\(flow.direction == .egress ? interface.address : flow.source)"
        case .destinationAddress: "\(flow.direction == .ingress ? interface.address : flow.destination)"
        case .sourcePort: "\(flow.sourcePort)"
        case .destinationPort: "\(flow.destinationPort)"
        case .protocolNumber: "\(flow.protocolNumber)"
        case .packets: "\(traffic.packets)"
        case .bytes: "\(traffic.bytes)"
        case .action: flow.action.rawValue
        case .tcpFlags: flow.protocolNumber == 6 ? "\(traffic.tcpFlags)" : "0"
        case .type: "IPv4"
        case .packetSource: "\(flow.source)"
        case .packetDestination: "\(flow.destination)"
        case .packetSourceService: traffic.sourceService
        case .packetDestinationService: traffic.destinationService
        case .flowDirection: flow.direction.rawValue
        // AWS fills it for egress only.
        case .trafficPath: flow.direction == .egress ? flow.path.map { "\($0.rawValue)" } : nil
        default: nil
        }
    }
}

/// What makes two packets belong to one record, besides the interface.
public struct FlowKey: Hashable, Sendable {
    /// How traffic leaves an interface's VPC; the numbers are AWS's.
    public enum Path: Int, Hashable, Sendable {
        /// Through another resource of the same VPC.
        case sameVPC = 1
        /// Through a peering connection within the Region, or to another one.
        case peering = 4
        case peeringAcrossRegions = 5
        /// Through a gateway endpoint, as Nitro instances report it.
        case gatewayEndpoint = 7
        /// Through the Internet gateway, as Nitro instances report it.
        case internetGateway = 8
    }

    public let direction: FlowRecord.Direction
    /// As they stand in the packet.
    public let source: IPv4Address
    public let destination: IPv4Address
    /// 0 where the protocol has none.
    public let sourcePort: UInt16
    public let destinationPort: UInt16
    public let protocolNumber: UInt8
    public let action: FlowRecord.Action
    public let path: Path?
}

/// A network interface as flow logs name it.
///
/// A lab has no identifiers of AWS's making: those here are made from the lab's names. Where it names no account and no
/// Region, the account is the one that AWS's own documents use.
public struct FlowInterface: Hashable, Sendable {
    /// The one in AWS's own documents.
    public static let documentsAccount = "123456789012"

    /// The node it belongs to.
    public let node: String
    public let id: String
    /// Its primary private address.
    public let address: IPv4Address
    /// All its private addresses.
    public let addresses: [IPv4Address]
    public let vpc: String
    public let subnet: String
    /// `nil` for what is not an instance's.
    public let instance: String?
    /// `us-east-1`.
    public let region: String
    /// `use1-az1`; `nil` in a sublocation.
    public let zone: String?
    public let sublocation: FlowSublocation?
    /// Twelve digits.
    public let account: String
    /// Packets with another source are not its own.
    public let checksSource: Bool

    public init(
        node: String, id: String, address: IPv4Address, vpc: String, subnet: String, instance: String?,
        region: String = "us-east-1", zone: String?, sublocation: FlowSublocation? = nil,
        account: String = FlowInterface.documentsAccount, checksSource: Bool, secondaryAddresses: [IPv4Address] = []
    ) {
        self.node = node
        addresses = [address] + secondaryAddresses
        self.id = id
        self.address = address
        self.vpc = vpc
        self.subnet = subnet
        self.instance = instance
        self.region = region
        self.zone = zone
        self.sublocation = sublocation
        self.account = account
        self.checksSource = checksSource
    }
}
