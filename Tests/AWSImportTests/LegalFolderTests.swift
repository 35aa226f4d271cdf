import AWSImport
import CloudModel
import IPAddressing
import LabFile
import Testing

@Suite("What AWS allows is a lab, with what it has not named")
struct LegalFolderTests {
    @Test(
        "a prefix list without IPv4 blocks: routes and rules that name it do nothing",
        arguments: [
            #"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "x", "Cidrs": ["2001:db8::/32"]}]}"#,
            #"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "x"}], "ManagedPrefixListEntries": [{"PrefixListId": "pl-1", "Entries": []}]}"#,
        ])
    func emptyList(list: String) throws {
        let imported = Folders.read(
            list, Folders.internetGateway,
            Folders.table(#"{"DestinationPrefixListId": "pl-1", "GatewayId": "igw-1", "State": "active"}"#),
            #"{"SecurityGroups": [\#(Folders.group("sg-1", #""PrefixListIds": [{"PrefixListId": "pl-1"}]"#))]}"#)
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.prefixLists == [])
        #expect(lab.vpcs[0].routeTable("rtb-1")?.routes == [] && lab.vpcs[0].securityGroup("sg-1")?.ingress == [])
        #expect(imported.says("`pl-1` holds IPv6 blocks", "do nothing") == list.contains("2001"))
        #expect(LabFile.read(LabFile.write(lab), file: "x.yaml").lab != nil)
    }

    @Test("a service has two lists of one name, and its endpoint the one of IPv4")
    func endpointList() throws {
        let imported = Folders.read(
            #"{"PrefixLists": [{"PrefixListId": "pl-6", "PrefixListName": "s3", "Cidrs": ["2001:db8::/32"]},"#
                + #"{"PrefixListId": "pl-4", "PrefixListName": "s3", "Cidrs": ["192.0.2.0/27"]}]}"#,
            #"{"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcEndpointType": "Gateway", "VpcId": "vpc-1", "ServiceName": "s3"}]}"#
        )
        #expect(imported.lab?.vpcs[0].endpoints.map(\.kind) == [.gateway(prefixList: "pl-4")], "\(imported.rendered)")
    }

    @Test("by default no peering propagates to a transit gateway's table")
    func peeringPropagation() throws {
        func attachment(_ gateway: String, _ id: String, _ type: String, _ resource: String) -> String {
            #"{"TransitGatewayAttachmentId": "\#(id)", "TransitGatewayId": "\#(gateway)", "ResourceType": "\#(type)", "ResourceId": "\#(resource)"}"#
        }
        func gateway(_ number: Int) -> String {
            #"{"TransitGatewayId": "tgw-\#(number)", "Options": {"DefaultRouteTablePropagation": "enable", "PropagationDefaultRouteTableId": "tgw-rtb-\#(number)"}}"#
        }
        let attachments = [
            attachment("tgw-1", "tgw-attach-p", "peering", "tgw-2"),
            attachment("tgw-2", "tgw-attach-p", "peering", "tgw-1"),
            attachment("tgw-1", "tgw-attach-1", "vpc", "vpc-1"),
        ]
        let imported = Folders.read(
            #"{"TransitGateways": [\#(gateway(1)), \#(gateway(2))], "TransitGatewayRouteTables": ["#
                + #"{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1"},"#
                + #"{"TransitGatewayRouteTableId": "tgw-rtb-2", "TransitGatewayId": "tgw-2"}],"#
                + #""TransitGatewayAttachments": [\#(attachments.joined(separator: ", "))],"#
                + #""TransitGatewayVpcAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1","#
                + #""VpcId": "vpc-1", "SubnetIds": ["subnet-1"]}]}"#)
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.transitGateways.map { $0.routeTables.map(\.propagations) } == [[["tgw-attach-1"]], [[]]])
    }

    @Test("a route to addresses that are never forwarded, such as VPC Lattice's")
    func linkLocal() throws {
        let imported = Folders.read(
            #"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "lattice", "Cidrs": ["169.254.171.0/24", "198.51.100.0/27"]}]}"#,
            Folders.table(#"{"DestinationPrefixListId": "pl-1", "GatewayId": "VpcLattice", "State": "active"}"#))
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.vpcs[0].routeTable("rtb-1")?.routes.map(\.destination.description) == ["198.51.100.0/27"])
        #expect(imported.says("`rtb-1` to 169.254.171.0/24 leads to `VpcLattice`", "it is missing"))
        #expect(LabFile.read(LabFile.write(lab), file: "x.yaml").lab != nil)
    }

    @Test("a rule that names a group of which only rules are described matches its bearers, if there are any")
    func groupOfRulesOnly() throws {
        let rules =
            #"{"SecurityGroupRules": [{"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-2", "IsEgress": false, "IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0"}]}"#
        let group =
            #"{"SecurityGroups": [\#(Folders.group("sg-1", #""UserIdGroupPairs": [{"GroupId": "sg-2"}]"#))]}"#
        let imported = Folders.read(rules, group)
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.vpcs[0].securityGroup("sg-1")?.ingress == [])
        #expect(imported.says("a rule names the group `sg-2`", "matches nobody"))
        let bearer = Folders.interface("eni-1", "10.0.1.10").replacing("sg-1", with: "sg-2")
        let borne = Folders.read(rules, group, #"{"NetworkInterfaces": [\#(bearer)]}"#)
        #expect(
            borne.lab?.vpcs[0].securityGroup("sg-1")?.ingress.map(\.peer) == [.securityGroup("sg-2")],
            "\(borne.rendered)")
    }

    @Test("a VPC in the range that labs take their public addresses from")
    func documentationRange() throws {
        let imported = Folders.read(
            vpc: #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "203.0.113.0/24"}]}"#, subnets: #"{"Subnets": []}"#)
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.internet.publicPool.description == "192.0.2.0/24")
        #expect(LabFile.read(LabFile.write(lab), file: "x.yaml").lab?.internet == lab.internet)
    }

    @Test(
        "a part of the VPC whose middlebox has gone is a blackhole, for subnets and for what comes from the Internet",
        arguments: [
            #"{"DestinationCidrBlock": "10.0.1.0/24", "NetworkInterfaceId": "eni-0", "State": "blackhole"}"#,
            #"{"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "vpce-0", "State": "active"}"#,
        ])
    func blackholeInside(route: String) throws {
        let imported = Folders.read(
            Folders.internetGateway, Folders.table(route).replacing("]}]}", with: "]}, \(Self.edge(route))]}"))
        let lab = try #require(imported.lab, "\(imported.rendered)")
        for name in ["rtb-1", "rtb-edge"] {
            let routes = lab.vpcs[0].routeTable(name)?.routes ?? []
            #expect(routes.map(\.target) == [.blackhole] && routes[0].destination.description == "10.0.1.0/24")
        }
        #expect(lab.vpcs[0].internetGateway?.routeTable == "rtb-edge")
        #expect(!imported.says("straight to their interface"), "two consequences: \(imported.rendered)")
        #expect(LabFile.read(LabFile.write(lab), file: "x.yaml").lab != nil)
    }

    private static func edge(_ route: String) -> String {
        #"{"RouteTableId": "rtb-edge", "VpcId": "vpc-1", "Associations": [{"GatewayId": "igw-1"}], "Routes": [\#(route)]}"#
    }

    @Test("a route to a middlebox's second interface, which no lab has, is a blackhole and nothing else")
    func secondInterface() throws {
        let attached = #", "Attachment": {"InstanceId": "i-1", "DeviceIndex": "#
        let imported = Folders.read(
            #"{"NetworkInterfaces": [\#(Folders.interface("eni-1", "10.0.1.10", more: attached + "0}")),"#
                + #"\#(Folders.interface("eni-2", "10.0.1.11", more: attached + "1}"))]}"#,
            Folders.table(#"{"DestinationCidrBlock": "10.0.2.0/24", "NetworkInterfaceId": "eni-2", "State": "active"}"#)
        )
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.vpcs[0].routeTable("rtb-1")?.routes.map(\.target) == [.blackhole])
        #expect(imported.says("to 10.0.2.0/24 leads to `eni-2`, a second interface of `i-1`", "dropped here"))
        #expect(!imported.says("straight to their interface"))
    }

    @Test("a static and a propagated route to one block: the static one wins, and the file has it alone")
    func staticOverPropagated() throws {
        let imported = Folders.read(
            #"{"VpnGateways": [{"VpnGatewayId": "vgw-1", "State": "available", "VpcAttachments": [{"VpcId": "vpc-1", "State": "attached"}]}]}"#,
            Folders.internetGateway,
            Folders.table(
                #"{"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-1", "State": "active", "Origin": "EnableVgwRoutePropagation"}"#,
                #"{"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "igw-1", "State": "active", "Origin": "CreateRoute"}"#,
                #"{"DestinationCidrBlock": "192.0.2.0/24", "GatewayId": "vgw-1", "State": "active", "Origin": "EnableVgwRoutePropagation"}"#
            ))
        let lab = try #require(imported.lab, "\(imported.rendered)")
        let reading = LabFile.read(LabFile.write(lab), file: "x.yaml")
        let again = try #require(reading.lab, "\(reading.problems.map(\.rendered))")
        #expect(
            again.vpcs[0].routeTable("rtb-1")?.routes.map(\.target)
                == [.internetGateway("igw-1"), .virtualPrivateGateway("vgw-1")])
        #expect(again.vpcs[0].routeTable("rtb-1")?.routes.map(\.isPropagated) == [false, true])
        #expect(again.vpcs[0].virtualPrivateGateway?.prefixes == lab.vpcs[0].virtualPrivateGateway?.prefixes)
    }

