import AWSImport

/// A small VPC with two subnets, a public and a private one, to which a test adds what it is about.
enum Folders {
    static let vpc = #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#
    static let subnets =
        #"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},"#
        + #"{"SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "us-east-1a"}]}"#
    static let internetGateway =
        #"{"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}]}"#

    /// One file each, in this order, after those of the VPC.
    static func read(_ texts: String..., vpc: String = vpc, subnets: String = subnets) -> ImportedLab {
        var files = ["0-vpc.json": vpc, "0-subnets.json": subnets]
        for (index, text) in texts.enumerated() { files["\(index + 1).json"] = text }
        return Snapshots.read(files)
    }

    /// The one table of the VPC.
    static func table(_ routes: String...) -> String {
        #"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "#
            + #""Routes": [\#(routes.joined(separator: ", "))]}]}"#
    }

    /// A group with one rule for incoming HTTP.
    static func group(_ id: String, _ peer: String) -> String {
        #"{"GroupId": "\#(id)", "VpcId": "vpc-1", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, \#(peer)}]}"#
    }

    static func interface(_ id: String, _ address: String, more: String = "") -> String {
        #"{"NetworkInterfaceId": "\#(id)", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "\#(address)","#
            + #""Groups": [{"GroupId": "sg-1"}]\#(more)}"#
    }
}
