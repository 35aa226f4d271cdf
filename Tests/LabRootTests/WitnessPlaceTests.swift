import Checks
import NetlabTesting
import Testing

extension RealLabs {
    /// A claim that no packet arrives must fail when one does, under whatever address it comes.
    @Suite("Where no packet may come") struct WitnessPlaceTests {
        private static let network = """
            lab: witness
            vpc: { cidr: 10.0.0.0/16, zones: [a] }
            internet-gateway: igw
            subnets:
              public-a:  { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
              private-a: { cidr: 10.0.1.0/24, zone: a, routes: { 0.0.0.0/0: nat-a } }
            nat-gateways:
              nat-a: { subnet: public-a, elastic-ip: 203.0.113.11 }
            security-groups:
              all: { ingress: [{ icmp: echo-request, from: 0.0.0.0/0 }] }
            instances:
              web: { subnet: public-a, address: 10.0.0.20, elastic-ip: 203.0.113.20, security-groups: [all] }
              other: { subnet: public-a, address: 10.0.0.21, elastic-ip: 203.0.113.21, security-groups: [all] }
              app: { subnet: private-a, address: 10.0.1.10, security-groups: [all] }
              worker: { subnet: private-a, address: 10.0.1.11, security-groups: [all] }
            internet:
              echo: { address: 198.51.100.40, serves: [http] }
              user: { address: 198.51.100.70 }

            """

        @Test(
            "a packet that was translated on its way is still the sender's",
            arguments: [
                // Through the NAT gateway, through the Internet gateway, and reflected at it.
                ("app", "echo", "echo"), ("web", "echo", "echo"), ("web", "203.0.113.21", "other"),
                ("app", "203.0.113.21", "other"), ("app", "web", "web"), ("echo", "web", "web"),
            ])
        func translated(from: String, to: String, target: String) async throws {
            let text =
                Self.network + """
                    checks:
                      - claim: C1
                        source: note §1
                        says: it does not arrive
                        from: \(from)
                        ping: \(to)
                        expect: { never-reaches: [\(target)] }
                        control: { says: it could, from: echo, http: echo/, expect: { succeeds: true } }
                    """
            try await withLab(text: text) { lab throws in
                let check = try #require(try lab.check().checks.first)
                #expect(check.verdict == .fail, "\(check.reason) \(check.trials)")
                #expect(check.reason.contains("reached \(target)"), "\(check.reason)")
            }
        }

        @Test("what others send through the same NAT gateway at the same time is theirs")
        func others() async throws {
            let text =
                Self.network + """
                    checks:
                      - claim: C1
                        source: note §1
                        says: the application does not speak to echo
                        from: app
                        ping: user
                        expect: { succeeds: true, seen-from: nat-a, never-reaches: [echo] }
                        control: { says: it could, from: worker, ping: echo, expect: { succeeds: true, seen-from: nat-a } }
                      - claim: C2
                        source: note §1
                        says: the worker does
                        from: worker
                        ping: echo
                        expect: { succeeds: true, seen-from: nat-a }
                    """
            try await withLab(text: text) { lab throws in
                let report = try lab.check()
                let story = try report.rendered(as: .text)
                #expect(report.passed, "\(story)")
            }
        }
    }
}
