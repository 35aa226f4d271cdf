import CloudModel
import LabFile
import Testing

@Suite("How checks are written")
struct CheckFormTests {
    private static let network = """
        lab: x
        vpc: { cidr: 10.0.0.0/16 }
        internet-gateway: igw
        subnets: { a: { cidr: 10.0.0.0/24, routes: { 0.0.0.0/0: igw } } }
        instances:
          app: { subnet: a, listens: { http: 8080 } }
          web: { subnet: a, elastic-ip: 203.0.113.20 }
        internet: { echo: { address: 198.51.100.40, names: [echo.example], serves: [http] } }
        checks:

        """

    private func check(_ probe: String, expect: String = "{ succeeds: true }", control: String = "") throws -> Check {
        let text =
            Self.network + "  - claim: C1\n    says: so\n    from: app\n    \(probe)\n    expect: \(expect)\n\(control)"
        let reading = LabFile.read(text, file: "check.yaml")
        #expect(reading.rendered == "")
        return try #require(reading.lab?.checks.first)
    }

    @Test(
        "probes",
        arguments: [
            ("http: echo.example", Probe.http(to: Endpoint(host: "echo.example", port: 80), path: "/")),
            ("http: web:8080/a/b?c=d:e", .http(to: Endpoint(host: "web", port: 8080), path: "/a/b?c=d:e")),
            ("http: { to: web, path: /x }", .http(to: Endpoint(host: "web", port: 80), path: "/x")),
            ("tcp: web:22", .tcp(to: Endpoint(host: "web", port: 22))),
            ("stream: echo.example", .stream(to: Endpoint(host: "echo.example", port: 80))),
            ("udp: 198.51.100.40:7", .udp(to: Endpoint(host: "198.51.100.40", port: 7))),
            ("ping: echo", .ping(to: Endpoint(host: "echo"))),
            ("dns: echo.example", .dns(name: "echo.example", server: nil)),
            (
                "dns: { ask: echo.example, server: echo }",
                .dns(name: "echo.example", server: Endpoint(host: "echo", port: 53))
            ),
            (
                "apt-fetch: { from: echo.example, package: hello }",
                .aptFetch(from: Endpoint(host: "echo.example", port: 80), package: "hello", times: 1)
            ),
            (
                "apt-fetch: { from: echo:8000, package: hello, times: 5 }",
                .aptFetch(from: Endpoint(host: "echo", port: 8000), package: "hello", times: 5)
            ),
            ("tls: echo.example", .tls(to: Endpoint(host: "echo.example", port: 443))),
            ("tls: web:8443", .tls(to: Endpoint(host: "web", port: 8443))),
            (
                "image-pull: { from: echo.example, image: library/hello }",
                .imagePull(from: Endpoint(host: "echo.example", port: 443), image: "library/hello")
            ),
            (
                "log-push: { to: echo.example, silence: 3s }",
                .logPush(to: Endpoint(host: "echo.example", port: 443), silence: 3)
            ),
            (
                "bandwidth: { to: echo, against: web }",
                .bandwidth(to: Endpoint(host: "echo", port: 5201), against: "web")
            ),
            ("traceroute: echo", .traceroute(to: Endpoint(host: "echo"))),
        ])
    func probes(text: String, expected: Probe) throws {
        #expect(try check(text).probe == expected)
    }

