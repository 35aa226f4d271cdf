import CloudModel
import IPAddressing
import SeededRandom

/// Small clouds that nobody would draw and AWS would accept, from a seed: what is in them is what netlab can build.
///
/// Each is small and holds a few of many nouns, so that a few hundred of them meet every pair of nouns.
struct RandomCloud {
    var random: SeededGenerator
    var publicAddresses: [IPv4Address] = []
    static let ports: [UInt16] = [22, 80, 443]

    private let withContainers: Bool
    private let withBalancers: Bool
    let withReferences: Bool

    /// - Parameters:
    ///   - withContainers: some instances are hosts of containers behind docker0.
    ///   - withBalancers: each VPC has an application load balancer.
    ///   - withReferences: connected VPCs in which groups name groups, and each VPC has a network load balancer.
    init(seed: UInt64, withContainers: Bool = false, withBalancers: Bool = false, withReferences: Bool = false) {
        random = SeededGenerator(seed: seed)
        self.withContainers = withContainers
        self.withBalancers = withBalancers
        self.withReferences = withReferences
    }

    mutating func lab() -> Lab {
        var lab = Lab(name: "random")
        publicAddresses = (10...60).map { IPv4Address(203, 0, 113, UInt8($0)) }.shuffled(using: &random)
        for number in 0..<choose(withReferences ? [2, 3] : [1, 1, 1, 2, 2, 3]) { lab.vpcs.append(vpc(UInt8(number))) }
        lab.internet.hosts = (0..<pick(1...2)).map {
            InternetHost(name: "host\($0)", address: IPv4Address(198, 51, 100, UInt8(40 + $0)))
        }
        if lab.vpcs.count > 1 { connect(&lab) }
        if chance(4) { addGatewayEndpoint(to: &lab) }
        return lab
    }

    private mutating func vpc(_ number: UInt8) -> VPC {
        let base = IPv4Address(10, number, 0, 0)
        var vpc = VPC(
            name: "vpc\(number)", cidrBlocks: [CIDRBlock(containing: base, prefixLength: 16)], zones: ["a", "b"])
        if !chance(6) { vpc.internetGateway = InternetGateway(name: "igw\(number)") }
        let tables = (0..<pick(1...3)).map { "rtb\(number)-\($0)" }
        for index in 0..<pick(1...3) {
            vpc.subnets.append(
                Subnet(
                    name: "subnet\(number)-\(index)",
                    cidrBlock: CIDRBlock(containing: base + 256 * index, prefixLength: choose([24, 26, 28])),
                    zone: choose(["a", "b"]), routeTable: choose(tables)))
        }
        vpc.securityGroups = (0..<(withReferences ? 3 : pick(1...3))).map { SecurityGroup(name: "sg\(number)-\($0)") }
        addNodes(number, to: &vpc)
        if withContainers { addContainers(number, to: &vpc) }
        if withBalancers { addApplicationBalancer("alb\(number)", to: &vpc) }
        vpc.routeTables = tables.map { RouteTable(name: $0, routes: routes(of: vpc)) }
        addEdgeTable(number, to: &vpc)
        if withReferences {
            addReferences(to: &vpc)
            return vpc
        }
        addACLs(number, to: &vpc)
        let addresses = vpc.privateAddresses + vpc.instances.compactMap(\.interface.publicAddress)
        for index in vpc.securityGroups.indices {
            vpc.securityGroups[index].ingress = (0..<pick(0...4)).map { _ in rule(vpc, addresses) }
            if chance(3) { vpc.securityGroups[index].egress = (0..<pick(0...3)).map { _ in rule(vpc, addresses) } }
        }
        return vpc
    }

    // MARK: Routes

    private mutating func addContainers(_ number: UInt8, to vpc: inout VPC) {
        // Docker on a host with several interfaces is refused.
        for index in vpc.instances.indices where vpc.instances[index].secondaryInterfaces.isEmpty && chance(2) {
            var ports = Self.ports.shuffled(using: &random)
            vpc.instances[index].containers = (0..<pick(1...2)).map { place in
                var published: [PublishedPort] = []
                if chance(2), let port = ports.popLast() {
                    published.append(PublishedPort(hostPort: port, containerPort: choose(Self.ports)))
                }
                if place == 0, chance(2) { published.append(PublishedPort(.udp, hostPort: 7, containerPort: 7)) }
                return Container(
                    name: "c\(number)-\(index)-\(place)", network: chance(5) ? .none : .bridge,
                    publishedPorts: published)
            }
            for place in vpc.instances[index].containers.indices
            where vpc.instances[index].containers[place].network == .none {
                vpc.instances[index].containers[place].publishedPorts = []
            }
        }
    }

    private mutating func routes(of vpc: VPC) -> [Route] {
        var targets: [RouteTarget] = [.blackhole]
        if let gateway = vpc.internetGateway {
            targets += [RouteTarget](repeating: .internetGateway(gateway.name), count: 3)
        }
        targets += vpc.natGateways.flatMap { [.natGateway($0.name), .natGateway($0.name)] }
        let middleboxes = vpc.middleboxes.map { RouteTarget.instance($0) }
        targets += middleboxes
        var routes: [Route] = []
        if !chance(5) { routes.append(Route(destination: .everywhere, target: choose(targets))) }
        let more = [
            CIDRBlock(containing: IPv4Address(198, 51, 100, 0), prefixLength: 24),
            CIDRBlock(IPv4Address(198, 51, 100, 40)),
            CIDRBlock(containing: IPv4Address(203, 0, 113, 0), prefixLength: 24),
            CIDRBlock(containing: IPv4Address(192, 168, 0, 0), prefixLength: 16),
        ]
        for destination in more where chance(4) {
            routes.append(Route(destination: destination, target: choose(targets)))
        }
        guard !middleboxes.isEmpty else { return routes }
        // Nothing else may be more specific than the local route.
        for subnet in vpc.subnets where chance(4) {
            routes.append(Route(destination: subnet.cidrBlock, target: choose(middleboxes)))
        }
        return routes
    }

    /// A table of the Internet gateway, which sends what comes in for some subnets through a middlebox.
    private mutating func addEdgeTable(_ number: UInt8, to vpc: inout VPC) {
        let middleboxes = vpc.middleboxes
        guard vpc.internetGateway != nil, !middleboxes.isEmpty, chance(2) else { return }
        let name = "edge\(number)"
        let routes = vpc.subnets.filter { _ in chance(2) }.map {
            Route(destination: $0.cidrBlock, target: .instance(choose(middleboxes)))
        }
        vpc.routeTables.append(RouteTable(name: name, routes: routes))
        vpc.internetGateway?.routeTable = name
    }

    // MARK: Dice

    mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func chance(_ one: Int) -> Bool { pick(1...one) == 1 }
    mutating func choose<Item>(_ items: [Item]) -> Item { items[pick(0...items.count - 1)] }
}

extension VPC {
    /// Who forwards what is not its own.
    fileprivate var middleboxes: [String] {
        instances.filter { !$0.interface.sourceDestinationCheck }.map(\.name)
    }

    /// Of everything that has an interface.
    var privateAddresses: [IPv4Address] {
        natGateways.map(\.privateAddress) + instances.flatMap(\.interfaces).flatMap(\.privateAddresses)
            + loadBalancers.flatMap(\.nodes).map(\.interface.privateAddress)
            + endpoints.flatMap(\.interfaces).map(\.privateAddress)
    }
}