    @Test(
        "a routed prefix list that holds the VPC's own block: the local route wins, and the file has the other blocks")
    func listWithOwnBlock() throws {
        let imported = Folders.read(
            #"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "all"}], "ManagedPrefixListEntries": ["#
                + #"{"PrefixListId": "pl-1", "Entries": [{"Cidr": "10.0.0.0/16"}, {"Cidr": "10.2.0.0/16"}, {"Cidr": "10.3.0.0/16"}]}]}"#,
            Folders.internetGateway,
            Folders.table(
                #"{"DestinationPrefixListId": "pl-1", "GatewayId": "igw-1", "State": "active"}"#,
                #"{"DestinationCidrBlock": "10.3.0.0/16", "NetworkInterfaceId": "eni-0", "State": "blackhole"}"#))
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.vpcs[0].routeTable("rtb-1")?.routes.count == 3)
        #expect(imported.says("`pl-1` of a route of `rtb-1` holds 10.0.0.0/16", "the local route wins"))
        let reading = LabFile.read(LabFile.write(lab), file: "x.yaml")
        let again = try #require(reading.lab, "\(reading.problems.map(\.rendered))")
        #expect(
            again.vpcs[0].routeTable("rtb-1")?.routes.map(\.destination.description) == ["10.2.0.0/16", "10.3.0.0/16"])
        #expect(again.vpcs[0].routeTable("rtb-1")?.routes.map(\.target) == [.internetGateway("igw-1"), .blackhole])
    }

    @Test("an interface of an endpoint that nobody describes is an endpoint: it begins nothing")
    func undescribedEndpoint() throws {
        func interface(_ id: String, _ address: String, _ description: String, _ type: String) -> String {
            Folders.interface(
                id, address, more: #", "InterfaceType": "\#(type)", "Description": "\#(description)""#)
        }
        let imported = Folders.read(
            #"{"NetworkInterfaces": [\#(interface("eni-1", "10.0.1.10", "VPC Endpoint Interface vpce-1", "vpc_endpoint")),"#
                + #"\#(interface("eni-2", "10.0.1.11", "", "vpc_endpoint")),"#
                + #"\#(interface("eni-3", "10.0.1.12", "", "network_load_balancer"))]}"#)
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.vpcs[0].instances == [])
        #expect(lab.vpcs[0].endpoints.map(\.name) == ["eni-2", "vpce-1"])
        #expect(imported.says("the endpoint `vpce-1` is known by its interface only"))
        #expect(imported.says("`eni-3` (network_load_balancer", "find nobody"))
        #expect(LabFile.read(LabFile.write(lab), file: "x.yaml").lab != nil)
    }
}
