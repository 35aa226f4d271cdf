import CloudModel
import IPAddressing
import Reachability
import Testing

@Suite("Routes, gateways and connections")
struct RoutingTests {
    static func route(_ destination: String, _ target: RouteTarget, in table: String) -> @Sendable (inout Lab) -> Void {
        {
            $0.change("home") {
                $0.changeTable(table) { $0.routes.append(Route(destination: block(destination), target: target)) }
            }
        }
    }

    // MARK: Route tables

    static let routes = [
        RuleCase("local", "app", "app-b", .tcp(port: 80)),
        RuleCase(
            "nobody there, in a subnet", "app", "10.0.2.77", .tcp(port: 80), .noPossibleDestination, at: "private-b"),
        RuleCase(
            "nobody there, in one's own subnet", "app", "10.0.1.77", .tcp(port: 80), .noPossibleDestination,
            at: "private"),
        RuleCase("nobody there, in no subnet", "app", "10.0.200.1", .tcp(port: 80), .noPossibleDestination, at: "home"),
        RuleCase("no route", "closed", "server", .tcp(port: 80), .noRouteToDestination, at: "rtb-closed"),
        RuleCase(
            "a blackhole, although the default route would do", "app", "server", .tcp(port: 80), .badStateRoute,
            at: "rtb-private", route("198.51.100.0/24", .blackhole, in: "rtb-private")),
        RuleCase(
            "a target that is gone", "app", "server", .tcp(port: 80), .badStateRoute, at: "rtb-private",
            route("198.51.100.40/32", .natGateway("nat-gone"), in: "rtb-private")),
        RuleCase(
            "the longest prefix", "client", "server", .tcp(port: 80)
        ) {
            route("198.51.100.0/24", .blackhole, in: "rtb-public")(&$0)
            route("198.51.100.40/32", .internetGateway("igw"), in: "rtb-public")(&$0)
        },
        RuleCase("a route that is written beats a propagated one", "app", "server", .tcp(port: 80)) {
            $0.change("home") {
                $0.changeTable("rtb-private") {
                    $0.routes.insert(
                        Route(destination: .everywhere, target: .virtualPrivateGateway("vgw"), isPropagated: true),
                        at: 0)
                }
            }
        },
        RuleCase("a CIDR route beats a prefix list's", "app", "52.216.1.1", .tcp(port: 443), .badStateRoute) {
            $0.change("home") {
                $0.changeTable("rtb-private") {
                    $0.routes.append(Route(destination: block("52.216.0.0/15"), target: .blackhole))
                }
            }
        },
        RuleCase("a prefix list's beats a propagated one", "app", "52.216.1.1", .tcp(port: 443)) {
            $0.change("home") {
                $0.changeTable("rtb-private") {
                    $0.routes.insert(
                        Route(destination: block("52.216.0.0/15"), target: .blackhole, isPropagated: true), at: 0)
                }
            }
        },
    ]

    @Test(arguments: routes) func routeTables(_ example: RuleCase) { example.check() }

