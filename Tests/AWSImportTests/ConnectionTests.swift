import AWSImport
import CloudModel
import IPAddressing
import Testing

@Suite("Ways out of a VPC that no real folder here has")
struct ConnectionTests {
    private func vpc(_ id: String, _ block: String, owner: String = "111111111111") -> String {
        #"{"Vpcs": [{"VpcId": "\#(id)", "CidrBlock": "\#(block)", "OwnerId": "\#(owner)"}]}"#
    }

    @Test("a virtual private gateway with what its VPN connections and its propagated routes say is behind it")
    func vpn() throws {
        let imported = Snapshots.read([
            "vpc.json": vpc("vpc-1", "10.0.0.0/16"),
            "vgw.json":
                #"{"VpnGateways": [{"VpnGatewayId": "vgw-1", "State": "available", "VpcAttachments": [{"VpcId": "vpc-1", "State": "attached"}]}]}"#,
            "vpn.json":
                #"{"VpnConnections": [{"VpnConnectionId": "vpn-1", "VpnGatewayId": "vgw-1", "CustomerGatewayId": "cgw-1", "State": "available","#
                + #""Routes": [{"DestinationCidrBlock": "172.20.0.0/16", "State": "available"}]},"#
                + #"{"VpnConnectionId": "vpn-2", "VpnGatewayId": "vgw-1", "State": "deleted", "Routes": [{"DestinationCidrBlock": "172.30.0.0/16"}]}]}"#,
            "cgw.json": #"{"CustomerGateways": [{"CustomerGatewayId": "cgw-1", "IpAddress": "192.0.2.9"}]}"#,
            "rtb.json":
                #"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "Routes": ["#
                + #"{"DestinationCidrBlock": "172.21.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation", "State": "active"},"#
                + #"{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vgw-1", "Origin": "CreateRoute", "State": "active"}]}]}"#,
        ])
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.virtualPrivateGateway?.name == "vgw-1")
        #expect(vpc.virtualPrivateGateway?.prefixes.map(\.description) == ["172.20.0.0/16", "172.21.0.0/16"])
        #expect(vpc.virtualPrivateGateway?.learnsRoutes == true, "a block was propagated that no connection routes")
        let routes = try #require(vpc.routeTable("rtb-1")?.routes)
        #expect(routes.allSatisfy { $0.target == .virtualPrivateGateway("vgw-1") })
        #expect(routes.map(\.isPropagated) == [true, false])
    }

    /// What is described of a virtual private gateway's connections, and whether it may learn blocks by BGP.
    static let connections: [(text: String, learnsRoutes: Bool)] = [
        (#"{"VpnConnections": []}"#, false), ("{}", true),
        (vpn(#""Options": {"StaticRoutesOnly": true}, "Routes": [{"DestinationCidrBlock": "172.20.0.0/16"}]"#), false),
        (vpn(#""Options": {"StaticRoutesOnly": false}, "Routes": []"#), true), (vpn(#""Routes": []"#), true),
        (
            #"{"VpnConnections": [], "virtualInterfaces": [{"virtualInterfaceId": "dxvif-1", "virtualGatewayId": "vgw-1"}]}"#,
            true
        ),
        (
            #"{"VpnConnections": [], "directConnectGatewayAssociations": [{"directConnectGatewayId": "d", "associationId": "a","#
                + #""associatedGateway": {"id": "vgw-1", "type": "virtualPrivateGateway"}}]}"#, true
        ),
    ]

    @Test("a virtual private gateway knows all its blocks where nobody speaks BGP with it", arguments: connections)
    func knowsAllRoutes(connections: String, learnsRoutes: Bool) throws {
        let imported = Snapshots.read([
            "vpc.json": vpc("vpc-1", "10.0.0.0/16"),
            "vgw.json":
                #"{"VpnGateways": [{"VpnGatewayId": "vgw-1", "State": "available", "VpcAttachments": [{"VpcId": "vpc-1", "State": "attached"}]}]}"#,
            "vpn.json": connections,
        ])
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.virtualPrivateGateway?.learnsRoutes == learnsRoutes)
    }

    private static func vpn(_ rest: String) -> String {
        #"{"VpnConnections": [{"VpnConnectionId": "vpn-1", "VpnGatewayId": "vgw-1", "State": "available", \#(rest)}]}"#
    }

    @Test("Direct Connect prints keys with small letters; it is named, and its way in is the virtual private gateway")
    func directConnect() throws {
        let imported = Snapshots.read([
            "vpc.json": vpc("vpc-1", "10.0.0.0/16"),
            "dx.json":
                #"{"directConnectGateways": [{"directConnectGatewayId": "dxgw-1", "directConnectGatewayState": "available"}],"#
                + #""virtualInterfaces": [{"virtualInterfaceId": "dxvif-1", "virtualInterfaceType": "private", "directConnectGatewayId": "dxgw-1"}]}"#,
        ])
        #expect(imported.lab != nil, "\(imported.rendered)")
        #expect(imported.says("`dxgw-1` is a Direct Connect gateway"))
    }

    @Test("accounts and regions as folders; a peering between them is described twice and is one")
    func accounts() throws {
        let peering =
            #"{"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},"#
            + #""RequesterVpcInfo": {"VpcId": "vpc-1"}, "AccepterVpcInfo": {"VpcId": "vpc-2"}}]}"#
        let imported = Snapshots.read([
            "accounts/one/us-east-1/Vpcs.json": #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.1.0.0/16"}]}"#,
            "accounts/two/eu-west-1/Vpcs.json": vpc("vpc-2", "10.2.0.0/16", owner: "222222222222"),
            "accounts/one/us-east-1/p.json": peering, "accounts/two/eu-west-1/p.json": peering,
        ])
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.vpcs.map(\.account) == ["one", "222222222222"])
        #expect(lab.vpcs.map(\.region) == ["us-east-1", "eu-west-1"])
        #expect(lab.peerings.map(\.name) == ["pcx-1"])
    }

    @Test("a peering to a VPC that is not there carries nothing, and says so")
    func missingPeer() throws {
        let imported = Snapshots.read([
            "vpc.json": vpc("vpc-1", "10.1.0.0/16"),
            "p.json":
                #"{"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},"#
                + #""RequesterVpcInfo": {"VpcId": "vpc-1"}, "AccepterVpcInfo": {"VpcId": "vpc-2"}}]}"#,
        ])
        #expect(imported.lab?.peerings == [])
        #expect(imported.says("`pcx-1` leads to `vpc-2`, which is not in the folder"))
    }

    @Test("a peering between transit gateways is one id and two attachments")
    func gatewayPeering() throws {
        func side(_ own: String, _ other: String, _ table: String) -> String {
            #"{"TransitGateways": [{"TransitGatewayId": "\#(own)", "State": "available"}],"#
                + #""TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-p", "TransitGatewayId": "\#(own)","#
                + #""ResourceType": "peering", "ResourceId": "\#(other)", "State": "available","#
                + #""Association": {"TransitGatewayRouteTableId": "\#(table)", "State": "associated"}}],"#
                + #""TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "\#(table)", "TransitGatewayId": "\#(own)", "State": "available"}],"#
                + #""TransitGatewayPropagations": [],"#
                + #""TransitGatewayStaticRoutes": [{"TransitGatewayRouteTableId": "\#(table)", "Routes": [{"DestinationCidrBlock": "10.9.0.0/16","#
                + #""State": "active", "Type": "static", "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-p"}]}]}]}"#
        }
        let imported = Snapshots.read([
            "vpc.json": vpc("vpc-1", "10.1.0.0/16"),
            "us-east-1/t.json": side("tgw-1", "tgw-2", "tgw-rtb-1"),
            "us-west-2/t.json": side("tgw-2", "tgw-1", "tgw-rtb-2"),
        ])
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.transitGateways.map(\.name) == ["tgw-1", "tgw-2"])
        #expect(
            lab.transitGateways.map { $0.attachments.map(\.resource) } == [[.peering("tgw-2")], [.peering("tgw-1")]])
        #expect(lab.transitGateways.map { $0.attachments.map(\.routeTable) } == [["tgw-rtb-1"], ["tgw-rtb-2"]])
        #expect(
            lab.transitGateways.allSatisfy { $0.routeTables.first?.routes.map(\.attachment) == ["tgw-attach-p"] })
    }

    @Test("what a VPN has propagated to a transit gateway's table is behind it, if the table's routes are described")
    func gatewayVPN() throws {
        let imported = Snapshots.read([
            "vpc.json": vpc("vpc-1", "10.1.0.0/16"),
            "t.json":
                #"{"TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available"}],"#
                + #""TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1","#
                + #""ResourceType": "vpn", "ResourceId": "vpn-1", "State": "available"}],"#
                + #""TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1"}],"#
                + #""TransitGatewayPropagations": [{"TransitGatewayRouteTableId": "tgw-rtb-1","#
                + #""TransitGatewayRouteTablePropagations": [{"TransitGatewayAttachmentId": "tgw-attach-1", "State": "enabled"}]}],"#
                + #""TransitGatewayStaticRoutes": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "Routes": ["#
                + ["172.20.0.0/16", "10.1.0.0/16", "2001:db8::/32"].map { block in
                    let attachment = block == "10.1.0.0/16" ? "tgw-attach-vpc" : "tgw-attach-1"
                    return #"{"DestinationCidrBlock": "\#(block)", "Type": "propagated", "State": "active","#
                        + #""TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "\#(attachment)"}]}"#
                }.joined(separator: ", ") + "]}]}",
        ])
        let gateway = try #require(imported.lab?.transitGateways.first, "\(imported.rendered)")
        #expect(gateway.attachments.map { $0.prefixes.map(\.description) } == [["172.20.0.0/16"]])
        #expect(gateway.routeTables.first?.routes == [] && gateway.routeTables.first?.propagations == ["tgw-attach-1"])
    }

    @Test("an application load balancer, an interface endpoint and a private NAT gateway")
    func interfaces() throws {
        func interface(_ id: String, _ address: String, _ type: String, _ description: String, _ group: String)
            -> String
        {
            #"{"NetworkInterfaceId": "\#(id)", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "\#(address)","#
                + #""InterfaceType": "\#(type)", "Description": "\#(description)", "Status": "in-use", "Groups": [\#(group)]}"#
        }
        let group = #"{"GroupId": "sg-1"}"#
        let arn = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/Web/50dc6c495c0c9188"
        let imported = Snapshots.read([
            "vpc.json": vpc("vpc-1", "10.0.0.0/16"),
            "subnet.json":
                #"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"}]}"#,
            "sg.json": #"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1"}]}"#,
            "eni.json": #"{"NetworkInterfaces": ["#
                + [
                    interface("eni-1", "10.0.1.11", "interface", "ELB app/Web/50dc6c495c0c9188", group),
                    interface("eni-2", "10.0.1.12", "vpc_endpoint", "VPC Endpoint Interface vpce-1", group),
                    interface("eni-3", "10.0.1.13", "nat_gateway", "Interface for NAT Gateway nat-1", ""),
                    interface("eni-4", "10.0.1.14", "interface", "RDSNetworkInterface", group),
                ].joined(separator: ",") + "]}",
            "lb.json":
                #"{"LoadBalancers": [{"LoadBalancerArn": "\#(arn)", "LoadBalancerName": "Web", "Type": "application", "Scheme": "internet-facing","#
                + #""VpcId": "vpc-1", "State": {"Code": "active"}, "SecurityGroups": ["sg-1"], "AvailabilityZones": [{"SubnetId": "subnet-1", "ZoneName": "us-east-1a"}]}]}"#,
            "li.json":
                #"{"Listeners": [{"ListenerArn": "l1", "LoadBalancerArn": "\#(arn)", "Port": 80, "Protocol": "HTTP", "DefaultActions": [{"Type": "redirect","#
                + #""RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}]},"#
                + #"{"ListenerArn": "l2", "LoadBalancerArn": "\#(arn)", "Port": 443, "Protocol": "HTTPS", "DefaultActions": [{"Type": "authenticate-oidc", "Order": 1},"#
                + #"{"Type": "fixed-response", "Order": 2, "FixedResponseConfig": {"StatusCode": "503"}}]}]}"#,
            "vpce.json":
                #"{"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "State": "available","#
                + #""ServiceName": "com.amazonaws.us-east-1.sqs", "NetworkInterfaceIds": ["eni-2"], "Groups": [{"GroupId": "sg-1"}]}]}"#,
            "nat.json":
                #"{"NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "available", "ConnectivityType": "private","#
                + #""NatGatewayAddresses": [{"NetworkInterfaceId": "eni-3", "PrivateIp": "10.0.1.13"}]}]}"#,
        ])
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        let balancer = try #require(vpc.loadBalancer("web"))
        #expect(balancer.kind == .application && balancer.isCrossZone)
        #expect(balancer.nodes.map(\.name) == ["web-us-east-1a"])
        #expect(balancer.nodes.first?.interface.privateAddress == IPv4Address(10, 0, 1, 11))
        #expect(balancer.listeners.map(\.action) == [.redirectToHTTPS(port: 443), .fixedResponse(status: 503)])
        #expect(imported.says("first does `authenticate-oidc`"))
        #expect(vpc.endpoint("vpce-1")?.interfaces.map(\.privateAddress) == [IPv4Address(10, 0, 1, 12)])
        #expect(vpc.natGateways.map(\.elasticIP) == [nil])
        #expect(vpc.instances.map(\.name) == ["eni-4"], "a database is known by its interface")
    }
}
