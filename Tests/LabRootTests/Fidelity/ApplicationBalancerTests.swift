import KernelObjects
import LabPlan
import LabRunner
import NetlabTesting
import Testing

extension RealLabs.Fidelity {
    @Suite("The application load balancer, request by request") struct ApplicationBalancerTests {
        private static let lab = """
            lab: headers
            vpc: { cidr: 10.0.0.0/16, zones: [a, b] }
            internet-gateway: igw
            subnets:
              public-a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
              public-b: { cidr: 10.0.1.0/24, zone: b, routes: { 0.0.0.0/0: igw } }
              private:  { cidr: 10.0.2.0/24, zone: b, routes: {} }
            security-groups:
              alb: { ingress: [{ tcp: [80, 81], from: 0.0.0.0/0 }] }
              app: { ingress: [{ tcp: [8080, 9000], from: alb }] }
            instances:
              app: { subnet: private, address: 10.0.2.10, security-groups: app, listens: { http: 8080 } }
            target-groups:
              teller: { http: 9000, targets: [app], health-check: { path: /, interval: 1s, timeout: 1s, healthy: 2, unhealthy: 2 } }
              # The path is refused with 400: no target is ever well.
              sick: { http: 8080, targets: [app], health-check: { path: /bytes/x, interval: 1s, timeout: 1s, healthy: 2, unhealthy: 2 } }
            load-balancers:
              web:
                type: application
                subnets: { public-a: 203.0.113.31, public-b: 203.0.113.32 }
                security-groups: alb
                listeners: [{ http: 80, forward: teller }, { http: 81, forward: sick }]
            internet:
              user: { address: 198.51.100.70 }
            """

        @Test("the target sees the node, and learns of the client from headers; either node reaches it in its one zone")
        func headers() async throws {
            try await withLab(text: Self.lab) { lab throws in
                // Says whom it sees, and all that it was told.
                let server = try lab.start(
                    "app",
                    [
                        "python3", "-uc",
                        """
                        from http.server import BaseHTTPRequestHandler, HTTPServer
                        class Teller(BaseHTTPRequestHandler):
                            def do_GET(self):
                                self.send_response(200)
                                self.end_headers()
                                self.wfile.write(f"peer: {self.client_address[0]}\\n{self.headers}".encode())
                            def log_message(self, *words): pass
                        HTTPServer(("", 9000), Teller).serve_forever()
                        """,
                    ])
                defer {
                    server.signal(9)
                    _ = try? server.wait(within: .seconds(5))
                }
                for (address, node) in [("203.0.113.31", "web-a"), ("203.0.113.32", "web-b")] {
                    var told = ""
                    let isServed = try eventually {
                        let answer = try lab.exec(
                            "user",
                            [
                                "curl", "-sSf", "--noproxy", "*", "-m", "5", "-H", "X-Forwarded-For: 192.0.2.77",
                                "http://\(address)/",
                            ])
                        told = answer.stdout
                        return answer.succeeded
                    }
                    #expect(isServed)
                    let own = try #require(lab.node(node).plan.addresses.first?.address)
                    let lines = told.split(whereSeparator: \.isNewline).map { $0.lowercased() }
                    #expect(lines.contains("peer: \(own)"), "\(told)")
                    #expect(lines.contains("x-forwarded-for: 192.0.2.77, 198.51.100.70"), "\(told)")
                    #expect(
                        lines.contains("x-forwarded-proto: http") && lines.contains("x-forwarded-port: 80"), "\(told)")
                }
            }
        }

        @Test("when no target is well, all are used")
        func failsOpen() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let health = try eventually {
                    try lab.exec("user", ["curl", "-sSf", "--noproxy", "*", "-m", "5", "http://203.0.113.31:81/"])
                        .stdout
                        .hasPrefix("netlab app seen-from")
                }
                #expect(health)
                // The one target of the other group does not listen at all: it is used, and found absent.
                let absent = try lab.run(
                    "user", "curl", "-sS", "--noproxy", "*", "-m", "9", "-o", "/dev/null", "-w", "%{http_code}",
                    "http://203.0.113.31/")
                #expect(absent == "502")
            }
        }
    }
}
