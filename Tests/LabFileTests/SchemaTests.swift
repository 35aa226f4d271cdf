import Foundation
import Testing

@testable import LabFile

@Suite("The published schema")
struct SchemaTests {
    let schema: [String: Any]

    init() throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(LabSchema.json.utf8))
        schema = try #require(parsed as? [String: Any])
    }

    private func keys(_ definition: String) throws -> Set<String> {
        let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
        let properties = try #require(definitions[definition]?["properties"] as? [String: Any])
        return Set(properties.keys)
    }

    @Test("schema/lab.schema.json is what netlab publishes")
    func published() throws {
        #expect(LabSchema.json == (try Fixtures.golden("schema/lab.schema.json", for: LabSchema.json)))
    }

    @Test("knows the keys the readers know, no more and no less")
    func sameKeys() throws {
        let top = try #require(schema["properties"] as? [String: Any])
        #expect(Set(top.keys) == Set(LabReader.keys))
        #expect(try keys("vpc") == Set(VPCReader.keys))
        #expect(try keys("subnet") == Set(SubnetsReader.keys))
        #expect(try keys("routeTable") == Set(RouteTablesReader.keys))
        #expect(try keys("natGateway") == Set(NATGatewaysReader.keys))
        #expect(try keys("securityGroup") == Set(SecurityGroupsReader.keys))
        #expect(try keys("ingressRule") == Set(TrafficReader.keys + ["from", "description"]))
        #expect(try keys("egressRule") == Set(TrafficReader.keys + ["to", "description"]))
        #expect(try keys("instance") == Set(InstancesReader.keys))
        #expect(try keys("task") == Set(TasksReader.keys))
        #expect(try keys("container") == Set(ContainersReader.keys))
        #expect(try keys("interface") == Set(InterfaceReader.keys))
        #expect(try keys("vpcInList") == Set(VPCReader.keysInList))
        #expect(try keys("networkACL") == Set(NetworkACLsReader.keys))
        let rule = ["rule", "allow", "deny"] + TrafficReader.keys
        #expect(try keys("ingressACLRule") == Set(rule + ["from"]))
        #expect(try keys("egressACLRule") == Set(rule + ["to"]))
        #expect(try keys("vpcEndpoint") == Set(EndpointsReader.keys))
        #expect(try keys("servicePrefixList") == Set(PrefixListsReader.keys))
        #expect(try keys("peering") == Set(PeeringsReader.keys))
        #expect(try keys("transitGateway") == Set(TransitGatewaysReader.keys))
        #expect(try keys("attachment") == Set(TransitGatewaysReader.attachmentKeys))
        #expect(try keys("transitRouteTable") == Set(TransitGatewaysReader.tableKeys))
        #expect(try keys("server") == Set(ListenersReader.kinds))
        #expect(try keys("internetHost") == Set(InternetReader.keys))
        #expect(try keys("check") == Set(ChecksReader.keys))
        #expect(try keys("control") == Set(ChecksReader.controlKeys))
        #expect(try keys("expect") == Set(ExpectationReader.keys))
        #expect(try keys("scanPart") == Set(ScanReader.keys))
    }

    @Test("every reference leads somewhere, and every object is closed")
    func sound() throws {
        var pending: [Any] = [schema]
        while let next = pending.popLast() {
            if let list = next as? [Any] { pending.append(contentsOf: list) }
            guard let object = next as? [String: Any] else { continue }
            if let reference = object["$ref"] as? String {
                var place: Any? = schema
                for part in reference.split(separator: "/").dropFirst() {
                    place = (place as? [String: Any])?[String(part)]
                }
                #expect(place != nil, "\(reference)")
            }
            if object["properties"] is [String: Any], object["type"] != nil {
                #expect(object["additionalProperties"] as? Bool == false)
            }
            pending.append(contentsOf: object.values)
        }
    }
}
