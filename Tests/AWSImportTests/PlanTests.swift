import AWSImport
import CloudModel
import KernelObjects
import LabFile
import LabPlan
import Testing

@Suite("What AWS described can be built and written down")
struct PlanTests {
    @Test("every folder has a plan whose names the kernel takes", arguments: Snapshots.real)
    func plan(snapshot: String) throws {
        let plan = LabPlan(try Snapshots.lab(snapshot))
        #expect(!plan.nodes.isEmpty && !plan.veths.isEmpty)
        var seen: Set<String> = []
        for end in plan.veths.flatMap({ [$0.near, $0.far] }) {
            // IFNAMSIZ is 16 with its end.
            #expect(end.name.utf8.count <= 15 && !end.name.isEmpty)
            #expect(seen.insert("\(end.node) \(end.name)").inserted, "\(end.node) has two interfaces \(end.name)")
        }
    }

    @Test("every folder is a lab file that is read without an error", arguments: Snapshots.real)
    func written(snapshot: String) throws {
        let lab = try Snapshots.lab(snapshot)
        let text = LabFile.write(lab)
        let reading = LabFile.read(text, file: "written.yaml")
        let again = try #require(reading.lab, "\(reading.problems.map(\.rendered).joined(separator: "\n"))\n\(text)")
        #expect(again.vpcs.map(\.name) == lab.vpcs.map(\.name))
        #expect(again.vpcs.map(\.routeTables.count) == lab.vpcs.map(\.routeTables.count))
        #expect(
            again.vpcs.map { $0.routeTables.map(\.routes.count) } == lab.vpcs.map { $0.routeTables.map(\.routes.count) }
        )
        #expect(
            again.vpcs.map { $0.securityGroups.map(\.ingress.count) }
                == lab.vpcs.map { $0.securityGroups.map(\.ingress.count) })
        #expect(
            again.vpcs.map { $0.networkACLs.map(\.egress.count) } == lab.vpcs.map { $0.networkACLs.map(\.egress.count) }
        )
        #expect(again.vpcs.map { $0.instances.map(\.interface) } == lab.vpcs.map { $0.instances.map(\.interface) })
        #expect(again.internet == lab.internet)
        #expect(again.peerings.map(\.name) == lab.peerings.map(\.name))
        #expect(
            again.transitGateways.map { $0.attachments.map(\.resource) }
                == lab.transitGateways.map { $0.attachments.map(\.resource) })
        #expect(LabFile.write(again) == text)
    }

    @Test("a blackhole within the VPC leads to lo, where it is dropped, before the local route")
    func blackholeInside() throws {
        let imported = Folders.read(
            Folders.table(
                #"{"DestinationCidrBlock": "10.0.2.0/24", "NetworkInterfaceId": "eni-0", "State": "blackhole"}"#))
        let plan = LabPlan(try #require(imported.lab, "\(imported.rendered)"))
        let router = try #require(plan.nodes.first { $0.name == "vpc-1" })
        let routes = router.routes.filter { $0.owner == "route table rtb-1" }.map(\.text)
        #expect(
            routes.count == 2 && routes[0].hasPrefix("throw 10.0.0.0/16") && routes[1].hasPrefix("10.0.2.0/24 dev lo"))
        // And dropped in its own name, though somebody there may well have the address.
        let unroutable = router.nft?.chains.first { $0.name == "unroutable" }
        #expect(unroutable?.rules.first?.owner == "rtb 1: blackhole")
    }
}
