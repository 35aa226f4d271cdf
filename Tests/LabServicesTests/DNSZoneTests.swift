import Glibc
import IPAddressing
import LinuxSystem
import Testing

@testable import LabServices

@Suite("DNS")
struct DNSZoneTests {
    private func zone() throws -> DNSZone {
        let mirror = IPv4Address(198, 51, 100, 10)
        return DNSZone(
            records: [
                try #require(DNSRecord("archive.ubuntu.com", mirror)),
                try #require(DNSRecord("Deb.Debian.org", mirror)),
                try #require(DNSRecord("many.example.com", IPv4Address(198, 51, 100, 11))),
                try #require(DNSRecord("many.example.com", IPv4Address(198, 51, 100, 12))),
            ] + DNSRecord.names(of: IPv4Address(10, 0, 1, 10), publicAddress: nil)
                + DNSRecord.names(of: IPv4Address(10, 0, 0, 20), publicAddress: IPv4Address(203, 0, 113, 20)))
    }

    @Test func configurationOfAVPCResolver() throws {
        let text = try zone().dnsmasqConfiguration(
            listening: [IPv4Address(10, 0, 0, 2), IPv4Address(169, 254, 169, 253)], logFile: "/run/netlab/x/dns.log")
        #expect(
            text == """
                # Made by netlab; the next `up` writes it anew.
                keep-in-foreground
                user=root
                group=
                pid-file=
                port=53
                bind-interfaces
                listen-address=10.0.0.2
                listen-address=169.254.169.253
                no-hosts
                no-resolv
                no-poll
                cache-size=10000
                local-ttl=60
                log-facility=/run/netlab/x/dns.log
                log-queries
                address=/#/
                host-record=archive.ubuntu.com,198.51.100.10
                host-record=deb.debian.org,198.51.100.10
                host-record=many.example.com,198.51.100.11
                host-record=many.example.com,198.51.100.12
                host-record=ip-10-0-1-10.ec2.internal,10.0.1.10
                host-record=ip-10-0-0-20.ec2.internal,10.0.0.20
                host-record=ec2-203-0-113-20.compute-1.amazonaws.com,10.0.0.20

                """)
    }

    @Test func namesThatCouldEscapeAreNoNames() {
        for name in [
            "", ".", "a..b", "-a.b", "a-.b", "a,b", "a b", "a\nuser=x", "a/b", "a#b", "é.fr", "a.",
            String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "aa",
        ] {
            #expect(DNSRecord(name, .loopback) == nil, "\(name)")
        }
        #expect(DNSRecord("_dns.a-1.example", .loopback) != nil)
    }

    @Test func namesOfOtherRegions() {
        let address = IPv4Address(10, 0, 1, 10)
        #expect(DNSRecord.privateName(of: address, region: "eu-west-3") == "ip-10-0-1-10.eu-west-3.compute.internal")
        #expect(
            DNSRecord.publicName(of: address, region: "eu-west-3") == "ec2-10-0-1-10.eu-west-3.compute.amazonaws.com")
    }

    @Test(.enabled(if: dnsmasqIsInstalled)) func dnsmasqAcceptsTheConfiguration() throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let path = "\(folder)/dns.conf"
        try write(
            zone().dnsmasqConfiguration(listening: [.loopback], logFile: "\(folder)/dns.log"), to: path)
        var process = pid_t()
        let program = try Program.locate("dnsmasq")
        let arguments = ["dnsmasq", "--test", "--conf-file=\(path)"]
        let words = arguments.map { strdup($0) }
        defer { words.forEach { free($0) } }
        let code = posix_spawn(&process, program, nil, nil, words + [nil], environ)
        try #require(code == 0)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        #expect(status == 0)
    }

    @Test(.enabled(if: dnsmasqIsInstalled)) func dnsmasqAnswersFromTheZoneAlone() throws {
        let port = try freePort()
        try Loopback.with(
            [],
            { plan in
                plan.programs = [
                    .dnsmasq(
                        name: "dns", node: "vpc", namespacePath: nil, zone: try zone(), listening: [.loopback],
                        port: port,
                        stateFolder: plan.stateFolder)
                ]
            }
        ) { lab throws in
            #expect(try resolve("archive.ubuntu.com", port) == .init(code: 0, addresses: ["198.51.100.10"]))
            #expect(
                try resolve("many.example.com", port)
                    == .init(code: 0, addresses: ["198.51.100.11", "198.51.100.12"]))
            #expect(
                try resolve("ec2-203-0-113-20.compute-1.amazonaws.com", port)
                    == .init(code: 0, addresses: ["10.0.0.20"]))
            // No AAAA is not the same as no such name.
            #expect(try resolve("archive.ubuntu.com", port, type: 28) == .init(code: 0, addresses: []))
            for name in ["localhost.localdomain", "nothing.example.com", "ip-10-0-1-11.ec2.internal"] {
                #expect(try resolve(name, port).code == 3, "\(name)")
            }
            #expect(try resolve("10.1.0.10.in-addr.arpa", port, type: 12).code == 0)
            #expect(try resolve("11.1.0.10.in-addr.arpa", port, type: 12).code == 3)
            let log = String(decoding: try readFile("\(lab.folder)/dns.log"), as: UTF8.self)
            #expect(log.contains("query[A] archive.ubuntu.com from 127.0.0.1"))
        }
    }

    @Test(.enabled(if: dnsmasqIsInstalled)) func aProgramThatDiesSaysWhy() throws {
        let error = #expect(throws: LabServicesError.self) {
            try Loopback.with(
                [],
                { plan in
                    plan.programs = [
                        Program(
                            name: "dns", node: "vpc", namespacePath: nil,
                            arguments: ["dnsmasq", "--conf-file=/dev/null", "--no-such-option"],
                            readyWhen: .udp([.loopback], 1))
                    ]
                }
            ) { _ in }
        }
        #expect(error?.description.contains("dns ended at once with status 1: ") == true)
        #expect(error?.description.contains("bad command line options") == true)
    }

    @Test func aMissingProgramNamesItsPackage() {
        let error = #expect(throws: LabServicesError.self) { try Program.locate("/nonexistent/dnsmasq") }
        #expect(
            error?.description
                == "program /nonexistent/dnsmasq is not installed; install the Debian package dnsmasq-base")
    }

    @Test func portsAreReadFromTheKernelsTable() throws {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               1: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 x 0
               2: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 2 x 0
            """
        #expect(BoundPort.lists(table, .loopback, 53, state: nil))
        #expect(!BoundPort.lists(table, IPv4Address(127, 0, 0, 2), 53, state: nil))
        #expect(!BoundPort.lists(table, .loopback, 54, state: nil))
        #expect(BoundPort.lists(table, .loopback, 8080, state: "0A"))
        #expect(!BoundPort.lists(table, .loopback, 53, state: "0A"))
        #expect(!BoundPort.lists("", .loopback, 53, state: nil))
        let socket = try ListeningSocket.open(.udp, port: 0, address: .loopback)
        #expect(BoundPort.exists(.udp([.loopback], try ListeningSocket.port(of: socket.raw))))
    }

    @Test("the kernel, asked for one port, says what its tables say", arguments: [SocketKind.udp, .tcp])
    func theKernelIsAskedForOnePort(_ kind: SocketKind) throws {
        let number = kind == .udp ? IPPROTO_UDP : IPPROTO_TCP
        let port = try freePort()
        let other = IPv4Address(127, 0, 0, 2)
        #expect(BoundPort.asked([.loopback], port, number) == false)
        let socket = try ListeningSocket.open(kind, port: port, address: .loopback)
        #expect(BoundPort.asked([.loopback], port, number) == true)
        #expect(BoundPort.asked([other], port, number) == false)
        #expect(BoundPort.asked([.loopback, other], port, number) == false)
        // Bound to every address is bound to each.
        let free = try freePort()
        let everywhere = try ListeningSocket.open(kind, port: free)
        #expect(BoundPort.asked([other], free, number) == true)
        #expect(socket.raw != everywhere.raw)
    }

    /// Free for UDP and TCP, and below the ports the kernel hands out to the other tests' clients.
    private func freePort() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            if (try? ListeningSocket.open(.udp, port: port, address: .loopback).raw) != nil,
                (try? ListeningSocket.open(.tcp, port: port, address: .loopback).raw) != nil
            {
                return port
            }
        }
        throw SystemError(call: "bind", errno: EADDRINUSE)
    }

    private struct Answer: Equatable {
        var code: UInt8
        var addresses: Set<String>
    }

    private func resolve(_ name: String, _ port: UInt16, type: UInt8 = 1) throws -> Answer {
        let client = try Client(port: port, socketDatagram)
        var query: [UInt8] = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in name.split(separator: ".") { query += [UInt8(label.utf8.count)] + label.utf8 }
        query += [0, 0, type, 0, 1]
        try client.send(query)
        let answer = try client.receive()
        try #require(answer.count >= query.count && answer[0] == 1 && answer[1] == 2)
        // dnsmasq's A answers are 16 bytes each, the name a two-byte pointer.
        let records = type == 1 ? Int(answer[7]) : 0
        let addresses = (0..<records).map { index in
            answer[(query.count + index * 16 + 12)..<(query.count + index * 16 + 16)].map(String.init)
                .joined(separator: ".")
        }
        return Answer(code: answer[3] & 15, addresses: Set(addresses))
    }
}

private let dnsmasqIsInstalled = (try? Program.locate("dnsmasq")) != nil