    @Test("questions to the node itself")
    func ownState() throws {
        #expect(try check("addresses: true", expect: "{ only-private: true }").probe == .addresses)
        #expect(
            try check("metadata: public-ipv4", expect: "{ status: 404 }").probe == .metadata(item: "public-ipv4"))
    }

    @Test("scans")
    func scans() throws {
        let one = try check("scan: { hosts: web, tcp: [443, 8080, 444], ping: true }", expect: "{ open: ['web:443'] }")
        #expect(one.probe == .scan([ScanTarget(hosts: ["web"], tcp: [443...444, 8080...8080], ping: true)]))
        #expect(one.expect.open == [Endpoint(host: "web", port: 443)])
        let two = try check(
            "scan: [{ hosts: web, tcp: all }, { hosts: [203.0.113.0/28, echo], udp: common }]",
            expect: "{ open: 'web:443' }")
        guard case .scan(let parts) = two.probe else { return #expect(Bool(false), "not a scan") }
        #expect(parts.count == 2 && parts[0].tcp == [1...65_535] && parts[1].hosts == ["203.0.113.0/28", "echo"])
        #expect(parts[1].udp.reduce(0) { $0 + $1.count } == CommonPorts.udp.count)
    }

    @Test("the common ports are many, sorted and without repetition")
    func commonPorts() {
        for ports in [CommonPorts.tcp, CommonPorts.udp] {
            #expect(ports == Set(ports).sorted())
            #expect(ports.count >= 40)
        }
        #expect(CommonPorts.tcp.contains(8080) && CommonPorts.tcp.contains(22) && CommonPorts.tcp.contains(443))
    }

    @Test("a control takes what it does not say from its check")
    func control() throws {
        let check = try check(
            "tcp: web:22",
            expect: "{ succeeds: false, silent: true, stopped-by: sg default ingress, never-reaches: web }",
            control: "    control: { says: but, from: [web, echo], expect: { succeeds: true } }\n")
        #expect(check.control?.probe == check.probe)
        #expect(check.control?.from == ["web", "echo"])
        #expect(check.control?.origin == Origin(file: "check.yaml", line: 15, column: 5))
        #expect(check.expect.neverReaches == ["web"] && check.expect.stoppedBy == "sg default ingress")
        let other = try self.check(
            "tcp: web:22", control: "    control: { says: y, ping: web, expect: { succeeds: true } }\n")
        #expect(other.control?.from == ["app"] && other.control?.probe == .ping(to: Endpoint(host: "web")))
    }

    @Test("matrices")
    func matrices() throws {
        #expect(try check("matrix: all", expect: "{ as-predicted: true }").probe == .matrix(of: []))
        let some = try check("matrix: [web, app]", expect: "{ open: 'app:8080' }")
        #expect(some.probe == .matrix(of: ["web", "app"]))
    }

    @Test("where a program's packets go must be known before one can say whom they reach")
    func towards() {
        let text = Self.network + "  - { claim: C1, says: so, from: app, run: curl x, expect: { seen-from: app } }"
        let problems = LabFile.read(text, file: "check.yaml").rendered
        #expect(problems.contains("add `towards: HOST:PORT` to `run`"), "\(problems)")
    }

    @Test("an outage: one, several, none; a control has that of its check")
    func outages() throws {
        let inherited = "    control: { says: but, from: web, expect: { succeeds: true } }\n"
        let one = try check("outage: zone a\n    http: echo", expect: "{ succeeds: false }", control: inherited)
        #expect(one.outage == [Outage(.zone, "a")] && one.control?.outage == one.outage)
        let whole = "    control: { says: but, outage: none, expect: { succeeds: true } }\n"
        let several = try check(
            "outage: [node echo, link app]\n    http: echo", expect: "{ succeeds: false }", control: whole)
        #expect(several.outage == [Outage(.node, "echo"), Outage(.link, "app")] && several.control?.outage == [])
        #expect(several.control?.from == ["app"] && several.control?.probe == several.probe)
    }

    @Test("programs that checks run, and passwords that are counted")
    func programs() throws {
        let reading = LabFile.read("programs: [ssh, sshpass]\n" + Self.network + "  []\n", file: "check.yaml")
        #expect(reading.lab?.programs == ["ssh", "sshpass"], "\(reading.rendered)")
        let check = try check(
            "run: { command: ssh web, towards: 'web:22' }", expect: "{ attempts: 3, status: 255 }")
        #expect(check.expect == Expectation(status: 255, attempts: 3))
    }

    @Test("expectations")
    func expectations() throws {
        let check = try check("http: echo", expect: "{ status: 200, seen-from: app, value: hello }")
        #expect(check.expect == Expectation(seenFrom: "app", status: 200, value: "hello"))
        #expect(try self.check("traceroute: echo", expect: "{ hops: [web, echo] }").expect.hops == ["web", "echo"])
    }
}
