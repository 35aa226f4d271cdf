import CloudModel
import Glibc
import IPAddressing
import Reachability
import Testing

extension RealLabs {
    /// A prediction that is wrong about one noun is found out by packets.
    ///
    /// The cloud is built as it is and predicted from one that differs: the first seed whose predictions change by that
    /// is tried.
    @Suite("Random clouds: wrong predictions are noticed")
    struct BlunderTests {
        struct Blunder: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let change: @Sendable (inout Lab) -> Void

            init(_ name: String, _ change: @escaping @Sendable (inout Lab) -> Void) {
                testDescription = name
                self.change = change
            }
        }

        static let blunders = [
            Blunder("a network load balancer hides its clients, or not") { lab in
                forEachVPC(&lab) { vpc in
                    for group in vpc.targetGroups.indices where vpc.targetGroups[group].transport == .tcp {
                        vpc.targetGroups[group].preservesClientIP.toggle()
                    }
                }
            },
            Blunder("a network load balancer uses the other zone's targets, or not") { lab in
                forEachVPC(&lab) { vpc in
                    for balancer in vpc.loadBalancers.indices { vpc.loadBalancers[balancer].isCrossZone.toggle() }
                }
            },
            Blunder("a listener for UDP is gone") { lab in
                forEachVPC(&lab) { vpc in
                    for balancer in vpc.loadBalancers.indices {
                        vpc.loadBalancers[balancer].listeners.removeAll { $0.transport == .udp }
                    }
                }
            },
            Blunder("a target more, where nobody is") { lab in
                forEachVPC(&lab) { vpc in
                    let nobody = vpc.subnets[0].cidrBlock.last + -1
                    for group in vpc.targetGroups.indices where !vpc.targetGroups[group].targets.isEmpty {
                        vpc.targetGroups[group].targets.append(
                            CloudModel.Target(destination: .address(nobody), port: 80))
                    }
                }
            },
            Blunder("a load balancer has no groups") { lab in
                forEachVPC(&lab) { vpc in
                    for balancer in vpc.loadBalancers.indices {
                        vpc.loadBalancers[balancer].securityGroups = []
                        for node in vpc.loadBalancers[balancer].nodes.indices {
                            vpc.loadBalancers[balancer].nodes[node].interface.securityGroups = []
                        }
                    }
                }
            },
            Blunder("a middlebox checks its destination") { lab in
                forEachVPC(&lab) { vpc in
                    for instance in vpc.instances.indices {
                        vpc.instances[instance].interface.sourceDestinationCheck = true
                    }
                }
            },
            Blunder("a route through a middlebox is not there") { lab in
                forEachVPC(&lab) { vpc in
                    for table in vpc.routeTables.indices {
                        vpc.routeTables[table].routes.removeAll {
                            if case .instance = $0.target { true } else { false }
                        }
                    }
                }
            },
            Blunder("an Internet gateway has no table of its own") { lab in
                forEachVPC(&lab) { $0.internetGateway?.routeTable = nil }
            },
            Blunder("an instance has one interface") { lab in
                forEachVPC(&lab) { vpc in
                    for instance in vpc.instances.indices { vpc.instances[instance].secondaryInterfaces = [] }
                }
            },
            Blunder("an interface has one address") { lab in
                forEachVPC(&lab) { vpc in
                    for instance in vpc.instances.indices {
                        vpc.instances[instance].interface.secondaryAddresses = []
                    }
                }
            },
            Blunder("a secondary address has no public one") { lab in
                forEachVPC(&lab) { vpc in
                    for instance in vpc.instances.indices {
                        for address in vpc.instances[instance].interface.secondaryAddresses.indices {
                            vpc.instances[instance].interface.secondaryAddresses[address].publicAddress = nil
                        }
                    }
                }
            },
            Blunder("attachments all use the first table of a transit gateway") { lab in
                for gateway in lab.transitGateways.indices where lab.transitGateways[gateway].routeTables.count > 1 {
                    let first = lab.transitGateways[gateway].routeTables[0].name
                    for attachment in lab.transitGateways[gateway].attachments.indices {
                        lab.transitGateways[gateway].attachments[attachment].routeTable = first
                    }
                }
            },
            Blunder("transit gateways are not peered") { lab in
                for gateway in lab.transitGateways.indices {
                    for table in lab.transitGateways[gateway].routeTables.indices {
                        lab.transitGateways[gateway].routeTables[table].routes.removeAll {
                            $0.attachment?.hasPrefix("peer") ?? false
                        }
                    }
                }
            },
            Blunder("groups of a peer's VPC have no members") { lab in
                let own = Dictionary(
                    lab.vpcs.map { ($0.name, Set($0.securityGroups.map(\.name))) }, uniquingKeysWith: { $1 })
                forEachVPC(&lab) { vpc in
                    for group in vpc.securityGroups.indices {
                        vpc.securityGroups[group].ingress.removeAll {
                            if case .securityGroup(let name) = $0.peer {
                                own[vpc.name]?.contains(name) == false
                            } else {
                                false
                            }
                        }
                    }
                }
            },
            Blunder("an interface endpoint is open to all") { lab in
                forEachVPC(&lab) { vpc in
                    vpc.securityGroups.append(
                        SecurityGroup(
                            name: "open", ingress: [SecurityGroupRule(traffic: .all, peer: .cidr(.everywhere))]))
                    for endpoint in vpc.endpoints.indices {
                        guard case .interface(var interfaces) = vpc.endpoints[endpoint].kind else { continue }
                        for index in interfaces.indices { interfaces[index].securityGroups = ["open"] }
                        vpc.endpoints[endpoint].kind = .interface(interfaces)
                    }
                }
            },
            Blunder("a gateway endpoint is not there") { lab in
                forEachVPC(&lab) { vpc in
                    for table in vpc.routeTables.indices {
                        vpc.routeTables[table].routes.removeAll { $0.prefixList != nil }
                    }
                }
            },
            Blunder("groups let no ping pass") { lab in
                forEachVPC(&lab) { vpc in
                    for group in vpc.securityGroups.indices {
                        vpc.securityGroups[group].ingress.removeAll {
                            if case .icmp = $0.traffic { true } else { false }
                        }
                    }
                }
            },
            Blunder("groups let no UDP pass") { lab in
                forEachVPC(&lab) { vpc in
                    for group in vpc.securityGroups.indices {
                        vpc.securityGroups[group].ingress.removeAll {
                            if case .udp = $0.traffic { true } else { false }
                        }
                    }
                }
            },
            Blunder("network ACLs let everything pass") { lab in
                forEachVPC(&lab) { vpc in
                    for subnet in vpc.subnets.indices { vpc.subnets[subnet].networkACL = nil }
                    vpc.networkACLs = []
                }
            },
        ]

