import IPAddressing

extension Lab {
    /// Everything that AWS would refuse in this lab, and what it would accept but hardly anyone wants, in file order.
    ///
    /// - Parameter unreadable: names the description holds but the reader could not build; they are not reported as
    ///   unknown, because their own problem already is.
    public func validate(unreadable: Set<String> = []) -> [Problem] {
        var findings = Findings(lab: self, unreadable: unreadable)
        findings.checkNames()
        for vpc in vpcs {
            findings.checkBlocks(of: vpc)
            findings.checkEgressOnlyInternetGateways(of: vpc)
            findings.checkSubnets(of: vpc)
            findings.checkRouteTables(of: vpc)
            findings.checkGatewayTable(of: vpc)
            findings.checkAddresses(of: vpc)
            findings.checkSecurityGroups(of: vpc)
            findings.checkNATGateways(of: vpc)
            findings.checkNetworkACLs(of: vpc)
            findings.checkEndpoints(of: vpc)
            findings.checkLoadBalancers(of: vpc)
            findings.checkTasks(of: vpc)
            findings.checkContainers(of: vpc)
        }
        findings.checkPrefixLists()
        findings.checkPeerings()
        findings.checkTransitGateways()
        findings.checkElasticIPs()
        findings.checkListeners()
        findings.checkInternet()
        findings.checkChecks()
        return findings.problems.sorted()
    }
}

/// The problems found so far, and the words to look them up with.
struct Findings {
    let lab: Lab
    let unreadable: Set<String>
    let nodes: [String: Node]
    /// Every DNS name of the lab's Internet.
    let dnsNames: Set<String>
    /// The nodes that a probe can start from, that it can aim at, and all, in file order; listed once, because a lab
    /// that is wrong everywhere asks for them at every turn.
    let senderNames: [String]
    let targetNames: [String]
    let nodeNames: [String]
    let groupNames: Set<String>
    /// Without the `rtb-` that inline tables begin with, as the owners of drops are named.
    let tableNames: Set<String>
    let listNames: Set<String>
    private(set) var problems: [Problem] = []

    init(lab: Lab, unreadable: Set<String>) {
        self.lab = lab
        self.unreadable = unreadable
        let all = lab.nodes
        nodes = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        nodeNames = all.map(\.name)
        senderNames = all.filter(\.canSend).map(\.name)
        dnsNames = Set(lab.internet.hosts.flatMap(\.dnsNames))
            .union(lab.vpcs.flatMap(\.loadBalancers).map(\.publicName))
        targetNames = all.filter(\.hasAddress).map(\.name) + dnsNames.sorted()
        groupNames = Set(lab.vpcs.flatMap { $0.securityGroups.map(\.name) })
        tableNames = Set(lab.vpcs.flatMap { $0.routeTables.map { $0.name.withoutTablePrefix } })
        listNames = Set(lab.vpcs.flatMap { $0.networkACLs.map(\.name) }).union(["default"])
    }

    mutating func error(_ origin: Origin, _ message: String, hint: String = "", field: String = "") {
        problems.append(Problem(.error, origin, message, hint: hint, field: field))
    }

    mutating func warning(_ origin: Origin, _ message: String, hint: String = "", field: String = "") {
        problems.append(Problem(.warning, origin, message, hint: hint, field: field))
    }

    /// Reports a name that nothing bears.
    mutating func unknown(
        _ kind: String, _ name: String, among candidates: [String], at origin: Origin,
        field: String = ""
    ) {
        guard !unreadable.contains(name) else { return }
        let near = near(name, among: candidates, listing: "there are")
        error(origin, "there is no \(kind) named `\(ObjectName.shown(name))`", hint: near, field: field)
    }

    /// While few problems are known, names are worth listing and comparing; later that would be quadratic.
    private var isPatient: Bool { problems.count < 500 }

    func near(_ name: String, among candidates: [String], listing: String) -> String {
        isPatient ? suggestion(for: name, among: candidates, listing: listing) : ""
    }

    func listed(_ names: Set<String>) -> [String] { isPatient ? names.sorted() : [] }

    func names(of kind: Node.Kind) -> [String] {
        isPatient ? lab.nodes.filter { $0.kind == kind }.map(\.name) : []
    }
}

/// Anything of a lab that is a namespace of its own, or, a peering connection, a wire between two.
struct Node {
    enum Kind: String {
        case vpc = "VPC"
        case internetGateway = "Internet gateway"
        case natGateway = "NAT gateway"
        case instance = "instance"
        case task = "task"
        case container = "container"
        case endpoint = "endpoint"
        case loadBalancer = "load balancer"
        case transitGateway = "transit gateway"
        case peering = "peering connection"
        case internetHost = "Internet host"

        /// With its article: `an instance`.
        var indefinite: String {
            switch self {
            case .vpc, .natGateway, .task, .container, .loadBalancer, .transitGateway, .peering: "a \(rawValue)"
            case .internetGateway, .instance, .endpoint, .internetHost: "an \(rawValue)"
            }
        }
    }

    let name: String
    let kind: Kind
    let origin: Origin
    /// An interface endpoint has addresses, a gateway endpoint has none of its own.
    var isAddressed = false
    /// Whether programs run on it, so that a probe can start there.
    var canSend: Bool { [.instance, .task, .container, .internetHost].contains(kind) }
    /// Whether it has an address of its own.
    var hasAddress: Bool { canSend || kind == .natGateway || isAddressed }
}

extension Lab {
    /// All nodes in file order.
    var nodes: [Node] {
        var nodes = vpcs.flatMap(\.nodes)
        nodes += transitGateways.map { Node(name: $0.name, kind: .transitGateway, origin: $0.origin) }
        nodes += peerings.map { Node(name: $0.name, kind: .peering, origin: $0.origin) }
        return nodes + internet.hosts.map { Node(name: $0.name, kind: .internetHost, origin: $0.origin) }
    }
}

extension VPC {
    fileprivate var nodes: [Node] {
        var nodes = [Node(name: name, kind: .vpc, origin: origin)]
        if let gateway = internetGateway {
            nodes.append(Node(name: gateway.name, kind: .internetGateway, origin: gateway.origin))
        }
        nodes += natGateways.map { Node(name: $0.name, kind: .natGateway, origin: $0.origin) }
        nodes += instances.flatMap { instance in
            [Node(name: instance.name, kind: instance.isTask ? .task : .instance, origin: instance.origin)]
                + instance.containers.map { Node(name: $0.name, kind: .container, origin: $0.origin) }
        }
        nodes += endpoints.flatMap(\.nodes)
        return nodes
            + loadBalancers.flatMap { balancer in
                balancer.nodes.map {
                    Node(name: $0.name, kind: .loadBalancer, origin: balancer.origin, isAddressed: true)
                }
            }
    }
}

extension VPCEndpoint {
    /// A gateway endpoint is one node; an interface endpoint has one for each of its interfaces.
    fileprivate var nodes: [Node] {
        if case .gateway = kind { return [Node(name: name, kind: .endpoint, origin: origin)] }
        return interfaces.map { Node(name: $0.name, kind: .endpoint, origin: origin, isAddressed: true) }
    }
}

extension String {
    /// `rtb-private-a` is the table of `private-a`.
    var withoutTablePrefix: String { hasPrefix("rtb-") ? String(dropFirst(4)) : self }
}
