import FoundationEssentials
import Glibc
import IPAddressing
import Testing

@testable import LabServices

@Suite("The access log and the plan")
struct AccessLogTests {
    private func record(_ path: String) -> AccessRecord {
        AccessRecord(
            time: AccessRecord.now(), node: "echo", service: .http, peer: "203.0.113.11:1025", method: "GET",
            path: path, status: 200, bytes: 7)
    }

    @Test func linesComeBackAsTheyWere() throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let log = try AccessLog(folder: folder)
        let paths = ["/", "/a\"b\\c", "/\n\r\t\u{1}\u{7f}", "/é\u{2028}", String(repeating: "x", count: 5000)]
        for path in paths { log.write(record(path)) }
        let read = try AccessLog.records(in: folder)
        #expect(read.map(\.path) == paths.map { String($0.prefix(1024)) })
        #expect(read.first?.peer == "203.0.113.11:1025" && read.first?.bytes == 7)
        #expect(try readFile(AccessLog.path(in: folder)).count { $0 == UInt8(ascii: "\n") } == paths.count)
    }

    @Test func theFileHasALimit() throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let log = try AccessLog(folder: folder, limit: 1000)
        for number in 0..<50 { log.write(record("/\(number)")) }
        for path in [AccessLog.path(in: folder), AccessLog.path(in: folder) + ".1"] {
            let size = try readFile(path).count
            #expect(0 < size && size <= 1000)
        }
        #expect(try AccessLog.records(in: folder).last?.path == "/49")
    }

    @Test func thePlanTravelsAsJSON() throws {
        let plan = ServicePlan(
            lab: "private-nat", stateFolder: "/run/netlab/private-nat", aptRoot: "/usr/share/netlab/apt",
            sockets: [AdoptedSocket(descriptor: 5, node: "echo", kind: .http, port: 80)],
            metadata: [
                InstanceMetadata(
                    vpc: "vpc", name: "app", localAddress: IPv4Address(10, 0, 1, 10), mac: "0e:00:0a:00:01:0a",
                    subnetCIDR: "10.0.1.0/24", vpcCIDR: "10.0.0.0/16", zone: "us-east-1a")
            ],
            programs: [
                .dnsmasq(
                    name: "dns", node: "vpc", namespacePath: "/run/netns/private-nat.vpc", zone: DNSZone(),
                    listening: [IPv4Address(10, 0, 0, 2)], stateFolder: "/run/netlab/private-nat")
            ])
        #expect(try JSONDecoder().decode(ServicePlan.self, from: JSONEncoder().encode(plan)) == plan)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([IPv4Address].self, from: Data("[\"1.2.3\"]".utf8))
        }
    }

    @Test func aDescriptorThatIsNoSocketIsAnError() throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        var plan = ServicePlan(lab: "test", stateFolder: folder)
        plan.sockets = [AdoptedSocket(descriptor: 9999, node: "echo", kind: .http, port: 80)]
        let error = #expect(throws: LabServicesError.self) { try LabServer.start(plan) }
        #expect(error?.description.hasPrefix("the http socket of echo cannot be served: ") == true)
    }
}
