import AWSImport
import CloudModel
import IPAddressing
import Testing

/// A folder is rarely whole: one account of two, one command forgotten. What is missing is said, and the rest is a lab.
@Suite("Folders with gaps")
struct GapTests {
    private static let base = [
        "vpcs.json":
            #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}]}"#,
        "subnets.json":
            #"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},"#
            + #"{"SubnetId": "subnet-2", "VpcId": "vpc-2", "CidrBlock": "10.2.1.0/24", "AvailabilityZone": "us-east-1a"}]}"#,
    ]

    private func read(_ texts: String...) -> ImportedLab {
        var files = Self.base
        for (index, text) in texts.enumerated() { files["\(index).json"] = text }
        return Snapshots.read(files)
    }

    private static func interface(
        _ id: String, subnet: String = "subnet-1", _ address: String, publicAddress: String? = nil,
        type: String = "interface", description: String = "", instance: String? = nil
    ) -> String {
        let association = publicAddress.map { #", "Association": {"PublicIp": "\#($0)"}"# } ?? ""
        let attachment = instance.map { #", "Attachment": {"InstanceId": "\#($0)", "DeviceIndex": 0}"# } ?? ""
        return
            #"{"NetworkInterfaceId": "\#(id)", "VpcId": "vpc-1", "SubnetId": "\#(subnet)", "PrivateIpAddress": "\#(address)","#
            + #""InterfaceType": "\#(type)", "Description": "\#(description)", "Status": "in-use","#
            + #""Groups": [{"GroupId": "sg-1"}]\#(association)\#(attachment)}"#
    }

    private static func interfaces(_ list: String...) -> String {
        #"{"NetworkInterfaces": [\#(list.joined(separator: ", "))]}"#
    }

    private static func routes(_ list: String...) -> String {
        #"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "#
            + #""Routes": [\#(list.joined(separator: ", "))]}]}"#
    }

    @Test("an Internet gateway that only a working route names")
    func impliedGateway() throws {
        let imported = read(
            Self.interfaces(Self.interface("eni-1", "10.0.1.10", publicAddress: "203.0.113.9", instance: "i-1")),
            Self.routes(#"{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}"#))
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.internetGateway?.name == "igw-1")
        #expect(vpc.routeTable("rtb-1")?.routes.map(\.target) == [.internetGateway("igw-1")])
        #expect(vpc.instance("i-1")?.interface.publicAddress != nil)
        #expect(imported.says("the Internet gateway `igw-1` is not described", "taken as attached"))
    }

    @Test(
        "a public address without any Internet gateway",
        arguments: [
            "", #"{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "blackhole"}"#,
        ])
    func noGateway(route: String) throws {
        let imported = read(
            Self.interfaces(
                Self.interface("eni-1", "10.0.1.10", publicAddress: "203.0.113.9", instance: "i-1"),
                Self.interface("eni-2", "10.0.1.11", publicAddress: "203.0.113.8", instance: "i-2")), Self.routes(route)
        )
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.internetGateway == nil && vpc.instances.allSatisfy { $0.interface.publicAddress == nil })
        #expect(imported.says("`i-1` has the public address 203.0.113.9, and `vpc-1` no Internet gateway"))
        #expect(imported.says("`i-2` has the public address 203.0.113.8, and `vpc-1` no Internet gateway"))
    }

    @Test("a rule that names a group of a VPC no longer peered")
    func staleRule() throws {
        let groups =
            #"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [{"IpProtocol": "-1", "#
            + #""UserIdGroupPairs": [{"GroupId": "sg-2"}, {"GroupId": "sg-1"}]}]}, {"GroupId": "sg-2", "VpcId": "vpc-2"}]}"#
        let stale = read(groups)
        let vpc = try #require(stale.lab?.vpcs.first, "\(stale.rendered)")
        #expect(vpc.securityGroup("sg-1")?.ingress.map(\.peer) == [.securityGroup("sg-1")])
        #expect(stale.says("names the group `sg-2` of a VPC that is not peered", "matches nobody"))
        let peered = read(
            groups,
            #"{"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},"#
                + #""RequesterVpcInfo": {"VpcId": "vpc-2"}, "AccepterVpcInfo": {"VpcId": "vpc-1"}}]}"#)
        #expect(peered.lab?.vpcs.first?.securityGroup("sg-1")?.ingress.count == 2, "\(peered.rendered)")
    }

    private static let gateway =
        #"{"TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available"}], "TransitGatewayAttachments": ["#
        + #"{"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "ResourceId": "vpc-1"}]}"#
    private static let routeToGateway = routes(
        #"{"DestinationCidrBlock": "10.2.0.0/16", "TransitGatewayId": "tgw-1", "State": "active"}"#)

    @Test("the subnets of an attachment are those of the gateway's interfaces, if nothing else says them")
    func attachmentSubnets() throws {
        let imported = read(
            Self.gateway, Self.routeToGateway,
            Self.interfaces(
                Self.interface(
                    "eni-t", "10.0.1.77", type: "transit_gateway",
                    description: "Network Interface for Transit Gateway Attachment tgw-attach-1")))
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.transitGateways[0].attachments.map(\.resource) == [.vpc("vpc-1", subnets: ["subnet-1"])])
        #expect(lab.vpcs[0].routeTable("rtb-1")?.routes.map(\.target) == [.transitGateway("tgw-1")])
    }

    @Test("an attachment whose subnets nobody knows is none, and routes to it lead nowhere")
    func noAttachmentSubnets() throws {
        let imported = read(Self.gateway, Self.routeToGateway)
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.transitGateways[0].attachments == [])
        #expect(lab.vpcs[0].routeTable("rtb-1")?.routes.map(\.target) == [.blackhole])
        #expect(imported.says("the subnets of the attachment `tgw-attach-1` are not described"))
        #expect(imported.says("leads to the transit gateway `tgw-1`", "not attached to this VPC"))
    }

    @Test("routes that the lab could not write itself")
    func oddRoutes() throws {
        let imported = read(
            Self.routes(
                #"{"DestinationCidrBlock": "10.0.1.0/25", "GatewayId": "local", "State": "active"}"#,
                #"{"DestinationCidrBlock": "10.0.1.0/24", "VpcPeeringConnectionId": "pcx-1", "State": "active"}"#,
                #"{"DestinationCidrBlock": "0.0.0.0/1", "NatGatewayId": "nat-0", "State": "active"}"#,
                #"{"DestinationCidrBlock": "10.0.0.0/8", "NatGatewayId": "nat-0", "State": "active"}"#),
            #"{"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},"#
                + #""RequesterVpcInfo": {"VpcId": "vpc-2"}, "AccepterVpcInfo": {"VpcId": "vpc-1"}}]}"#)
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.routeTable("rtb-1")?.routes.map(\.destination.description) == ["0.0.0.0/1", "10.0.0.0/8"])
        #expect(imported.says("to 10.0.1.0/24 is more specific than the local one", "straight to their interface"))
    }

    @Test("an interface and a NAT gateway in a subnet of another account")
    func foreignSubnet() throws {
        let imported = read(
            Self.interfaces(Self.interface("eni-1", subnet: "subnet-9", "10.0.9.10", instance: "i-1")),
            #"{"NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-9", "State": "available","#
                + #""NatGatewayAddresses": [{"PrivateIp": "10.0.9.11"}]}]}"#)
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.instances == [] && vpc.natGateways == [])
        #expect(imported.says("`eni-1` stands in `subnet-9`, which is not in the folder"))
        #expect(imported.says("`nat-1` stands in `subnet-9`"))
    }

    @Test("an interface endpoint without a described interface")
    func bareEndpoint() throws {
        let imported = read(
            #"{"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "VpcEndpointType": "Interface","#
                + #""State": "available", "NetworkInterfaceIds": ["eni-7"]}]}"#)
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.endpoints == [])
        #expect(imported.says("the endpoint `vpce-1` has no interface here"))
    }

    @Test("a load balancer with two interfaces in one subnet has one node there, and the other is named")
    func twinNodes() throws {
        let arn = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/50dc6c495c0c9188"
        let imported = read(
            Self.interfaces(
                Self.interface("eni-1", "10.0.1.11", description: "ELB app/web/50dc6c495c0c9188"),
                Self.interface("eni-2", "10.0.1.12", description: "ELB app/web/50dc6c495c0c9188")),
            #"{"LoadBalancers": [{"LoadBalancerArn": "\#(arn)", "LoadBalancerName": "web", "Type": "application","#
                + #""Scheme": "internal", "VpcId": "vpc-1", "SecurityGroups": ["sg-1"], "State": {"Code": "active"},"#
                + #""AvailabilityZones": [{"ZoneName": "us-east-1a", "SubnetId": "subnet-1"}]}]}"#)
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.loadBalancers.first?.nodes.map(\.name) == ["web-us-east-1a"])
        #expect(imported.says("`web` has a further address in zone us-east-1a, 10.0.1.12"))
    }

    @Test("addresses that the folder itself shows as nobody's are somebody's account, not the Internet")
    func idleAddresses() throws {
        func stopped(_ more: String) -> String {
            #"{"Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "stopped"}\#(more)}]}]}"#
        }
        let imported = read(
            #"{"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": []}]}"#,
            #"{"Addresses": [{"PublicIp": "3.5.5.6", "AllocationId": "e"}, {"PublicIp": "10.0.0.9", "AllocationId": "f"}]}"#,
            Self.interfaces(
                Self.interface("eni-1", "10.0.1.10", publicAddress: "198.51.100.7", instance: "i-1"),
                Self.interface("eni-2", "10.0.1.11", publicAddress: "203.0.113.8").replacing(
                    "in-use", with: "available"),
                Self.interface("eni-3", "10.0.1.12", publicAddress: "198.51.100.9")),
            stopped(#", "PublicIpAddress": "198.51.100.8""#))
        let internet = try #require(imported.lab?.internet, "\(imported.rendered)")
        for address in ["3.5.5.6", "198.51.100.7", "198.51.100.8", "198.51.100.9", "203.0.113.8"] {
            let block = try #require(CIDRBlock("\(address)/32"))
            #expect(internet.furtherPools.contains(block), "\(address)")
        }
        #expect(!internet.furtherPools.contains { $0.base == IPv4Address(10, 0, 0, 9) })
    }

    @Test("an Elastic IP that names its interface alone belongs to the primary address")
    func addressOfInterface() throws {
        let imported = read(
            #"{"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1"}]}]}"#,
            Self.interfaces(Self.interface("eni-1", "10.0.1.10", instance: "i-1")),
            #"{"Addresses": [{"PublicIp": "3.5.5.5", "AssociationId": "a", "NetworkInterfaceId": "eni-1"}]}"#)
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.instance("i-1")?.interface.publicAddress == IPv4Address(3, 5, 5, 5))
    }

    @Test(
        "what becomes of packets to a target that has gone is the same in AWS",
        arguments: [
            (#""VpcPeeringConnectionId": "pcx-1""#, true), (#""NatGatewayId": "nat-1""#, true),
            (#""GatewayId": "igw-1""#, true), (#""NatGatewayId": "nat-2""#, false),
        ])
    func goneTargets(target: String, isGone: Bool) {
        let imported = read(
            Self.routes(#"{"DestinationCidrBlock": "0.0.0.0/0", \#(target), "State": "active"}"#),
            #"{"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": []}],"#
                + #""NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "deleting"}],"#
                + #""VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "rejected"},"#
                + #""RequesterVpcInfo": {"VpcId": "vpc-2"}, "AccepterVpcInfo": {"VpcId": "vpc-1"}}]}"#)
        #expect(imported.says("to 0.0.0.0/0 leads to", "in AWS as in the lab") == isGone, "\(imported.rendered)")
        #expect(imported.says("to 0.0.0.0/0 leads to", "in AWS they go on") != isGone)
    }

    @Test("network ACLs without the default one")
    func noDefaultList() {
        func list(_ isDefault: Bool) -> ImportedLab {
            read(#"{"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": \#(isDefault)}]}"#)
        }
        #expect(list(false).says("no network ACL of `subnet-1`", "everything passes"))
        #expect(!list(true).says("no network ACL of `subnet-1`"))
    }

    @Test("without Internet gateways, those that working routes lead to")
    func noGatewaysDescribed() {
        #expect(read("{}").says("no `InternetGateways`", "only one that a working route leads to is known"))
    }

    @Test("a description that ends is not cut off", arguments: ["null", #""""#])
    func noNextPage(token: String) {
        #expect(!read(#"{"NextToken": \#(token)}"#).says("cut off"))
    }
}
