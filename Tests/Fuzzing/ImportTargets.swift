import AWSImport
import CloudModel
import LabFile

/// What AWS describes, or somebody who says so.
enum ImportTargets {
    static let all = [descriptions]

    /// Whatever a folder holds: a lab or a reason. What is a lab is without an error, has a plan, and can be written as a
    /// file that is a lab again; what is said of it may stand on a terminal.
    private static let descriptions = FuzzTarget(
        name: "aws-import", form: .json, seeds: { seeds.map { Array($0.utf8) } }
    ) {
        bytes in
        // A second file and folders come of the same bytes: what two accounts say of one thing is put together.
        let parts = bytes.split(separator: 0x1E, maxSplits: 3, omittingEmptySubsequences: false)
        let files = parts.enumerated().map { number, part in
            DescriptionFile(
                path: "\(number).json", folders: number == 0 ? [] : ["accounts", "12345678901\(number)", "us-east-1"],
                bytes: Array(part))
        }
        let imported = AWSImport.read(files, name: "fuzz")
        let hasError = imported.problems.contains { $0.severity == .error }
        try promise((imported.lab == nil) == hasError, "a lab and an error, or neither")
        var outcome = Outcome()
        for problem in imported.problems {
            let text = problem.rendered
            try promise(
                text.unicodeScalars.allSatisfy { $0 == "\n" || ObjectName.isPrintable($0) },
                "a control character: \(text)")
            outcome.add(FileTargets.shape(problem.message))
        }
        if let lab = imported.lab {
            let errors = lab.validate().filter { $0.severity == .error }
            try promise(errors.isEmpty, "an error that nobody told: \(errors)")
            let text = LabFile.write(lab)
            try promise(
                text.unicodeScalars.allSatisfy { $0 == "\n" || ObjectName.isPrintable($0) },
                "a control character in the file")
            let again = LabFile.read(text, file: "written.yaml")
            try promise(again.lab != nil, "the file is no lab: \(again.problems.map(\.rendered))\n\(text)")
            try FileTargets.plan(lab, &outcome)
        }
        return outcome.number
    }

