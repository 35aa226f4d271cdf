import Checks
import CloudModel
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// A lab for each noun of the network, with what it shall carry and what it shall stop as checks of its own.
    @Suite("Lists, peerings, transit gateways, endpoints, interfaces") struct NounLabTests {
        static let labs = ["endpoints", "interfaces", "network-acl", "peering", "transit-gateway"]

        @Test("every check of the lab passes by packets", arguments: labs)
        func passes(name: String) async throws {
            try await withLab("\(TestShare.repository)/Tests/Fixtures/GoodLabs/\(name).yaml") { lab throws in
                let report = try lab.check()
                #expect(report.checks.count == lab.running.lab.checks.count && report.checks.count >= 4)
                let text = try report.rendered(as: .text)
                #expect(report.passed, "\(text)")
            }
        }

        @Test("overlapping VPCs without a peering live side by side, each with its own 10.0.1.10")
        func overlap() async throws {
            try await withLab(text: Self.overlapping) { lab throws in
                let report = try lab.check()
                let text = try report.rendered(as: .text)
                #expect(report.passed && report.checks.count == 2, "\(text)")
            }
        }

        @Test("a virtual private gateway lets out what its own routes fit, and counts what they do not")
        func privateGateway() async throws {
            try await withLab(text: Self.onPremises) { lab throws in
                let report = try lab.check()
                let text = try report.rendered(as: .text)
                #expect(report.passed && report.checks.count == 2, "\(text)")
                let out = try lab.program.run("explain", lab.name, "app", "172.20.0.9:80")
                #expect(out.status == 0 && out.stdout.contains("the packet agrees with the prediction"), "\(out)")
                let lost = try lab.program.run("explain", lab.name, "app", "198.51.100.9:80")
                #expect(lost.status == 1 && lost.stdout.contains("dropped by vgw vgw: no route"), "\(lost)")
            }
        }

        private static let onPremises = """
            lab: premises
            vpc: { cidr: 10.0.0.0/16 }
            virtual-private-gateway: { name: vgw, prefixes: [172.20.0.0/16] }
            subnets: { s: { cidr: 10.0.1.0/24, routes: { 0.0.0.0/0: vgw } } }
            security-groups: { any: { ingress: all } }
            instances:
              app: { subnet: s, address: 10.0.1.10, security-groups: any }
              web: { subnet: s, address: 10.0.1.11, security-groups: any, listens: http }
            checks:
              - { claim: V1, says: the site is out of the lab, from: app, tcp: "172.20.0.9:80", expect: { succeeds: false, silent: true, stopped-by: "vgw vgw: outside the lab" }, control: { says: within the VPC it sends, from: app, http: web, expect: { succeeds: true } } }
              - { claim: V2, says: the gateway knows nothing else, from: app, tcp: "198.51.100.9:80", expect: { succeeds: false, silent: true, stopped-by: "vgw vgw: no route" }, control: { says: within the VPC it sends, from: app, http: web, expect: { succeeds: true } } }
            """

        private static let overlapping = """
            lab: twins
            vpcs:
              a: { cidr: 10.0.0.0/16, subnets: { s: { cidr: 10.0.1.0/24, routes: {} } }, instances: { web-a: { subnet: s, address: 10.0.1.10, listens: http }, client-a: { subnet: s } } }
              b: { cidr: 10.0.0.0/16, subnets: { s: { cidr: 10.0.1.0/24, routes: {} } }, instances: { web-b: { subnet: s, address: 10.0.1.10, listens: http }, client-b: { subnet: s } } }
            checks:
              - { claim: O1, says: in its own VPC, from: client-a, http: web-a, expect: { succeeds: true, seen-from: client-a } }
              - { claim: O2, says: in its own VPC, from: client-b, http: web-b, expect: { succeeds: true, seen-from: client-b } }
            """
    }
}
