import Foundation
import IPAddressing
import Testing

@testable import LabServices

@Suite("What nginx is told")
struct NginxTests {
    private let balancer = NginxConfiguration(
        node: "alb-a", base: "/run/netlab/x/nginx-alb-a",
        upstreams: [
            .init(
                name: "app",
                servers: [.init(IPv4Address(10, 0, 1, 10), port: 8080), .init(IPv4Address(10, 0, 11, 10), port: 8080)])
        ],
        servers: [
            .init(port: 80, content: .redirectToHTTPS(port: 443)),
            .init(
                port: 443, certificate: Certificate(chainFile: "/c.crt", keyFile: "/c.key"),
                content: .proxy(upstream: "app", idleTimeout: 60), hasFirewall: true),
        ])

    @Test("braces match, and every directive ends")
    func syntax() {
        let text = balancer.text
        let opened = text.utf8.filter { $0 == UInt8(ascii: "{") }.count
        let closed = text.utf8.filter { $0 == UInt8(ascii: "}") }.count
        #expect(opened == closed)
        for line in text.split(separator: "\n") where !line.hasSuffix("{") {
            #expect(line.hasSuffix(";") || line.hasSuffix("}"), "\(line)")
        }
    }

    @Test("a balancer tells its targets who the client is, and never gives a target up by itself")
    func proxy() {
        let text = balancer.text
        #expect(text.contains("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"))
        #expect(text.contains("server 10.0.1.10:8080 max_fails=0;"))
        #expect(text.contains("return 301 https://$host$request_uri;"))
        // A connection to a client and one to a target end after as much silence.
        #expect(text.contains("keepalive_timeout 60s;") && text.contains("proxy_read_timeout 60s;"))
    }

    @Test("the firewall is loaded only where it is wanted")
    func firewall() {
        #expect(balancer.text.contains("load_module") && balancer.text.contains("modsecurity on;"))
        var plain = balancer
        plain.servers[1].hasFirewall = false
        #expect(!plain.text.contains("modsecurity") && !plain.text.contains("limit_req"))
    }

    @Test("the program writes the firewall's rules beside the configuration")
    func program() {
        let program = Program.nginx(
            balancer, name: "nginx-alb-a", namespacePath: nil, listening: IPv4Address(10, 0, 0, 5),
            stateFolder: "/run/netlab/x")
        #expect(
            program.files.keys.sorted() == ["/run/netlab/x/nginx-alb-a.conf", "/run/netlab/x/nginx-alb-a.waf.conf"])
        #expect(program.readyWhen == .tcp([IPv4Address(10, 0, 0, 5)], 443))
    }

    @Test("nginx itself accepts what we write", .enabled(if: (try? Program.locate("nginx")) != nil))
    func accepted() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "netlab-nginx-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let authority = CertificateAuthority(folder: folder)
        try authority.make()
        let certificate = try authority.issue(
            "alb", names: ["alb.lab.internal"], addresses: [IPv4Address(203, 0, 113, 31)])
        var servers = balancer.servers
        servers[1].certificate = certificate
        servers.append(.init(port: 8443, certificate: certificate, content: .echo))
        servers.append(.init(port: 5000, certificate: certificate, content: .registry(folder: folder)))
        servers.append(.init(port: 81, content: .status(404)))
        let hasModule = FileManager.default.fileExists(atPath: NginxFirewall.module)
        if !hasModule { servers[1].hasFirewall = false }
        let configuration = NginxConfiguration(
            node: "alb-a", base: "\(folder)/nginx", upstreams: balancer.upstreams, servers: servers)
        let program = Program.nginx(
            configuration, name: "nginx", namespacePath: nil, listening: IPv4Address(127, 0, 0, 1), stateFolder: folder)
        for (path, text) in program.files { try text.write(toFile: path, atomically: true, encoding: .utf8) }
        let check = Process()
        check.executableURL = URL(filePath: try Program.locate("nginx"))
        check.arguments = Array(program.arguments.drop { $0 != "nginx" }.dropFirst()) + ["-t"]
        let output = Pipe()
        check.standardError = output
        try check.run()
        let words = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        check.waitUntilExit()
        #expect(check.terminationStatus == 0, "\(words)")
    }
}
