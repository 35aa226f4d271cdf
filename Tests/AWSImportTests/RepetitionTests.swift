import AWSImport
import CloudModel
import IPAddressing
import Testing

@Suite("A thing described more than once is what any of them says, and where they differ it is said")
struct RepetitionTests {
    private static let list = #"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "x"}]}"#

    private func entries(_ blocks: String...) -> String {
        let list = blocks.map { #"{"Cidr": "\#($0)", "Description": "some"}"# }
        return
            #"{"ManagedPrefixListEntries": [{"PrefixListId": "pl-1", "Entries": [\#(list.joined(separator: ", "))]}]}"#
    }

    @Test("the pages of a prefix list are one list, and what stands on two of them stands once")
    func listPages() throws {
        let imported = Folders.read(
            Self.list, entries("192.0.2.0/24", "10.9.0.0/16"), entries("10.9.0.0/16", "10.8.0.0/16"))
        #expect(
            imported.lab?.prefixLists.first?.blocks.map(\.description) == [
                "192.0.2.0/24", "10.9.0.0/16", "10.8.0.0/16",
            ],
            "\(imported.rendered)")
        #expect(!imported.says("more than once"))
    }

    private func routes(_ list: String...) -> String {
        #"{"TransitGatewayStaticRoutes": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "Routes": [\#(list.joined(separator: ", "))]}]}"#
    }

    private func route(_ block: String, _ attachment: String, type: String = "static") -> String {
        #"{"DestinationCidrBlock": "\#(block)", "Type": "\#(type)", "State": "active", "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "\#(attachment)"}]}"#
    }