    private static let network = #"""
        {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "State": "available", "OwnerId": "1", "DhcpOptionsId": "dopt-1",
          "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}],
          "Tags": [{"Key": "Name", "Value": "small"}]}, {"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}],
         "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},
          {"SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "us-east-1b"},
          {"SubnetId": "subnet-3", "VpcId": "vpc-2", "CidrBlock": "10.2.0.0/24", "AvailabilityZone": "us-east-1a"}],
         "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
         "RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}, {"SubnetId": "subnet-1"},
           {"GatewayId": "igw-1"}],
          "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
           {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active", "Origin": "CreateRoute"},
           {"DestinationCidrBlock": "10.2.0.0/16", "VpcPeeringConnectionId": "pcx-1"},
           {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
           {"DestinationCidrBlock": "192.168.0.0/16", "TransitGatewayId": "tgw-1"},
           {"DestinationCidrBlock": "172.16.0.0/12", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
           {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"},
           {"DestinationCidrBlock": "10.9.0.0/16", "NetworkInterfaceId": "eni-1"},
           {"DestinationCidrBlock": "10.8.0.0/16", "NatGatewayId": "nat-1"}]}],
         "NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "available",
          "NatGatewayAddresses": [{"PrivateIp": "10.0.1.5", "PublicIp": "203.0.113.5", "NetworkInterfaceId": "eni-5"}]}],
         "VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},
          "RequesterVpcInfo": {"VpcId": "vpc-1"}, "AccepterVpcInfo": {"VpcId": "vpc-2"}}],
         "PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.us-east-1.s3", "Cidrs": ["52.216.0.0/15"]}],
         "VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcEndpointType": "Gateway", "VpcId": "vpc-1",
           "ServiceName": "com.amazonaws.us-east-1.s3", "State": "available"},
          {"VpcEndpointId": "vpce-2", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "ServiceName": "sqs",
           "State": "available", "NetworkInterfaceIds": ["eni-3"]}],
         "VpnGateways": [{"VpnGatewayId": "vgw-1", "State": "available", "VpcAttachments": [{"VpcId": "vpc-1", "State": "attached"}]}],
         "VpnConnections": [{"VpnConnectionId": "vpn-1", "VpnGatewayId": "vgw-1", "State": "available",
          "Routes": [{"DestinationCidrBlock": "172.20.0.0/16", "State": "available"}]}]}
        """#

    private static let nodes = #"""
        {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
         "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"}],
         "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1",
           "PrivateIpAddress": "10.0.1.10", "Status": "in-use", "SourceDestCheck": false, "InterfaceType": "interface",
           "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.10", "Primary": true, "Association": {"PublicIp": "203.0.113.7"}},
            {"PrivateIpAddress": "10.0.1.11", "Primary": false}],
           "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0}, "Groups": [{"GroupId": "sg-1"}]},
          {"NetworkInterfaceId": "eni-2", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.12",
           "Attachment": {"InstanceId": "i-1", "DeviceIndex": 1}, "Groups": [{"GroupId": "sg-2"}]},
          {"NetworkInterfaceId": "eni-4", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.14",
           "Description": "RDSNetworkInterface", "Status": "in-use", "Groups": [{"GroupId": "sg-1"}]}],
         "Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "running"},
          "MetadataOptions": {"HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2}}]}],
         "Addresses": [{"PublicIp": "203.0.113.9", "NetworkInterfaceId": "eni-4", "PrivateIpAddress": "10.0.1.14"}],
         "SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
             "UserIdGroupPairs": [{"GroupId": "sg-2"}]}, {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1,
             "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}],
           "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}],
         "SecurityGroupRules": [{"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-2", "IsEgress": false, "IpProtocol": "udp",
          "FromPort": 53, "ToPort": 53, "ReferencedGroupInfo": {"GroupId": "sg-1"}}],
         "NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true,
          "Associations": [{"SubnetId": "subnet-1"}], "Entries": [
           {"RuleNumber": 100, "Egress": false, "Protocol": "6", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0",
            "PortRange": {"From": 80, "To": 80}},
           {"RuleNumber": 110, "Egress": true, "Protocol": "1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0",
            "IcmpTypeCode": {"Type": 8, "Code": -1}},
           {"RuleNumber": 32767, "Egress": true, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"}]}]}
        """#

    private static let balancers = #"""
        {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
         "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},
          {"SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "us-east-1b"}],
         "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1",
          "PrivateIpAddress": "10.0.1.10", "Attachment": {"InstanceId": "i-1"}}],
         "LoadBalancers": [{"LoadBalancerArn": "a1", "LoadBalancerName": "Front", "Type": "network", "Scheme": "internal",
           "VpcId": "vpc-1", "State": {"Code": "active"}, "DNSName": "front.example.org", "AvailabilityZones": [
            {"ZoneName": "us-east-1a", "SubnetId": "subnet-1", "LoadBalancerAddresses": [{"PrivateIPv4Address": "10.0.1.20"}]},
            {"ZoneName": "us-east-1b", "SubnetId": "subnet-2", "LoadBalancerAddresses": [{"PrivateIPv4Address": "10.0.2.20"}]}]},
          {"LoadBalancerArn": "a2", "LoadBalancerName": "web", "Type": "application", "Scheme": "internet-facing",
           "VpcId": "vpc-1", "SecurityGroups": ["sg-1"], "AvailabilityZones": [{"ZoneName": "us-east-1a", "SubnetId": "subnet-1",
            "LoadBalancerAddresses": [{"PrivateIPv4Address": "10.0.1.21", "IpAddress": "203.0.113.21"}]}]}],
         "Listeners": [{"ListenerArn": "l1", "LoadBalancerArn": "a1", "Port": 80, "Protocol": "TCP_UDP",
           "DefaultActions": [{"Type": "forward", "TargetGroupArn": "t1"}]},
          {"ListenerArn": "l2", "LoadBalancerArn": "a2", "Port": 80, "Protocol": "HTTP", "DefaultActions": [{"Type": "redirect",
           "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}]},
          {"ListenerArn": "l3", "LoadBalancerArn": "a2", "Port": 443, "Protocol": "HTTPS", "DefaultActions": [{"Type": "forward",
           "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "t2", "Weight": 2}, {"TargetGroupArn": "t1", "Weight": 1}]}}]},
          {"ListenerArn": "l4", "LoadBalancerArn": "a2", "Port": 81, "Protocol": "HTTP", "DefaultActions": [
           {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "MessageBody": "x"}}]}],
         "TargetGroups": [{"TargetGroupArn": "t1", "TargetGroupName": "back", "Protocol": "TCP_UDP", "Port": 80,
           "VpcId": "vpc-1", "TargetType": "instance", "HealthCheckProtocol": "TCP", "HealthCheckPort": "traffic-port"},
          {"TargetGroupArn": "t2", "TargetGroupName": "app", "Protocol": "HTTP", "Port": 8080, "VpcId": "vpc-1",
           "TargetType": "ip", "HealthCheckProtocol": "HTTP", "HealthCheckPath": "/", "Matcher": {"HttpCode": "200"}}],
         "TargetGroupAttributes": [{"TargetGroupArn": "t1", "Attributes": [{"Key": "preserve_client_ip.enabled", "Value": "true"},
          {"Key": "stickiness.enabled", "Value": "true"}]}],
         "LoadBalancerAttributes": [{"LoadBalancerArn": "a1", "Attributes": [
          {"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]}],
         "LoadBalancerRules": [{"ListenerArn": "l4", "Rules": [{"Priority": "1", "IsDefault": false,
          "Conditions": [{"Field": "path-pattern"}], "Actions": [{"Type": "forward", "TargetGroupArn": "t2"}]}]}],
         "LoadBalancerTargetHealth": [{"TargetGroupArn": "t1", "TargetHealthDescriptions": [
           {"Target": {"Id": "i-1", "Port": 80}, "TargetHealth": {"State": "healthy"}}]},
          {"TargetGroupArn": "t2", "TargetHealthDescriptions": [{"Target": {"Id": "10.0.1.10", "Port": 8080}}]}]}
        """#

    private static let transit = #"""
        {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.1.0.0/16"}, {"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}],
         "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.1.1.0/24", "AvailabilityZone": "us-east-1a"},
          {"SubnetId": "subnet-2", "VpcId": "vpc-2", "CidrBlock": "10.2.1.0/24", "AvailabilityZone": "us-east-1a"}],
         "TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available", "Options": {"DefaultRouteTablePropagation": "enable",
          "PropagationDefaultRouteTableId": "tgw-rtb-1"}}],
         "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1",
           "ResourceType": "vpc", "ResourceId": "vpc-1", "State": "available",
           "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}},
          {"TransitGatewayAttachmentId": "tgw-attach-2", "TransitGatewayId": "tgw-1", "ResourceType": "vpn",
           "ResourceId": "vpn-1", "State": "available"}],
         "TransitGatewayVpcAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1",
          "VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "Options": {"ApplianceModeSupport": "enable"}}],
         "TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1"}],
         "TransitGatewayPropagations": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayRouteTablePropagations": [
          {"TransitGatewayAttachmentId": "tgw-attach-1", "State": "enabled"}]}],
         "TransitGatewayStaticRoutes": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "Routes": [
          {"DestinationCidrBlock": "10.9.0.0/16", "Type": "static", "State": "active",
           "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1"}]},
          {"DestinationCidrBlock": "172.16.0.0/12", "Type": "propagated", "State": "active",
           "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-2"}]}]}],
         "directConnectGateways": [{"directConnectGatewayId": "dxgw-1"}], "Firewalls": [{"FirewallName": "fw"}]}
        """#

    private static let seeds = [
        network, nodes, balancers, transit, network + "\u{1E}" + nodes, nodes + "\u{1E}" + balancers,
        "\u{FEFF}" + #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#, "[[[[[[", #"{"Vpcs": {}}"#,
        #"{"Vpcs": [{"VpcId": "vpc-1", "VpcId": "vpc-2", "CidrBlock": "10.0.0.0/16", "State": "\u001b[31m"}]}"#,
    ]
}
