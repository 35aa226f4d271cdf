import AWSImport
import CloudModel
import IPAddressing
import Testing

@Suite("Whatever moves packets and is not reproduced is named, with its id and what follows")
struct LossTests {
    private static let vpc = #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "1"}]}"#
    private static let subnet =
        #"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"}]}"#

    /// The small VPC with something more.
    private func read(_ text: String, vpc: String = vpc, subnet: String = subnet) -> ImportedLab {
        Snapshots.read(["vpc.json": vpc, "subnet.json": subnet, "x.json": text])
    }

    @Test(
        "kinds that the lab has no noun for",
        arguments: [
            (
                #"{"CarrierGateways": [{"CarrierGatewayId": "cagw-1", "VpcId": "vpc-1"}]}"#,
                "`cagw-1` is a carrier gateway"
            ),
            (#"{"LocalGateways": [{"LocalGatewayId": "lgw-1"}]}"#, "`lgw-1` is a local gateway"),
            (#"{"Firewalls": [{"FirewallName": "fw", "FirewallArn": "arn:fw"}]}"#, "`arn:fw` is a network firewall"),
            (#"{"Firewall": {"FirewallName": "fw", "VpcId": "vpc-1"}}"#, "is a network firewall"),
            (
                #"{"VpcBlockPublicAccessOptions": {"AwsAccountId": "1", "InternetGatewayBlockMode": "block-ingress"}}"#,
                "setting of VPC Block Public Access"
            ),
            (
                #"{"VpcBlockPublicAccessExclusions": [{"ExclusionId": "vpcbpa-exclude-1"}]}"#,
                "`vpcbpa-exclude-1` is an exclusion"
            ),
            (#"{"ResolverEndpoints": [{"Id": "rslvr-1"}]}"#, "`rslvr-1` is an endpoint of Route 53 Resolver"),
            (#"{"ResolverRules": [{"Id": "rslvr-rr-1"}]}"#, "`rslvr-rr-1` is a rule of Route 53 Resolver"),
            (#"{"RouteServers": [{"RouteServerId": "rs-1"}]}"#, "`rs-1` is a route server"),
            (
                #"{"TransitGatewayConnects": [{"TransitGatewayAttachmentId": "tgw-attach-1"}]}"#,
                "`tgw-attach-1` is a Connect"
            ),
            (
                #"{"ClientVpnEndpoints": [{"ClientVpnEndpointId": "cvpn-endpoint-1"}]}"#,
                "`cvpn-endpoint-1` is a client VPN"
            ),
            (#"{"ServiceConfigurations": [{"ServiceId": "vpce-svc-1"}]}"#, "`vpce-svc-1` is an endpoint service"),
            (#"{"WebACLs": [{"Name": "guard", "Id": "w-1"}]}"#, "`w-1` is a web ACL"),
            (#"{"TrustStores": [{"TrustStoreArn": "arn:ts"}]}"#, "`arn:ts` is a trust store"),
            (
                #"{"LoadBalancerDescriptions": [{"LoadBalancerName": "old", "VPCId": "vpc-9"}]}"#,
                "`old` is a classic load"
            ),
            (
                #"{"VpnConnections": [{"VpnConnectionId": "vpn-1", "CustomerGatewayId": "cgw-1", "State": "available"}]}"#,
                "`vpn-1` is a VPN connection to `cgw-1`"
            ),
            (#"{"virtualInterfaces": [{"virtualInterfaceId": "dxvif-1"}]}"#, "`dxvif-1` is a virtual interface"),
            (
                #"{"TransitGatewayRouteTableAssociations": [{"TransitGatewayAttachmentId": "a-1"}]}"#,
                "`a-1` is an association"
            ),
        ])
    func kinds(text: String, words: String) {
        let imported = read(text)
        #expect(imported.says(words, "hint: "), "\(imported.rendered)")
        #expect(imported.lab != nil, "\(imported.rendered)")
    }

    @Test(
        "keys that nobody knows, in every kind of description",
        arguments: [
            (
                #"{"NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "State": "deleted", "New": 1}]}"#,
                "`New` of `nat-1`"
            ),
            (
                #"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [{"GatewayId": "local", "DestinationCidrBlock": "10.0.0.0/16", "IpAddress": "1.2.3.4"}]}]}"#,
                "`Routes.IpAddress` of `rtb-1`"
            ),
            (
                #"{"Reservations": [{"Instances": [{"InstanceId": "i-1", "SecondaryInterfaces": [{"SecondaryInterfaceId": "x"}]}]}]}"#,
                "`Instances.SecondaryInterfaces`"
            ),
            (
                #"{"TransitGateways": [{"TransitGatewayId": "tgw-1", "Options": {"EncryptionSupport": {"EncryptionState": "enabled"}}}]}"#,
                "`Options.EncryptionSupport` of `tgw-1`"
            ),
            (#"{"LoadBalancers": [{"LoadBalancerArn": "arn:a", "VpcId": "vpc-1", "New": true}]}"#, "`New` of `arn:a`"),
            (
                #"{"LoadBalancerListeners": [{"LoadBalancerArn": "arn:a", "Listeners": [{"ListenerArn": "l", "New": {"a": 1}}]}]}"#,
                "`Listeners.New` of `arn:a`"
            ),
            (
                #"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [{"IpProtocol": "-1", "New": "x"}]}]}"#,
                "`IpPermissions.New` of `sg-1`"
            ),
        ])
    func keys(text: String, words: String) {
        #expect(read(text).says(words, "is not understood and not used"), "\(read(text).rendered)")
    }

    @Test("an unknown key of many is one line that says how many; empty ones say nothing")
    func manyKeys() {
        let tables = (1...3).map {
            #"{"RouteTableId": "rtb-\#($0)", "VpcId": "vpc-1", "New": 1, "Empty": [], "Null": null}"#
        }
        let imported = read(#"{"RouteTables": [\#(tables.joined(separator: ","))]}"#)
        #expect(imported.says("`New` of `rtb-1` and 2 more is not understood"))
        #expect(!imported.says("Empty") && !imported.says("`Null`"))
    }

    @Test("settings of a VPC and its subnets")
    func vpcSettings() {
        let imported = read(
            #"{"DhcpOptions": [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [{"Key": "domain-name-servers","#
                + #""Values": [{"Value": "10.0.0.9"}]}, {"Key": "domain-name", "Values": [{"Value": "ec2.internal"}]}]}]}"#,
            vpc: #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "1", "DhcpOptionsId": "dopt-1","#
                + #""BlockPublicAccessStates": {"InternetGatewayBlockMode": "block-bidirectional"},"#
                + #""EncryptionControl": {"Mode": "enforce"},"#
                + #""CidrBlockAssociationSet": [{"CidrBlock": "10.9.0.0/16", "CidrBlockState": {"State": "failing"}},"#
                + #"{"CidrBlock": "10.8.0.0/16", "CidrBlockState": {"State": "associated"}}]},"#
                + #"{"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16", "State": "pending"}]}"#,
            subnet: #"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24","#
                + #""AvailabilityZone": "us-east-1a", "OwnerId": "2", "OutpostArn": "arn:op",  "#
                + #""BlockPublicAccessStates": {"InternetGatewayBlockMode": "block-ingress"},"#
                + #""Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/64"}]},"#
                + #"{"SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24", "State": "failed"},"#
                + #"{"SubnetId": "subnet-3", "CidrBlock": "10.0.3.0/24"}]}"#)
        #expect(imported.says("`dopt-1` of `vpc-1` set `domain-name-servers` to 10.0.0.9"))
        #expect(!imported.says("`domain-name` to"))
        #expect(imported.says("Block Public Access of `vpc-1` is block-bidirectional", "AWS drops"))
        #expect(imported.says("Block Public Access of the subnet `subnet-1` is block-ingress"))
        #expect(imported.says("`EncryptionControl` of `vpc-1`"))
        #expect(imported.says("the block 10.9.0.0/16 of the VPC is failing"))
        #expect(imported.says("the VPC `vpc-2` is pending"))
        #expect(imported.says("the subnet `subnet-1` has IPv6 blocks") && imported.says("`subnet-1` is on an Outpost"))
        #expect(imported.says("the subnet `subnet-2` is failed"))
        #expect(imported.says("`subnet-3` of `Subnets` does not say its VPC"))
        #expect(imported.says("`vpc-1` is shared by the accounts `1`, `2`"))
        #expect(imported.lab?.vpcs.map(\.cidrBlocks.description) == ["[10.0.0.0/16, 10.8.0.0/16]"])
    }

    @Test("NAT gateways that are not there, and their addresses")
    func natGateways() throws {
        func gateway(_ id: String, _ state: String, _ addresses: String = "") -> String {
            #"{"NatGatewayId": "\#(id)", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "\#(state)", "NatGatewayAddresses": [\#(addresses)]}"#
        }
        let two =
            #"{"PrivateIp": "10.0.1.8", "PublicIp": "192.0.2.8", "IsPrimary": false},"#
            + #"{"PrivateIp": "10.0.1.7", "PublicIp": "192.0.2.7", "IsPrimary": true},"#
            + #"{"PrivateIp": "10.0.1.9", "PublicIp": "192.0.2.9", "Status": "failed"}"#
        let imported = read(
            #"{"NatGateways": [\#(gateway("nat-1", "failed")), \#(gateway("nat-2", "deleting")), \#(gateway("nat-3", "deleted")),"#
                + #"\#(gateway("nat-4", "available", two))],"#
                + #""InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1"}]}],"#
                + #""NetworkInterfaces": [{"NetworkInterfaceId": "eni-9", "VpcId": "vpc-1", "SubnetId": "subnet-1","#
                + #""PrivateIpAddress": "10.0.1.99", "InterfaceType": "nat_gateway", "Description": "Interface for NAT Gateway nat-9"}]}"#
        )
        #expect(imported.says("the NAT gateway `nat-1` is failed") && imported.says("`nat-2` is deleting"))
        #expect(!imported.says("nat-3"))
        #expect(imported.says("`nat-4` has 2 addresses: besides 10.0.1.7, 192.0.2.8"))
        #expect(imported.says("an address of the NAT gateway `nat-4` (10.0.1.9) is failed"))
        #expect(imported.says("`eni-9` (nat_gateway", "find nobody"), "a NAT gateway that nobody describes")
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.natGateways.map(\.elasticIP) == [IPv4Address(192, 0, 2, 7)])
    }

    @Test("public addresses where no Internet gateway is described")
    func noInternetGateway() throws {
        let imported = read(
            #"{"NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "available","#
                + #""NatGatewayAddresses": [{"PrivateIp": "10.0.1.5", "PublicIp": "192.0.2.5"}]}],"#
                + #""NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1","#
                + #""PrivateIpAddress": "10.0.1.10", "Status": "in-use", "Association": {"PublicIp": "192.0.2.10"}, "Groups": [{"GroupId": "sg-1"}]}]}"#
        )
        #expect(imported.says("the folder holds no `InternetGateways`"))
        #expect(imported.says("`nat-1` has the public address 192.0.2.5, and `vpc-1` no Internet gateway"))
        #expect(imported.says("`eni-1` has the public address 192.0.2.10"))
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.natGateways.map(\.elasticIP) == [nil] && vpc.instances.map(\.interface.publicAddress) == [nil])
    }

    @Test("interfaces: delegated blocks, timers, a second VPC; instances without any")
    func interfaces() throws {
        func interface(_ id: String, _ vpc: String, _ subnet: String, _ address: String, _ device: Int, _ more: String)
            -> String
        {
            #"{"NetworkInterfaceId": "\#(id)", "VpcId": "\#(vpc)", "SubnetId": "\#(subnet)", "PrivateIpAddress": "\#(address)","#
                + #""Groups": [{"GroupId": "sg-1"}], "Attachment": {"InstanceId": "i-1", "DeviceIndex": \#(device)}\#(more)}"#
        }
        let imported = read(
            #"{"NetworkInterfaces": [\#(interface("eni-2", "vpc-2", "subnet-9", "10.2.0.10", 1, "")),"#
                + interface(
                    "eni-1", "vpc-1", "subnet-1", "10.0.1.10", 0,
                    #", "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.1.64/28"}], "ConnectionTrackingConfiguration": {"UdpTimeout": 60, "UdpStreamTimeout": 180}"#
                )
                + #"], "Reservations": [{"Instances": [{"InstanceId": "i-1", "MetadataOptions": {"HttpEndpoint": "disabled", "HttpPutResponseHopLimit": 2}},"#
                + #"{"InstanceId": "i-2", "State": {"Name": "running"}}]}],"#
                + #""Addresses": [{"PublicIp": "192.0.2.5", "NetworkInterfaceId": "eni-77", "AssociationId": "a"}]}"#,
            vpc:
                #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}]}"#,
            subnet:
                #"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},"#
                + #"{"SubnetId": "subnet-9", "VpcId": "vpc-2", "CidrBlock": "10.2.0.0/24", "AvailabilityZone": "us-east-1a"}]}"#
        )
        #expect(imported.says("`eni-1` is delegated the blocks 10.0.1.64/28"))
        #expect(imported.says("`eni-1` has a `UdpTimeout` of 60 seconds"))
        #expect(!imported.says("UdpStreamTimeout"))
        #expect(imported.says("`eni-2` ties `i-1` of `vpc-1` to `vpc-2`"))
        #expect(imported.says("`i-1` has its metadata service turned off"))
        #expect(imported.says("the instance `i-2` (running) has no IPv4 interface"))
        #expect(imported.says("the Elastic IP 192.0.2.5 is associated with `eni-77`, which is not in the folder"))
        let lab = try #require(imported.lab, "\(imported.rendered)")
        #expect(lab.vpcs.map { $0.instances.map(\.name) } == [["i-1"], []])
        #expect(lab.vpcs[0].instances[0].metadataHopLimit == 2)
    }

    @Test("a group in a second VPC has its rules there; rules that describe themselves are rules")
    func groups() throws {
        let imported = read(
            #"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-2", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,"#
                + #""IpRanges": [{"CidrIp": "0.0.0.0/0"}], "UserIdGroupPairs": [{"GroupName": "classic"}]}]}],"#
                + #""SecurityGroupRules": [{"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-2", "IsEgress": false, "IpProtocol": "tcp","#
                + #""FromPort": 22, "ToPort": 22, "CidrIpv4": "10.0.0.0/8"},"#
                + #"{"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-2", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0"},"#
                + #"{"SecurityGroupRuleId": "sgr-3", "GroupId": "sg-2", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "ReferencedGroupInfo": {"GroupId": "sg-1"}},"#
                + #"{"SecurityGroupRuleId": "sgr-5", "GroupId": "sg-1", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "0.0.0.0/0"},"#
                + #"{"SecurityGroupRuleId": "sgr-4", "GroupId": "sg-2", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv6": "::/0"}],"#
                + #""NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.10","#
                + #""Status": "in-use", "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}]}]}"#,
            vpc:
                #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}]}"#
        )
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        #expect(vpc.securityGroup("sg-1")?.ingress.map(\.traffic) == [.tcp(443...443)])
        let second = try #require(vpc.securityGroup("sg-2"))
        #expect(second.ingress.map(\.traffic) == [.tcp(22...22), .tcp(80...80)])
        #expect(second.ingress.last?.peer == .securityGroup("sg-1"))
        #expect(second.egress.map(\.traffic) == [.all])
        #expect(imported.says("`sg-2` has rules for IPv6 blocks") && imported.says("without its id (classic)"))
        #expect(imported.lab?.vpcs.last?.securityGroup("sg-1")?.ingress.count == 1, "twice described is one rule")
    }

    @Test("lines of a network ACL that would vanish")
    func networkACLs() {
        func line(_ more: String) -> ImportedLab {
            read(
                #"{"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Entries": [{"RuleAction": "allow", \#(more)}]}]}"#
            )
        }
        let port0 = line(
            #""RuleNumber": 1, "Egress": true, "Protocol": "6", "PortRange": {"From": 0, "To": 0}, "CidrBlock": "0.0.0.0/0""#
        )
        #expect(port0.says("line 1 of `acl-1` has a protocol or ports") && port0.lab != nil)
        #expect(line(#""RuleNumber": 1, "Protocol": "6", "CidrBlock": "0.0.0.0/0""#).says("has no `Egress`"))
        #expect(line(#""RuleNumber": 1, "Egress": true, "Protocol": "6""#).says("line 1 of `acl-1` has no `CidrBlock`"))
        let last = line(#""RuleNumber": 32768, "Egress": true, "Protocol": "-1", "Ipv6CidrBlock": "::/0""#)
        #expect(!last.says("32768") && last.lab != nil, "AWS's own last line for IPv6 is no loss")
    }

    @Test("endpoints")
    func endpoints() {
        let imported = read(
            #"{"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "State": "available","#
                + #""ServiceName": "s", "PrivateDnsEnabled": true, "IpAddressType": "dualstack", "PolicyDocument": "{\"Statement\":[{\"Effect\":\"Deny\"}]}"},"#
                + #"{"VpcEndpointId": "vpce-2", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-1", "State": "available", "ServiceName": "s"},"#
                + #"{"VpcEndpointId": "vpce-3", "VpcEndpointType": "Resource", "VpcId": "vpc-1", "State": "available"},"#
                + #"{"VpcEndpointId": "vpce-4", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "State": "pendingAcceptance"}]}"#
        )
        #expect(imported.says("`vpce-1` has private DNS") && imported.says("`vpce-1` has a policy of its own"))
        #expect(
            imported.says("`vpce-1` is of the address type dualstack") && imported.says("`vpce-1` has no interface"))
        #expect(
            imported.says("`vpce-2` is of the type GatewayLoadBalancer")
                && imported.says("`vpce-3` is of the type Resource"))
        #expect(imported.says("the endpoint `vpce-4` is pendingacceptance"))
    }

    @Test("transit gateways: states, routes that BGP learned, a description that is cut off")
    func transitGateways() throws {
        let imported = read(
            #"{"TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available", "Options": {"MulticastSupport": "enable"}},"#
                + #"{"TransitGatewayId": "tgw-2", "State": "pending"}],"#
                + #""TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1", "State": "available"}],"#
                + #""TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "ResourceType": "vpn","#
                + #""ResourceId": "vpn-1", "State": "available"}, {"TransitGatewayAttachmentId": "tgw-attach-2", "TransitGatewayId": "tgw-1","#
                + #""ResourceType": "vpc", "ResourceId": "vpc-1", "State": "pendingAcceptance"}],"#
                + #""TransitGatewayPropagations": [],"#
                + #""TransitGatewayStaticRoutes": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "AdditionalRoutesAvailable": true, "Routes": ["#
                + #"{"DestinationCidrBlock": "172.16.0.0/16", "Type": "propagated", "State": "active", "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1"}]}]}]}"#
        )
        #expect(imported.says("`tgw-1` carries multicast") && imported.says("the transit gateway `tgw-2` is pending"))
        #expect(imported.says("the transit gateway attachment `tgw-attach-2` is pendingacceptance"))
        #expect(imported.says("the routes of `tgw-rtb-1` is cut off"))
        let gateway = try #require(imported.lab?.transitGateways.first, "\(imported.rendered)")
        #expect(gateway.attachments.first?.prefixes.map(\.description) == ["172.16.0.0/16"])
    }

    @Test("more warnings than a screen holds: all are there, and an error behind them counts")
    func many() {
        let rules = (1...2500).map { #"{"CarrierGatewayId": "cagw-\#($0)"}"# }.joined(separator: ",")
        let imported = read(#"{"CarrierGateways": [\#(rules)]}"#)
        #expect(imported.says("`cagw-2500` is a carrier gateway") && imported.lab != nil)
        let more = (1...21_000).map { #"{"CarrierGatewayId": "cagw-\#($0)"}"# }.joined(separator: ",")
        let full = read(#"{"CarrierGateways": [\#(more)], "InternetGateways": [{"Attachments": []}]}"#)
        #expect(full.lab == nil, "an error that no list has room for is one all the same")
        #expect(full.says("warning: 1") && full.says("error: 1 more problems"))
    }
}
