import CloudModel
import IPAddressing
import Reachability
import Testing

/// A lab of 1,000 instances in 100 subnets with 200 groups, and what it takes.
@Suite("Large labs", .serialized)
struct SizeTests {
    static let lab: Lab = {
        var vpc = VPC(name: "vpc", cidrBlocks: [block("10.0.0.0/16")], zones: ["a", "b"])
        vpc.internetGateway = InternetGateway(name: "igw")
        vpc.routeTables = [
            RouteTable(name: "rtb", routes: [Route(destination: .everywhere, target: .internetGateway("igw"))])
        ]
        vpc.securityGroups = (0..<200).map { number in
            SecurityGroup(
                name: "sg-\(number)",
                ingress: [
                    SecurityGroupRule(traffic: .tcp(443...443), peer: .securityGroup("sg-\((number + 1) % 200)")),
                    SecurityGroupRule(traffic: .tcp(22...22), peer: .cidr(block("10.0.\(number).0/24"))),
                    SecurityGroupRule(traffic: .icmp(type: 8, code: nil), peer: .cidr(block("10.0.0.0/17"))),
                ])
        }
        for subnet in 0..<100 {
            vpc.subnets.append(
                Subnet(name: "subnet-\(subnet)", cidrBlock: block("10.0.\(subnet).0/24"), routeTable: "rtb"))
            for host in 0..<10 {
                let number = subnet * 10 + host
                vpc.instances.append(
                    Instance(
                        name: "i-\(number)",
                        interface: NetworkInterface(
                            subnet: "subnet-\(subnet)", privateAddress: ip("10.0.\(subnet).\(10 + host)"),
                            securityGroups: ["sg-\(number % 200)", "sg-\(number * 7 % 200)"])))
            }
        }
        return Lab(name: "large", vpcs: [vpc])
    }()

    @Test("explain takes milliseconds, the index included")
    func explain() {
        let clock = ContinuousClock()
        let time = clock.measure {
            let index = ReachabilityIndex(Self.lab)
            let analysis = index.explain(Flow(from: .node("i-7"), to: .node("i-993"), .tcp(port: 443)))
            #expect(analysis.forward.hops.count > 3)
        }
        print("explain in a lab of 1,000 instances: \(time)")
        #expect(time < .seconds(2), "a debug build on a busy machine; a release build takes milliseconds")
    }

    @Test("the matrix of a tenth of it agrees with single questions")
    func matrix() {
        let index = ReachabilityIndex(Self.lab)
        let ends = index.matrixEnds.enumerated().filter { $0.offset % 10 == 0 }.map(\.element)
        let ports: [MatrixPort] = [.tcp(22), .tcp(443), .ping]
        let matrix = ReachabilityMatrix(index, ends: ends, ports: ports)
        var open = 0
        for from in ends.indices {
            for to in ends.indices where from != to && (from + to) % 7 == 0 {
                for (position, port) in ports.enumerated() {
                    let flow = Flow(from: .node(ends[from].name), to: .node(ends[to].name), port.transport)
                    #expect(matrix.reaches(from, to, port: position) == index.isReachable(flow))
                    if matrix.reaches(from, to, port: position) { open += 1 }
                }
            }
        }
        #expect(open > 100)
    }
}