    @Test("routes that lost are named")
    func hints() {
        var lab = Cloud.lab
        Self.route("198.51.100.0/24", .blackhole, in: "rtb-private")(&lab)
        let flow = Flow(from: .node("app"), to: .node("server"), .tcp(port: 80))
        let codes = ReachabilityIndex(lab).explain(flow).explanations.map(\.code)
        #expect(codes == [.badStateRoute, .moreSpecificRoute])
        lab.change("home") {
            $0.changeTable("rtb-private") {
                $0.routes.append(
                    Route(destination: block("198.51.100.0/24"), target: .natGateway("nat"), isPropagated: true))
            }
        }
        #expect(
            ReachabilityIndex(lab).explain(flow).explanations.map(\.code)
                == [.badStateRoute, .higherPriorityRoute, .moreSpecificRoute])
    }

    // MARK: Internet gateway

    static let internetGateway = [
        RuleCase("out", "web", "server", .tcp(port: 80)),
        RuleCase("in", "user", "web", .tcp(port: 443)),
        RuleCase("in, to a port that is closed", "user", "web", .tcp(port: 22), .eniSGRulesMismatch),
        RuleCase("no public address", "bare", "server", .tcp(port: 80), .igwPublicIPAssociationForEgress, at: "igw"),
        RuleCase("to a private address", "web", "192.168.1.1", .tcp(port: 80), .igwDestinationNotInRFC1918Egress),
        RuleCase("to a shared address", "web", "100.64.1.1", .tcp(port: 80), .igwDestinationNotInRFC6598Egress),
        RuleCase(
            "a public address of nobody", "user", "203.0.113.99", .tcp(port: 80), .igwPrivateIPAssociationForIngress,
            at: "igw"),
        RuleCase(
            "a private address from outside", "user", "10.0.0.20", .tcp(port: 443), .igwExpectsPublicAddress, at: "igw"),
        RuleCase("a host that no lab holds", "web", "8.8.8.8", .udp(port: 53)),
        RuleCase("a DNS name", "web", "server.example", .tcp(port: 80)),
        RuleCase("reflection: a public address of one's own VPC", "client", "203.0.113.20", .tcp(port: 443)),
        RuleCase("reflection through the NAT gateway", "app", "203.0.113.20", .tcp(port: 443)),
        RuleCase("one's own public address", "web", "203.0.113.20", .tcp(port: 443)),
        RuleCase(
            "a private source from outside", .internet(ip("192.168.7.7")), .node("web"), .tcp(port: 443),
            .igwSourceNotInRFC1918Ingress, at: "igw"),
        RuleCase(
            "a shared source from outside", .internet(ip("100.64.7.7")), .node("web"), .tcp(port: 443),
            .igwSourceNotInRFC6598Ingress, at: "igw"),
        RuleCase(
            "the VPC's own address from outside", .internet(ip("203.0.113.21")), .node("web"), .tcp(port: 443),
            .gatewayRejectsSpoofedTraffic, at: "igw"),
        RuleCase("no gateway", "web", "server", .tcp(port: 80), .badStateRoute, at: "rtb-public") {
            $0.change("home") { $0.internetGateway = nil }
        },
        RuleCase(
            "appears at a subnet's router without a public address",
            .subnetRouter("public", source: ip("10.0.0.99")), .address(ip("8.8.8.8")), .tcp(port: 80),
            .igwPublicIPAssociationForEgress),
        RuleCase(
            "appears at the VPC's router", .vpcRouter("home", source: ip("0.0.0.0")), .address(ip("10.0.0.20")),
            .tcp(port: 22), .eniSGRulesMismatch),
        RuleCase("who does not exist", "ghost", "web", .tcp(port: 22), .noSourceOrDestination),
        RuleCase("what does not exist", "web", "ghost", .tcp(port: 22), .noSourceOrDestination),
        RuleCase(
            "a gateway table leads to an appliance whose check is on", "user", "web", .tcp(port: 443),
            .eniSourceDestCheckRestriction, at: "bare"
        ) {
            $0.change("home") {
                $0.internetGateway?.routeTable = "rtb-edge"
                $0.routeTables.append(
                    RouteTable(
                        name: "rtb-edge", routes: [Route(destination: block("10.0.0.0/24"), target: .instance("bare"))])
                )
            }
        },
    ]

    @Test(arguments: internetGateway) func internetGateways(_ example: RuleCase) { example.check() }

    // MARK: NAT gateway

    static let natGateway = [
        RuleCase("TCP", "app", "server", .tcp(port: 80)),
        RuleCase("UDP", "app", "server", .udp(port: 53)),
        RuleCase("echo", "app", "server", .echoRequest),
        RuleCase("no other protocol", "app", "server", .other(107), .protocolRestriction, at: "nat"),
        RuleCase("nothing unasked from outside", "user", "nat", .tcp(port: 80), .ngwRequiresSourceInVPC, at: "nat"),
        RuleCase("nothing for itself", "client", "nat", .tcp(port: 80), .ngwDestAddressPreservation, at: "nat"),
        RuleCase(
            "nothing for itself from another subnet", "app", "nat", .echoRequest, .ngwDestAddressPreservation, at: "nat"
        ),
        RuleCase(
            "its subnet's table must lead on", "app", "server", .tcp(port: 80), .noRouteToDestination, at: "rtb-public"
        ) {
            $0.change("home") { $0.changeTable("rtb-public") { $0.routes.removeFirst() } }
        },
        RuleCase(
            "as default route of its own subnet it goes in circles", "app", "server", .tcp(port: 80), .noPath, at: "nat"
        ) {
            $0.change("home") { $0.changeTable("rtb-public") { $0.routes[0].target = .natGateway("nat") } }
        },
        RuleCase(
            "a private one behind an Internet gateway", "app", "server", .tcp(port: 80),
            .igwPublicIPAssociationForEgress, at: "igw"
        ) {
            $0.change("home") { $0.natGateways[0].elasticIP = nil }
        },
        RuleCase("a client behind a transit gateway", "host-far", "server", .tcp(port: 80)) {
            $0.change("far") {
                $0.changeTable("rtb-far") {
                    $0.routes.append(Route(destination: .everywhere, target: .transitGateway("tgw")))
                }
            }
            $0.transitGateways[0].routeTables[0].routes.append(
                TransitGatewayRoute(destination: .everywhere, attachment: "at-home"))
            // The NAT gateway's own subnet must know the way back, in a zone with an attachment.
        },
        RuleCase(
            "a sender with foreign addresses", .subnetRouter("private", source: ip("172.31.0.9")), .node("server"),
            .tcp(port: 80), .ngwRequiresSourceInVPC, at: "nat"),
        RuleCase(
            "an answer that went another way in", "user", "bare", .tcp(port: 80), .ngwRequiresSourceInVPC, at: "nat",
            onReturn: true
        ) {
            $0.change("home") {
                $0.changeInstance("bare") { $0.interface.publicAddress = ip("203.0.113.22") }
                $0.changeTable("rtb-public") {
                    $0.routes.append(Route(destination: block("198.51.100.70/32"), target: .natGateway("nat")))
                }
            }
        },
    ]

    @Test(arguments: natGateway) func natGateways(_ example: RuleCase) { example.check() }

    // MARK: Peering, transit gateways

    static let connections = [
        RuleCase("peering", "app", "host-peer", .tcp(port: 80)),
        RuleCase("peering, the other way", "host-peer", "app", .tcp(port: 80)),
        RuleCase("a group of the peered VPC", "app", "host-peer", .tcp(port: 80)) {
            $0.change("peer") {
                $0.changeGroup("open-peer") {
                    $0.ingress = [SecurityGroupRule(traffic: .all, peer: .securityGroup("open"))]
                }
            }
        },
        RuleCase(
            "no way back", "app", "host-peer", .tcp(port: 80), .noRouteToDestination, at: "rtb-peer", onReturn: true
        ) {
            $0.change("peer") { $0.changeTable("rtb-peer") { $0.routes = [] } }
        },
        RuleCase(
            "not through the peer to the Internet", "host-peer", "server", .tcp(port: 80), .pcxRequiresAddressInVPCCIDR,
            at: "pcx"
        ) {
            $0.change("peer") {
                $0.changeTable("rtb-peer") {
                    $0.routes.append(Route(destination: .everywhere, target: .peering("pcx")))
                }
            }
        },
        RuleCase(
            "not through the peer to a third VPC", "host-peer", "host-far", .tcp(port: 80),
            .pcxRequiresAddressInVPCCIDR, at: "pcx"
        ) {
            $0.change("peer") {
                $0.changeTable("rtb-peer") {
                    $0.routes.append(Route(destination: block("10.2.0.0/16"), target: .peering("pcx")))
                }
            }
        },
        RuleCase(
            "nothing of others in transit", .subnetRouter("private", source: ip("172.31.0.9")), .node("host-peer"),
            .tcp(port: 80),
            .pcxRequiresAddressInVPCCIDR, at: "pcx"),
        RuleCase("nobody in the peer", "app", "10.1.200.1", .tcp(port: 80), .noPossibleDestination, at: "peer"),
        RuleCase(
            "a peering connection of nobody", "app", "host-peer", .tcp(port: 80), .badStateRoute, at: "rtb-private"
        ) {
            $0.peerings = []
        },
        RuleCase("transit gateway", "app", "host-far", .tcp(port: 80)),
        RuleCase("transit gateway, the other way", "host-far", "app", .tcp(port: 80)),
        RuleCase("into a zone without an attachment", .node("host-far"), .node("app-b"), .icmp(type: 13, code: 0)),
        RuleCase(
            "the attachment's subnet has a list too", "client", "host-far", .tcp(port: 80), .subnetACLRestriction,
            at: "acl-x", RuleTests.guarded("private")),
        RuleCase(
            "which does not see what comes from the gateway to its own subnet", "app", "host-far", .tcp(port: 80),
            RuleTests.guarded(
                "private", ingress: [RuleTests.allow(100, .tcp(80...80))], egress: [RuleTests.allow(100, .all)])),
        RuleCase(
            "but what comes to another", "client", "host-far", .tcp(port: 80), .subnetACLRestriction, at: "acl-x",
            onReturn: true, RuleTests.guarded("private", ingress: [RuleTests.allow(100, .all)])),
        RuleCase(
            "out of a zone without an attachment", "app-b", "host-far", .tcp(port: 80), .tgwRouteAZRestriction,
            at: "tgw"),
        RuleCase(
            "a group is not known beyond a transit gateway", "app", "host-far", .tcp(port: 80),
            .sgReferencesNotPreserved, at: "open-far"
        ) {
            $0.change("far") {
                $0.changeGroup("open-far") {
                    $0.ingress = [SecurityGroupRule(traffic: .all, peer: .securityGroup("open"))]
                }
            }
        },
        RuleCase(
            "an attachment without a table", "app", "host-far", .tcp(port: 80), .tgwAttachMissingAssociation, at: "tgw"
        ) {
            $0.transitGateways[0].attachments[0].routeTable = nil
        },
        RuleCase("a VPC that is not attached", "app", "host-far", .tcp(port: 80), .badStateAttachment, at: "tgw") {
            $0.transitGateways[0].attachments.removeFirst()
        },
        RuleCase("no route in the gateway", "app", "host-far", .tcp(port: 80), .tgwRTBNoRoute, at: "tgw-rtb") {
            $0.transitGateways[0].routeTables[0].propagations = ["at-home"]
        },
        RuleCase(
            "a blackhole beats what is propagated", "app", "host-far", .tcp(port: 80), .tgwRTBBadStateRoute,
            at: "tgw-rtb"
        ) {
            $0.transitGateways[0].routeTables[0].routes.append(
                TransitGatewayRoute(destination: block("10.2.0.0/16"), attachment: nil))
        },
        RuleCase(
            "what a VPN announces to the table", "app", "10.2.200.1", .tcp(port: 80),
            announced("10.2.200.0/24", by: "vpn-1")),
        RuleCase("through two transit gateways", "app", "host-remote", .tcp(port: 80)),
        RuleCase("in circles between them", "app", "10.9.0.1", .tcp(port: 80), .noPath) {
            route("10.9.0.0/16", .transitGateway("tgw"), in: "rtb-private")(&$0)
            $0.transitGateways[0].routeTables[0].routes.append(
                TransitGatewayRoute(destination: block("10.9.0.0/16"), attachment: "at-remote"))
            $0.transitGateways[1].routeTables[0].routes.append(
                TransitGatewayRoute(destination: block("10.9.0.0/16"), attachment: "rt-peer"))
        },
        RuleCase(
            "a virtual private gateway", "app", "192.168.5.5", .tcp(port: 80),
            route("192.168.0.0/16", .virtualPrivateGateway("vgw"), in: "rtb-private")),
        RuleCase(
            "a virtual private gateway takes nothing of others", .subnetRouter("private", source: ip("172.31.0.9")),
            .address(ip("192.168.5.5")), .tcp(port: 80), .vgwPrivateIPAssociationForEgress,
            route("192.168.0.0/16", .virtualPrivateGateway("vgw"), in: "rtb-private")),
        RuleCase(
            "a virtual private gateway that knows its blocks", "closed", "172.20.9.9", .tcp(port: 80), onPremises()),
        RuleCase(
            "it drops what none of them holds, wherever the route table leads", "closed", "8.8.8.8", .tcp(port: 80),
            .noRouteToDestination, at: "vgw-site", onPremises()),
        RuleCase(
            "a public address of its own VPC, too", "closed", "203.0.113.20", .tcp(port: 443), .noRouteToDestination,
            at: "vgw-site", onPremises()),
        RuleCase(
            "with BGP it may know any block", "closed", "8.8.8.8", .tcp(port: 80), onPremises(learnsRoutes: true)),
        RuleCase("from on premises", "vgw-site", "10.0.3.10", .tcp(port: 80), onPremises()),
        RuleCase(
            "from on premises the groups are asked", "vgw-site", "10.0.0.20", .tcp(port: 80), .eniSGRulesMismatch,
            at: "web", onPremises()),
        RuleCase(
            "the answer takes the subnet's own way", "vgw-site", "10.0.0.20", .tcp(port: 443),
            .igwDestinationNotInRFC1918Egress, onReturn: true, onPremises()),
        RuleCase(
            "from on premises to a public address", "vgw-site", "203.0.113.20", .tcp(port: 443),
            .vgwPrivateIPAssociationForIngress, at: "vgw-site", onPremises()),
        RuleCase(
            "from on premises to nobody", "vgw-site", "10.0.3.77", .tcp(port: 80), .noPossibleDestination, at: "closed",
            onPremises()),
    ]

    /// An attachment to the outside, first in the table's list, announces a block to it.
    static func announced(_ prefix: String, by resource: String) -> @Sendable (inout Lab) -> Void {
        { lab in
            let attachment = TransitGatewayAttachment(
                name: "at-\(resource)", resource: .outside(resource), prefixes: [block(prefix)])
            lab.transitGateways[0].attachments.insert(attachment, at: 0)
            lab.transitGateways[0].routeTables[0].propagations.insert(attachment.name, at: 0)
        }
    }

    @Test("of equal blocks that attachments announce, a VPC's wins, then Direct Connect's, then a VPN's")
    func announcements() {
        func end(_ destination: String, _ prefix: String, by resources: String...) -> String? {
            var lab = Cloud.lab
            for resource in resources.reversed() { Self.announced(prefix, by: resource)(&lab) }
            let flow = Flow(from: .node("app"), to: .address(ip(destination)), .tcp(port: 80))
            return ReachabilityIndex(lab).explain(flow).forward.hops
                .last { $0.component.kind == .transitGatewayAttachment }?.component.id
        }
        #expect(end("10.2.200.1", "10.2.200.0/24", by: "vpn-1") == "at-vpn-1")
        #expect(end("10.2.200.1", "10.2.200.0/24", by: "vpn-1", "dxgw-1") == "at-dxgw-1")
        #expect(end("10.2.200.1", "10.2.200.0/24", by: "dxgw-1", "vpn-1") == "at-dxgw-1")
        #expect(end("10.2.1.10", "10.2.0.0/16", by: "vpn-1", "dxgw-1") == "at-far")
    }

    /// Subnet `closed` sends everything to a virtual private gateway with one site behind it.
    static func onPremises(learnsRoutes: Bool = false) -> @Sendable (inout Lab) -> Void {
        { lab in
            lab.change("home") {
                $0.virtualPrivateGateway = VirtualPrivateGateway(
                    name: "vgw-site", prefixes: [block("172.20.0.0/16")], learnsRoutes: learnsRoutes)
                $0.changeTable("rtb-closed") {
                    $0.routes.append(Route(destination: .everywhere, target: .virtualPrivateGateway("vgw-site")))
                }
            }
        }
    }

    @Test("what comes from on premises is answered there only if the gateway knows the way back")
    func onPremisesAnswer() {
        var lab = Cloud.lab
        Self.onPremises()(&lab)
        let index = ReachabilityIndex(lab)
        func analysis(from source: String) -> Analysis {
            index.explain(
                Flow(from: .node("vgw-site"), to: .node("closed"), .tcp(port: 80), sourceAddress: ip(source)))
        }
        let known = analysis(from: "172.20.0.9")
        #expect(known.isReachable && known.forward.boxes.map(\.id) == ["vgw-site", "home", "closed", "closed"])
        #expect(known.return?.boxes.map(\.id) == ["closed", "closed", "home", "vgw-site"])
        let stranger = analysis(from: "172.21.0.9")
        #expect(stranger.forward.isComplete && stranger.return?.disposition == .noRoute)
    }

    @Test(arguments: connections) func betweenVPCs(_ example: RuleCase) { example.check() }

    // MARK: Endpoints, appliances

    static let endpoints = [
        RuleCase("gateway endpoint, TCP", "app", "52.216.1.1", .tcp(port: 443)),
        RuleCase("gateway endpoint, echo", "app", "52.217.1.1", .echoRequest),
        RuleCase("it beats the Internet gateway", "bare", "52.216.1.1", .tcp(port: 443)),
        RuleCase("no UDP", "app", "52.216.1.1", .udp(port: 53), .vpceGatewayProtocolRestriction, at: "vpce-s3"),
        RuleCase("no other ICMP", "app", "52.216.1.1", .icmp(type: 13, code: 0), .vpceGatewayProtocolRestriction),
        RuleCase(
            "not for other VPCs", .subnetRouter("private", source: ip("10.1.1.10")), .address(ip("52.216.1.1")),
            .tcp(port: 443),
            .unassociatedComponent, at: "vpce-s3"),
        RuleCase("interface endpoint", "app", "vpce-sqs", .tcp(port: 443)),
        RuleCase("interface endpoint has groups", "app", "vpce-sqs", .tcp(port: 80), .eniSGRulesMismatch, at: "web"),
        RuleCase("interface endpoint from a peer", "host-peer", "10.0.1.99", .tcp(port: 443)),
        RuleCase(
            "interface endpoint begins nothing", "vpce-sqs", "app", .tcp(port: 80), .vpceIntraVPCTraffic, at: "eni-sqs"),
    ]

    @Test(arguments: endpoints) func vpcEndpoints(_ example: RuleCase) { example.check() }

    static func throughAppliance(check: Bool) -> @Sendable (inout Lab) -> Void {
        { lab in
            lab.change("home") {
                $0.changeInstance("bare") { $0.interface.sourceDestinationCheck = check }
                for table in ["rtb-private", "rtb-closed"] {
                    $0.changeTable(table) {
                        $0.routes.append(
                            Route(
                                destination: block(table == "rtb-closed" ? "10.0.1.0/24" : "10.0.3.0/24"),
                                target: .instance("bare")))
                    }
                }
            }
        }
    }

    static let appliances = [
        RuleCase("an appliance hands on", "app", "closed", .tcp(port: 80), throughAppliance(check: false)),
        RuleCase(
            "its check drops", "app", "closed", .tcp(port: 80), .eniSourceDestCheckRestriction, at: "bare",
            throughAppliance(check: true)),
        RuleCase("a group is not known behind it", "app", "closed", .tcp(port: 80), .sgReferencesNotPreserved) {
            throughAppliance(check: false)(&$0)
            $0.change("home") {
                $0.securityGroups.append(
                    SecurityGroup(
                        name: "friends", ingress: [SecurityGroupRule(traffic: .all, peer: .securityGroup("open"))]))
                $0.changeInstance("closed") { $0.interface.securityGroups = ["friends"] }
            }
        },
        RuleCase(
            "one-sided: the answer never passed its groups", "app", "closed", .tcp(port: 80), .sgHasNoRules,
            at: "clients", onReturn: true
        ) {
            $0.change("home") {
                $0.changeInstance("bare") {
                    $0.interface.sourceDestinationCheck = false
                    $0.interface.securityGroups = ["clients"]
                }
                $0.changeTable("rtb-closed") {
                    $0.routes = [Route(destination: block("10.0.1.0/24"), target: .instance("bare"))]
                }
            }
        },
        RuleCase("two that send to each other", "app", "8.8.8.8", .tcp(port: 80), .noPath) {
            $0.change("home") {
                for name in ["bare", "closed"] {
                    $0.changeInstance(name) { $0.interface.sourceDestinationCheck = false }
                }
                $0.changeTable("rtb-private") { $0.routes[0].target = .instance("closed") }
                $0.changeTable("rtb-closed") {
                    $0.routes = [Route(destination: .everywhere, target: .instance("bare"))]
                }
                $0.changeTable("rtb-public") { $0.routes[0].target = .instance("closed") }
            }
        },
    ]

    @Test(arguments: appliances) func middleboxes(_ example: RuleCase) { example.check() }
}
