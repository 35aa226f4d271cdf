import CloudModel
import IPAddressing
import KernelObjects
import LabPlan
import Testing

@Suite("What a plan costs as a lab grows")
struct PlanGrowthTests {
    /// One subnet, as many instances, each in a group of its own.
    private func lab(instances: Int) -> Lab {
        let block = CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 16)
        var vpc = VPC(
            name: "vpc", cidrBlocks: [block], internetGateway: InternetGateway(name: "igw"),
            subnets: [Subnet(name: "a", cidrBlock: block, routeTable: "main")],
            routeTables: [
                RouteTable(name: "main", routes: [Route(destination: .everywhere, target: .internetGateway("igw"))])
            ])
        for number in 0..<instances {
            let rule = SecurityGroupRule(traffic: .tcp(80...80), peer: .cidr(block))
            vpc.securityGroups.append(SecurityGroup(name: "g\(number)", ingress: [rule]))
            vpc.instances.append(
                Instance(
                    name: "i\(number)",
                    interface: NetworkInterface(
                        subnet: "a", privateAddress: block.base + 10 + number, securityGroups: ["g\(number)"])))
        }
        return Lab(
            name: "growth", vpcs: [vpc],
            internet: Internet(hosts: [InternetHost(name: "user", address: IPv4Address(198, 51, 100, 70))]))
    }

    private func lengths(_ plan: LabPlan) -> [String] {
        plan.nodes.flatMap { node in
            (node.nft?.chains ?? []).filter { $0.base != nil }.map { "\(node.name) \($0.name) \($0.rules.count)" }
        }
    }

    /// The messages that `up` would send, sockets and settings not counted.
    private func messages(_ plan: LabPlan) -> Int {
        plan.nodes.reduce(plan.veths.count) { sum, node in
            var count = node.devices.count + node.proxyARP.count + node.addresses.count + node.neighbors.count
            count += node.routes.count + node.rules.count
            for chain in node.nft?.chains ?? [] { count += 1 + chain.rules.count }
            for set in node.nft?.sets ?? [] { count += 1 + set.elements.count }
            return sum + count
        }
    }

    @Test("a packet meets as many rules in a hook whether there are 2 interfaces and groups or 500")
    func hooks() {
        #expect(lengths(LabPlan(lab(instances: 2))) == lengths(LabPlan(lab(instances: 500))))
    }

    @Test("an interface's own chains are as long in a large lab as in a small one")
    func chains() {
        func chain(_ name: String, _ count: Int) -> NftChain? {
            LabPlan(lab(instances: count)).node("vpc")?.nft?.chains.first { $0.name == name }
        }
        for name in ["eni-i1", "subnet-a", "egress-i1", "ingress-i1", "sg-g1-in", "unroutable"] {
            #expect(chain(name, 2) != nil)
            #expect(chain(name, 2) == chain(name, 300), "\(name)")
        }
    }

    @Test("messages grow by the same number with every instance")
    func linear() {
        let counts = [10, 20, 30, 130].map { messages(LabPlan(lab(instances: $0))) }
        #expect(counts[1] - counts[0] == counts[2] - counts[1])
        #expect(counts[3] - counts[2] == 10 * (counts[1] - counts[0]))
    }
}