    /// A gateway with two VPCs; its default table has the routes.
    private func gateway(_ routes: String..., more: String = "{}") throws -> (TransitGatewayRouteTable, ImportedLab) {
        var files = ["x.json": more]
        for (index, text) in routes.enumerated() { files["\(index).json"] = text }
        files["v.json"] =
            #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}],"#
            + #""Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"},"#
            + #"{"SubnetId": "subnet-2", "VpcId": "vpc-2", "CidrBlock": "10.2.1.0/24", "AvailabilityZone": "us-east-1a"}]}"#
        let attachments = (1...2).map {
            #"{"TransitGatewayAttachmentId": "tgw-attach-\#($0)", "TransitGatewayId": "tgw-1", "VpcId": "vpc-\#($0)", "SubnetIds": ["subnet-\#($0)"]}"#
        }
        files["t.json"] =
            #"{"TransitGateways": [{"TransitGatewayId": "tgw-1", "Options": {"DefaultRouteTablePropagation": "enable", "PropagationDefaultRouteTableId": "tgw-rtb-1","#
            + #""DefaultRouteTableAssociation": "enable", "AssociationDefaultRouteTableId": "tgw-rtb-1"}}],"#
            + #""TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1"}],"#
            + #""TransitGatewayVpcAttachments": [\#(attachments.joined(separator: ", "))]}"#
        let imported = Snapshots.read(files)
        let gateway = try #require(imported.lab?.transitGateways.first, "\(imported.rendered)")
        return (try #require(gateway.routeTables.first), imported)
    }

    @Test("the routes of a transit gateway's table may come in several answers")
    func routePages() throws {
        let (table, imported) = try gateway(
            routes(route("10.8.0.0/16", "tgw-attach-1")),
            routes(route("10.9.0.0/16", "tgw-attach-2"), route("10.8.0.0/16", "tgw-attach-1")))
        #expect(table.routes.map(\.destination.description) == ["10.8.0.0/16", "10.9.0.0/16"])
        #expect(!imported.says("more than once"))
        let (other, differing) = try gateway(
            routes(route("10.8.0.0/16", "tgw-attach-1")), routes(route("10.8.0.0/16", "tgw-attach-2")))
        #expect(other.routes.map(\.attachment) == ["tgw-attach-1"])
        #expect(differing.says("`tgw-rtb-1` is described more than once, and an element of `Routes` is not the same"))
    }

    @Test("propagated routes that a search shows lead, and where a table's routes are shown nothing is guessed")
    func learnedRoutes() throws {
        let (both, imported) = try gateway(
            routes(
                route("10.0.0.0/16", "tgw-attach-1", type: "propagated"),
                route("10.2.0.0/16", "tgw-attach-2", type: "propagated")))
        #expect(both.propagations == ["tgw-attach-1", "tgw-attach-2"] && both.routes == [])
        #expect(!imported.says("TransitGatewayPropagations"))
        let (one, _) = try gateway(routes(route("10.0.0.0/16", "tgw-attach-1", type: "propagated")))
        #expect(one.propagations == ["tgw-attach-1"])
        let (none, silent) = try gateway(routes(route("10.9.0.0/16", "tgw-attach-1")))
        #expect(none.propagations == [])
        #expect(silent.says("the routes of `tgw-rtb-1` are described, and none of them is propagated"))
        let (guessed, alone) = try gateway()
        #expect(guessed.propagations == ["tgw-attach-1", "tgw-attach-2"])
        #expect(alone.says("every VPC is taken as propagated"))
        let (listed, _) = try gateway(
            routes(route("10.2.0.0/16", "tgw-attach-2", type: "propagated")),
            more:
                #"{"TransitGatewayPropagations": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayRouteTablePropagations": ["#
                + #"{"TransitGatewayAttachmentId": "tgw-attach-1", "State": "enabled"}]}]}"#)
        #expect(listed.propagations == ["tgw-attach-1", "tgw-attach-2"])
    }

    private let open =
        #"{"SecurityGroups": [\#(Folders.group("sg-1", #""IpRanges": [{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "10.0.0.0/8"}]"#))]}"#

    @Test("null, and what is missing, is less than a value, whichever comes first", arguments: ["null", "[]", nil])
    func nothingFirst(value: String?) throws {
        let said = value.map { #", "IpPermissions": \#($0)"# } ?? ""
        let empty = #"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1"\#(said)}]}"#
        for imported in [Folders.read(empty, open), Folders.read(open, empty)] {
            #expect(imported.lab?.vpcs[0].securityGroup("sg-1")?.ingress.count == 2, "\(imported.rendered)")
            // An empty list says something else than a full one; null says nothing.
            #expect(imported.says("`sg-1` is described more than once, and `IpPermissions`") == (value == "[]"))
        }
    }

    @Test("the order of a list and of keys makes no difference")
    func order() {
        let turned =
            #"{"SecurityGroups": [{"IpPermissions": [{"IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}],"#
            + #""ToPort": 80, "FromPort": 80, "IpProtocol": "tcp", "UserIdGroupPairs": null}], "VpcId": "vpc-1", "GroupId": "sg-1", "Description": "x"}]}"#
        #expect(!Folders.read(open, turned).says("more than once"))
    }

    @Test("two looks at different times are named, with the one that counts")
    func contradictions() {
        func instance(_ state: String) -> String {
            #"{"Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "\#(state)"}}]}]}"#
        }
        let imported = Folders.read(
            instance("running"), instance("stopped"),
            #"{"NetworkInterfaces": [\#(Folders.interface("eni-1", "10.0.1.10")), \#(Folders.interface("eni-1", "10.0.1.11"))]}"#
        )
        #expect(
            imported.says(
                "2.json:1:", "`i-1` is described more than once, and `State.Name` is not the same",
                "the lab has what 1.json:1 says"))
        #expect(imported.says("`eni-1` is described more than once, and `PrivateIpAddress` is not the same"))
        #expect(imported.lab?.vpcs[0].instances.map(\.interface.privateAddress) == [IPv4Address(10, 0, 1, 10)])
    }

    @Test("what differs in an object is named by its path, and what only one has is there")
    func objects() throws {
        func peering(_ requester: String) -> String {
            #"{"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}, "RequesterVpcInfo": {\#(requester)}, "AccepterVpcInfo": {"VpcId": "vpc-2"}}]}"#
        }
        let imported = Folders.read(
            peering(#""Region": "us-east-1""#), peering(#""VpcId": "vpc-1", "Region": "us-east-2""#),
            vpc:
                #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}, {"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}]}"#
        )
        #expect(imported.lab?.peerings.map(\.requester) == ["vpc-1"], "\(imported.rendered)")
        #expect(imported.says("`pcx-1` is described more than once, and `RequesterVpcInfo.Region`"))
    }

    @Test("as many descriptions of one thing as a folder may hold are joined at once")
    func many() {
        let pages = (0..<40_000).map {
            #"{"PrefixListId": "pl-1", "Entries": [{"Cidr": "10.\#($0 / 256).\#($0 % 256).0/24"}]}"#
        }
        let imported = Folders.read(
            Self.list, #"{"ManagedPrefixListEntries": [\#(pages.joined(separator: ","))]}"#)
        #expect(imported.lab?.prefixLists.first?.blocks.count == 40_000)
    }

    @Test("a subnet in two associations is named, of tables and of lists")
    func associations() throws {
        func thing(_ id: String, _ key: String) -> String {
            #"{"\#(key)": "\#(id)", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-1"}]}"#
        }
        let imported = Folders.read(
            #"{"RouteTables": [\#(thing("rtb-1", "RouteTableId")), \#(thing("rtb-2", "RouteTableId"))]}"#,
            #"{"NetworkAcls": [\#(thing("acl-1", "NetworkAclId")), \#(thing("acl-2", "NetworkAclId"))]}"#)
        #expect(imported.says("`subnet-1` is associated with `rtb-1` and with `rtb-2`", "the lab takes `rtb-1`"))
        #expect(imported.says("`subnet-1` is associated with `acl-1` and with `acl-2`"))
        #expect(imported.lab?.vpcs[0].subnets.first?.networkACL == "acl-1", "\(imported.rendered)")
    }
}