        private static func forEachVPC(_ lab: inout Lab, _ change: (inout VPC) -> Void) {
            for vpc in lab.vpcs.indices { change(&lab.vpcs[vpc]) }
        }

        @Test(arguments: blunders) func noticed(blunder: Blunder) throws {
            let seed = try #require(
                (1...3000 as ClosedRange<UInt64>).first { Self.changes(blunder, seed: $0) },
                "no cloud is predicted otherwise")
            var cloud = RandomCloud(seed: seed)
            let lab = cloud.lab()
            var wrong = lab
            blunder.change(&wrong)
            let number = try #require(Self.blunders.firstIndex { $0.testDescription == blunder.testDescription })
            let name = "nlt-\(getpid())-b\(number)"
            let found = try CloudTrial(lab: lab, name: name, predicted: wrong).run()
            #expect(!found.differences.isEmpty, "seed \(seed)")
            #expect(try CloudTrial(lab: lab, name: name).run().differences.isEmpty, "seed \(seed)")
        }

        /// Whether something that always comes out one way is predicted otherwise.
        private static func changes(_ blunder: Blunder, seed: UInt64) -> Bool {
            var cloud = RandomCloud(seed: seed)
            let lab = cloud.lab()
            var wrong = lab
            blunder.change(&wrong)
            guard wrong != lab else { return false }
            let (right, other) = (ReachabilityIndex(lab), ReachabilityIndex(wrong))
            return CloudTrial(lab: lab, name: "").questions.contains {
                let outcomes = Set(right.outcomes(of: $0.flow))
                return outcomes.count == 1 && outcomes != Set(other.outcomes(of: $0.flow))
            }
        }
    }
}
