/// The fields of a VPC flow log record, with AWS's names, in the order of their versions.
public enum FlowField: String, Hashable, Sendable, CaseIterable {
    case version
    case accountID = "account-id"
    case interfaceID = "interface-id"
    case sourceAddress = "srcaddr"
    case destinationAddress = "dstaddr"
    case sourcePort = "srcport"
    case destinationPort = "dstport"
    case protocolNumber = "protocol"
    case packets, bytes, start, end, action
    case logStatus = "log-status"
    // Version 3.
    case vpcID = "vpc-id"
    case subnetID = "subnet-id"
    case instanceID = "instance-id"
    case tcpFlags = "tcp-flags"
    case type
    case packetSource = "pkt-srcaddr"
    case packetDestination = "pkt-dstaddr"
    // Version 4.
    case region
    case zoneID = "az-id"
    case sublocationType = "sublocation-type"
    case sublocationID = "sublocation-id"
    // Version 5.
    case packetSourceService = "pkt-src-aws-service"
    case packetDestinationService = "pkt-dst-aws-service"
    case flowDirection = "flow-direction"
    case trafficPath = "traffic-path"
    // Version 7: only for tasks of ECS.
    case clusterARN = "ecs-cluster-arn"
    case clusterName = "ecs-cluster-name"
    case containerInstanceARN = "ecs-container-instance-arn"
    case containerInstanceID = "ecs-container-instance-id"
    case containerID = "ecs-container-id"
    case secondContainerID = "ecs-second-container-id"
    case serviceName = "ecs-service-name"
    case taskDefinitionARN = "ecs-task-definition-arn"
    case taskARN = "ecs-task-arn"
    case taskID = "ecs-task-id"
    // Version 8 and later.
    case rejectReason = "reject-reason"
    case resourceID = "resource-id"
    case encryptionStatus = "encryption-status"

    /// The version that brought the field; a record's version is the highest of its fields.
    public var since: Int {
        let place = Self.allCases.firstIndex(of: self) ?? 0
        switch place {
        case ..<14: return 2
        case ..<21: return 3
        case ..<25: return 4
        case ..<29: return 5
        case ..<39: return 7
        default: return self == .rejectReason ? 8 : self == .resourceID ? 9 : 10
        }
    }
}

/// Which fields a record shows, and in which order.
public struct FlowFormat: Hashable, Sendable {
    public let fields: [FlowField]

    /// A word that names no field.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    public init(_ fields: [FlowField]) { self.fields = fields }

    /// AWS's default: the fourteen fields of version 2.
    public static let version2 = FlowFormat(FlowField.allCases.filter { $0.since == 2 })

    /// `v2` to `v10` (all fields up to that version), or names as AWS writes them: `${srcaddr} ${dstaddr}`, with or
    /// without the dollars and braces, separated by spaces or commas.
    public init(_ text: String) throws(Problem) {
        if text.first == "v", let version = Int(text.dropFirst()), 2...10 ~= version {
            fields = FlowField.allCases.filter { $0.since <= version }
            return
        }
        var fields: [FlowField] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
            let name = word.hasPrefix("${") && word.hasSuffix("}") ? word.dropFirst(2).dropLast() : word
            guard let field = FlowField(rawValue: String(name)) else {
                throw Problem(description: "\(word) is no field of a flow log")
            }
            fields.append(field)
        }
        guard !fields.isEmpty else { throw Problem(description: "a format has at least one field") }
        self.fields = fields
    }

    /// What the field `version` shows.
    public var version: Int { fields.map(\.since).max() ?? 2 }

    /// The first line of a log file in Amazon S3.
    public var header: String { fields.map(\.rawValue).joined(separator: " ") }
}
